"""A look at Discord as it is right now, for the services that know nothing of it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence

import discord

from bot.discord.convert import STARTER, author_of, highlight_of, places_of, roles_of, seen_of
from bot.discord.failures import NO, NO_MEMBER, asking
from bot.discord.guilds import Room, find_guild, guild_of
from bot.discord.history import fetch_message, fetch_page, rooms_with_news, written_after
from bot.discord.limits import HISTORY_PAGE
from bot.discord.messages import may_read
from bot.discord.people import BELIEVED_SECONDS, People
from bot.discord.plugin import AnyBot, services_of
from bot.errors import DiscordAway
from bot.services.cache import Cache
from bot.services.clock import PATIENCE, Patience
from bot.services.messages.models import Author, Highlight, Seen, Source

FEW = 3
MOST_REMEMBERED = 1000
READER = "kkachi_reader"


class DiscordServerReader:
    """Asks Discord, and believes for a minute what it says of a member's roles."""

    def __init__(self, bot: AnyBot, patience: Patience = PATIENCE) -> None:
        self._bot = bot
        self._seconds = patience.answer
        self.people = People(bot, patience)
        self._authors = Cache(self._ask_author, most=MOST_REMEMBERED, seconds=BELIEVED_SECONDS)

    async def reads(self, member_id: int, guild_id: int, channel_id: int) -> bool:
        """Tell whether a member may read a channel; raises DiscordAway."""
        member = await self._member(member_id, guild_id)
        room = await self._room(guild_id, channel_id)
        if member is None or room is None:
            return False
        try:
            async with asking(self._bot, self._seconds):
                return await may_read(member, room)
        except discord.ClientException:  # a thread whose channel is gone
            return False

    async def roles(
        self, member_id: int, guild_id: int, *, now: bool = False
    ) -> frozenset[int] | None:
        """Return a member's roles, believed or as of `now`; None for who is no member.

        Raises DiscordAway.
        """
        if now:
            self.people.doubt(guild_id, member_id)
        member = await self._member(member_id, guild_id)
        return None if member is None else roles_of(member)

    async def places(
        self, guild_id: int, channel_id: int
    ) -> tuple[int, int | None, int | None] | None:
        """Return a channel, its parent and its category; None when there is no such channel.

        Raises DiscordAway.
        """
        channel = await self.people.place(guild_id, channel_id)
        try:
            return None if channel is None else places_of(channel)
        except discord.ClientException:  # a thread whose channel is gone
            return None

    async def manages(self, member_id: int, guild_id: int) -> bool:
        """Tell whether a member may manage a server; raises DiscordAway."""
        member = await self._member(member_id, guild_id)
        return member is not None and member.guild_permissions.manage_guild

    async def is_in(self, guild_id: int) -> bool:
        """Tell whether Kkachi is in a server; raises DiscordAway."""
        return await find_guild(self._bot, guild_id) is not None

    def guilds(self) -> Sequence[int]:
        """Return the servers that Kkachi is in and that Discord has shown; raises DiscordAway."""
        if not self._bot.is_ready():
            raise DiscordAway
        return [guild.id for guild in self._bot.guilds if not guild.unavailable]

    async def belongs(self, member_id: int, guild_id: int) -> bool:
        """Tell whether somebody is a member of a server that Kkachi is in; raises DiscordAway."""
        guild = await find_guild(self._bot, guild_id)
        if guild is None:
            raise DiscordAway
        try:
            async with self.people.asking(NO_MEMBER):
                await guild.fetch_member(member_id)
        except NO:
            return False
        return True

    async def usernames(self, guild_id: int, member_ids: Collection[int]) -> Mapping[int, str]:
        """Return the user names of those who are members of a server that Kkachi is in.

        They are a minute old at most. Raises DiscordAway.
        """
        found = await asyncio.gather(*(self._member(one, guild_id) for one in member_ids))
        return {member.id: member.name for member in found if member is not None}

    async def highlights(
        self, member_id: int, sources: Sequence[Source]
    ) -> Mapping[Source, Highlight]:
        """Return those of the messages that still exist and that the member may read.

        Raises DiscordAway.
        """
        found: dict[Source, Highlight] = {}
        for (guild_id, channel_id), ids in _by_channel(sources).items():
            member = await self._member(member_id, guild_id)
            room = await self._room(guild_id, channel_id)
            if member is None or room is None:
                continue
            for message in await self._messages(room, ids):
                source = Source(guild_id, channel_id, message.id)
                found[source] = await self._highlight(message, member)
        return found

    async def before(self, member_id: int, source: Source, count: int) -> Sequence[Highlight]:
        """Return the messages before one, at most so many, the oldest first.

        Raises DiscordAway.
        """
        guild_id = source.guild_id or 0
        member = await self._member(member_id, guild_id)
        room = await self._room(guild_id, source.channel_id)
        if member is None or room is None:
            return ()
        try:
            async with self.people.asking():
                before = source.message_id
                page, _ = await fetch_page(self._bot, room, limit=count, before=before)
        except NO:
            return ()
        return [await self._highlight(one, member) for one in page]

    async def author(self, source: Source) -> Author | None:
        """Return who wrote a message; None for one that cannot be looked at.

        Raises DiscordAway.
        """
        return await self._authors.get(source)

    def rooms(self, guild_id: int, after: int) -> Sequence[int]:
        """Return the channels with something newer than a message; raises DiscordAway."""
        guild = guild_of(self._bot, guild_id)
        return [room.id for room in rooms_with_news(guild, after)] if guild else []

    async def history(self, guild_id: int, channel_id: int, after: int) -> AsyncIterator[Seen]:
        """Yield what was written in a channel after a message; raises DiscordAway."""
        room = await self._room(guild_id, channel_id)
        if room is None:
            return
        async for message in written_after(self._bot, room, after, seconds=self._seconds):
            if is_watched(message, self._bot):
                yield seen_of(message)

    def has_content(self, _guild_id: int) -> bool:
        """Tell whether Discord shows us what members write."""
        return self._bot.intents.message_content

    async def _member(self, member_id: int, guild_id: int) -> discord.Member | None:
        return await self.people.member(guild_id, member_id)

    async def _ask_author(self, source: Source) -> Author | None:
        room = await self._room(source.guild_id or 0, source.channel_id)
        message = await self._message(room, source.message_id) if room else None
        return author_of(message) if message else None

    async def _room(self, guild_id: int, channel_id: int) -> Room | None:
        room = await self.people.place(guild_id, channel_id)
        return room if isinstance(room, Room) else None

    async def _messages(self, room: Room, ids: Sequence[int]) -> list[discord.Message]:
        """Return those of the messages that exist: many by pages of history, few one by one."""
        found: list[discord.Message | None] = []
        left = sorted(ids)
        while len(left) > FEW:
            page, last = await self._page(room, after=left[0] - 1)
            found += [message for message in page if message.id in left]
            left = [] if last is None else [number for number in left if number > last]
        found += [await self._message(room, number) for number in left]
        return [message for message in found if message is not None]

    async def _page(self, room: Room, *, after: int) -> tuple[list[discord.Message], int | None]:
        try:
            async with self.people.asking():
                return await fetch_page(self._bot, room, limit=HISTORY_PAGE, after=after)
        except NO:
            return [], None

    async def _message(self, room: Room, message_id: int) -> discord.Message | None:
        try:
            async with self.people.asking():
                return await fetch_message(self._bot, room, message_id)
        except NO:
            return None

    async def _highlight(self, message: discord.Message, member: discord.Member) -> Highlight:
        async with asking(self._bot, self._seconds):  # it may look up what the message answers
            return await highlight_of(message, member, self.people)


def reader_of(bot: AnyBot) -> DiscordServerReader:
    """Return the reader of this bot; all cogs share what it has learned."""
    found = getattr(bot, READER, None)
    if not isinstance(found, DiscordServerReader):
        found = DiscordServerReader(bot, services_of(bot).patience)
        setattr(bot, READER, found)
    return found


def is_watched(message: discord.Message, bot: AnyBot) -> bool:
    """Tell whether rules look at a message at all: in servers, what others than we have written."""
    mine = bot.user is not None and message.author.id == bot.user.id
    is_said = not message.is_system() and message.type is not STARTER
    return message.guild is not None and not mine and is_said


def _by_channel(sources: Sequence[Source]) -> dict[tuple[int, int], list[int]]:
    found: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for source in sources:
        found[source.guild_id or 0, source.channel_id].append(source.message_id)
    return found
