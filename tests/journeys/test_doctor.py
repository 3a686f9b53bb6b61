"""The doctor against a Discord and a Kakao with each fault switched on."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from bot.cli import doctor, doctor_kakao
from bot.cli.findings import Finding, State
from bot.config import Config
from bot.texts import Locale
from sandbox.discord.intents import Intent
from sandbox.kakao.state import Level
from storage.database import open_database
from storage.links import LinkStore
from storage.vault import Vault
from tests.support.linking import texts
from tests.support.world import World, open_world
from tests.unit.test_keys import NEW, OLD, ended, link_of

KOREAN = "필요한 설정이 모두 있어요."
ENGLISH = "All required settings are set."

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A Kkachi that is well."""
    async with open_world(tmp_path_factory.mktemp("doctor")) as world:
        world.settings["KAKAO_ADMIN_KEY"] = world.kakao.app.admin_key
        world.settings["KAKAO_JAVASCRIPT_KEY"] = world.kakao.app.javascript_key
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
    assert len(findings) == 13


@pytest.mark.parametrize(("lang", "first"), [("ko", KOREAN), ("en", ENGLISH)])
async def test_a_person_reads_a_line_for_each_check(
    running: World, tmp_path: Path, lang: str, first: str
) -> None:
    status, out = await ended(running.settings, tmp_path, "doctor", "--lang", lang)
    lines = out.splitlines()
    assert (status, len(lines)) == (0, 14)
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
    assert "can read" not in out


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
        (("DATABASE_URL", "sqlite+aiosqlite:////proc/kkachi.db"), "database", "does not open"),
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


def forget_commands(world: World) -> Callable[[], None]:
    book = world.discord.world.books.pop(None)
    return lambda: world.discord.world.books.update({None: book})


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
        (forget_commands, "discord-commands", ("warning", "kkachi sync")),
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
