"""The doctor against a Discord and a Kakao with each fault switched on."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from sqlalchemy import text

from bot.cli import doctor, doctor_kakao, doctor_own, doctor_web
from bot.cli.findings import Finding, State
from bot.config import Config
from bot.texts import Locale
from bot.web.doctor import address_for
from sandbox.discord.intents import Intent
from sandbox.discord.permissions import Permission
from sandbox.discord.state import Overwrite
from sandbox.kakao.state import Level
from storage.database import open_database
from storage.links import LinkStore
from storage.vault import Vault
from tests.support.certificates import certified
from tests.support.linking import texts
from tests.support.postgres import EMPTY, Cluster
from tests.support.telemetry import STAFF
from tests.support.world import World, free_port, open_world
from tests.unit.test_keys import NEW, OLD, ended, link_of
from tests.unit.test_upgrades import two_versions_old, url_of

KOREAN = "필요한 설정이 모두 있어요."
CHECKS = 24
ENGLISH = "All required settings are set."

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A Kkachi that is well."""
    async with open_world(tmp_path_factory.mktemp("doctor")) as world:
        world.settings["KAKAO_ADMIN_KEY"] = world.kakao.app.admin_key
        world.settings["KAKAO_JAVASCRIPT_KEY"] = world.kakao.app.javascript_key
        world.settings["ALERT_CHANNEL_ID"] = str(world.discord.guild.channel(STAFF).id)
        world.settings["DISCORD_CLIENT_SECRET"] = world.discord.portal.client_secret
        await world.stop_bot()
        await world.start_bot()
        yield world


async def examine(world: World, **settings: str) -> dict[str, Finding]:
    """Let the doctor look at this world's settings, or at some that differ."""
    values = {name.lower(): value for name, value in (world.settings | settings).items()}
    config = Config(_env_file=None, **values)  # type: ignore[arg-type] # read from words, as ever
    return {name: finding async for name, finding in doctor.examine(config)}


def said(finding: Finding, locale: Locale = "en") -> str:
    return texts().say(locale, finding.key, **finding.arguments)


async def test_all_is_well(running: World) -> None:
    findings = await examine(running)
    assert {name: said(one) for name, one in findings.items() if one.state is not State.OK} == {}
    assert len(findings) == CHECKS


@pytest.mark.parametrize(("lang", "first"), [("ko", KOREAN), ("en", ENGLISH)])
async def test_a_person_reads_a_line_for_each_check(
    running: World, tmp_path: Path, lang: str, first: str
) -> None:
    status, out = await ended(running.settings, tmp_path, "doctor", "--lang", lang)
    lines = out.splitlines()
    assert (status, len(lines)) == (0, 1 + CHECKS)
    assert lines[0] == f"✅ settings: {first}"


async def test_a_program_reads_one_object_for_each_check(running: World, tmp_path: Path) -> None:
    settings = running.settings | {"KAKAO_CLIENT_SECRET": "wrong"}
    status, out = await ended(settings, tmp_path, "doctor", "--json")
    found = {line["check"]: line["state"] for line in json.loads(out)}
    assert (status, found["kakao-key"], found["database"]) == (1, "failure", "ok")


async def test_a_file_of_settings_that_everybody_may_read_is_told_of(
    running: World, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("")
    (tmp_path / ".env").chmod(0o644)
    status, out = await ended(running.settings, tmp_path, "doctor", "--lang", "en")
    told = "⚠️  settings: Everybody on this machine can read .env"
    assert (status, [line.startswith(told) for line in out.splitlines()].count(True)) == (0, 1)
    (tmp_path / ".env").chmod(0o640)
    _, out = await ended(running.settings, tmp_path, "doctor", "--lang", "en")
    assert "Everybody" not in out


async def test_the_command_line_reads_the_file_that_the_unit_reads(
    running: World, tmp_path: Path
) -> None:
    file = tmp_path / "kkachi.env"
    file.write_text("\n".join(f"{name}={value}" for name, value in running.settings.items()))
    named = ("--env-file", str(file))
    status, out = await ended({}, tmp_path, *named, "doctor", "--lang", "en")
    assert (status, "Everybody on this machine can read" in out) == (0, True)
    status, out = await ended({}, tmp_path, "--env-file", "elsewhere.env", "doctor")
    assert (status, "elsewhere.env: cannot be read: No such file" in out) == (1, True)
    status, out = await ended({}, tmp_path, "--env-file", "elsewhere.env", "run")
    assert (status, out.count("\n")) == (2, 1)


async def test_a_calendar_without_its_consent_item_is_told_of(running: World) -> None:
    without = await examine(running, KAKAO_CALENDAR="true")
    running.kakao.offer_calendar()
    found = await examine(running, KAKAO_CALENDAR="true")
    running.kakao.offer_calendar(on=False)
    assert (without["kakao-calendar"].state, found["kakao-calendar"].state) == (
        State.FAILURE,
        State.OK,
    )
    assert "The consent item talk_calendar is off" in said(without["kakao-calendar"])
    assert "is not proven yet" in said(found["kakao-calendar"])


async def test_missing_settings_are_all_it_looks_at(tmp_path: Path) -> None:
    status, out = await ended({}, tmp_path, "doctor", "--json")
    lines = json.loads(out)
    assert (status, {line["check"] for line in lines}) == (1, {"settings"})
    assert "TOKEN_KEYS: is missing" in str(lines)


@pytest.mark.parametrize(
    ("setting", "check", "says"),
    [
        (("DISCORD_TOKEN", "not.the.token"), "discord-token", "Reset Token"),
        (("DISCORD_API_URL", "http://127.0.0.1:9/api"), "discord-token", "cannot be reached"),
        (("KAKAO_REST_API_KEY", "no-such-key"), "kakao-key", "KOE101"),
        (("KAKAO_CLIENT_SECRET", "wrong"), "kakao-key", "KOE010"),
        (("KAKAO_AUTH_URL", "http://127.0.0.1:9"), "kakao-key", "cannot be reached"),
        (("PUBLIC_URL", "http://127.0.0.1:9"), "kakao-redirect", "/oauth/kakao/callback"),
        (("PUBLIC_URL", "http://127.0.0.1:9"), "public-url", "cannot be reached"),
        (("KAKAO_ADMIN_KEY", "another"), "webhooks", "same KAKAO_ADMIN_KEY"),
        (("DISCORD_CLIENT_SECRET", "wrong"), "discord-secret", "OAuth2 > Client Secret"),
        (("ALERT_CHANNEL_ID", "12345"), "alerts", "does not see the channel 12345"),
        (("COGS", "cogs.link,my.cog"), "cogs", "my.cog: ModuleNotFoundError"),
        (("COGS", "cogs.link,json"), "cogs", "json: no setup()"),
        (("COGS", "cogs.link,my.cog"), "discord-commands", "COGS"),
        (("DATABASE_URL", "sqlite+aiosqlite:////proc"), "database", "does not open"),
    ],
)
async def test_what_is_wrong_is_named_with_the_way_to_mend_it(
    running: World, setting: tuple[str, str], check: str, says: str
) -> None:
    findings = await examine(running, **dict([setting]))
    assert findings[check].state is State.FAILURE
    assert says in said(findings[check])
    assert said(findings[check], "ko")


def withdraw_content(world: World) -> Callable[[], None]:
    allowed = world.discord.world.allowed_intents
    world.discord.world.allowed_intents = allowed & ~Intent.MESSAGE_CONTENT
    return lambda: setattr(world.discord.world, "allowed_intents", allowed)


def close_the_staffs_channel(world: World) -> Callable[[], None]:
    closed = Overwrite(world.discord.world.bot.id, deny=Permission.SEND_MESSAGES, for_member=True)
    channel = world.discord.guild.channel(STAFF)
    channel.overwrites.append(closed)
    return lambda: channel.overwrites.remove(closed)


def forget_commands(world: World) -> Callable[[], None]:
    book = world.discord.world.books.pop(None)
    return lambda: world.discord.world.books.update({None: book})


def keep_to_servers(world: World) -> Callable[[], None]:
    world.discord.allow_user_install(False)
    return world.discord.allow_user_install


def switch_login_off(world: World) -> Callable[[], None]:
    world.kakao.app.login_on = False
    return lambda: setattr(world.kakao.app, "login_on", True)


def switch_off(scope: str) -> Callable[[World], Callable[[], None]]:
    def switch(world: World) -> Callable[[], None]:
        level = world.kakao.app.consent_items[scope]
        world.kakao.app.consent_items[scope] = Level.OFF
        return lambda: world.kakao.app.consent_items.update({scope: level})

    return switch


@pytest.mark.parametrize(
    ("fault", "check", "finding"),
    [
        (withdraw_content, "discord-intents", ("warning", "Message Content Intent")),
        (close_the_staffs_channel, "alerts", ("failure", "may not write in #운영진")),
        (forget_commands, "discord-commands", ("warning", "kkachi sync")),
        (
            keep_to_servers,
            "discord-user-install",
            ("warning", "Installation > Installation Contexts"),
        ),
        (switch_login_off, "kakao-redirect", ("failure", "[Kakao Login] > [General]")),
        (switch_off("talk_message"), "kakao-consents", ("failure", "talk_message")),
        (switch_off("friends"), "kakao-consents", ("warning", "friends")),
    ],
)
async def test_what_is_switched_off_elsewhere_is_found(
    running: World,
    fault: Callable[[World], Callable[[], None]],
    check: str,
    finding: tuple[str, str],
) -> None:
    mend = fault(running)
    try:
        found = (await examine(running))[check]
    finally:
        mend()
    assert found.state == finding[0]
    assert finding[1] in said(found)


async def test_optional_things_that_are_off_are_only_warnings(running: World) -> None:
    findings = await examine(running, KAKAO_ADMIN_KEY="", KAKAO_JAVASCRIPT_KEY="")
    assert [findings[name].state for name in ("webhooks", "kakao-sharing")] == ["warning"] * 2


async def test_a_clock_that_is_wrong_is_found(running: World) -> None:
    async with doctor.opened(running.config) as patient:
        late = replace(patient, now=lambda: patient.now() - 120)
        found = await doctor_kakao.clock(late)
    assert found.state is State.FAILURE
    assert "NTP" in said(found)


@pytest.mark.parametrize(
    ("keys", "state"),
    [((NEW, OLD), "warning"), ((OLD, NEW), "ok"), ((NEW,), "failure")],
)
async def test_keys_that_do_not_fit_the_tokens_are_found(
    running: World, tmp_path: Path, keys: tuple[bytes, ...], state: str
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'kkachi.db'}"
    async with open_database(url) as database:
        await LinkStore(database, Vault([OLD])).put(link_of(1))
    words = ",".join(base64.b64encode(key).decode() for key in keys)
    findings = await examine(running, DATABASE_URL=url, TOKEN_KEYS=words)
    assert findings["keys"].state == state


async def test_a_dictionary_that_is_missing_is_told_of(running: World, tmp_path: Path) -> None:
    (tmp_path / "mecab_ko.py").write_text("raise ImportError")
    settings = running.settings | {"PYTHONPATH": str(tmp_path)}
    status, out = await ended(settings, tmp_path, "doctor", "--lang", "en")
    assert status == 0
    assert "⚠️  korean: The package mecab-ko is not installed" in out


async def test_a_damaged_database_is_found(running: World, tmp_path: Path) -> None:
    (tmp_path / "bad.db").write_bytes(b"no database" * 1000)
    findings = await examine(running, DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path / 'bad.db'}")
    assert findings["database"].state is State.FAILURE
    assert "kkachi restore" in said(findings["database"])


async def test_a_database_of_a_newer_kkachi_is_found(running: World, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'kkachi.db'}"
    async with open_database(url) as database:
        await database.change(text("UPDATE alembic_version SET version_num = '9999'"))
    findings = await examine(running, DATABASE_URL=url)
    for name in ("discord-commands", "database", "keys"):
        assert findings[name].state is State.FAILURE
        assert "newer Kkachi" in said(findings[name])


async def test_a_database_of_an_older_kkachi_is_told_of_and_left_to_the_byte(
    running: World, tmp_path: Path
) -> None:
    two_versions_old(tmp_path)
    before = (tmp_path / "kkachi.db").read_bytes()
    findings = await examine(running, DATABASE_URL=url_of(tmp_path))
    for name in ("discord-commands", "database", "keys"):
        assert findings[name].state is State.WARNING
        assert "of an older Kkachi" in said(findings[name])
    assert (tmp_path / "kkachi.db").read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["kkachi.db"]  # noqa: ASYNC240


async def test_before_the_first_start_it_says_what_can_be_seen_afterwards_and_fails_for_nothing(
    running: World, tmp_path: Path
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    running.kakao.app.redirect_uris.add(f"{nowhere}/oauth/kakao/callback")
    new = {"DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/data/new.db", "PUBLIC_URL": nowhere}
    mend = forget_commands(running)
    try:
        status, out = await ended(running.settings | new, tmp_path, "doctor", "--json")
    finally:
        mend()
    states = {line["check"]: line["state"] for line in json.loads(out)}
    later = {name for name, state in states.items() if state == "later"}
    assert later == {"discord-commands", "public-url", "proxy", "webhooks", "database", "keys"}
    assert (status, "failure" in states.values()) == (0, False)
    assert [one.name for one in tmp_path.iterdir()] == ["kkachi.db"]  # noqa: ASYNC240


@asynccontextmanager
async def proxy_to(world: World, **headers: str | None) -> AsyncIterator[str]:
    """Stand between the doctor and Kkachi, and pass on these headers, or leave them out."""

    async def pass_on(request: web.Request) -> web.Response:
        sent = {"Host": request.host} | dict(request.headers)
        sent |= {name.replace("_", "-"): value for name, value in headers.items() if value}
        async with (
            ClientSession() as http,
            http.get(
                f"{world.public_url}{request.path_qs}", headers=sent, allow_redirects=False
            ) as answer,
        ):
            kind = answer.headers["Content-Type"]
            return web.Response(
                body=await answer.read(), status=answer.status, headers={"Content-Type": kind}
            )

    app = web.Application()
    app.router.add_get("/{tail:.*}", pass_on)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("headers", "state", "says"),
    [
        ({"X_Forwarded_For": "203.0.113.9"}, "ok", "passes on the name of the host"),
        ({}, "warning", "proxy_set_header X-Forwarded-For $remote_addr;"),
        ({"Host": "backend"}, "failure", "add: proxy_set_header Host $server_name; proxy_set_head"),
        ({"Host": "backend", "X_Real_IP": "1.1.1.1"}, "failure", "proxy_set_header Host $server"),
        ({"X_Forwarded_For": "1.1.1.1", "X_Forwarded_Proto": "https"}, "warning", "by https"),
    ],
)
async def test_what_the_proxy_leaves_out_is_named_with_the_line_to_add(
    running: World, headers: dict[str, str | None], state: str, says: str
) -> None:
    async with proxy_to(running, **headers) as address:
        found = (await examine(running, PUBLIC_URL=address))["proxy"]
    assert found.state == state
    assert says in said(found)


async def test_only_whoever_has_a_key_is_told_how_a_question_arrives_and_for_a_minute(
    running: World,
) -> None:
    now, [key] = time.time(), running.config.raw_token_keys
    asked = [(key, now), (bytes(32), now), (key, now - 120), (key, now + 120)]
    addresses = [address_for(running.public_url, key, at, "ab" * 16) for key, at in asked]
    async with ClientSession() as browser:
        answers = [await browser.get(address) for address in addresses]
        answers.append(await browser.get(f"{running.public_url}/doctor/x"))
        assert [answer.status for answer in answers] == [200, 404, 404, 404, 404]
        assert set(await answers[0].json()) == {
            "kkachi", "host", "scheme", "forwarding", "peer", "port",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("days", "state", "says"),
    [(60, "ok", "60 more days"), (5, "warning", "5 more days only"), (-1, "failure", "expired")],
)
async def test_a_certificate_that_ends_soon_is_told_of(
    running: World, days: int, state: str, says: str
) -> None:
    shown, trust = certified(days)
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0, ssl=shown)
    address = f"https://localhost:{server.sockets[0].getsockname()[1]}"
    async with server, doctor.opened(running.config) as patient:
        config = running.config.model_copy(update={"public_url": address})
        found = await doctor_web.certificate(replace(patient, config=config, trust=trust))
        stranger = await doctor_web.certificate(replace(patient, config=config))
    assert (found.state, stranger.state) == (state, "failure")
    assert says in said(found)


async def test_a_database_that_everybody_may_read_is_found(running: World, tmp_path: Path) -> None:
    (tmp_path / "kkachi.db").chmod(0o644)
    found = (await examine(running, DATABASE_URL=url_of(tmp_path)))["files"]
    assert (found.state, "kkachi.db" in said(found)) == ("warning", True)


@pytest.mark.parametrize(("free", "state"), [(10**6, "failure"), (110 * 2**20, "ok")])
async def test_a_disk_that_is_nearly_full_is_found(running: World, free: int, state: str) -> None:
    async with doctor.opened(running.config) as patient:
        found = await doctor_own.room(replace(patient, free=lambda _folder: free))
    assert found.state == state
    assert said(found, "ko")


async def test_watching_shows_what_changes_until_nothing_is_wrong(
    running: World, tmp_path: Path
) -> None:
    file = tmp_path / "watched.env"
    lines = [f"{name}={value}" for name, value in running.settings.items()]
    file.write_text("\n".join([*lines, "KAKAO_CLIENT_SECRET=wrong"]))
    shown: list[doctor.Line] = []

    async def mend(_seconds: float) -> None:
        shown.clear()
        file.write_text("\n".join(lines))
        file.chmod(0o600)

    await asyncio.wait_for(doctor.watched("en", str(file), shown.append, mend), 60)
    assert [(line.check, line.state) for line in shown] == [("kakao-key", State.OK)]


async def test_the_version_of_a_postgresql_is_found(running: World, cluster: Cluster) -> None:
    async with cluster.database(EMPTY) as url:
        before = (await examine(running, DATABASE_URL=url))["database"]
        assert before.state is State.LATER
        async with open_database(url):
            pass
        found = (await examine(running, DATABASE_URL=url))["database"]
    assert (found.state, "PostgreSQL 1" in said(found)) == ("ok", True)
