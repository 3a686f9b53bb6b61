"""Registers the commands where they differ from what Discord has, and learns their ids."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, cast

import discord
from discord import app_commands
from discord.http import Route

from bot.discord.plugin import AnyBot, command_ids_of

_log = logging.getLogger(__name__)

Registered = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu
# What makes two registrations the same; Discord adds ids, versions and defaults of its own.
COMPARED = (
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "options",
    "choices",
    "required",
    "autocomplete",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "channel_types",
    "nsfw",
    "default_member_permissions",
    "contexts",
    "integration_types",
)


def let_outside(command: Registered) -> None:
    """Let whoever has added this bot to their own account use a command wherever they are."""
    command.allowed_installs = app_commands.AppInstallationType(guild=True, user=True)
    command.allowed_contexts = app_commands.AppCommandContext(
        guild=True, dm_channel=True, private_channel=True
    )


def stay_home(bot: AnyBot) -> None:
    """Keep all commands to servers, and to direct messages with the bot."""
    for command in bot.tree.get_commands():
        if command.allowed_installs is not None and command.allowed_installs.user:
            command.allowed_installs = command.allowed_contexts = None


async def register_commands(bot: AnyBot, *, always: bool = False) -> bool:
    """Register the commands when they differ from what Discord has; tell whether they did.

    Where nobody can add this bot to their own account yet, none is registered for that.
    """
    if bot.application is not None and bot.application.user_integration_config is None:
        stay_home(bot)
    wanted = await wanted_commands(bot)
    registered = await _registered(bot)
    differ = always or in_order(registered) != in_order(wanted)
    if differ:
        # Not by `bot.tree.sync()`, which would translate all of it once more.
        registered = await bot.http.bulk_upsert_global_commands(_id(bot), payload=wanted)
        _log.info("%d commands are registered", len(wanted))
    _learn(command_ids_of(bot), registered)
    return differ


def _learn(ids: dict[str, int], registered: Sequence[Mapping[str, Any]]) -> None:
    typed = (one for one in registered if one["type"] == discord.AppCommandType.chat_input.value)
    ids.clear()
    ids.update({one["name"]: int(one["id"]) for one in typed})


async def wanted_commands(bot: AnyBot) -> list[dict[str, Any]]:
    """Return the commands as they are to be registered; the tree must have a translator."""
    translator = bot.tree.translator
    assert translator is not None  # noqa: S101  # whoever asks has set it
    commands = bot.tree.get_commands()
    return [await one.get_translated_payload(bot.tree, translator) for one in commands]


async def _registered(bot: AnyBot) -> Sequence[Mapping[str, Any]]:
    route = Route("GET", "/applications/{application_id}/commands", application_id=_id(bot))
    found = await bot.http.request(route, params={"with_localizations": "true"})
    return cast("Sequence[Mapping[str, Any]]", found)


def _id(bot: AnyBot) -> int:
    return bot.application_id or 0


def in_order(all_commands: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what makes registrations the same, in one order whatever order they came in."""
    plain = [_plain(command) for command in all_commands]
    return sorted(plain, key=lambda command: (command["type"], command["name"]))


def _plain(command: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _value(key, command[key]) for key in COMPARED if command.get(key)}


def _value(key: str, value: Any) -> Any:  # noqa: ANN401  # whatever Discord's JSON holds
    if key in {"options", "choices"}:
        return [_plain(part) for part in value]
    if key in {"contexts", "integration_types", "channel_types"}:
        return sorted(value)
    return str(value) if key == "default_member_permissions" else value
