"""How the HTTP API misbehaves on demand: refusals, a proxy's pages, rate limits, silence."""

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web

from sandbox.discord.errors import ApiError

# Who stands before Discord answers these by itself, in words of its own.
OF_A_PROXY = frozenset({429, 502, 504, 520, 522, 524})
PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


@dataclass
class Trouble:
    """What goes wrong at the moment: failures and silence where the path holds these words."""

    failing: tuple[str, int] | None = None
    passing: int = 0
    limited: int = 0
    retry_after: float = 0.0
    everywhere: bool = False
    refusing: bool = False
    waiting: int = 0
    """How many requests are left without an answer so far."""
    _silent: tuple[str, asyncio.Event] | None = field(default=None, init=False)

    @property
    def hangs(self) -> bool:
        """Whether something is left without an answer."""
        return self._silent is not None

    def hang(self, at: str | None) -> None:
        """Answer nothing there; None answers again, also whoever still waits."""
        if self._silent is not None:
            self._silent[1].set()
        self._silent = None if at is None else (at, asyncio.Event())

    async def meet(self, request: web.Request) -> web.Response | None:
        """Give what stands in the way of a request; raises ApiError when Discord itself says so."""
        if self.refusing:
            return _cut(request)
        if self._silent is not None and self._silent[0] in request.path:
            self.waiting += 1
            await self._silent[1].wait()
            self.waiting -= 1
            return _cut(request) if _has_left(request) else None
        if self.failing is not None and self.failing[0] in request.path:
            self.passing -= 1
            if self.passing < 0:
                return _failure(self.failing[1])
        if self.limited:
            self.limited -= 1
            raise ApiError(429, 0, "You are being rate limited.")
        return None


def _has_left(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _failure(status: int) -> web.Response:
    title = f"{status}: {HTTPStatus(status).phrase}" if status in set(HTTPStatus) else str(status)
    if status in OF_A_PROXY:
        return web.Response(status=status, text=PAGE.format(title), content_type="text/html")
    raise ApiError(status, 0, title)
