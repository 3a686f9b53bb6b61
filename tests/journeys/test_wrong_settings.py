"""Each wrong setting of a long list: the doctor names it and its place, and blames nothing else."""

import base64
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession, DummyCookieJar, web
from multidict import CIMultiDict

from bot.cli.findings import Finding, State
from tests.journeys.test_doctor import (
    close_the_staffs_channel,
    examine,
    forget_commands,
    keep_to_servers,
    said,
    switch_login_off,
    switch_off,
    withdraw_content,
)
from tests.support.telemetry import STAFF
from tests.support.world import World, free_port, open_world
from tests.unit.test_keys import ended

NOWHERE = "http://127.0.0.1:9"
ANOTHER_KEY = base64.b64encode(b"another key of thirty-two bytes!").decode()
SECRET = {"TOKEN_KEYS", "ALERT_URL", "DATABASE_URL"}
BAD = {State.FAILURE, State.WARNING}
REDIRECT = "/oauth/kakao/callback"
Mend = Callable[[], None]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class Proxy:
    """A reverse proxy before Kkachi, that passes on what is needed unless told otherwise."""

    def __init__(self) -> None:
        self.behind = ""
        self.host = ""
        self.is_silent = False

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._pass_on)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.Response:
        sent = dict(request.headers) | {"Host": self.host or request.host}
        if not self.is_silent:
            sent |= {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
        async with (
            ClientSession(cookie_jar=DummyCookieJar()) as http,
            http.request(
                request.method,
                f"{self.behind}{request.path_qs}",
                headers=sent,
                data=await request.read(),
                allow_redirects=False,
            ) as answer,
        ):
            own = {"Content-Length", "Transfer-Encoding", "Connection", "Content-Encoding"}
            kept = [(name, one) for name, one in answer.headers.items() if name not in own]
            return web.Response(
                body=await answer.read(), status=answer.status, headers=CIMultiDict(kept)
            )


PROXY = Proxy()


def set_host(_: World) -> Mend:
    PROXY.host = "backend"
    return lambda: setattr(PROXY, "host", "")


def be_silent(_: World) -> Mend:
    PROXY.is_silent = True
    return lambda: setattr(PROXY, "is_silent", False)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A Kkachi that is well, with a member who is linked."""
    async with (
        open_world(tmp_path_factory.mktemp("wrong"), bot=False) as world,
        PROXY.serve() as url,
    ):
        PROXY.behind = f"http://127.0.0.1:{world.settings['WEB_PORT']}"
        world.public_url = world.settings["PUBLIC_URL"] = url
        world.kakao.app.redirect_uris.add(f"{url}{REDIRECT}")
        world.kakao.app.product_link_domains.append(url)
        world.settings["KAKAO_ADMIN_KEY"] = world.kakao.app.admin_key
        world.settings["KAKAO_JAVASCRIPT_KEY"] = world.kakao.app.javascript_key
        world.settings["ALERT_CHANNEL_ID"] = str(world.discord.guild.channel(STAFF).id)
        world.settings["DISCORD_CLIENT_SECRET"] = world.discord.portal.client_secret
        await world.start_bot()
        await world.link("민지")
        yield world


@pytest.mark.parametrize(
    ("setting", "value", "place"),
    [
        ("DISCORD_TOKEN", None, "Bot > Reset Token"),
        ("KAKAO_REST_API_KEY", None, "[App] > [Platform key] > [REST API key]"),
        ("KAKAO_CLIENT_SECRET", None, "[REST API key] > [Client secret]"),
        ("PUBLIC_URL", None, "The address at which people outside reach Kkachi"),
        ("PUBLIC_URL", "kkachi.example.com", "starts with https://"),
        ("TOKEN_KEYS", None, "`kkachi keys new`"),
        ("TOKEN_KEYS", "c2hvcnQ=", "key 1 is not base64 of 32 bytes. `kkachi keys new`"),
        ("DATABASE_URL", "mysql://localhost/kkachi", "sqlite+aiosqlite:// or postgresql+asyncpg"),
        ("LINK_PROOF", "discord", "OAuth2 > Client Secret"),
        ("LINK_PROOF", "phone", "'code' or 'discord'"),
        ("ALERT_URL", "ntfy.sh/kkachi", "starts with https://"),
        ("ALERT_CHANNEL_ID", "#staff", "Copy Channel ID"),
        ("OPERATOR_INVITE", "discord.gg/abc", "Invite People"),
        ("WEB_PORT", "80800", "65535"),
        ("KAKAO_RESET_HOUR", "24", "23"),
        ("LOG_LEVEL", "LOUD", "DEBUG"),
    ],
)
async def test_a_setting_that_cannot_be_one_is_named_with_its_place_and_alone(
    running: World, tmp_path: Path, setting: str, value: str | None, place: str
) -> None:
    settings = {name: one for name, one in running.settings.items() if name != setting}
    settings.pop("DISCORD_CLIENT_SECRET" if setting == "LINK_PROOF" else "", None)
    given = settings if value is None else settings | {setting: value}
    status, out = await ended(given, tmp_path, "doctor", "--lang", "en")
    [line] = out.splitlines()
    assert status == 1
    assert line.startswith(f"❌ settings: {setting}: ")
    assert place in line
    assert setting not in SECRET or value is None or value not in line


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong: what the doctor names it, and by what else it may show."""

    name: str
    check: str
    says: str
    settings: Callable[[World], dict[str, str]] = lambda _world: {}
    fault: Callable[[World], Mend] | None = None
    through: Callable[[World], AbstractAsyncContextManager[str]] | None = None
    """Stands at another PUBLIC_URL."""
    also: str = ""


def set_to(name: str, value: str) -> Callable[[World], dict[str, str]]:
    return lambda _world: {name: value}


def away_from_kakao(world: World) -> dict[str, str]:
    """Return an address that nobody has, though Kakao knows it."""
    url = f"http://127.0.0.1:{free_port()}"
    world.kakao.app.redirect_uris.add(f"{url}/oauth/kakao/callback")
    return {"PUBLIC_URL": url}


def unregister(world: World) -> Mend:
    before = set(world.kakao.app.redirect_uris)
    world.kakao.app.redirect_uris.clear()
    return lambda: world.kakao.app.redirect_uris.update(before)


@asynccontextmanager
async def somebody_else(_: World, status: int = 404) -> AsyncIterator[str]:
    """Serve something that is no Kkachi."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="Welcome to nginx!", status=status)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


WRONG = (
    Wrong("token", "discord-token", "Bot > Reset Token", set_to("DISCORD_TOKEN", "not.the.token")),
    Wrong(
        "discord-address", "discord-token", "DISCORD_API_URL", set_to("DISCORD_API_URL", NOWHERE)
    ),
    Wrong("intent", "discord-intents", "Message Content Intent", fault=withdraw_content),
    Wrong("commands", "discord-commands", "kkachi sync", fault=forget_commands),
    Wrong(
        "user-install",
        "discord-user-install",
        "Installation > Installation Contexts",
        fault=keep_to_servers,
        also="kkachi sync",
    ),
    Wrong(
        "client-secret",
        "discord-secret",
        "OAuth2 > Client Secret",
        set_to("DISCORD_CLIENT_SECRET", "wrong"),
    ),
    Wrong(
        "rest-key", "kakao-key", "KAKAO_REST_API_KEY", set_to("KAKAO_REST_API_KEY", "no-such-key")
    ),
    Wrong("kakao-secret", "kakao-key", "[Client secret]", set_to("KAKAO_CLIENT_SECRET", "wrong")),
    Wrong("kakao-login", "kakao-key", "KAKAO_AUTH_URL", set_to("KAKAO_AUTH_URL", NOWHERE)),
    Wrong("kakao-api", "kakao-api", "KAKAO_API_URL", set_to("KAKAO_API_URL", NOWHERE)),
    Wrong("redirect", "kakao-redirect", "[Kakao Login redirect URI]", fault=unregister),
    Wrong("login-off", "kakao-redirect", "[Kakao Login] > [General]", fault=switch_login_off),
    Wrong(
        "talk-message",
        "kakao-consents",
        "[Kakao Login] > [Consent items]",
        fault=switch_off("talk_message"),
    ),
    Wrong(
        "friends", "kakao-consents", "[Request additional features]", fault=switch_off("friends")
    ),
    Wrong("no-admin-key", "webhooks", "[Admin key]", set_to("KAKAO_ADMIN_KEY", "")),
    Wrong("admin-key", "webhooks", "KAKAO_ADMIN_KEY", set_to("KAKAO_ADMIN_KEY", "another")),
    Wrong(
        "javascript-key", "kakao-sharing", "[JavaScript key]", set_to("KAKAO_JAVASCRIPT_KEY", "")
    ),
    Wrong("public-url", "public-url", "cannot be reached", away_from_kakao),
    Wrong(
        "public-url-unknown-to-kakao",
        "kakao-redirect",
        REDIRECT,
        set_to("PUBLIC_URL", NOWHERE),
        also=f"{NOWHERE} cannot be reached",
    ),
    Wrong(
        "somebody-else",
        "public-url",
        "Something other than Kkachi",
        through=somebody_else,
    ),
    Wrong(
        "proxy-host",
        "proxy",
        "proxy_set_header Host",
        fault=set_host,
        also="See the line about the proxy",
    ),
    Wrong("proxy-silent", "proxy", "X-Forwarded-For", fault=be_silent),
    Wrong("keys", "keys", "TOKEN_KEYS", set_to("TOKEN_KEYS", ANOTHER_KEY)),
    Wrong(
        "database", "database", "DATABASE_URL", set_to("DATABASE_URL", "sqlite+aiosqlite:////proc")
    ),
    Wrong("no-alerts", "alerts", "Copy Channel ID", set_to("ALERT_CHANNEL_ID", "0")),
    Wrong("alerts-hidden", "alerts", "ALERT_CHANNEL_ID", set_to("ALERT_CHANNEL_ID", "12345")),
    Wrong("alerts-closed", "alerts", "ALERT_CHANNEL_ID", fault=close_the_staffs_channel),
    Wrong("alert-url", "alert-url", "ALERT_URL", set_to("ALERT_URL", f"{NOWHERE}/hook")),
    Wrong("cogs", "cogs", "COGS", set_to("COGS", "cogs.link,my.cog")),
)


@contextmanager
def faulty(wrong: Wrong, world: World) -> Iterator[None]:
    mend = wrong.fault(world) if wrong.fault else lambda: None
    try:
        yield
    finally:
        mend()


async def found(world: World, wrong: Wrong) -> dict[str, Finding]:
    with faulty(wrong, world):
        if wrong.through is None:
            return await examine(world, **wrong.settings(world))
        async with wrong.through(world) as url:
            world.kakao.app.redirect_uris.add(f"{url}{REDIRECT}")
            return await examine(world, PUBLIC_URL=url)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
async def test_what_is_wrong_is_named_with_its_place_and_nothing_else_is(
    running: World, wrong: Wrong
) -> None:
    findings = await found(running, wrong)
    assert findings[wrong.check].state in BAD
    assert wrong.says in said(findings[wrong.check])
    assert said(findings[wrong.check], "ko")
    told = {name: said(one) for name, one in findings.items() if one.state in BAD}
    names = (wrong.says, said(findings[wrong.check]), wrong.also or wrong.says)
    blamed = {name: text for name, text in told.items() if not any(one in text for one in names)}
    assert blamed == {}
    assert all(said(one) for one in findings.values())


async def test_the_list_is_long() -> None:
    assert len(WRONG) >= 28
    assert len({wrong.name for wrong in WRONG}) == len(WRONG)


@pytest.mark.parametrize(
    ("path", "status", "state"),
    [("/api/webhooks/1/x", 200, "ok"), ("/api/webhooks/1/x", 404, "failure"), ("/hook", 405, "ok")],
)
async def test_whether_an_alert_can_arrive_is_asked_without_sending_one(
    running: World, path: str, status: int, state: str
) -> None:
    form = "discord" if path.startswith("/api") else ""
    async with somebody_else(running, status) as url:
        one = (await examine(running, ALERT_URL=f"{url}{path}", ALERT_FORM=form))["alert-url"]
    assert one.state == state
    assert "ALERT_URL" in said(one)
