"""What gates are asked about: something that happened, and a member who might hear of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from bot.services.highlights.filters import Filter
from bot.services.messages.events import NOTIFY_FEATURE, EventFacts, ServerEvent
from bot.services.messages.models import Seen
from storage.hits import MESSAGE, Hit, Priority
from storage.reading import reading
from storage.rules import Rule, RuleKind

HIGHLIGHT_FEATURE = "highlight"
PRIORITIES: Mapping[RuleKind, Priority] = {
    RuleKind.MENTION: Priority.MENTION,
    RuleKind.ROLE: Priority.MENTION,
    RuleKind.REPLY: Priority.REPLY,
    RuleKind.WORD: Priority.WORD,
    RuleKind.PATTERN: Priority.WORD,
    RuleKind.REACTION: Priority.WORD,
    RuleKind.ANY: Priority.WORD,
}


def feature_of(kind: str) -> str:
    """Return what brings a hit of this kind, by the name with which admins switch that off."""
    return HIGHLIGHT_FEATURE if kind == MESSAGE else NOTIFY_FEATURE


@dataclass(frozen=True, slots=True)
class Case:
    """Something that happened in a server, and a member who might hear of it.

    `kind` is a hit's; `places` are the channel, its parent and its category; `author_id` is
    whoever wrote what would be shown, if anybody.
    """

    member_id: int
    kind: str
    guild_id: int
    places: tuple[int | None, ...]
    author_id: int | None

    @property
    def channel_id(self) -> int | None:
        """Where it happened; None for what concerns the whole server."""
        return self.places[0]

    @property
    def feature(self) -> str:
        """What brings it, by the name with which admins switch that off."""
        return feature_of(self.kind)


@dataclass(frozen=True, slots=True)
class EventCase(Case):
    """What a member has subscribed to."""

    @classmethod
    def of(cls, member_id: int, event: ServerEvent) -> Self:
        """Return the case of an event, as it happens."""
        author_id = event.facts.author_id
        return cls(member_id, event.kind, event.guild_id, event.places, author_id)

    @classmethod
    def of_hit(cls, hit: Hit, seen: Seen | None) -> Self:
        """Return the case of an event that was found, with what its message is now, if any.

        Raises Unreadable.
        """
        if seen is not None:
            return cls(hit.member_id, hit.kind, seen.guild_id, seen.places, seen.author_id)
        with reading("hits", hit.id):
            facts = EventFacts.model_validate(hit.facts or {})
        places = hit.channel_id, *facts.parents
        return cls(hit.member_id, hit.kind, hit.guild_id, places, facts.author_id)


@dataclass(frozen=True, slots=True)
class MessageCase(Case):
    """A message, and what a member wants to hear nothing of."""

    seen: Seen
    filter: Filter

    @classmethod
    def of(cls, member_id: int, seen: Seen, chosen: Filter) -> Self:
        """Return the case of a message that is carried along with another."""
        return cls(member_id, MESSAGE, seen.guild_id, seen.places, seen.author_id, seen, chosen)


@dataclass(frozen=True, slots=True)
class RuleCase(MessageCase):
    """A message that meets a member's rules."""

    rules: Sequence[Rule]

    def hit(self, now: float) -> Hit:
        """Return what it becomes when it is found now."""
        seen = self.seen
        best = min((PRIORITIES[rule.kind] for rule in self.rules), default=Priority.WORD)
        return Hit(
            member_id=self.member_id,
            occasion=occasion_of(seen),
            kind=MESSAGE,
            priority=best,
            guild_id=self.guild_id,
            channel_id=seen.source.channel_id,
            message_id=seen.source.message_id,
            rule_ids=tuple(rule.id for rule in self.rules),
            found_at=min(now, seen.created_at),
            due_at=now + self.filter.active_delay,
        )


def occasion_of(seen: Seen) -> str:
    """Return what names a message for good, whoever hears of it."""
    return f"{MESSAGE}:{seen.source.message_id}"
