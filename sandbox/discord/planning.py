"""The calendars of all servers: what is planned, what becomes of it, who is interested."""

import random
from collections.abc import Callable

from sandbox.discord.core import Core, Event
from sandbox.discord.events import EventPlace, EventStatus, ScheduledEvent
from sandbox.discord.intents import Intent
from sandbox.discord.state import JSON, Guild, User


class Planning(Core):
    """Everything that is planned and not over."""

    def __init__(self, *, now: Callable[[], float], rng: random.Random) -> None:
        super().__init__(now=now, rng=rng)
        self.events: list[ScheduledEvent] = []
        self.covers: dict[str, bytes] = {}

    def advance(self, seconds: float) -> None:
        """Move the clock forward; Discord itself begins and ends what is held at a place."""
        super().advance(seconds)
        for event in list(self.events):
            if event.place is EventPlace.EXTERNAL:
                self._keep_time(event)

    def _keep_time(self, event: ScheduledEvent) -> None:
        now = self.now()
        if event.status is EventStatus.SCHEDULED and event.starts_at <= now:
            event.status = EventStatus.ACTIVE
            self.event_changed(event)
        if event.ends_at is not None and event.ends_at <= now:
            self.end_event(event, EventStatus.COMPLETED)

    def events_of(self, guild: Guild) -> list[ScheduledEvent]:
        """Give what is planned in a guild and not over."""
        return [one for one in self.events if one.guild is guild]

    def events_seen(self, guild: Guild, user: User) -> list[ScheduledEvent]:
        """Give those of them whose channel this user sees."""
        return [
            one for one in self.events_of(guild) if not one.channel or self.sees(user, one.channel)
        ]

    def keep_cover(self, data: bytes) -> str:
        """Keep a picture for a scheduled event; gives its hash."""
        number = f"{self.random.getrandbits(128):032x}"
        self.covers[number] = data
        return number

    def add_event(self, event: ScheduledEvent) -> None:
        """Add a scheduled event."""
        self.events.append(event)
        self._scheduled("CREATE", event, event.payload())

    def event_changed(self, event: ScheduledEvent) -> None:
        """Tell that a scheduled event is different now."""
        self._scheduled("UPDATE", event, event.payload())

    def end_event(self, event: ScheduledEvent, status: EventStatus) -> None:
        """Let a scheduled event be over or cancelled, which is told as a change."""
        event.status = status
        self.events.remove(event)
        self._scheduled("UPDATE", event, event.payload())

    def remove_event(self, event: ScheduledEvent) -> None:
        """Delete a scheduled event; it keeps the status that it had."""
        self.events.remove(event)
        self._scheduled("DELETE", event, event.payload())

    def mark(self, event: ScheduledEvent, user: User, *, interested: bool) -> None:
        """Note that somebody is interested in a scheduled event, or no more."""
        if interested == (user in event.interested):
            return
        (event.interested.append if interested else event.interested.remove)(user)
        data: JSON = {
            "guild_scheduled_event_id": str(event.id),
            "user_id": str(user.id),
            "guild_id": str(event.guild.id),
        }
        self._scheduled("USER_ADD" if interested else "USER_REMOVE", event, data)

    def _scheduled(self, what: str, event: ScheduledEvent, data: JSON) -> None:
        name, needs = f"GUILD_SCHEDULED_EVENT_{what}", Intent.GUILD_SCHEDULED_EVENTS
        self.tell(Event(name, data, needs, event.guild, event.channel))
