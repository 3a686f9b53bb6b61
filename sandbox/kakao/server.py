"""The local Kakao on loopback: kauth, kapi and the login pages on one origin."""

import asyncio
import random as randomness
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from sandbox.kakao.api import Door, FriendsApi, UserApi
from sandbox.kakao.errors import PageRefusal, Refusal, kapi, kauth
from sandbox.kakao.login import Login
from sandbox.kakao.messages import MessageApi
from sandbox.kakao.oauth import OAuth, language
from sandbox.kakao.pages import Pages
from sandbox.kakao.people import picture, settle
from sandbox.kakao.state import Request
from sandbox.kakao.trouble import TroubledWorld
from sandbox.kakao.walk import walk

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
DOORS = frozenset({"/oauth/authorize", "/login", "/consent"})
CSS = Path(__file__).with_name("html") / "kakao.css"


class LocalKakao(TroubledWorld):
    """A Kakao of one's own: strict, in memory, with people and verbs for trouble."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.time,
        random: randomness.Random | None = None,
    ) -> None:
        super().__init__(now=now, random=random)
        self._pages = Pages()
        self._closing = asyncio.Event()
        settle(self)

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator["LocalKakao"]:
        """Listen until the block ends; `url` is the origin meanwhile."""
        self._closing.clear()
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            self.url = f"http://{host}:{runner.addresses[0][1]}"
            yield self
        finally:
            self._closing.set()
            await runner.cleanup()

    async def walk(
        self,
        account: str,
        authorize_url: str,
        *,
        agree: Collection[str] | None = None,
        cancel: bool = False,
    ) -> str:
        """Let somebody log in and agree (None: to everything asked); gives the way back."""
        return await walk(self.url, account, authorize_url, agree=agree, cancel=cancel)

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._answer])
        oauth, door = OAuth(self), Door(self)
        for part in (
            oauth,
            Login(self, oauth, self._pages),
            UserApi(self, door),
            FriendsApi(self, door),
            MessageApi(self, door),
        ):
            application.add_routes(part.routes())
        application.router.add_get("/pictures/{number}.svg", self._picture)
        application.router.add_get("/kakao.css", self._css)
        return application

    @web.middleware
    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == "/oauth/token" or request.path.startswith(("/v1/", "/v2/")):
            return await self._answer_server(request, handler)
        if request.path in DOORS:
            return await self._answer_browser(request, handler)
        return await handler(request)

    async def _answer_server(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        code: int | str | None = None
        try:
            obstacle = self.obstacle(request.path)
            if obstacle is not None:
                raise obstacle
            response = await handler(request)
        except Refusal as refusal:
            code, response = refusal.code, refusal.response()
        except web.HTTPException as error:
            unroutable = _unroutable(request, error)
            code, response = unroutable.code, unroutable.response()
        self._note(request, response.status, code)
        if code is None and self.loses_answer(request.path) and request.transport is not None:
            request.transport.abort()
        elif self.delay:
            await self._linger()
        return response

    async def _answer_browser(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        code: str | None = None
        try:
            if self.is_down:
                raise PageRefusal("KOE003", status=503)
            response = await handler(request)
        except PageRefusal as refusal:
            code = refusal.code
            response = self._pages.fault(refusal, language(request))
        except web.HTTPException as error:
            self._note(request, error.status, None)
            raise
        self._note(request, response.status, code)
        return response

    def _note(self, request: web.Request, status: int, code: int | str | None) -> None:
        self.requests.append(Request(request.method, request.path, status, code))

    async def _linger(self) -> None:
        try:
            await asyncio.wait_for(self._closing.wait(), self.delay)
        except TimeoutError:
            return

    async def _picture(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        for account in self.accounts.values():
            if str(account.id) == number:
                return web.Response(text=picture(account), content_type="image/svg+xml")
        raise web.HTTPNotFound

    async def _css(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002 - a handler
        return web.Response(text=CSS.read_text(), content_type="text/css")


def _unroutable(request: web.Request, error: web.HTTPException) -> Refusal:
    if request.path == "/oauth/token":
        return kauth("KOE001", error.reason, status=error.status)
    return kapi(-2, error.reason, status=error.status)
