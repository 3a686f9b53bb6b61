"""`/metrics` for Prometheus: for this machine only, or for whoever has the token."""

from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from bot.web.caller import is_this_machine, shows

PATH = "/metrics"
PLAIN = "text/plain; version=0.0.4; charset=utf-8"
CHALLENGE = {hdrs.WWW_AUTHENTICATE: "Bearer"}


def add_metrics(app: web.Application, read: Callable[[], Awaitable[bytes]], token: str) -> None:
    """Add the address to the web application."""

    async def show(request: web.Request) -> web.Response:
        _check(request, token)
        return web.Response(body=await read(), headers={"Content-Type": PLAIN})

    app.router.add_get(PATH, show)


def _check(request: web.Request, token: str) -> None:
    if hdrs.AUTHORIZATION in request.headers:
        if not token or not shows(request, f"Bearer {token}".encode()):
            raise web.HTTPUnauthorized(headers=CHALLENGE)
    elif not is_this_machine(request):
        raise web.HTTPNotFound
