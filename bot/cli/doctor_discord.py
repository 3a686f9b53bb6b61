"""Whether Discord knows us, and what it lets us see."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import ClientError

from bot.app import open_beside
from bot.cli.findings import Check, Finding, Look, Patient, unopened
from bot.discord.connection import CannotLoad, commands_differ
from storage.database import StorageError

# Discord keeps two flags for it: one for small bots, one for those it has verified.
MAY_READ_MESSAGES = 1 << 18 | 1 << 19
BY_USERS, COMMANDS = "1", "applications.commands"  # an install, and the scope it needs
EVERYTHING = (1 << 64) - 1
ADMINISTRATOR, VIEW, SEND, SEND_IN_THREADS = 1 << 3, 1 << 10, 1 << 11, 1 << 38
THREADS = {10, 11, 12}
NO_CODE = "doctor"


class _Refused(Exception):
    """Discord does not accept the token."""


class _Hidden(Exception):
    """What was asked for is not there, or not for the bot to see."""


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
        async with open_beside(patient.config) as services:
            differ = await commands_differ(patient.config, services, registered, by_users=by_users)
    except StorageError as error:
        return unopened(error)
    except CannotLoad as error:
        return Finding.failure("doctor-cogs-broken", what=str(error))
    if differ and patient.is_new:
        return Finding.later("doctor-commands-first")
    if differ:
        return Finding.warning("doctor-commands-differ")
    return Finding.ok("doctor-commands-ok", count=len(registered))


async def secret(patient: Patient) -> Finding:
    """Look whether Discord accepts the client secret, by a code that cannot be one."""
    given = patient.config.discord_client_secret.get_secret_value()
    if not given:
        return Finding.ok("doctor-discord-secret-none")
    application = await _ask(patient, "/applications/@me")
    form = {
        "grant_type": "authorization_code",
        "code": NO_CODE,
        "redirect_uri": f"{patient.config.public_url}/oauth/discord/callback",
        "client_id": str(application["id"]),
        "client_secret": given,
    }
    address = f"{patient.config.discord_api_url}/oauth2/token"
    async with patient.browser.post(address, data=form) as response:
        answer = await response.json()
    if answer.get("error") == "invalid_client":
        return Finding.failure("doctor-discord-secret-wrong")
    return Finding.ok("doctor-discord-secret-ok")


async def alerts(patient: Patient) -> Finding:
    """Look whether Kkachi may write where the operator reads its alarms."""
    channel_id = patient.config.alert_channel_id
    if not channel_id:
        elsewhere = bool(patient.config.alert_url.get_secret_value())
        return (
            Finding.ok("doctor-alerts-elsewhere")
            if elsewhere
            else Finding.warning("doctor-alerts-none")
        )
    try:
        channel = await _ask(patient, f"/channels/{channel_id}")
        may = await _permissions(patient, channel)
    except _Hidden:
        return Finding.failure("doctor-alerts-hidden", channel=str(channel_id))
    name = str(channel.get("name", channel_id))
    wanted = VIEW | (SEND_IN_THREADS if channel["type"] in THREADS else SEND)
    if may & wanted != wanted:
        return Finding.failure("doctor-alerts-closed", name=name)
    return Finding.ok("doctor-alerts-ok", name=name)


async def _permissions(patient: Patient, channel: Mapping[str, Any]) -> int:
    """Return what the bot may do in a channel, as Discord documents the computation."""
    if "guild_id" not in channel:
        return EVERYTHING
    me = await _ask(patient, "/users/@me")
    guild = await _ask(patient, f"/guilds/{channel['guild_id']}")
    member = await _ask(patient, f"/guilds/{guild['id']}/members/{me['id']}")
    # A thread has no overwrites of its own.
    place = (
        channel
        if channel["type"] not in THREADS
        else await _ask(patient, f"/channels/{channel['parent_id']}")
    )
    mine = {guild["id"], *member["roles"]}
    allowed = 0
    for role in guild["roles"]:
        allowed |= int(role["permissions"]) if role["id"] in mine else 0
    if allowed & ADMINISTRATOR or guild["owner_id"] == me["id"]:
        return EVERYTHING
    overwrites = {one["id"]: one for one in place.get("permission_overwrites", [])}
    for group in ([guild["id"]], member["roles"], [me["id"]]):
        found = [overwrites[one] for one in group if one in overwrites]
        for one in found:
            allowed &= ~int(one["deny"])
        for one in found:
            allowed |= int(one["allow"])
    return allowed


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
        if response.status in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
            raise _Hidden
        response.raise_for_status()
        return await response.json()


def _answering(look: Look) -> Look:
    """Let a check say so when Discord does not answer it."""

    async def careful(patient: Patient) -> Finding:
        try:
            return await look(patient)
        except _Refused:
            return Finding.failure("doctor-discord-token-refused")
        except (ClientError, TimeoutError, OSError, _Hidden):
            address = patient.config.discord_api_url
            return Finding.failure("doctor-discord-unreachable", address=address)

    return careful


CHECKS = (
    Check("discord-token", _answering(token)),
    Check("discord-intents", _answering(intents)),
    Check("discord-commands", _answering(commands)),
    Check("discord-secret", _answering(secret)),
    Check("alerts", _answering(alerts)),
    Check("discord-user-install", _answering(user_install)),
)
