"""`kkachi setup`: asks for what a first start needs, one after another, and looks at each."""

import asyncio
import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import doctor, doctor_discord, doctor_kakao
from bot.cli.exit import give_up
from bot.cli.findings import Check, Finding, State
from bot.config import (
    KEY_BYTES,
    Config,
    ConfigError,
    given_already,
    read_config,
    system_language,
)
from bot.env_files import settings_file
from bot.texts import Locale, Texts, pick_locale
from storage.files import OWNER_ONLY

NoInput = Annotated[
    bool, typer.Option("--no-input", help="Ask for nothing: all comes from the environment.")
]
NoWatch = Annotated[bool, typer.Option("--no-watch", help="Leave out the doctor at the end.")]
CHECKS: Mapping[str, Check] = {
    check.name: check for check in (*doctor_discord.CHECKS, *doctor_kakao.CHECKS)
}
# What the others are while one of them is looked at.
NOT_YET = {
    "discord_token": "-",
    "kakao_rest_api_key": "-",
    "kakao_client_secret": "-",
    "public_url": "http://localhost",
    "token_keys": base64.b64encode(bytes(KEY_BYTES)).decode(),
}


@dataclass(frozen=True, slots=True)
class Step:
    """Settings that belong together, and the check that looks at them."""

    names: tuple[str, ...]
    check: str | None


STEPS = (
    Step(("discord_token",), "discord-token"),
    Step(("kakao_rest_api_key", "kakao_client_secret"), "kakao-key"),
    Step(("public_url",), None),
)
SECRETS = {"discord_token", "kakao_client_secret"}


def setup(
    lang: doctor.Lang = "",
    no_input: NoInput = False,  # noqa: FBT002 - Typer makes a flag of it
    no_watch: NoWatch = False,  # noqa: FBT002 - the same
) -> None:
    """Ask for the settings of a first start, write them into .env, and look until all is well."""
    file = Path(settings_file.get())
    locale = pick_locale(lang or system_language())
    asking = _Setup(locale, may_ask=not no_input)
    if file.exists():
        give_up(asking.say("setup-there", file=str(file)))
    values = dict[str, str]()
    for step in STEPS:
        values |= asking.answers(step, values)
    values["token_keys"] = given_already()["token_keys"] or _new_key()
    config = asking.read(values) or give_up(*asking.wrong)
    _write(file, values)
    typer.echo(asking.say("setup-written", file=str(file)))
    typer.echo(asking.say("setup-register", redirect=config.redirect_uri, url=config.public_url))
    typer.echo(asking.say("setup-proxy") + "\n\n" + _proxy(config))
    if not no_watch:
        asyncio.run(doctor.watched(locale, str(file), doctor.show))


class _Setup:
    """Asks in one language, or takes what the environment has."""

    def __init__(self, locale: Locale, *, may_ask: bool) -> None:
        self._locale = locale
        self._may_ask = may_ask
        self._texts = Texts()
        self.wrong: list[str] = []
        """What the settings that were read last lack."""

    def say(self, key: str, **arguments: str) -> str:
        """Return a text in the language of whoever sets it up."""
        return self._texts.say(self._locale, key, **arguments)

    def answers(self, step: Step, before: Mapping[str, str]) -> dict[str, str]:
        """Return the values of a step once they are good, asking again until they are."""
        given = given_already()
        while True:
            values = {name: given[name] or self._asked(name) for name in step.names}
            config = self.read({**NOT_YET, **before, **values})
            if config is not None and self._is_good(step, config):
                return values
            for line in self.wrong:
                typer.echo(f"{doctor.MARKS[State.FAILURE]} {line}", err=True)
            if not self._may_ask or all(given[name] for name in step.names):
                give_up(self.say("setup-ends"))

    def read(self, values: Mapping[str, str]) -> Config | None:
        """Return the settings; None when something is wrong with them, which `wrong` holds."""
        self.wrong = []
        try:
            return read_config(values)
        except ConfigError as error:
            self.wrong = error.lines
            return None

    def _asked(self, name: str) -> str:
        if not self._may_ask:
            give_up(f"{name.upper()}: {self.say('setup-missing')}")
        typer.echo("\n" + self.say(f"setup-{name.replace('_', '-')}"))
        return str(typer.prompt(name.upper(), hide_input=name in SECRETS)).strip()

    def _is_good(self, step: Step, config: Config) -> bool:
        if step.check is None:
            return True
        finding = asyncio.run(_found(CHECKS[step.check], config))
        line = self._texts.say(self._locale, finding.key, **finding.arguments)
        typer.echo(f"{doctor.MARKS[finding.state]} {line}")
        return finding.state is not State.FAILURE


async def _found(check: Check, config: Config) -> Finding:
    async with doctor.opened(config) as patient:
        return await doctor.checked(check, patient)


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _write(file: Path, values: Mapping[str, str]) -> None:
    lines = [f"{name.upper()}='{value}'" for name, value in values.items()]
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except OSError as error:
        give_up(f"{file}: {error.strerror}")
    with os.fdopen(handle, "w", encoding="utf-8") as written:
        written.write("# .env.example explains these and all others.\n" + "\n".join(lines) + "\n")


def _proxy(config: Config) -> str:
    host = config.public_url.partition("://")[2]
    return f"{host} {{\n\treverse_proxy {config.web_host}:{config.web_port}\n}}"
