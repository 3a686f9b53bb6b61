"""Whether Discord knows us, and what it lets us see."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import ClientError

from bot.app import open_services
from bot.cli.findings import Check, Finding, Look, Patient, unopened
from bot.discord.connection import commands_differ
from storage.database import StorageError

# Discord keeps two flags for it: one for small bots, one for those it has verified.
MAY_READ_MESSAGES = 1 << 18 | 1 << 19
BY_USERS, COMMANDS = "1", "applications.commands"  # an install, and the scope it needs


class _Refused(Exception):
    """Discord does not accept the token."""


async def token(patient: Patient) -> Finding:
    """Look whether Discord accepts the bot token."""
    me = await _ask(patient, "/users/@me")
    return Finding.ok("doctor-discord-ok", name=str(me.get("username", "")))


async def intents(patient: Patient) -> Finding:
    """Look whether Discord lets us read what people write."""
    application = await _ask(patient, "/applications/@me")
    if application.get("flags", 0) & MAY_READ_MESSAGES:
        return Finding.ok("doctor-intents-ok")
    return Finding.warning("doctor-intents-missing")


async def commands(patient: Patient) -> Finding:
    """Look whether Discord has the commands of this version."""
    application = await _ask(patient, "/applications/@me")
    path = f"/applications/{application['id']}/commands?with_localizations=true"
    registered = await _ask(patient, path)
    by_users = _user_install(application) is not None
    try:
        async with open_services(patient.config, exclusive=False) as services:
            differ = await commands_differ(patient.config, services, registered, by_users=by_users)
    except StorageError as error:
        return unopened(error)
    if differ:
        return Finding.warning("doctor-commands-differ")
    return Finding.ok("doctor-commands-ok", count=len(registered))


async def user_install(patient: Patient) -> Finding:
    """Look whether people may add Kkachi to their own account, if that is wanted."""
    if not patient.config.user_install:
        return Finding.ok("doctor-user-install-off")
    install = _user_install(await _ask(patient, "/applications/@me"))
    if install is None:
        return Finding.warning("doctor-user-install-missing")
    # Without a link of Discord's own there are no scopes to look at.
    scopes = (install.get("oauth2_install_params") or {}).get("scopes", [COMMANDS])
    if COMMANDS not in scopes:
        return Finding.warning("doctor-user-install-scope")
    return Finding.ok("doctor-user-install-ok")


def _user_install(application: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return how people add Kkachi to their own account, None where they cannot."""
    found: Mapping[str, Any] | None
    found = (application.get("integration_types_config") or {}).get(BY_USERS)
    return found


async def _ask(patient: Patient, path: str) -> Any:  # noqa: ANN401 - whatever Discord's JSON holds
    headers = {"Authorization": f"Bot {patient.config.discord_token.get_secret_value()}"}
    address = f"{patient.config.discord_api_url}{path}"
    async with patient.browser.get(address, headers=headers) as response:
        if response.status == HTTPStatus.UNAUTHORIZED:
            raise _Refused
        response.raise_for_status()
        return await response.json()


def _answering(look: Look) -> Look:
    """Let a check say so when Discord does not answer it."""

    async def careful(patient: Patient) -> Finding:
        try:
            return await look(patient)
        except _Refused:
            return Finding.failure("doctor-discord-token-refused")
        except (ClientError, TimeoutError, OSError):
            address = patient.config.discord_api_url
            return Finding.failure("doctor-discord-unreachable", address=address)

    return careful


CHECKS = (
    Check("discord-token", _answering(token)),
    Check("discord-intents", _answering(intents)),
    Check("discord-commands", _answering(commands)),
    Check("discord-user-install", _answering(user_install)),
)
