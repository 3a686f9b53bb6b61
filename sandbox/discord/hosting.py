"""What people do with a server's calendar."""

from typing import Protocol

from sandbox.discord.events import EventStatus, ScheduledEvent
from sandbox.discord.payloads import CannotDo
from sandbox.discord.permissions import Permission
from sandbox.discord.pictures import size_of
from sandbox.discord.state import HEARD, Channel, Guild, User
from sandbox.discord.world import World

LONGEST_NAME = 100
LONGEST_PLACE = 100
LONGEST_DESCRIPTION = 1000
Where = Channel | str


class Host(Protocol):
    """What a person must have for that."""

    world: World
    user: User

    @property
    def name(self) -> str:
        """What people call them."""


class Hosting:
    """The verbs for it."""

    async def plan(
        self: Host, guild: Guild, name: str, starts_at: float, *,
        ends_at: float | None = None, description: str | None = None,
        where: Where = "", cover: bytes | None = None,
    ) -> ScheduledEvent:  # fmt: skip
        """Make a scheduled event: in a voice channel, itself or by name, else at a place."""
        number = self.world.ids.next()
        event = ScheduledEvent(number, guild, self.user, name, starts_at, ends_at, description)
        _place(event, where)
        event.image = _cover(self.world, cover)
        _must_create(self, event)
        _check(event, self.world.now())
        self.world.add_event(event)
        return event

    async def change_event(
        self: Host, event: ScheduledEvent, *,
        name: str | None = None, starts_at: float | None = None, ends_at: float | None = None,
        description: str | None = None, where: Where | None = None, cover: bytes | None = None,
    ) -> None:  # fmt: skip
        """Change what is given of a scheduled event; the end moves with the start."""
        _must_manage(self, event)
        if event.status is EventStatus.ACTIVE and starts_at is not None:
            raise CannotDo("what has begun does not begin at another time")
        changed = _copy(event)
        changed.name = event.name if name is None else name
        if starts_at is not None:
            _begin_at(changed, starts_at)
        changed.ends_at = changed.ends_at if ends_at is None else ends_at
        changed.description = event.description if description is None else description
        changed.image = _cover(self.world, cover) or event.image
        if where is not None:
            _place(changed, where)
        _check(changed, self.world.now())
        vars(event).update(vars(changed))
        self.world.event_changed(event)

    async def start_event(self: Host, event: ScheduledEvent) -> None:
        """Begin a scheduled event."""
        _must_manage(self, event)
        if event.status is not EventStatus.SCHEDULED:
            raise CannotDo("only what is planned begins")
        event.status = EventStatus.ACTIVE
        self.world.event_changed(event)

    async def end_event(self: Host, event: ScheduledEvent) -> None:
        """End what has begun."""
        _must_manage(self, event)
        if event.status is not EventStatus.ACTIVE:
            raise CannotDo("only what has begun ends")
        self.world.end_event(event, EventStatus.COMPLETED)

    async def cancel_event(self: Host, event: ScheduledEvent) -> None:
        """Set a scheduled event to cancelled, which only programs can."""
        _must_manage(self, event)
        if event.status is not EventStatus.SCHEDULED:
            raise CannotDo("only what is planned can be cancelled")
        self.world.end_event(event, EventStatus.CANCELED)

    async def delete_event(self: Host, event: ScheduledEvent) -> None:
        """Delete a scheduled event, as the app's button "Cancel Event" does."""
        _must_manage(self, event)
        self.world.remove_event(event)

    async def mark(self: Host, event: ScheduledEvent, *, interested: bool = True) -> None:
        """Mark a scheduled event as interesting, or no more."""
        if self.user.id not in event.guild.members or event not in self.world.events:
            raise CannotDo(f"{self.name} finds no such event")
        if event.channel is not None and not self.world.sees(self.user, event.channel):
            raise CannotDo(f"{self.name} does not see where this event is")
        self.world.mark(event, self.user, interested=interested)


def _begin_at(event: ScheduledEvent, at: float) -> None:
    if event.ends_at is not None:
        event.ends_at += at - event.starts_at
    event.starts_at = at


def _place(event: ScheduledEvent, where: Where) -> None:
    """Hold an event in the voice channel of this name, or at a place of the world."""
    known = (one for one in event.guild.channels if where in (one, one.name))
    event.channel = next(known, None)
    event.location = None if event.channel else str(where)


def _cover(world: World, data: bytes | None) -> str | None:
    if data is None:
        return None
    if size_of(data) is None:
        raise CannotDo("a cover is a picture")
    return world.keep_cover(data)


def _copy(event: ScheduledEvent) -> ScheduledEvent:
    return ScheduledEvent(**vars(event))


def _check(event: ScheduledEvent, now: float) -> None:
    if event.channel is not None and event.channel.kind not in HEARD:
        raise CannotDo("an event is held in a voice channel or at a place")
    if event.channel is None and event.ends_at is None:
        raise CannotDo("an event at a place needs an end")
    if event.location is not None and not 0 < len(event.location) <= LONGEST_PLACE:
        raise CannotDo(f"a place has 1 to {LONGEST_PLACE} characters")
    if not 0 < len(event.name) <= LONGEST_NAME:
        raise CannotDo(f"an event's name has 1 to {LONGEST_NAME} characters")
    if len(event.description or "") > LONGEST_DESCRIPTION:
        raise CannotDo(f"a description has at most {LONGEST_DESCRIPTION} characters")
    if event.status is EventStatus.SCHEDULED and event.starts_at <= now:
        raise CannotDo("what is planned lies in the future")
    if event.ends_at is not None and event.ends_at <= event.starts_at:
        raise CannotDo("an event ends after it begins")


def _must_create(host: Host, event: ScheduledEvent) -> None:
    """In a voice channel one must also be let in."""
    bits, needed = host.world.may_in(host.user, event.guild), Permission.CREATE_EVENTS
    if event.channel is not None:
        bits = host.world.may(host.user, event.channel)
        needed |= Permission.VIEW_CHANNEL | Permission.CONNECT
    if bits & needed != needed:
        raise CannotDo(f"{host.name} lacks {needed.name} in {event.guild.name}")


def _must_manage(host: Host, event: ScheduledEvent) -> None:
    """One's own events are changed by whoever may make some."""
    if event not in host.world.events:
        raise CannotDo("this event is over or gone")
    bits, needed = host.world.may_in(host.user, event.guild), Permission.MANAGE_EVENTS
    if event.creator is host.user:
        needed |= Permission.CREATE_EVENTS
    if not bits & needed:
        raise CannotDo(f"{host.name} lacks {needed.name} in {event.guild.name}")
