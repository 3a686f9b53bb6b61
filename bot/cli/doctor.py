"""`kkachi doctor`: looks at everything Kkachi needs, one thing after the other."""

import asyncio
import json
import locale
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Annotated

import typer
from aiohttp import ClientSession, ClientTimeout

from bot.app import kakao_app
from bot.cli import doctor_discord, doctor_kakao, doctor_own
from bot.cli.findings import Check, Finding, Patient, State
from bot.config import Config, ConfigError, exposed_files, load_config
from bot.kakao import KakaoClient, open_http
from bot.texts import Locale, Texts, pick_locale

PATIENCE = ClientTimeout(total=10)
MARKS = {State.OK: "✅", State.WARNING: "⚠️ ", State.FAILURE: "❌"}
CHECKS: tuple[Check, ...] = (
    *doctor_discord.CHECKS,
    *doctor_kakao.CHECKS,
    *doctor_own.CHECKS,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A finding in words."""

    check: str
    state: State
    text: str


def doctor(
    lang: Annotated[str, typer.Option(help="ko or en; else the language of this system.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,  # noqa: FBT002 - Typer makes a flag of it
) -> None:
    """Look at everything Kkachi needs, and say what to do where something is wrong."""
    wanted = pick_locale(lang or _language_of_system())
    lines = asyncio.run(_collect(wanted, show=None if as_json else _show))
    if as_json:
        typer.echo(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=2))
    raise typer.Exit(int(any(line.state is State.FAILURE for line in lines)))


def _language_of_system() -> str | None:
    locale.setlocale(locale.LC_ALL, "")
    return locale.getlocale()[0]


def _show(line: Line) -> None:
    typer.echo(f"{MARKS[line.state]} {line.check}: {line.text}")


async def _collect(wanted: Locale, *, show: Callable[[Line], None] | None) -> list[Line]:
    lines: list[Line] = []
    async for line in _lines(wanted, Texts()):
        lines.append(line)
        if show is not None:
            show(line)
    return lines


async def _lines(wanted: Locale, texts: Texts) -> AsyncIterator[Line]:
    try:
        config = load_config()
    except ConfigError as error:
        for text in error.lines:
            yield Line("settings", State.FAILURE, text)
        return
    yield Line("settings", State.OK, texts.say(wanted, "doctor-settings-ok"))
    for file in exposed_files():
        told = texts.say(wanted, "doctor-settings-exposed", file=file)
        yield Line("settings", State.WARNING, told)
    async for name, finding in examine(config):
        yield Line(name, finding.state, texts.say(wanted, finding.key, **finding.arguments))


async def examine(config: Config) -> AsyncIterator[tuple[str, Finding]]:
    """Yield each check's name with what it found."""
    async with opened(config) as patient:
        for check in CHECKS:
            yield check.name, await _checked(check, patient)


async def _checked(check: Check, patient: Patient) -> Finding:
    try:
        return await check.look(patient)
    except Exception as error:  # noqa: BLE001 - the other checks are worth their answers
        return Finding.failure("doctor-broken", error=type(error).__name__)


@asynccontextmanager
async def opened(config: Config) -> AsyncIterator[Patient]:
    """Open the ways to ask whoever the settings name."""
    async with ClientSession(timeout=PATIENCE) as browser, open_http() as http:
        yield Patient(config, browser, KakaoClient(http, kakao_app(config)), time.time)
