"""The rules that look for no word, each where what a message is leads to it at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from bot.services.highlights.matching.matches import Match
from bot.services.highlights.matching.patterns import Pattern
from bot.services.messages.models import Seen
from storage.rules import EVERYWHERE, Rule, RuleKind


class Own:
    """Rules about the member: mentions, replies, roles, reactions."""

    def __init__(self) -> None:
        # By server and kind: the members, and the numbers of their rules in order.
        self._members: dict[tuple[int, RuleKind], dict[int, list[int]]] = defaultdict(dict)

    def put(self, rule: Rule) -> None:
        """Look for a rule."""
        members = self._members[rule.guild_id, rule.kind]
        members.setdefault(rule.member_id, []).append(rule.id)

    def drop(self, rule: Rule) -> None:
        """Look for a rule no more."""
        members = self._members[rule.guild_id, rule.kind]
        left = [one for one in members.pop(rule.member_id, ()) if one != rule.id]
        if left:
            members[rule.member_id] = left

    def matches(
        self, guild_id: int, kind: RuleKind, member_ids: Iterable[int] | None
    ) -> Iterator[Match]:
        """Yield the rules of these members, or of anybody, that hold in a server."""
        for where in {guild_id, EVERYWHERE}:
            members = self._members.get((where, kind))
            if not members:
                continue
            for one in members if member_ids is None else member_ids:
                for rule_id in members.get(one, ()):
                    yield Match(rule_id, one, kind)

    def guilds(self) -> set[int]:
        """Return the servers with such rules."""
        return {guild_id for (guild_id, _), members in self._members.items() if members}


class Patterns:
    """Everybody's patterns, by server, member and number of the rule."""

    def __init__(self) -> None:
        self._kept: dict[int, dict[int, dict[int, Pattern]]] = defaultdict(dict)
        # What holds in a server where there are some for all of them, until one changes.
        self._together: dict[int, Mapping[int, Mapping[int, Pattern]]] = {}

    def put(self, rule: Rule) -> None:
        """Look for a pattern; raises BadPattern."""
        pattern = Pattern(rule.text)
        self._kept[rule.guild_id].setdefault(rule.member_id, {})[rule.id] = pattern
        self._together.clear()

    def drop(self, rule: Rule) -> None:
        """Look for a pattern no more."""
        members = self._kept[rule.guild_id]
        mine = members.get(rule.member_id, {})
        mine.pop(rule.id, None)
        if not mine:
            members.pop(rule.member_id, None)
        self._together.clear()

    def of(self, guild_id: int) -> Mapping[int, Mapping[int, Pattern]]:
        """Return the patterns of each member that hold in a server."""
        here, everywhere = self._kept.get(guild_id, {}), self._kept.get(EVERYWHERE)
        if not everywhere or guild_id == EVERYWHERE:
            return here
        if guild_id not in self._together:
            both = here.keys() | everywhere.keys()
            self._together[guild_id] = {
                one: {**everywhere.get(one, {}), **here.get(one, {})} for one in both
            }
        return self._together[guild_id]

    def is_far(self, guild_id: int, member_id: int) -> bool:
        """Tell whether nothing but patterns for all servers says that a member is in one."""
        here, everywhere = self._kept.get(guild_id, {}), self._kept.get(EVERYWHERE, {})
        return member_id in everywhere and member_id not in here

    def guilds(self) -> set[int]:
        """Return the servers with patterns."""
        return {guild_id for guild_id, members in self._kept.items() if members}


class Anything:
    """Rules for whatever is written in a place or by somebody, by the ids of what they name."""

    def __init__(self) -> None:
        self._rules: dict[int, dict[int, Match]] = {}
        # Those that name nothing but roles, which are not told along with every message.
        self._of_roles: dict[int, Match] = {}
        self._guilds: dict[int, int] = {}

    def __bool__(self) -> bool:
        """Whether anybody has such a rule."""
        return bool(self._guilds)

    def put(self, rule: Rule) -> None:
        """Look for a rule."""
        match = Match(rule.id, rule.member_id, rule.kind)
        self._guilds[rule.id] = rule.guild_id
        for key in _keys(rule):
            self._rules.setdefault(key, {})[rule.id] = match
        if rule.options.only.roles and not rule.options.only.has_rooms:
            self._of_roles[rule.id] = match

    def drop(self, rule: Rule) -> None:
        """Look for a rule no more; it names what it named when it was put here."""
        self._guilds.pop(rule.id, None)
        self._of_roles.pop(rule.id, None)
        for key in _keys(rule):
            mine = self._rules.get(key, {})
            mine.pop(rule.id, None)
            if not mine:
                self._rules.pop(key, None)

    def matches(self, seen: Seen) -> Iterator[Match]:
        """Yield the rules that name one of a message's places, its author, or maybe their roles."""
        author, here = seen.author, {seen.guild_id, EVERYWHERE}
        keys = (*seen.places, author.id, *(author.role_ids or ()))
        held = [self._rules.get(key) for key in keys if key is not None]
        if author.role_ids is None:
            held.append(self._of_roles)
        for rules in filter(None, held):
            yield from (one for one in rules.values() if self._guilds[one.rule_id] in here)

    def guilds(self) -> set[int]:
        """Return the servers with such rules."""
        return set(self._guilds.values())


def _keys(rule: Rule) -> Iterable[int]:
    """Return by which ids a rule is found: where, or else by whom."""
    only = rule.options.only
    if only.has_rooms:
        return {*only.channels, *only.categories}
    return {*only.members, *only.roles}
