"""A server that answers as a test tells it, and a Kakao client that talks to it."""

import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.kakao import KakaoApp, KakaoClient, open_http

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CALLBACK = "https://kkachi.example/oauth/kakao/callback"


@asynccontextmanager
async def kakao_that(
    handler: Handler,
    *,
    read: float = 10,
    deadline: float = 30,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[KakaoClient]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        scheme, port = "https" if tls else "http", runner.addresses[0][1]
        url = f"{scheme}://localhost:{port}"
        async with open_http(read=read) as http:
            yield KakaoClient(
                http, KakaoApp("key", "secret", CALLBACK, url, url), deadline=deadline
            )
    finally:
        await runner.cleanup()


def saying(status: int, body: bytes | str | dict[str, object]) -> Handler:
    text = json.dumps(body) if isinstance(body, dict) else body
    raw = text.encode() if isinstance(text, str) else text

    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, body=raw, content_type="application/json")

    return handler
