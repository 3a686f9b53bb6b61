"""What `attach` puts on a bot and where the cogs find it."""

from dataclasses import replace
from typing import Protocol, cast

import discord
from discord.ext import commands

from bot.discord.notices import Notices
from bot.discord.unreadable import guard_events
from bot.services.services import Services
from bot.texts import Texts

AnyBot = commands.Bot | commands.AutoShardedBot


class HasKkachi(Protocol):
    """A bot that was given Kkachi."""

    kkachi: Services
    kkachi_notices: Notices
    kkachi_commands: dict[str, int]


def services_of(client: discord.Client) -> Services:
    """Return the services that were attached to this bot."""
    return cast("HasKkachi", client).kkachi


def notices_of(client: discord.Client) -> Notices:
    """Return the notices that were attached to this bot."""
    return cast("HasKkachi", client).kkachi_notices


def command_ids_of(bot: AnyBot) -> dict[str, int]:
    """Return the ids of this bot's commands by their names, as far as they are known."""
    return cast("HasKkachi", bot).kkachi_commands


async def attach(bot: AnyBot, services: Services) -> None:
    """Give Kkachi's commands to any discord.py bot, best in its `setup_hook`.

        async with open_services(config) as services, at_work(services):
            await attach(bot, services)

    Korean names need `await bot.tree.set_translator(CommandTexts(services.texts))` as well, and
    `register_commands(bot)` in place of `bot.tree.sync()` lets answers name commands that can be
    pressed. From then on an event of Discord that cannot be read costs this bot nothing but that
    event.
    """
    guard_events(bot, services.metrics.event_lost)
    kkachi = cast("HasKkachi", bot)
    kkachi.kkachi_commands = {}
    kkachi.kkachi = replace(services, texts=Texts(kkachi.kkachi_commands))
    kkachi.kkachi_notices = Notices(bot)
    services.carrier.awaiting[:] = [kkachi.kkachi_notices.awaits]
    for extension in services.plugins.names:
        await bot.load_extension(extension)
