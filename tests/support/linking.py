"""A Kkachi that can link accounts: real storage, real web server, a local Kakao."""

import asyncio
import os
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from aiohttp import ClientSession, CookieJar

from bot.kakao import KakaoApp, KakaoClient, open_http
from bot.services.accounts.links import Links
from bot.services.accounts.oauth import BASIC_SCOPES, OAuthFlow
from bot.services.accounts.partings import Partings
from bot.services.accounts.pending import PendingLinks
from bot.services.deliveries.allowance import Allowance, KakaoLimits
from bot.services.forwarding.jumps import Jumps
from bot.services.messages.models import Member
from bot.texts import Locale, Texts
from bot.web import build_web, serve
from bot.web.connections import Bounds
from bot.web.outcomes import PATH as DONE
from sandbox.demo.people import add_people
from sandbox.kakao import LocalKakao
from storage.allowances import AllowanceStore
from storage.database import Database, open_database
from storage.jumps import JumpStore
from storage.link_requests import LinkRequestStore
from storage.links import Link, LinkStore
from storage.partings import PartingStore
from storage.pending_links import PendingLinkStore
from storage.vault import Vault
from tests.support.sdk import SDK

NOON = 1_780_000_000.0
MINJI, JUNHO = 101, 102


class Clock:
    """A time that passes when told to."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> float:
        return self.at

    def passes(self, seconds: float) -> None:
        self.at += seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser got."""

    status: int
    page: str
    headers: dict[str, str]

    @property
    def query(self) -> dict[str, str]:
        """What the address it is sent on to carries."""
        return dict(parse_qsl(urlsplit(self.headers["Location"]).query))


class Browser:
    """Keeps cookies, and follows no redirect by itself but the one to how it ended."""

    def __init__(self, session: ClientSession) -> None:
        self.session = session

    async def ask(self, method: str, url: str, headers: dict[str, str] | None = None) -> Answer:
        answer = await self.ask_once(method, url, headers)
        target = answer.headers.get("Location", "")
        return await self.ask_once("GET", target) if target.endswith(DONE) else answer

    async def ask_once(
        self, method: str, url: str, headers: dict[str, str] | None = None
    ) -> Answer:
        async with self.session.request(
            method, url, headers=headers, allow_redirects=False
        ) as response:
            return Answer(response.status, await response.text(), dict(response.headers))

    async def get(self, url: str, headers: dict[str, str] | None = None) -> Answer:
        return await self.ask("GET", url, headers)

    async def post(self, url: str, headers: dict[str, str] | None = None) -> Answer:
        return await self.ask("POST", url, headers)


@dataclass
class LinkWorld:
    """All that linking needs, and what people do with it."""

    url: str
    port: int
    clock: Clock
    database: Database
    kakao: LocalKakao
    client: KakaoClient
    store: LinkStore
    requests: LinkRequestStore
    links: Links
    linking: OAuthFlow
    pending: PendingLinks
    partings: Partings
    jumps: Jumps
    file: Path
    healthy: list[bool] = field(default_factory=lambda: [True])

    @property
    def picture(self) -> str:
        """A picture at the origin that pages may show pictures of."""
        return self.kakao.picture_url(self.kakao.account("민지"))

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[Browser]:
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
            yield Browser(session)

    async def invite(
        self,
        member_id: int = MINJI,
        name: str = "민지",
        locale: Locale = "ko",
        scopes: tuple[str, ...] = BASIC_SCOPES,
        draft_id: str | None = None,
    ) -> str:
        member = Member(member_id, name, self.picture, locale)
        return await self.linking.start(member, scopes=scopes, draft_id=draft_id)

    async def link(
        self,
        account: str = "민지",
        member_id: int = MINJI,
        *,
        scopes: tuple[str, ...] = BASIC_SCOPES,
        draft_id: str | None = None,
        agree: tuple[str, ...] | None = None,
        cancel: bool = False,
    ) -> Answer:
        """Walk from the link page to whatever the callback shows."""
        page = await self.invite(member_id, scopes=scopes, draft_id=draft_id)
        async with self.browser() as browser:
            back = await self.back(browser, page, account, agree=agree, cancel=cancel)
            return await browser.get(back)

    async def back(
        self,
        browser: Browser,
        page: str,
        account: str = "민지",
        *,
        agree: tuple[str, ...] | None = None,
        cancel: bool = False,
    ) -> str:
        """Walk up to the address with which Kakao sends the browser back."""
        departure = await browser.post(page)
        location = departure.headers["Location"]
        return await self.kakao.walk(account, location, agree=agree, cancel=cancel)

    async def linked(self, member_id: int = MINJI) -> Link:
        link = await self.links.get(member_id)
        assert link is not None
        return link

    async def token(self, member_id: int = MINJI) -> str:
        return (await self.links.fresh(member_id)).access_token

    async def asked_for_tokens(self, times: int) -> None:
        """Wait until our server has asked Kakao for tokens this often."""

        async def asked() -> bool:
            return self.calls("/oauth/token") == times

        await until(asked)

    def calls(self, path: str) -> int:
        """How often our server has called this path at Kakao."""
        return sum(request.path == path for request in self.kakao.requests)


@asynccontextmanager
async def open_house(
    folder: Path,
    public_url: str | None = None,
    bounds: Bounds | None = None,
    *,
    asks_number: bool = False,
    admin_key: str = "",
) -> AsyncIterator[LinkWorld]:
    clock = Clock()
    local = LocalKakao(add_people, now=clock, random=random.Random(7), sdk=SDK)
    file = folder / "kkachi.db"
    async with (
        open_database(f"sqlite+aiosqlite:///{file}") as database,
        local.serve(),
        open_http() as http,
    ):
        port = free_port()
        url = public_url or f"http://127.0.0.1:{port}"
        callback = f"{url}/oauth/kakao/callback"
        local.app.redirect_uris.add(callback)
        key, secret = local.app.rest_api_key, local.app.client_secret
        app = KakaoApp(key, secret, callback, local.url, local.url, admin_key)
        client = KakaoClient(http, app)
        vault = Vault([os.urandom(32)])
        store, requests = LinkStore(database, vault), LinkRequestStore(database, vault)
        kept = PartingStore(database, vault) if admin_key else None
        partings = Partings(store, client, kept, now=clock)
        links = Links(store, client, now=clock, partings=partings)
        allowance = Allowance(AllowanceStore(database), KakaoLimits(), now=clock)
        pending = PendingLinks(
            PendingLinkStore(database, vault, store),
            *(links, client, allowance, texts()),
            public_url=url,
            now=clock,
        )
        linking = OAuthFlow(
            links, pending, requests, client, asks_number=asks_number, public_url=url, now=clock
        )
        jumps = Jumps(JumpStore(database), url, clock)
        house = LinkWorld(
            url,
            port,
            clock,
            database,
            local,
            client,
            store,
            requests,
            links,
            linking,
            pending,
            partings,
            jumps,
            file,
        )

        async def healthy() -> bool:
            return house.healthy[0]

        web = build_web(
            linking,
            jumps,
            texts(),
            public_url=url,
            picture_origin=local.url,
            auth_url=local.url,
            healthy=healthy,
        )
        async with serve(web, "127.0.0.1", port, bounds):
            yield house


@cache
def texts() -> Texts:
    """The catalogues, read once for all tests."""
    return Texts()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that nobody announces."""
    async with asyncio.timeout(20):
        while not await happened():  # noqa: ASYNC110 - it has no event to wait for
            await asyncio.sleep(0.005)
