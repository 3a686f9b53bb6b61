"""Turns what Discord tells of a server into plain happenings for the services."""

import hashlib
from dataclasses import replace

import discord

from bot.services.clock import HOUR
from bot.services.messages.events import EventFacts, ServerEvent
from storage.planned_events import PlannedEvent
from storage.subscriptions import SubscriptionKind as Kind

# Who goes in and out, or starts a stream again and again, is told of once in so many seconds.
BREATH_SECONDS = 600
BOOSTS = frozenset(
    {
        discord.MessageType.premium_guild_subscription,
        discord.MessageType.premium_guild_tier_1,
        discord.MessageType.premium_guild_tier_2,
        discord.MessageType.premium_guild_tier_3,
    }
)
VoiceRoom = discord.VoiceChannel | discord.StageChannel


def event_of_event(
    event: discord.ScheduledEvent, kind: Kind, at: float, *, detail: str = ""
) -> ServerEvent:
    """Return what happens to a scheduled event; `detail` tells it from the same once more."""
    start, end = event.start_time.timestamp(), event.end_time
    if kind in {Kind.EVENT_SOON, Kind.EVENT_STARTED}:
        # An event that repeats, or was put off, begins anew.
        detail = str(int(start))
    channel = event.channel if event.channel_id else None
    facts = EventFacts(
        title=event.name,
        text=event.description or "",
        guild=event.guild.name if event.guild else "",
        channel=channel.name if channel else "",
        location=event.location or "",
        starts_at=start,
        ends_at=end.timestamp() if end else None,
        picture=event.cover_image.url if event.cover_image else None,
        event_id=event.id,
        parents=_ids(getattr(channel, "category_id", None)),
    )
    parts = ("event", event.id, kind.removeprefix("event-"), detail)
    return ServerEvent(
        key=":".join(str(part) for part in parts if part),
        kind=kind,
        guild_id=event.guild_id,
        at=at,
        facts=facts,
        channel_id=event.channel_id,
        by=event.creator_id if kind is Kind.EVENT_NEW else None,
    )


def event_of_change(
    before: discord.ScheduledEvent, after: discord.ScheduledEvent, at: float
) -> ServerEvent | None:
    """Return what an update of a scheduled event means to members, if anything."""
    if before.status is not after.status:
        kind = {
            discord.EventStatus.active: Kind.EVENT_STARTED,
            discord.EventStatus.cancelled: Kind.EVENT_CANCELLED,
        }.get(after.status)
        return event_of_event(after, kind, at) if kind else None
    old, new = _watched(before), _watched(after)
    words = tuple(word for word in new if new[word] != old[word])
    return event_of_changed(after, words, at) if words else None


def event_of_changed(
    event: discord.ScheduledEvent, words: tuple[str, ...], at: float
) -> ServerEvent:
    """Return that these words of a scheduled event are different now."""
    # The same change told twice is one; the same change made again later is another.
    digest = hashlib.sha256(repr(_watched(event)).encode()).hexdigest()[:12]
    detail = f"{digest}:{int(at // HOUR)}"
    changed = event_of_event(event, Kind.EVENT_CHANGED, at, detail=detail)
    return replace(changed, facts=changed.facts.model_copy(update={"changed": words}))


def planned_of(event: discord.ScheduledEvent) -> PlannedEvent:
    """Return what is to be known of a scheduled event after a gap."""
    end = event.end_time
    return PlannedEvent(
        event_id=event.id,
        guild_id=event.guild_id,
        name=event.name,
        starts_at=event.start_time.timestamp(),
        ends_at=end.timestamp() if end else None,
        location=event.location,
        channel_id=event.channel_id,
        digest=hashlib.sha256((event.description or "").encode()).hexdigest()[:12],
        is_planned=event.status is discord.EventStatus.scheduled,
    )


def event_of_cancelled(known: PlannedEvent, guild: discord.Guild, at: float) -> ServerEvent | None:
    """Return that an event is not listed any more; None where we may only not see it."""
    channel = guild.get_channel(known.channel_id or 0)
    if known.channel_id is not None and (
        channel is None or not channel.permissions_for(guild.me).view_channel
    ):
        return None
    facts = EventFacts(
        title=known.name,
        guild=guild.name,
        channel=channel.name if channel else "",
        location=known.location or "",
        starts_at=known.starts_at,
        ends_at=known.ends_at,
        event_id=known.event_id,
        parents=_ids(channel.category_id if channel else None),
    )
    return ServerEvent(
        key=f"event:{known.event_id}:cancelled",
        kind=Kind.EVENT_CANCELLED,
        guild_id=guild.id,
        at=at,
        facts=facts,
        channel_id=known.channel_id,
    )


def event_of_voice(
    member: discord.Member, channel: VoiceRoom, kind: Kind, at: float
) -> ServerEvent:
    """Return that somebody joined a channel, or an empty one, or began to stream.

    Whoever is told of by name must have agreed; only then `author_id` says who that is.
    """
    breath = int(at // BREATH_SECONDS)
    by_name = f"{Kind.PERSON}:{member.id}:{breath}"
    return ServerEvent(
        key=f"{kind}:{channel.id if kind is Kind.VOICE else member.id}:{breath}",
        kind=kind,
        guild_id=member.guild.id,
        at=at,
        facts=EventFacts(
            guild=member.guild.name,
            channel=channel.name,
            member=member.display_name,
            author_id=member.id if kind is Kind.PERSON else None,
            parents=_ids(channel.category_id),
        ),
        channel_id=channel.id,
        by=member.id,
        says_more=by_name if kind is Kind.VOICE else None,
    )


def event_of_thread(thread: discord.Thread, at: float) -> ServerEvent:
    """Return that a thread was opened; its name is somebody's words."""
    return ServerEvent(
        key=f"thread:{thread.id}",
        kind=Kind.THREAD,
        guild_id=thread.guild.id,
        at=at,
        facts=EventFacts(
            title="" if thread.is_nsfw() else thread.name,
            guild=thread.guild.name,
            channel=thread.parent.name if thread.parent else "",
            author_id=thread.owner_id,
            parents=_ids(thread.parent_id, getattr(thread.parent, "category_id", None)),
        ),
        channel_id=thread.id,
        by=thread.owner_id,
    )


def event_of_message(message: discord.Message, at: float) -> ServerEvent | None:
    """Return what a message in a server tells beside its words, if anything."""
    kind = _kind(message)
    if kind in {Kind.BOOST, Kind.NEWCOMER}:
        return _of_member(message, kind, at)
    if kind is Kind.PIN:
        return _of_pinning(message, at)
    return _of_words(message, kind, at) if kind else None


def event_of_pinned(message: discord.Message, at: float) -> ServerEvent:
    """Return that this message was pinned, by nobody knows whom."""
    return replace(_of_words(message, Kind.PIN, at), key=f"pin:{message.id}", by=None)


def event_of_roles(entry: discord.AuditLogEntry, at: float) -> ServerEvent | None:
    """Return that a member was given roles, if an entry of the audit log says so."""
    given = getattr(entry.changes.after, "roles", None) or ()
    target = entry.target
    if entry.action is not discord.AuditLogAction.member_role_update or not given or not target:
        return None
    names = tuple(str(getattr(role, "name", "")) for role in given)
    return ServerEvent(
        key=f"role:{entry.id}",
        kind=Kind.ROLE,
        guild_id=entry.guild.id,
        at=at,
        facts=EventFacts(guild=entry.guild.name, names=names),
        by=entry.user_id,
        only_for=int(target.id),
    )


def _kind(message: discord.Message) -> Kind | None:
    channel = message.channel
    if message.type is discord.MessageType.pins_add:
        return Kind.PIN
    if message.type is discord.MessageType.new_member:
        return Kind.NEWCOMER
    if message.type in BOOSTS:
        return Kind.BOOST
    if message.is_system():
        return None
    if isinstance(channel, discord.Thread):
        is_post = message.id == channel.id and isinstance(channel.parent, discord.ForumChannel)
        return Kind.FORUM if is_post else None
    is_news = isinstance(channel, discord.TextChannel) and channel.is_news()
    return Kind.ANNOUNCEMENT if is_news or message.flags.is_crossposted else None


def _of_pinning(message: discord.Message, at: float) -> ServerEvent | None:
    """Return what Discord's own line about a pin tells; whose message it is stands elsewhere."""
    pinned_id = message.reference.message_id if message.reference else None
    if pinned_id is None:
        return None
    line = _of_words(message, Kind.PIN, at)
    facts = line.facts.model_copy(update={"author_id": None})
    return replace(line, key=f"pin:{pinned_id}", message_id=pinned_id, facts=facts)


def _of_words(message: discord.Message, kind: Kind, at: float) -> ServerEvent:
    """Return a message that is carried itself; its key is that of rules, so it goes out once."""
    channel, guild = message.channel, message.guild
    tags = channel.applied_tags if isinstance(channel, discord.Thread) else ()
    parents = _ids(getattr(channel, "parent_id", None), getattr(channel, "category_id", None))
    return ServerEvent(
        key=f"message:{message.id}",
        kind=kind,
        guild_id=guild.id if guild else 0,
        at=at,
        facts=EventFacts(author_id=message.author.id, parents=parents),
        channel_id=channel.id,
        message_id=message.id,
        by=message.author.id,
        tags=frozenset(tag.id for tag in tags),
    )


def _of_member(message: discord.Message, kind: Kind, at: float) -> ServerEvent:
    channel, guild = message.channel, message.guild
    return ServerEvent(
        key=f"{kind}:{message.id}",
        kind=kind,
        guild_id=guild.id if guild else 0,
        at=at,
        facts=EventFacts(
            guild=guild.name if guild else "",
            member=message.author.display_name,
            message_id=message.id,
        ),
        channel_id=channel.id,
        by=message.author.id,
    )


def _ids(*ids: int | None) -> tuple[int, ...]:
    return tuple(one for one in ids if one is not None)


def _watched(event: discord.ScheduledEvent) -> dict[str, object]:
    """Return what of an event matters to who goes there, by the names of the catalogues."""
    return {
        "name": event.name,
        "time": (event.start_time, event.end_time),
        "place": (event.location, event.channel_id),
        "text": event.description,
    }
