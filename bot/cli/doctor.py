"""`kkachi doctor`: looks at everything Kkachi needs, one thing after the other."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from aiohttp import ClientSession, ClientTimeout

from bot.app import kakao_app
from bot.cli import doctor_alerts, doctor_discord, doctor_kakao, doctor_own, doctor_web
from bot.cli.exit import give_up
from bot.cli.findings import Check, Finding, Patient, State
from bot.config import (
    Config,
    ConfigError,
    exposed_files,
    load_config,
    system_language,
)
from bot.env_files import ENV_FILES, settings_file
from bot.kakao import KakaoClient, open_http
from bot.texts import Locale, Texts, pick_locale
from storage.database import StorageError, open_database

PATIENCE = ClientTimeout(total=10)
MARKS = {State.OK: "✅", State.WARNING: "⚠️ ", State.FAILURE: "❌", State.LATER: "⏳"}
# Consoles take a moment, and so does whoever clicks there.
WATCH_SECONDS = 10.0
Lang = Annotated[str, typer.Option(help="ko or en; else the language of this system.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")]
Watch = Annotated[bool, typer.Option("--watch", help="Look again until nothing is wrong.")]
# Where each setting's value comes from; others stand in .env.example alone.
PLACES: Mapping[str, str] = {
    "DISCORD_TOKEN": "setup-discord-token",
    "KAKAO_REST_API_KEY": "setup-kakao-rest-api-key",
    "KAKAO_CLIENT_SECRET": "doctor-place-kakao-secret",
    "PUBLIC_URL": "setup-public-url",
    "TOKEN_KEYS": "doctor-place-token-keys",
    "DATABASE_URL": "doctor-place-database",
    "LINK_PROOF": "doctor-place-discord-secret",
    "ALERT_CHANNEL_ID": "doctor-place-alert-channel",
    "ALERT_URL": "doctor-place-alert-url",
    "OPERATOR_INVITE": "doctor-place-invite",
}
Show = Callable[["Line"], None]
Sleep = Callable[[float], Awaitable[None]]
CHECKS: tuple[Check, ...] = (
    *doctor_discord.CHECKS,
    *doctor_alerts.CHECKS,
    *doctor_kakao.CHECKS,
    *doctor_web.CHECKS,
    *doctor_own.CHECKS,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A finding in words."""

    check: str
    state: State
    text: str


def doctor(
    lang: Lang = "",
    as_json: AsJson = False,  # noqa: FBT002 - Typer makes a flag of it
    watch: Watch = False,  # noqa: FBT002 - the same
) -> None:
    """Look at everything Kkachi needs, and say what to do where something is wrong.

    It changes nothing: neither the database nor what Kakao and Discord hold.
    """
    if as_json and watch:
        give_up("--json is for one look; leave out --watch.")
    wanted = pick_locale(lang or system_language())
    # The operator's own cogs may lie where Kkachi is started.
    sys.path.append(str(Path.cwd()))
    if watch:
        asyncio.run(watched(wanted, settings_file.get(), show))
        raise typer.Exit
    lines = asyncio.run(_collect(wanted, settings_file.get(), None if as_json else show))
    if as_json:
        typer.echo(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=2))
    raise typer.Exit(int(_is_ill(lines)))


async def watched(wanted: Locale, file: str, show: Show, sleep: Sleep = asyncio.sleep) -> None:
    """Look again and again, with the settings as they are then, until nothing is wrong.

    What has not changed since the last look is not shown again.
    """
    texts, before = Texts(), list[Line]()

    def show_news(line: Line) -> None:
        if not any(_says_the_same(line, one) for one in before):
            show(line)

    while True:
        lines = await _collect(wanted, file, show_news)
        if not _is_ill(lines):
            return
        if not before:
            typer.echo(texts.say(wanted, "doctor-watching", seconds=int(WATCH_SECONDS)))
        before = lines
        await sleep(WATCH_SECONDS)


def _says_the_same(line: Line, other: Line) -> bool:
    """Tell whether a line is no news; how much room a disk has is none while it is enough."""
    is_well = line.state is other.state is State.OK
    return line == other or (is_well and line.check == other.check)


def _is_ill(lines: Sequence[Line]) -> bool:
    return any(line.state is State.FAILURE for line in lines)


def show(line: Line) -> None:
    """Print a line for a person."""
    typer.echo(f"{MARKS[line.state]} {line.check}: {line.text}")


async def _collect(wanted: Locale, file: str, show: Show | None) -> list[Line]:
    lines: list[Line] = []
    async for line in _lines(wanted, file, Texts()):
        lines.append(line)
        if show is not None:
            show(line)
    return lines


async def _lines(wanted: Locale, env_file: str, texts: Texts) -> AsyncIterator[Line]:
    try:
        config = load_config(env_file)
    except ConfigError as error:
        for text in error.lines:
            yield Line("settings", State.FAILURE, _with_place(text, wanted, texts))
        return
    yield Line("settings", State.OK, texts.say(wanted, "doctor-settings-ok"))
    for file in exposed_files({*ENV_FILES, env_file}):
        told = texts.say(wanted, "doctor-settings-exposed", file=file)
        yield Line("settings", State.WARNING, told)
    async for name, finding in examine(config):
        yield Line(name, finding.state, texts.say(wanted, finding.key, **finding.arguments))


def _with_place(text: str, wanted: Locale, texts: Texts) -> str:
    """Add to what is wrong with a setting where its value comes from."""
    name = text.partition(":")[0]
    return f"{text}. {texts.say(wanted, PLACES[name])}" if name in PLACES else text


async def examine(config: Config) -> AsyncIterator[tuple[str, Finding]]:
    """Yield each check's name with what it found."""
    async with opened(config) as patient:
        for check in CHECKS:
            yield check.name, await checked(check, patient)


async def checked(check: Check, patient: Patient) -> Finding:
    """Return what a check finds; one that fails itself says so."""
    try:
        return await check.look(patient)
    except Exception as error:  # noqa: BLE001 - the other checks are worth their answers
        return Finding.failure("doctor-broken", error=type(error).__name__)


@asynccontextmanager
async def opened(config: Config) -> AsyncIterator[Patient]:
    """Open the ways to ask whoever the settings name."""
    async with ClientSession(timeout=PATIENCE) as browser, open_http() as http:
        kakao = KakaoClient(http, kakao_app(config))
        yield Patient(config, browser, kakao, time.time, await _unopened(config))


async def _unopened(config: Config) -> StorageError | None:
    """Return why the database does not open as it is."""
    try:
        async with open_database(config.database_url, exclusive=False, as_it_is=True):
            return None
    except StorageError as error:
        return error
