"""A look at Discord as it is right now, for the services that know nothing of it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import cast

import discord

from bot.discord.convert import highlight_of, texts_of
from bot.discord.limits import HISTORY_PAGE
from bot.discord.messages import Room, may_read
from bot.discord.plugin import AnyBot
from bot.services.locks import KeyedLocks
from bot.services.messages.models import Highlight, Source
from bot.services.messages.reader import Seen

# How long a member's roles are believed: without the members intent nobody tells of changes.
BELIEVED_SECONDS = 60.0
FEW = 3
MOST_MISSED = 1000  # messages of one channel that are looked at after a gap

Known = tuple[float, discord.Member | None]


class DiscordServerReader:
    """Asks Discord, and believes for a minute what it says of a member's roles."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._members: dict[tuple[int, int], Known] = {}
        self._asking = KeyedLocks[tuple[int, int]]()

    async def reads(self, member_id: int, guild_id: int, channel_id: int) -> bool:
        """Tell whether a member may read a channel; False when that is unknown."""
        member = await self._member(member_id, guild_id)
        room = await self._room(guild_id, channel_id)
        if member is None or room is None:
            return False
        try:
            return await may_read(member, room)
        except discord.HTTPException:
            return False

    async def roles(self, member_id: int, guild_id: int) -> frozenset[int] | None:
        """Return a member's roles; None when they are unknown."""
        member = await self._member(member_id, guild_id)
        return None if member is None else _roles(member)

    async def manages(self, member_id: int, guild_id: int) -> bool:
        """Tell whether a member may manage a server; False when that is unknown."""
        member = await self._member(member_id, guild_id)
        return member is not None and member.guild_permissions.manage_guild

    def is_in(self, guild_id: int) -> bool | None:
        """Tell whether Kkachi is in a server; None when that is unknown."""
        guild = self._bot.get_guild(guild_id)
        if not self._bot.is_ready() or (guild is not None and guild.unavailable):
            return None
        return guild is not None

    async def belongs(self, member_id: int, guild_id: int) -> bool | None:
        """Tell whether somebody is a member of a server; None when that is unknown."""
        guild = self._bot.get_guild(guild_id)
        if guild is None:
            return None
        try:
            await guild.fetch_member(member_id)
        except discord.NotFound:
            return False
        except discord.HTTPException:
            return None
        return True

    async def seen(self, source: Source) -> Seen | None:
        """Return a message as rules look at it."""
        room = await self._room(source.guild_id or 0, source.channel_id)
        if room is None:
            return None
        try:
            return seen_of(await room.fetch_message(source.message_id))
        except discord.HTTPException:
            return None

    async def highlights(
        self, member_id: int, sources: Sequence[Source]
    ) -> Mapping[Source, tuple[Seen, Highlight]]:
        """Return those of the messages that still exist and that the member may read."""
        found: dict[Source, tuple[Seen, Highlight]] = {}
        for (guild_id, channel_id), ids in _by_channel(sources).items():
            member = await self._member(member_id, guild_id)
            room = await self._room(guild_id, channel_id)
            if member is None or room is None:
                continue
            async for message in _messages(room, ids):
                source = Source(guild_id, channel_id, message.id)
                found[source] = seen_of(message), await highlight_of(message, member)
        return found

    async def before(
        self, member_id: int, source: Source, count: int
    ) -> Sequence[tuple[Seen, Highlight]]:
        """Return the messages before one, at most so many, the oldest first."""
        guild_id = source.guild_id or 0
        member = await self._member(member_id, guild_id)
        room = await self._room(guild_id, source.channel_id)
        if member is None or room is None:
            return ()
        try:
            start = discord.Object(source.message_id)
            page = [message async for message in room.history(limit=count, before=start)]
        except discord.HTTPException:
            return ()
        return [(seen_of(one), await highlight_of(one, member)) for one in reversed(page)]

    async def history(self, guild_id: int, after: int) -> AsyncIterator[Seen]:
        """Yield what was written in a server after a message."""
        guild = self._bot.get_guild(guild_id)
        for room in _rooms(guild) if guild else ():
            if (room.last_message_id or 0) <= after:
                continue
            start = discord.Object(after)
            try:
                async for message in room.history(
                    limit=MOST_MISSED, after=start, oldest_first=True
                ):
                    if is_watched(message, self._bot):
                        yield seen_of(message)
            except discord.HTTPException:
                continue

    def has_content(self, _guild_id: int) -> bool:
        """Tell whether Discord shows us what members write."""
        return self._bot.intents.message_content

    def learn(self, member: discord.Member) -> None:
        """Believe what an event has just told of a member."""
        until = self._time() + BELIEVED_SECONDS
        self._members[member.guild.id, member.id] = until, member

    def forget(self, guild_id: int) -> None:
        """Believe nothing of a server's members any more."""
        for key in [key for key in self._members if key[0] == guild_id]:
            del self._members[key]

    async def _member(self, member_id: int, guild_id: int) -> discord.Member | None:
        key = guild_id, member_id
        async with self._asking.of(key):
            until, member = self._members.get(key, (0.0, None))
            if until <= self._time():
                member = await self._ask(member_id, guild_id)
        return member

    async def _ask(self, member_id: int, guild_id: int) -> discord.Member | None:
        guild = self._bot.get_guild(guild_id)
        if guild is None:
            return None
        try:
            member = await guild.fetch_member(member_id)
        except discord.NotFound:
            member = None
        except discord.HTTPException:
            return None
        self._tidy()
        self._members[guild_id, member_id] = self._time() + BELIEVED_SECONDS, member
        return member

    def _tidy(self) -> None:
        now = self._time()
        self._members = {key: known for key, known in self._members.items() if known[0] > now}

    async def _room(self, guild_id: int, channel_id: int) -> Room | None:
        guild = self._bot.get_guild(guild_id)
        if guild is None:
            return None
        room = guild.get_channel_or_thread(channel_id)
        if room is None:
            try:
                room = cast("discord.Thread", await guild.fetch_channel(channel_id))
            except (discord.HTTPException, discord.InvalidData):
                return None
        return room if isinstance(room, Room) else None

    def _time(self) -> float:
        return asyncio.get_running_loop().time()


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


async def _messages(room: Room, ids: Sequence[int]) -> AsyncIterator[discord.Message]:
    """Yield those of the messages that exist: a few one by one, many by pages of history."""
    left = sorted(ids)
    while left:
        if len(left) <= FEW:
            for message_id in left:
                try:
                    yield await room.fetch_message(message_id)
                except discord.HTTPException:
                    continue
            return
        start = discord.Object(left[0] - 1)
        page = [
            message
            async for message in room.history(limit=HISTORY_PAGE, after=start, oldest_first=True)
        ]
        wanted = set(left)
        for message in page:
            if message.id in wanted:
                yield message
        last = page[-1].id if page else left[-1]
        left = [message_id for message_id in left if message_id > last]


def _rooms(guild: discord.Guild) -> Iterator[Room]:
    for channel in (*guild.channels, *guild.threads):
        if not isinstance(channel, Room):
            continue
        permissions = channel.permissions_for(guild.me)
        if permissions.view_channel and permissions.read_message_history:
            yield channel
