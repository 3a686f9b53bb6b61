"""Who may talk to the page: browsers that opened it here, and nobody who was lured elsewhere."""

from collections.abc import Collection

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware


def policy(picture_origins: Collection[str]) -> str:
    """Give the page's content security policy: its own files, and the two services' pictures."""
    pictures = " ".join(picture_origins)
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src 'self' data: {pictures}; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


class Guard:
    """Refuses other hosts (DNS rebinding) and other origins; sets the headers of every answer."""

    def __init__(self, picture_origins: Collection[str]) -> None:
        self._headers = {
            "Content-Security-Policy": policy(picture_origins),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        }

    def middleware(self) -> Middleware:
        """Make the aiohttp middleware."""

        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            hosts = _own_hosts(request)
            if request.host not in hosts:
                return _refused("this page only answers under its own address")
            origin = request.headers.get("Origin")
            if request.method == "POST" and origin not in {None, *(f"http://{h}" for h in hosts)}:
                return _refused("this request came from another page")
            return await handler(request)

        return check

    async def set_headers(self, _: web.Request, response: web.StreamResponse) -> None:
        """Add the headers to every answer, streams included."""
        response.headers.update(self._headers)


def _own_hosts(request: web.Request) -> set[str]:
    socket = request.transport.get_extra_info("sockname") if request.transport else None
    port = socket[1] if socket else 0
    return {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}


def _refused(reason: str) -> web.Response:
    return web.json_response({"error": reason}, status=403)
