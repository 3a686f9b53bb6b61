"""What `attach` puts on a bot and where the cogs find it."""

from typing import Protocol, cast

import discord
from discord.ext import commands

from bot.discord.notices import Notices
from bot.services import Services

AnyBot = commands.Bot | commands.AutoShardedBot


class HasKkachi(Protocol):
    """A bot that was given Kkachi."""

    kkachi: Services
    kkachi_notices: Notices


def services_of(client: discord.Client) -> Services:
    """Return the services that were attached to this bot."""
    return cast("HasKkachi", client).kkachi


def notices_of(client: discord.Client) -> Notices:
    """Return the notices that were attached to this bot."""
    return cast("HasKkachi", client).kkachi_notices
