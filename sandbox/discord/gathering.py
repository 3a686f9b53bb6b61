"""What people do together in a server: talk, stream, plan, pin, open threads, get roles."""

from collections.abc import Iterable
from typing import Protocol

from sandbox.discord.events import EventStatus, ScheduledEvent
from sandbox.discord.filled import CannotDo
from sandbox.discord.messages import Message
from sandbox.discord.permissions import Permission
from sandbox.discord.state import ANNOUNCEMENT, FORUM, STAGE, TEXT, VOICE, Channel, Guild, User
from sandbox.discord.world import World

Place = Channel | str | int
HEARD = (VOICE, STAGE)
LONGEST_NAME = 100


class Somebody(Protocol):
    """What a person must have for that."""

    world: World
    user: User

    @property
    def name(self) -> str:
        """What people call them."""

    def find(self, place: Place) -> Channel:
        """Give a channel this person sees."""

    def _allowed(self, place: Place, *needed: Permission) -> Channel: ...

    def _readable(self, message: Message) -> Message: ...


class Gathering:
    """The verbs for it."""

    # voice

    async def join_voice(self: Somebody, place: Place) -> None:
        """Enter a voice or stage channel, leaving the one before."""
        channel = self._allowed(place, Permission.CONNECT)
        if channel.kind not in HEARD:
            raise CannotDo(f"{channel.name} is no voice channel")
        self.world.move_voice(self.user, channel)

    async def leave_voice(self: Somebody) -> None:
        """Leave the voice channel."""
        self.world.move_voice(self.user, None)

    async def stream(self: Somebody, *, on: bool = True) -> None:
        """Begin to show one's screen in the voice channel, or end it."""
        state = self.world.voice_state(self.user)
        if state is None or state.channel is None:
            raise CannotDo(f"{self.name} is in no voice channel")
        if not self.world.may(self.user, state.channel) & Permission.STREAM:
            raise CannotDo(f"{self.name} may not stream there")
        state.streaming = on
        self.world.voice_changed(state)

    # scheduled events

    async def plan(
        self: Somebody, guild: Guild, name: str, starts_at: float, *,
        ends_at: float | None = None, description: str | None = None,
        where: Place = "",
    ) -> ScheduledEvent:  # fmt: skip
        """Make a scheduled event: in a voice channel of that name, else at a place."""
        _must(self, guild, Permission.CREATE_EVENTS)
        channel = next((one for one in guild.channels if where in (one, one.name)), None)
        if channel is not None and channel.kind not in HEARD:
            raise CannotDo("an event is held in a voice channel or at a place")
        if channel is None and ends_at is None:
            raise CannotDo("an event at a place needs an end")
        if starts_at <= self.world.now() or not 0 < len(name) <= LONGEST_NAME:
            raise CannotDo("an event has a name and lies in the future")
        event = ScheduledEvent(
            self.world.ids.next(), guild, self.user, name, starts_at, ends_at, description, channel
        )
        event.location = None if channel else str(where)
        self.world.add_event(event)
        return event

    async def change_event(self: Somebody, event: ScheduledEvent, **fields: object) -> None:
        """Change a scheduled event's name, starts_at, ends_at, description or location."""
        _must(self, event.guild, Permission.MANAGE_EVENTS)
        for field, value in fields.items():
            setattr(event, field, value)
        self.world.event_changed(event)

    async def start_event(self: Somebody, event: ScheduledEvent) -> None:
        """Begin a scheduled event."""
        _must(self, event.guild, Permission.MANAGE_EVENTS)
        if event.status is not EventStatus.SCHEDULED:
            raise CannotDo("only what is planned begins")
        event.status = EventStatus.ACTIVE
        self.world.event_changed(event)

    async def cancel_event(self: Somebody, event: ScheduledEvent) -> None:
        """Cancel a scheduled event, which Discord then deletes."""
        _must(self, event.guild, Permission.MANAGE_EVENTS)
        if event.status is not EventStatus.SCHEDULED:
            raise CannotDo("only what is planned can be cancelled")
        event.status = EventStatus.CANCELED
        self.world.event_changed(event)
        self.world.remove_event(event)

    async def mark(self: Somebody, event: ScheduledEvent, *, interested: bool = True) -> None:
        """Mark a scheduled event as interesting, or no more."""
        if event.channel is not None and not self.world.sees(self.user, event.channel):
            raise CannotDo(f"{self.name} does not see where this event is")
        self.world.mark(event, self.user, interested=interested)

    # messages and threads

    async def pin(self: Somebody, message: Message, *, on: bool = True) -> None:
        """Pin a message, or take the pin away."""
        self._readable(message)
        self._allowed(message.channel, Permission.PIN_MESSAGES)
        self.world.pin(message, self.user if on else None)

    async def open_thread(self: Somebody, place: Place, name: str) -> Channel:
        """Open a public thread in a channel."""
        channel = self._allowed(place, Permission.CREATE_PUBLIC_THREADS)
        if channel.kind not in (TEXT, ANNOUNCEMENT):
            raise CannotDo(f"{channel.name} holds no threads")
        return self.world.add_thread(channel, name, self.user)

    async def post(
        self: Somebody, place: Place, title: str, text: str, tags: Iterable[str] = ()
    ) -> Channel:
        """Post in a forum, with some of its tags; gives the thread."""
        forum = self._allowed(place, Permission.SEND_MESSAGES)
        if forum.kind != FORUM:
            raise CannotDo(f"{forum.name} is no forum")
        known = {tag.name: tag for tag in forum.tags}
        chosen = [known[name] for name in tags]
        return self.world.add_post(forum, title, text, self.user, chosen)

    async def publish(self: Somebody, message: Message) -> None:
        """Publish an announcement to the servers that follow the channel."""
        if message.channel.kind != ANNOUNCEMENT:
            raise CannotDo("only announcements are published")
        self._allowed(message.channel, Permission.SEND_MESSAGES)
        self.world.publish(message)

    # members

    async def give_role(self: Somebody, guild: Guild, whom: str, role: str) -> None:
        """Give somebody a role."""
        _must(self, guild, Permission.MANAGE_ROLES)
        self.world.give_role(guild.member(whom), guild.role(role), by=self.user)


def _must(somebody: Somebody, guild: Guild, needed: Permission) -> None:
    if not somebody.world.may_in(somebody.user, guild) & needed:
        raise CannotDo(f"{somebody.name} lacks {needed.name} in {guild.name}")
