"""Events of a server as plain data."""

from dataclasses import dataclass, field
from typing import Self

from pydantic import BaseModel, ConfigDict

from bot.services.messages.models import Source
from storage.subscriptions import SubscriptionKind

NOTIFY_FEATURE = "notify"
FOR_ADMINS = frozenset({SubscriptionKind.BOOST, SubscriptionKind.NEWCOMER})


class EventFacts(BaseModel):
    """What there is to say about an event that is no message; times in seconds since 1970.

    `names` are the roles that were given; `changed` what of a scheduled event has changed;
    `author_id` whoever wrote what is shown, if anybody; `message_id` what to open.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str = ""
    text: str = ""
    guild: str = ""
    channel: str = ""
    member: str = ""
    location: str = ""
    starts_at: float | None = None
    ends_at: float | None = None
    picture: str | None = None
    names: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    event_id: int | None = None
    message_id: int | None = None
    author_id: int | None = None
    parents: tuple[int, ...] = ()

    def place(self, default: Source) -> Source:
        """Return what to open on Discord: the scheduled event, or the message, else the channel."""
        if self.event_id is not None:
            return Source(default.guild_id, 0, self.event_id)
        return Source(default.guild_id, default.channel_id, self.message_id or default.message_id)

    def wordless(self) -> Self:
        """Return the same without what somebody has written or drawn."""
        return self.model_copy(update={"title": "", "text": "", "picture": None})


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """Something that happened in a server at a time, with all that decides who hears of it.

    `key` names it for good. Whoever hears of it must be able to read the channel; with a message
    its newest text is carried, else the facts. `by` did it and hears nothing of it; `only_for` is
    whom alone it concerns; `tags` are a forum post's. Whoever was told of what has the key
    `says_more`, in the same channel, hears nothing of it.
    """

    key: str
    kind: SubscriptionKind
    guild_id: int
    at: float
    facts: EventFacts = field(default_factory=EventFacts)
    channel_id: int | None = None
    message_id: int | None = None
    by: int | None = None
    only_for: int | None = None
    tags: frozenset[int] = frozenset()
    says_more: str | None = None

    @property
    def places(self) -> tuple[int | None, ...]:
        """Its channel, the channel's parent and category, the nearest first."""
        return self.channel_id, *self.facts.parents
