"""Rules about whatever is written in a place or by somebody, whatever its words are."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from bot.services.messages.models import Seen
from storage.rules import EVERYWHERE, Rule, RuleKind


class Holder(NamedTuple):
    """Whose rule it is, and of which server."""

    member_id: int
    guild_id: int


class Rooms:
    """Such rules by the ids of what they name, so that other messages cost nothing."""

    def __init__(self) -> None:
        self._by_id: dict[int, dict[int, Holder]] = defaultdict(dict)
        # Those that name nothing but roles, which are not told along with every message.
        self._by_roles_only: dict[int, Holder] = {}

    def add(self, rule: Rule) -> None:
        """Look for a rule."""
        holder = Holder(rule.member_id, rule.guild_id)
        for number in _keys(rule):
            self._by_id[number][rule.id] = holder
        if _is_by_roles_only(rule):
            self._by_roles_only[rule.id] = holder

    def remove(self, rule: Rule) -> None:
        """Look for a rule no more."""
        for number in _keys(rule):
            self._by_id[number].pop(rule.id, None)
            if not self._by_id[number]:
                del self._by_id[number]
        self._by_roles_only.pop(rule.id, None)

    def guilds(self) -> set[int]:
        """Return the servers in which somebody has such a rule."""
        held = [*self._by_id.values(), self._by_roles_only]
        return {holder.guild_id for rules in held for holder in rules.values()}

    def matches(self, seen: Seen) -> Iterator[tuple[int, int, RuleKind]]:
        """Yield the rules that name one of a message's places, its author or their roles."""
        if not self._by_id:
            return
        author = seen.author
        held = [self._by_id.get(one) for one in (*seen.places, author.id, *(author.role_ids or ()))]
        if author.role_ids is None:
            held.append(self._by_roles_only)
        for rules in filter(None, held):
            for rule_id, holder in rules.items():
                if holder.guild_id in {EVERYWHERE, seen.guild_id}:
                    yield rule_id, holder.member_id, RuleKind.ANY


def _keys(rule: Rule) -> Iterator[int]:
    """Yield what a rule is looked up by: its places, or else its people."""
    only = rule.options.only
    if only.has_rooms:
        yield from (*only.channels, *only.categories)
    else:
        yield from (*only.members, *only.roles)


def _is_by_roles_only(rule: Rule) -> bool:
    only = rule.options.only
    return bool(only.roles) and not only.has_rooms
