"""A look at Discord as it is right now, for the services that know nothing of it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager

import discord

from bot.discord.convert import highlight_of, places_of, texts_of
from bot.discord.failures import CLEAR, NO, NO_MEMBER, asking
from bot.discord.guilds import guild_of
from bot.discord.history import fetch_message, fetch_page, rooms_with_news, written_after
from bot.discord.limits import HISTORY_PAGE
from bot.discord.members import MemberRequests
from bot.discord.messages import Readable, Room, may_read
from bot.discord.plugin import AnyBot, services_of
from bot.errors import DiscordAway
from bot.services.cache import Cache
from bot.services.clock import PATIENCE, Patience
from bot.services.locks import KeyedLocks
from bot.services.messages.models import Highlight, Source
from bot.services.messages.reader import Seen

# How long a member's roles are believed: without the members intent nobody tells of changes.
BELIEVED_SECONDS = 60.0
MOST_BELIEVED = 10_000
FEW = 3
FETCHED_AT_ONCE = 10  # members who are asked for by HTTP
READER = "kkachi_reader"


class DiscordServerReader:
    """Asks Discord, and believes for a minute what it says of a member's roles."""

    def __init__(self, bot: AnyBot, patience: Patience = PATIENCE) -> None:
        self._bot = bot
        self._seconds = patience.answer
        self._silent_until = 0.0
        self._members = Cache(
            self._ask, most=MOST_BELIEVED, seconds=BELIEVED_SECONDS, now=self._time
        )
        self._turns = KeyedLocks[tuple[int, int]]()
        self._requests = MemberRequests(bot, patience.answer / 2)
        self._fetching = asyncio.Semaphore(FETCHED_AT_ONCE)

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
            self._members.drop((guild_id, member_id))
        member = await self._member(member_id, guild_id)
        return None if member is None else _roles(member)

    async def places(
        self, guild_id: int, channel_id: int
    ) -> tuple[int, int | None, int | None] | None:
        """Return a channel, its parent and its category; None when there is no such channel.

        Raises DiscordAway.
        """
        channel = await self._channel(guild_id, channel_id)
        try:
            return None if channel is None else places_of(channel)
        except discord.ClientException:  # a thread whose channel is gone
            return None

    async def manages(self, member_id: int, guild_id: int) -> bool:
        """Tell whether a member may manage a server; raises DiscordAway."""
        member = await self._member(member_id, guild_id)
        return member is not None and member.guild_permissions.manage_guild

    def is_in(self, guild_id: int) -> bool:
        """Tell whether Kkachi is in a server; raises DiscordAway."""
        return guild_of(self._bot, guild_id) is not None

    async def belongs(self, member_id: int, guild_id: int) -> bool:
        """Tell whether somebody is a member of a server that Kkachi is in; raises DiscordAway."""
        guild = guild_of(self._bot, guild_id)
        if guild is None:
            raise DiscordAway
        try:
            async with self._asking(NO_MEMBER):
                await guild.fetch_member(member_id)
        except NO:
            return False
        return True

    async def highlights(
        self, member_id: int, sources: Sequence[Source]
    ) -> Mapping[Source, tuple[Seen, Highlight]]:
        """Return those of the messages that still exist and that the member may read.

        Raises DiscordAway.
        """
        found: dict[Source, tuple[Seen, Highlight]] = {}
        for (guild_id, channel_id), ids in _by_channel(sources).items():
            member = await self._member(member_id, guild_id)
            room = await self._room(guild_id, channel_id)
            if member is None or room is None:
                continue
            for message in await self._messages(room, ids):
                source = Source(guild_id, channel_id, message.id)
                found[source] = seen_of(message), await self._highlight(message, member)
        return found

    async def before(
        self, member_id: int, source: Source, count: int
    ) -> Sequence[tuple[Seen, Highlight]]:
        """Return the messages before one, at most so many, the oldest first.

        Raises DiscordAway.
        """
        guild_id = source.guild_id or 0
        member = await self._member(member_id, guild_id)
        room = await self._room(guild_id, source.channel_id)
        if member is None or room is None:
            return ()
        try:
            async with self._asking():
                before = source.message_id
                page, _ = await fetch_page(self._bot, room, limit=count, before=before)
        except NO:
            return ()
        return [(seen_of(one), await self._highlight(one, member)) for one in page]

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

    def learn(self, member: discord.Member) -> None:
        """Believe what an event has just told of a member."""
        self._members.put((member.guild.id, member.id), member)

    def forget(self, guild_id: int) -> None:
        """Believe nothing of a server's members any more."""
        self._members.drop_where(lambda key: key[0] == guild_id)

    @asynccontextmanager
    async def _asking(self, no: Collection[int] = CLEAR) -> AsyncIterator[None]:
        """Ask; while Discord keeps silent, one waits for it in vain and not everybody in turn."""
        started = self._time()
        if started < self._silent_until:
            raise DiscordAway
        try:
            async with asking(self._bot, self._seconds, no=no):
                yield
        except DiscordAway:
            if self._time() >= started + self._seconds:
                self._silent_until = self._time() + self._seconds
            raise

    async def _member(self, member_id: int, guild_id: int) -> discord.Member | None:
        guild = guild_of(self._bot, guild_id)
        if guild is None:
            return None
        key = guild_id, member_id
        async with self._turns.of(key):
            member = await self._members.get(key)
            # After a new session the server is another object, with the roles of now.
            if member is not None and member.guild is not guild_of(self._bot, guild_id):
                self._members.drop(key)
                member = await self._members.get(key)
            return member

    async def _ask(self, key: tuple[int, int]) -> discord.Member | None:
        guild_id, member_id = key
        guild = guild_of(self._bot, guild_id)
        if guild is None:
            raise DiscordAway
        found = await self._requests.find(guild, member_id)
        if found is not None:
            return found
        try:
            with self._requests.by_http(guild_id):
                async with self._fetching, self._asking():
                    return await guild.fetch_member(member_id)
        except NO:
            return None

    async def _room(self, guild_id: int, channel_id: int) -> Room | None:
        room = await self._channel(guild_id, channel_id)
        return room if isinstance(room, Room) else None

    async def _channel(self, guild_id: int, channel_id: int) -> Readable | None:
        guild = guild_of(self._bot, guild_id)
        channel = guild.get_channel_or_thread(channel_id) if guild else None
        if guild is None or channel is not None:
            return channel
        try:
            async with self._asking():
                return await guild.fetch_channel(channel_id)
        except (*NO, discord.InvalidData):
            return None

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
            async with self._asking():
                return await fetch_page(self._bot, room, limit=HISTORY_PAGE, after=after)
        except NO:
            return [], None

    async def _message(self, room: Room, message_id: int) -> discord.Message | None:
        try:
            async with self._asking():
                return await fetch_message(self._bot, room, message_id)
        except NO:
            return None

    async def _highlight(self, message: discord.Message, member: discord.Member) -> Highlight:
        async with asking(self._bot, self._seconds):  # it may look up what the message answers
            return await highlight_of(message, member)

    def _time(self) -> float:
        return asyncio.get_running_loop().time()


def reader_of(bot: AnyBot) -> DiscordServerReader:
    """Return the reader of this bot; all cogs share what it has learned."""
    found = getattr(bot, READER, None)
    if not isinstance(found, DiscordServerReader):
        found = DiscordServerReader(bot, services_of(bot).patience)
        setattr(bot, READER, found)
    return found


def seen_of(message: discord.Message) -> Seen:
    """Return a message in a server as rules look at it."""
    channel, author = message.channel, message.author
    answered = _answered(message)
    pinged = frozenset(member.id for member in message.mentions)
    only_answered = {answered} - set(message.raw_mentions)
    is_thread = isinstance(channel, discord.Thread)
    check = getattr(channel, "is_nsfw", None)
    return Seen(
        source=Source(message.guild.id if message.guild else None, channel.id, message.id),
        author_id=author.id,
        text="\n".join(filter(None, texts_of(message))),
        created_at=message.created_at.timestamp(),
        author_role_ids=_roles(author) if isinstance(author, discord.Member) else None,
        is_bot=author.bot,
        mentions=pinged - only_answered,
        role_mentions=frozenset(message.raw_role_mentions)
        | frozenset(role.id for role in message.role_mentions),
        reply_to=answered,
        parent_id=getattr(channel, "parent_id", None) if is_thread else None,
        category_id=getattr(channel, "category_id", None),
        age_restricted=bool(check and check()),
    )


def is_watched(message: discord.Message, bot: AnyBot) -> bool:
    """Tell whether rules look at a message at all: in servers, what others than we have written."""
    mine = bot.user is not None and message.author.id == bot.user.id
    return message.guild is not None and not mine and not message.is_system()


def _roles(member: discord.Member) -> frozenset[int]:
    return frozenset(role.id for role in member.roles)


def _answered(message: discord.Message) -> int | None:
    reference = message.reference
    if message.type is not discord.MessageType.reply or reference is None:
        return None
    resolved = reference.resolved
    return resolved.author.id if isinstance(resolved, discord.Message) else None


def _by_channel(sources: Sequence[Source]) -> dict[tuple[int, int], list[int]]:
    found: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for source in sources:
        found[source.guild_id or 0, source.channel_id].append(source.message_id)
    return found
