"""Reads a Discord message: plain data for rules, gates and cards alike.

`seen_of` reads what Discord told along with a message. `highlight_of` asks for the rest: what it
answers, and what everybody and everything in it is called.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import discord

from bot.discord.bodies import body_of
from bot.discord.failures import NO, UNREADABLE, is_away
from bot.discord.messages import may_read
from bot.discord.people import People
from bot.services.messages.models import (
    NOBODY,
    Author,
    Body,
    Highlight,
    Names,
    Part,
    PartKind,
    Room,
    Seen,
    Source,
)

STARTER = discord.MessageType.thread_starter_message
MEMBER = re.compile(r"<@!?([0-9]{1,20})>")
ROLE = re.compile(r"<@&([0-9]{1,20})>")
CHANNEL = re.compile(r"<#([0-9]{1,20})>")
LARGEST_ID = 2**63 - 1

Viewer = discord.Member | discord.User


def seen_of(message: discord.Message, referred: discord.Message | None = None) -> Seen:
    """Return what a message says; `referred` is what it points at, where that had to be asked."""
    channel = message.channel
    referred = referred or _resolved(message)
    subject = referred if message.type is STARTER else message
    answered = referred if message.type is discord.MessageType.reply else None
    author = author_of(subject or message)
    return Seen(
        source=Source(message.guild.id if message.guild else None, channel.id, message.id),
        author=author,
        parts=(*_others(subject, answered), _own(subject, author)) if subject else (),
        created_at=_created_at(message.id),
        mentions=_pinged(message, answered) if message.mentions else NOBODY,
        role_mentions=_called(message),
        reply_to=answered.author.id if answered else None,
        parent_id=channel.parent_id if isinstance(channel, discord.Thread) else None,
        category_id=_category_of(channel),
        age_restricted=_is_age_restricted(channel),
        system=message.is_system() or subject is None,
    )


def _category_of(channel: object) -> int | None:
    try:
        return getattr(channel, "category_id", None)
    except discord.ClientException:  # a thread whose channel is not known
        return None


def _created_at(message_id: int) -> float:
    """Return when a message was written, which its id tells."""
    return ((message_id >> 22) + discord.utils.DISCORD_EPOCH) / 1000


def _pinged(message: discord.Message, answered: discord.Message | None) -> frozenset[int]:
    """Return who is mentioned; of whom a message answers only if it names them as well."""
    only_answered = {answered.author.id} - set(message.raw_mentions) if answered else set()
    return frozenset(member.id for member in message.mentions) - only_answered


def _called(message: discord.Message) -> frozenset[int]:
    """Return the roles that are mentioned."""
    if not message.role_mentions and "<@&" not in message.content:
        return NOBODY
    return frozenset(message.raw_role_mentions).union(role.id for role in message.role_mentions)


async def highlight_of(
    message: discord.Message, viewer: Viewer, people: People, *, outside: bool = False
) -> Highlight:
    """Return a message as a card needs it, with only the names that `viewer` may see.

    Of one that is `outside`, where Kkachi is no member, there is no more than Discord told along.
    Raises what Discord says, or DiscordAway.
    """
    channel, guild = message.channel, message.guild
    referred = _resolved(message) or (None if outside else await _referred(message))
    seen = seen_of(message, referred)
    parent = channel.parent if isinstance(channel, discord.Thread) else None
    return Highlight(
        seen=seen,
        guild=guild.name if guild else "",
        channel=getattr(channel, "name", None) or "",
        parent=parent.name if parent else "",
        names=await _names(
            [message, referred] if referred else [message], seen, viewer, people, outside=outside
        ),
        room=_room_kind(channel, outside=outside),
    )


def _room_kind(channel: object, *, outside: bool) -> Room:
    if isinstance(channel, discord.GroupChannel):
        return Room.GROUP
    if isinstance(channel, discord.DMChannel):
        return Room.DIRECT
    return Room.ELSEWHERE if outside else Room.SERVER


def places_of(channel: object) -> tuple[int, int | None, int | None]:
    """Return a channel, the channel of a thread, and the category.

    Raises discord.ClientException for a thread whose channel is not known.
    """
    parent = channel.parent_id if isinstance(channel, discord.Thread) else None
    return getattr(channel, "id", 0), parent, getattr(channel, "category_id", None)


def author_of(message: discord.Message) -> Author:
    """Return who wrote a message; what a followed channel brings is by people."""
    author = message.author
    is_followed = message.flags.is_crossposted
    return Author(
        author.id,
        author.display_name,
        is_bot=author.bot and not is_followed,
        role_ids=roles_of(author) if isinstance(author, discord.Member) else None,
        is_webhook=_is_by_webhook(message) and not is_followed,
        is_followed=is_followed,
    )


def roles_of(member: discord.Member) -> frozenset[int]:
    """Return the roles that a member has in a server, that of everybody among them."""
    guild = member.guild
    held = member._roles  # noqa: SLF001 - `roles` sorts them, and every message asks
    return frozenset([one for one in (guild.id, *held) if guild.get_role(one)])


def _is_by_webhook(message: discord.Message) -> bool:
    """Tell whether a webhook wrote it; what answers a command comes by the id of its app."""
    return message.webhook_id is not None and message.webhook_id != message.application_id


def _own(subject: discord.Message, author: Author) -> Part:
    by_bot = subject.author.bot or subject.webhook_id is not None
    return Part(body_of(subject, by_bot=by_bot, title=_title(subject)), author=author)


def _others(subject: discord.Message, answered: discord.Message | None) -> Iterator[Part]:
    if answered is not None:
        yield Part(_quoted(answered), PartKind.QUOTED, author_of(answered))
    for snapshot in subject.message_snapshots:
        yield _forwarded(subject, snapshot)


def _quoted(answered: discord.Message) -> Body:
    """Return what is answered; of what Discord itself wrote, and of a forward, only that."""
    if answered.is_system():
        return Body(stands_for="notice")
    body = body_of(answered, by_bot=answered.author.bot)
    return Body(stands_for="forward") if answered.message_snapshots and body == Body() else body


def _forwarded(message: discord.Message, snapshot: discord.MessageSnapshot) -> Part:
    pointer, guild = message.reference, message.guild
    if pointer is None or pointer.message_id is None:
        return Part(body_of(snapshot, by_bot=True), PartKind.FORWARDED)
    room = guild.get_channel_or_thread(pointer.channel_id) if guild else None
    return Part(
        body_of(snapshot, by_bot=True),
        PartKind.FORWARDED,
        origin=Source(pointer.guild_id, pointer.channel_id, pointer.message_id),
        age_restricted=_is_age_restricted(room),
    )


def _title(message: discord.Message) -> str:
    """Return the title of the forum post that begins with this message."""
    channel = message.channel
    is_first = message.id == channel.id and _forum(channel) is not None
    return getattr(channel, "name", "") if is_first else ""


def _forum(channel: object) -> discord.ForumChannel | None:
    parent = channel.parent if isinstance(channel, discord.Thread) else None
    return parent if isinstance(parent, discord.ForumChannel) else None


def _is_age_restricted(channel: object) -> bool:
    check = getattr(channel, "is_nsfw", None)
    return bool(check and check())


# what a message points at


def _resolved(message: discord.Message) -> discord.Message | None:
    resolved = message.reference.resolved if message.reference else None
    return resolved if isinstance(resolved, discord.Message) else None


async def _referred(message: discord.Message) -> discord.Message | None:
    """Look up what a message answers, or stands for, where Discord did not send it along."""
    pointer = message.reference
    if pointer is None or message.type not in {discord.MessageType.reply, STARTER}:
        return None
    room = _room_of(message, pointer.channel_id)
    if pointer.resolved is not None or pointer.message_id is None or room is None:
        return None
    try:
        return await room.fetch_message(pointer.message_id)
    except NO as error:
        if is_away(error):
            raise
        return None
    except UNREADABLE:
        return None


def _room_of(message: discord.Message, channel_id: int) -> discord.abc.Messageable | None:
    """Return the message's own channel, or that of the thread that it begins."""
    channel = message.channel
    if channel_id == channel.id:
        return channel
    parent = channel.parent if isinstance(channel, discord.Thread) else None
    is_parent = isinstance(parent, discord.TextChannel) and parent.id == channel_id
    return parent if is_parent and isinstance(parent, discord.TextChannel) else None


# what everybody and everything is called


async def _names(
    messages: Sequence[discord.Message],
    seen: Seen,
    viewer: Viewer,
    people: People,
    *,
    outside: bool,
) -> Names:
    guild = messages[0].guild
    known = _known_people(messages)
    if guild is None or guild.unavailable or outside:
        return Names({user.id: user.display_name for user in known})
    text = "\n".join(line for part in seen.parts for line in part.body.words())
    members = {user.id: user.display_name for user in known}
    strangers = [user.id for user in known if not isinstance(user, discord.Member)]
    unknown = [one for one in _ids(MEMBER, text) if one not in members]
    return Names(
        members=members | await people.names(guild.id, chain(strangers, unknown)),
        roles={role.id: role.name for one in _ids(ROLE, text) if (role := guild.get_role(one))},
        channels=await _channels(guild, _ids(CHANNEL, text), viewer, people),
    )


def _known_people(messages: Iterable[discord.Message]) -> list[discord.User | discord.Member]:
    """Return whom Discord told of: authors first, but no webhooks, whose name is their own."""
    authors = [one.author for one in messages if one.webhook_id is None]
    return [*authors, *(user for one in messages for user in one.mentions)]


async def _channels(
    guild: discord.Guild, ids: Iterable[int], viewer: Viewer, people: People
) -> dict[int, str]:
    """Return the names of the mentioned channels that the viewer sees on Discord as well."""
    if not isinstance(viewer, discord.Member) or viewer.guild.id != guild.id:
        return {}
    found = await people.places(guild.id, ids)
    return {place.id: place.name for place in found if await _sees(viewer, place)}


async def _sees(viewer: discord.Member, place: discord.abc.GuildChannel | discord.Thread) -> bool:
    try:
        if not place.permissions_for(viewer).view_channel:
            return False
        return not isinstance(place, discord.Thread) or await may_read(viewer, place)
    except discord.ClientException:  # a thread whose channel is gone
        return False


def _ids(pattern: re.Pattern[str], text: str) -> Iterator[int]:
    return (one for one in map(int, pattern.findall(text)) if one <= LARGEST_ID)
