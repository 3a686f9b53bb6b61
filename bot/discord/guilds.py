"""The servers that Kkachi is in, as the gateway keeps them up to date.

Where another process listens to a server, or none does, HTTP is asked, and believed for a minute.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import islice

import discord
from discord.ext import commands

from bot.discord.failures import NO, asking
from bot.discord.limits import GUILDS_PAGE
from bot.discord.plugin import AnyBot, services_of
from bot.errors import DiscordAway
from bot.services.cache import Cache
from bot.services.servers.settings import GuildSettings
from bot.texts import Locale, pick_locale

BELIEVED_SECONDS = 60.0
MOST_BELIEVED = 1000
FAR_GUILDS = "kkachi_far_guilds"
# Whoever types waits three seconds for what is offered.
NAME_SECONDS = 2.0
MOST_NAMED = 25

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
    return await _far_guilds(bot).known.get(guild_id)


async def all_guilds(bot: AnyBot) -> Mapping[int, str]:
    """Return the names of all servers that Kkachi is in, whichever process listens to them.

    Those of other processes are a minute old at most. Raises DiscordAway.
    """
    numbers = getattr(bot, "shard_ids", None)
    is_all = numbers is None or len(numbers) == bot.shard_count
    far = {} if is_all else await _far_guilds(bot).listed.get(None)
    ours = {guild.id: guild.name for guild in bot.guilds}
    return {one: name for one, name in far.items() if not is_ours(bot, one)} | ours


async def names_of(bot: AnyBot, guild_ids: Iterable[int]) -> Mapping[int, str]:
    """Return what servers are called, as far as Discord says so in time.

    So many of other processes are asked about at most.
    """
    asked = list(dict.fromkeys(guild_ids))
    ours = {guild.id: guild.name for one in asked if (guild := bot.get_guild(one)) is not None}
    far = list(islice((one for one in asked if not is_ours(bot, one)), MOST_NAMED))
    names = await asyncio.gather(*(_far_name(bot, one) for one in far))
    return ours | {one: name for one, name in zip(far, names, strict=True) if name is not None}


async def _far_name(bot: AnyBot, guild_id: int) -> str | None:
    with suppress(DiscordAway):
        return await _far_guilds(bot).names.get(guild_id)
    return None


class FarGuilds:
    """The servers that other processes listen to."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        most, seconds = MOST_BELIEVED, BELIEVED_SECONDS
        self.known = Cache(self._ask, most=most, seconds=seconds)
        """Each with its roles, channels and open threads."""
        self.names = Cache(self._ask_name, most=most, seconds=seconds)
        self.listed = Cache(self._list, most=1, seconds=seconds)
        """The names of all there are."""

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

    async def _ask_name(self, guild_id: int) -> str | None:
        try:
            async with asking(self._bot, NAME_SECONDS):
                return (await self._bot.http.get_guild(guild_id, with_counts=False))["name"]
        except NO:
            return None

    async def _list(self, _: None) -> Mapping[int, str]:
        seconds, found = services_of(self._bot).patience.answer, dict[int, str]()
        last: int | None = None
        while True:
            async with asking(self._bot, seconds, no=()):
                page = await self._bot.http.get_guilds(GUILDS_PAGE, after=last, with_counts=False)
            found |= {int(one["id"]): one["name"] for one in page}
            if len(page) < GUILDS_PAGE:
                return found
            last = max(found)


def _far_guilds(bot: AnyBot) -> FarGuilds:
    found = getattr(bot, FAR_GUILDS, None)
    if not isinstance(found, FarGuilds):
        found = FarGuilds(bot)
        setattr(bot, FAR_GUILDS, found)
    return found


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
