"""Who is who in a server, and what its places are called; asked of Discord, and believed a while.

Without the members intent nobody tells of changes, and of those who wrote what is read later
Discord tells neither nickname nor roles.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from itertools import islice

import discord

from bot.discord.failures import CLEAR, NO, asking
from bot.discord.guilds import find_guild, is_ours
from bot.discord.members import MemberRequests
from bot.discord.plugin import AnyBot
from bot.errors import DiscordAway
from bot.services.cache import Cache
from bot.services.clock import PATIENCE, Patience
from bot.services.locks import KeyedLocks

BELIEVED_SECONDS = 60.0
MOST_BELIEVED = 10_000
# A message may name a hundred people; so many are asked about for one.
MOST_ASKED = 12
FETCHED_AT_ONCE = 10  # members who are asked for by HTTP

Place = discord.abc.GuildChannel | discord.Thread


class People:
    """Asks Discord, and believes for a minute what it says."""

    def __init__(self, bot: AnyBot, patience: Patience = PATIENCE) -> None:
        self._bot = bot
        self._seconds = patience.answer
        self._silent_until = 0.0
        most, seconds = MOST_BELIEVED, BELIEVED_SECONDS
        self._members = Cache(self._ask, most=most, seconds=seconds)
        self._places = Cache(self._ask_place, most=most, seconds=seconds)
        self._turns = KeyedLocks[tuple[int, int]]()
        self._requests = MemberRequests(bot, patience.answer / 2)
        self._fetching = asyncio.Semaphore(FETCHED_AT_ONCE)

    def learn(self, member: discord.Member) -> None:
        """Believe what an event has just told of a member."""
        self._members.put((member.guild.id, member.id), member)

    def forget(self, guild_id: int) -> None:
        """Believe nothing of a server's members any more."""
        self._members.drop_where(lambda key: key[0] == guild_id)

    def doubt(self, guild_id: int, member_id: int) -> None:
        """Ask anew about a member."""
        self._members.drop((guild_id, member_id))

    async def member(self, guild_id: int, member_id: int) -> discord.Member | None:
        """Return a member of a server; None for who is none. Raises DiscordAway."""
        if await find_guild(self._bot, guild_id) is None:
            return None
        key = guild_id, member_id
        async with self._turns.of(key):
            member = await self._members.get(key)
            # After a new session the server is another object, with the roles of now.
            if member is not None and member.guild is not await find_guild(self._bot, guild_id):
                self._members.drop(key)
                member = await self._members.get(key)
            return member

    async def names(self, guild_id: int, ids: Iterable[int]) -> dict[int, str]:
        """Return what members are called in a server, of so many at most; raises DiscordAway."""
        asked = list(islice(dict.fromkeys(ids), MOST_ASKED))
        found = await asyncio.gather(*(self.member(guild_id, one) for one in asked))
        return {member.id: member.display_name for member in found if member is not None}

    async def place(self, guild_id: int, channel_id: int) -> Place | None:
        """Return a channel or thread; None for one that is gone or hidden. Raises DiscordAway."""
        guild = await find_guild(self._bot, guild_id)
        if guild is None:
            return None
        return guild.get_channel_or_thread(channel_id) or await self._places.get(
            (guild_id, channel_id)
        )

    async def places(self, guild_id: int, ids: Iterable[int]) -> list[Place]:
        """Return channels and threads of a server, so many at most; raises DiscordAway."""
        asked = list(islice(dict.fromkeys(ids), MOST_ASKED))
        found = await asyncio.gather(*(self.place(guild_id, one) for one in asked))
        return [place for place in found if place is not None]

    @asynccontextmanager
    async def asking(self, no: Collection[int] = CLEAR) -> AsyncIterator[None]:
        """Ask; while Discord keeps silent, one waits for it in vain and not everybody in turn."""
        started = time.monotonic()
        if started < self._silent_until:
            raise DiscordAway
        try:
            async with asking(self._bot, self._seconds, no=no):
                yield
        except DiscordAway:
            if time.monotonic() >= started + self._seconds:
                self._silent_until = time.monotonic() + self._seconds
            raise

    async def _ask(self, key: tuple[int, int]) -> discord.Member | None:
        guild_id, member_id = key
        guild = await self._guild(guild_id)
        found = await self._found(guild, member_id)
        if found is not None:
            return found
        try:
            with self._requests.by_http(guild_id):
                async with self._fetching, self.asking():
                    return await guild.fetch_member(member_id)
        except NO:
            return None

    async def _ask_place(self, key: tuple[int, int]) -> Place | None:
        guild = await self._guild(key[0])
        try:
            async with self.asking():
                return await guild.fetch_channel(key[1])
        except (*NO, discord.InvalidData):
            return None

    async def _found(self, guild: discord.Guild, member_id: int) -> discord.Member | None:
        """Return a member whom the gateway names, where it is ours to ask."""
        if not is_ours(self._bot, guild.id):
            return None
        return await self._requests.find(guild, member_id)

    async def _guild(self, guild_id: int) -> discord.Guild:
        guild = await find_guild(self._bot, guild_id)
        if guild is None:
            raise DiscordAway
        return guild
