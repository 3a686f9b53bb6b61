"""An app's server that hears the webhooks of the local Kakao."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Heard:
    """One request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str

    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body, strict_parsing=True))


@dataclass
class Listener:
    """Answers `status` to everything, `late` by these seconds."""

    url: str = ""
    status: int = 200
    late: float = 0.0
    location: str = ""
    heard: list[Heard] = field(default_factory=list)

    async def hear(self, request: web.Request) -> web.Response:
        query, headers = dict(request.query), dict(request.headers)
        body = await request.text()
        self.heard.append(Heard(request.method, request.path, query, headers, body))
        await asyncio.sleep(self.late)
        headers = {"Location": self.location} if self.location else {}
        return web.Response(status=self.status, headers=headers)


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    listener = Listener()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", listener.hear)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield listener
    finally:
        await runner.cleanup()
