"""The servers that Kkachi is in, as far as the gateway keeps them up to date."""

import discord
from discord.ext import commands

from bot.discord.plugin import AnyBot
from bot.errors import DiscordAway
from bot.services.servers.settings import GuildSettings
from bot.texts import Locale, pick_locale

Room = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
"""A place of a server in which messages are."""
AnyRoom = Room | discord.DMChannel | discord.GroupChannel | discord.PartialMessageable
"""A place in which messages are."""


def guild_of(bot: AnyBot, guild_id: int) -> discord.Guild | None:
    """Return a server as it is right now; None for one that Kkachi is not in.

    Raises DiscordAway while nobody knows: until the first greeting, while the gateway is away, and
    until Discord has shown the server.
    """
    guild = bot.get_guild(guild_id)
    if not _is_heard(bot, guild_id) or (guild is not None and guild.unavailable):
        raise DiscordAway
    return guild


def _is_heard(bot: AnyBot, guild_id: int) -> bool:
    """Tell whether the gateway keeps us up to date with a server."""
    if bot.is_closed() or not bot.is_ready():
        return False
    if not isinstance(bot, commands.AutoShardedBot):
        return bot.ws.open
    shard = bot.get_shard((guild_id >> 22) % (bot.shard_count or 1))
    return shard is not None and not shard.is_closed()


def is_limited(bot: AnyBot, guild: discord.Guild) -> bool:
    """Tell whether the gateway takes no more requests about a server for the moment."""
    shard = bot.get_shard(guild.shard_id) if isinstance(bot, commands.AutoShardedBot) else None
    return (shard or bot).is_ws_ratelimited()


def language_of(guild: discord.Guild | None, settings: GuildSettings) -> Locale:
    """Return what a server speaks: American English is also what those have that never chose."""
    if guild is None:
        return settings.spoken
    said = pick_locale(str(guild.preferred_locale))
    has_chosen = said == "ko" or "COMMUNITY" in guild.features
    return said if settings.language is None and has_chosen else settings.spoken
