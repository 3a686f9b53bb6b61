"""Scheduled events of a server, and who is interested in them."""

from dataclasses import dataclass, field
from enum import IntEnum

from sandbox.discord.snowflakes import stamp
from sandbox.discord.state import JSON, STAGE, Channel, Guild, User

GUILD_ONLY = 2


class EventStatus(IntEnum):
    """How far a scheduled event is."""

    SCHEDULED = 1
    ACTIVE = 2
    COMPLETED = 3
    CANCELED = 4


class EventPlace(IntEnum):
    """Where a scheduled event is held."""

    STAGE = 1
    VOICE = 2
    EXTERNAL = 3


@dataclass(eq=False)
class ScheduledEvent:
    """Something that members plan: in a voice channel, or at a place of the world."""

    id: int
    guild: Guild
    creator: User
    name: str
    starts_at: float
    ends_at: float | None = None
    description: str | None = None
    channel: Channel | None = None
    location: str | None = None
    image: str | None = None
    status: EventStatus = EventStatus.SCHEDULED
    interested: list[User] = field(default_factory=list)

    @property
    def place(self) -> EventPlace:
        """Where it is held."""
        if self.channel is None:
            return EventPlace.EXTERNAL
        return EventPlace.STAGE if self.channel.kind == STAGE else EventPlace.VOICE

    def described(self, *, counted: bool) -> JSON:
        """Give the HTTP API's JSON: with whoever made it, and how many are interested."""
        count = {"user_count": len(self.interested)} if counted else {}
        return {**self.payload(), "creator": self.creator.payload(), **count}

    def payload(self) -> JSON:
        """Give the gateway's JSON."""
        return {
            "id": str(self.id),
            "guild_id": str(self.guild.id),
            "channel_id": None if self.channel is None else str(self.channel.id),
            "creator_id": str(self.creator.id),
            "name": self.name,
            "description": self.description,
            "image": self.image,
            "scheduled_start_time": stamp(self.starts_at),
            "scheduled_end_time": None if self.ends_at is None else stamp(self.ends_at),
            "privacy_level": GUILD_ONLY,
            "status": int(self.status),
            "entity_type": int(self.place),
            "entity_id": None,
            "entity_metadata": None if self.location is None else {"location": self.location},
            "recurrence_rule": None,
            "guild_scheduled_event_exceptions": [],
        }
