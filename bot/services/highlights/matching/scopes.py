"""Where a rule holds, by whom, and in which letters, as far as a message alone tells."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from bot.services.highlights.matching.normalise import as_written, needle
from bot.services.messages.models import Author, Seen
from storage.rules import Places, Rule, RuleKind


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule asks of a message besides its words; `letters` are those of a word as typed."""

    only: Places
    letters: str = ""

    @classmethod
    def of(cls, rule: Rule) -> Self | None:
        """Return a rule's scope; None when every message of its servers is within it."""
        options, letters = rule.options, ""
        is_cased = rule.kind is RuleKind.WORD and options.case_sensitive
        if is_cased and rule.text.upper() != rule.text.lower():
            typed = as_written(rule.text)
            # An address has no letters of its own.
            letters = typed if len(typed) == len(needle(rule.text).text) else ""
        return None if options.only.is_empty and not letters else cls(options.only, letters)

    def admits(self, seen: Seen) -> bool:
        """Tell whether a message may be within it; of an author's roles that may be unknown."""
        return is_within_rooms(self.only, seen.places) and may_be_by(self.only, seen.author)


def is_within_rooms(only: Places, rooms: Collection[int | None]) -> bool:
    """Tell whether a message's channel, parent or category is among those that are named."""
    return not only.has_rooms or only.holds_rooms(rooms)


def may_be_by(only: Places, author: Author) -> bool:
    """Tell whether somebody is, or may turn out to be, among the people who are named."""
    if not only.has_people or author.id in only.members:
        return True
    if not only.roles:
        return False
    return author.role_ids is None or not author.role_ids.isdisjoint(only.roles)
