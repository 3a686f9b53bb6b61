"""The local Kakao on loopback: kauth, kapi, the login pages and the sharer on one origin."""

import asyncio
import random as randomness
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.kakao.account_events import TellingWorld
from sandbox.kakao.api import Door, FriendsApi, UserApi
from sandbox.kakao.app_link import AppLink
from sandbox.kakao.calendar_api import CalendarApi
from sandbox.kakao.errors import PageRefusal, Refusal, kapi, kauth
from sandbox.kakao.images import ImageApi
from sandbox.kakao.login import Login
from sandbox.kakao.messages import MessageApi
from sandbox.kakao.oauth import OAuth, language
from sandbox.kakao.pages import Pages
from sandbox.kakao.scrape import OwnPages
from sandbox.kakao.sdk_file import STAND_IN, SdkFile
from sandbox.kakao.share_form import FormReader
from sandbox.kakao.sharer import SDK_PATH, Sharer
from sandbox.kakao.sharing import Call, form_of, share
from sandbox.kakao.state import Message, Request
from sandbox.kakao.trouble import Illness
from sandbox.kakao.walk import walk
from sandbox.kakao.world import World
from sandbox.kakao.writing import Writer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
DOORS = frozenset({"/oauth/authorize", "/login", "/consent", "/picker"})
PICKERS = ("/picker/", "/talk/friends/picker/", "/scheme/", "/intent")
SERVERS = ("/v1/", "/v2/", "/.well-known/")
HTML = Path(__file__).with_name("html")
CSS = HTML / "kakao.css"
NOBODY = HTML / "nobody.png"
PAGE = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
UNANSWERED = 0
RING_SECONDS = 1.0
# A shared message stands in the query, percent-encoded.
LONGEST_ADDRESS = 64 * 1024


class LocalKakao(TellingWorld):
    """A Kakao of one's own: strict, in memory, with people and verbs for trouble.

    `populate` opens their accounts and sets the app up; `sdk` is the JavaScript SDK that it serves.
    """

    def __init__(
        self,
        populate: Callable[[World], None],
        *,
        now: Callable[[], float] = time.time,
        random: randomness.Random | None = None,
        sdk: Path = STAND_IN,
    ) -> None:
        super().__init__(now=now, random=random)
        self._sdk = SdkFile(sdk)
        self._pages = Pages()
        self._closing = asyncio.Event()
        populate(self)

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator["LocalKakao"]:
        """Listen until the block ends; `url` is the origin meanwhile."""
        self._closing.clear()
        runner = web.AppRunner(
            self._application(),
            access_log=None,
            shutdown_timeout=1,
            max_line_size=LONGEST_ADDRESS,
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            self.url = f"http://{host}:{runner.addresses[0][1]}"
            async with self.outside.open():
                ringing = asyncio.create_task(self._ring())
                yield self
                ringing.cancel()
                await self.notices.stop()
        finally:
            self._closing.set()
            self.get_well()
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

    @property
    def sdk_url(self) -> str:
        """Where the JavaScript SDK is."""
        return self.url + SDK_PATH

    @property
    def sdk_integrity(self) -> str:
        """The integrity hash of that file."""
        return self._sdk.integrity(self.url)

    async def share(
        self,
        account: str,
        call: Call,
        settings: Mapping[str, Any],
        *,
        origin: str,
        to: Sequence[str] = ("me",),
        app_key: str | None = None,
    ) -> list[Message]:
        """Let somebody press a share button on a page of `origin` and choose chats.

        `call` and `settings` are what the page gives the JavaScript SDK, in camel case; `to` holds
        `"me"` and names of friends and groups. Returns when the app has been told of each
        message; raises ShareRefused (with `code`) where the person would see a page that says no.
        """
        before = len(self.outbox)
        form = form_of(call, settings, origin, app_key or self.app.javascript_key)
        await share(self.url, form, account, [self._chat_value(name) for name in to])
        await self.notices.settle()
        return self.outbox[before:]

    def _chat_value(self, name: str) -> str:
        if name == "me":
            return name
        groups = {group.name: group for group in self.groups.values()}
        return str((groups.get(name) or self.account(name)).id)

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._answer])
        oauth, door, writer = OAuth(self), Door(self), Writer(self)
        for part in (
            oauth,
            Login(self, oauth, self._pages),
            UserApi(self, door),
            FriendsApi(self, door),
            MessageApi(self, door, writer),
            ImageApi(self, door),
            CalendarApi(self, door),
            OwnPages(self),
            Sharer(self, FormReader(self, writer), self._pages, self.notices, self._sdk),
            AppLink(self, FormReader(self, writer)),
            self.keys,
        ):
            application.add_routes(part.routes())
        application.router.add_get("/pictures/{number}.png", self._picture)
        application.router.add_get("/kakao.css", self._css)
        return application

    async def _ring(self) -> None:
        """Let reminders come in their minute."""
        known = self.calendars.ring()
        while True:
            await asyncio.sleep(RING_SECONDS)
            if (rung := self.calendars.ring()) != known:
                known = rung
                self.changed()

    @web.middleware
    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == "/oauth/token" or request.path.startswith(SERVERS):
            return await self._answer_server(request, handler)
        if request.path in DOORS or request.path.startswith(PICKERS):
            return await self._answer_browser(request, handler)
        return await handler(request)

    async def _answer_server(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        illness = self.illness(request.path, request.headers.get("Authorization", ""))
        if illness is not None:
            return await self._leave_unanswered(request, illness)
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

    async def _leave_unanswered(self, request: web.Request, illness: Illness) -> web.StreamResponse:
        page = web.Response(text=PAGE, status=502, content_type="text/html")
        self._note(request, page.status if illness.how == "page" else UNANSWERED, None)
        if illness.how == "hang":
            await illness.over.wait()
        if illness.how != "page" and request.transport is not None:
            request.transport.abort()
        return page

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
        for partner in (*self.accounts.values(), *self.groups.values()):
            if str(partner.id) == number:
                drawn = self.portraits.get(partner.name) or NOBODY.read_bytes()
                return web.Response(body=drawn, content_type="image/png")
        raise web.HTTPNotFound

    async def _css(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002 - a handler
        return web.Response(text=CSS.read_text(), content_type="text/css")


def _unroutable(request: web.Request, error: web.HTTPException) -> Refusal:
    if request.path == "/oauth/token":
        return kauth("KOE001", error.reason, status=error.status)
    return kapi(-2, error.reason, status=error.status)
