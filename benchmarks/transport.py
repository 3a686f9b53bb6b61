"""How fast 50 members send to Kakao: Kkachi's HTTP client against httpx's own transport."""

import asyncio
import multiprocessing
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection

import httpx
from aiohttp import web

from benchmarks.measure import compare
from bot.kakao import KakaoApp, KakaoClient, Link, Text, open_http

SENDERS = 50
SENDS_EACH = 20


def _serve(ready: Connection, wait: float) -> None:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(wait)
        return web.json_response({"result_code": 0})

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        ready.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


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
    """Compare both against a server in a process of its own, quick and slow."""
    spawn = multiprocessing.get_context("spawn")
    for wait, title in ((0.0, "a server that answers at once"), (0.05, "one that takes 50 ms")):
        here, there = spawn.Pipe()
        server = spawn.Process(target=_serve, args=(there, wait), daemon=True)
        server.start()
        try:
            port = await asyncio.to_thread(here.recv)
            await _compare(f"http://127.0.0.1:{port}", title)
        finally:
            server.kill()
            server.join()
