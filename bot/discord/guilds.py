"""The servers that Kkachi is in, as the gateway keeps them up to date.

Where another process listens to a server, or none does, HTTP is asked, and believed for a minute.
"""

import discord
from discord.ext import commands

from bot.discord.failures import NO, asking
from bot.discord.plugin import AnyBot, services_of
from bot.errors import DiscordAway
from bot.services.cache import Cache
from bot.services.servers.settings import GuildSettings
from bot.texts import Locale, pick_locale

BELIEVED_SECONDS = 60.0
MOST_BELIEVED = 1000
FAR_GUILDS = "kkachi_far_guilds"

Room = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
"""A place of a server in which messages are."""
AnyRoom = Room | discord.DMChannel | discord.GroupChannel | discord.PartialMessageable
"""A place in which messages are."""


def is_ours(bot: AnyBot, guild_id: int) -> bool:
    """Tell whether it is this bot that listens to a server, and no other process."""
    numbers = getattr(bot, "shard_ids", None)
    return numbers is None or (guild_id >> 22) % (bot.shard_count or 1) in numbers


async def find_guild(bot: AnyBot, guild_id: int) -> discord.Guild | None:
    """Return a server as it is, or was a minute ago; None for one that Kkachi is not in.

    Raises DiscordAway.
    """
    if is_ours(bot, guild_id):
        return guild_of(bot, guild_id)
    found = getattr(bot, FAR_GUILDS, None)
    if not isinstance(found, FarGuilds):
        found = FarGuilds(bot)
        setattr(bot, FAR_GUILDS, found)
    return await found.get(guild_id)


class FarGuilds:
    """The servers that other processes listen to."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._known = Cache(self._ask, most=MOST_BELIEVED, seconds=BELIEVED_SECONDS)

    async def get(self, guild_id: int) -> discord.Guild | None:
        """Return a server with its roles, channels and open threads; raises DiscordAway."""
        return await self._known.get(guild_id)

    async def _ask(self, guild_id: int) -> discord.Guild | None:
        http = self._bot.http
        try:
            async with asking(self._bot, services_of(self._bot).patience.answer):
                data = await http.get_guild(guild_id, with_counts=False)
                channels = await http.get_all_guild_channels(guild_id)
                threads = (await http.get_active_threads(guild_id))["threads"]
        except NO:
            return None
        whole = {**data, "channels": channels, "threads": threads}
        # As it does with what the gateway tells; it offers no other way to fill one.
        return discord.Guild(data=whole, state=self._bot._connection)  # type: ignore[arg-type] # noqa: SLF001


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
