"""How fast 50 members send to Kakao: Kkachi's client against httpx's own."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from benchmarks.measure import Side, compare
from benchmarks.server import WAITS, answering
from bot.kakao import Http, KakaoApp, KakaoClient, Link, Text, open_http

CARD = Text(text="오늘 밤 9시 레이드", link=Link(web_url="https://kkachi.example.com/m/1"))


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    senders: int = 50
    each: int = 20
    waits: tuple[float, ...] = tuple(WAITS)
    rounds: int = 5


FULL, BRIEF = Size(), Size(senders=2, each=1, waits=(0.0,), rounds=1)


def _by_kkachi(http: Http, url: str, size: Size) -> Side:
    client = KakaoClient(http, KakaoApp("key", "secret", "http://127.0.0.1/callback", url, url))
    return _sends(lambda: client.send_to_me("token", CARD), size)


def _by_httpx(http: httpx.AsyncClient, url: str, size: Size) -> Side:
    """Send as httpx's documentation shows it."""
    headers = {"Authorization": "Bearer token"}

    async def send() -> None:
        form = {"template_object": json.dumps(CARD.stored())}
        answer = await http.post(f"{url}/v2/api/talk/memo/default/send", headers=headers, data=form)
        answer.raise_for_status()
        answer.json()

    return _sends(send, size)


def _sends(send: Callable[[], Awaitable[object]], size: Size) -> Side:
    async def member() -> None:
        for _ in range(size.each):
            await send()

    async def run() -> int:
        await asyncio.gather(*(member() for _ in range(size.senders)))
        return size.senders * size.each

    return run


async def _compare(url: str, title: str, size: Size) -> None:
    limits = httpx.Limits(max_connections=100)
    async with open_http() as ours, httpx.AsyncClient(limits=limits, timeout=30) as plain:
        await compare(
            f"Sends to Kakao, {size.senders} members at once, {title}",
            "sends",
            {
                "Kkachi (httpx's API over aiohttp)": _by_kkachi(ours, url, size),
                "httpx's own client": _by_httpx(plain, url, size),
            },
            size.rounds,
        )


async def main(size: Size) -> None:
    """Compare both against a quick server and a slow one."""
    for wait in size.waits:
        async with answering(wait) as url:
            await _compare(url, WAITS[wait], size)
