"""`/metrics` for Prometheus: for this machine only, or for whoever has the token."""

import hmac
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from ipaddress import ip_address

from aiohttp import web

PATH = "/metrics"
PLAIN = "text/plain; version=0.0.4; charset=utf-8"
# A reverse proxy on this machine names whom it asks for.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def add_metrics(app: web.Application, read: Callable[[], Awaitable[bytes]], token: str) -> None:
    """Add the address to the web application."""

    async def show(request: web.Request) -> web.Response:
        if not _may_read(request, token):
            return web.Response(status=HTTPStatus.NOT_FOUND)
        return web.Response(body=await read(), headers={"Content-Type": PLAIN})

    app.router.add_get(PATH, show)


def _may_read(request: web.Request, token: str) -> bool:
    given = request.headers.get("Authorization")
    if given is not None:
        return bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    is_direct = not any(name in request.headers for name in FORWARDED)
    return is_direct and request.remote is not None and ip_address(request.remote).is_loopback
