"""How fast 50 members send to Kakao: Kkachi's HTTP client against httpx's own transport."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx

from benchmarks.measure import compare
from benchmarks.server import answering
from bot.kakao import KakaoApp, KakaoClient, Link, Text, open_http

SENDERS = 50
SENDS_EACH = 20


def _sends(http: httpx.AsyncClient, url: str) -> Callable[[], Awaitable[int]]:
    app = KakaoApp("key", "secret", "http://127.0.0.1/callback", url, url)
    client = KakaoClient(http, app)
    card = Text(text="오늘 밤 9시 레이드", link=Link(web_url="https://kkachi.example.com/m/1"))

    async def member() -> None:
        for _ in range(SENDS_EACH):
            await client.send_to_me("token", card)

    async def run() -> int:
        await asyncio.gather(*(member() for _ in range(SENDERS)))
        return SENDERS * SENDS_EACH

    return run


async def _compare(url: str, title: str) -> None:
    limits = httpx.Limits(max_connections=100)
    async with open_http() as ours, httpx.AsyncClient(limits=limits, timeout=30) as plain:
        await compare(
            f"Sends to Kakao, {SENDERS} members at once, {title}",
            "sends",
            {
                "Kkachi (httpx over aiohttp)": _sends(ours, url),
                "httpx's own transport": _sends(plain, url),
            },
        )


async def main() -> None:
    """Compare both against a quick server and a slow one."""
    for wait, title in ((0.0, "a server that answers at once"), (0.05, "one that takes 50 ms")):
        async with answering(wait) as url:
            await _compare(url, title)
