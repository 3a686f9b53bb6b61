"""Finds whose rules a message meets, among the rules of all servers at once.

Patterns it only keeps: they may take long, and `pattern_search` beside it looks for them.

Rules that hold in all servers stand with server 0, which is asked beside a message's own.

The words of all servers stand in one automaton, made at the start. Building one holds up everything
else, some 2 ms for a thousand words, whatever thread does it. So rules that are added later go to a
small automaton that is built anew with each of them, and once it is full stays beside the first.
"""

import logging
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from bot.services.highlights.matching.normalise import (
    Needle,
    Normalised,
    as_written,
    needle,
    normalise,
)
from bot.services.highlights.matching.patterns import BadPattern, Pattern
from bot.services.highlights.matching.rooms import Rooms
from bot.services.highlights.matching.scopes import Scope
from bot.services.highlights.matching.words import Mode, stands
from bot.services.messages.models import Seen
from storage.rules import EVERYWHERE, Rule, RuleKind

logger = logging.getLogger(__name__)

MODES: tuple[Mode, ...] = ("word", "exact", "anywhere")
FULL = 500
LONGEST_TEXT = 6000  # characters of a message that are looked at; Discord's own limit is 4,000


class Match(NamedTuple):
    """A rule that a message meets."""

    rule_id: int
    member_id: int
    kind: RuleKind


class Entry(NamedTuple):
    """A word rule as the automaton needs it."""

    guild_id: int
    rule_id: int
    member_id: int
    mode: int


class Standing(NamedTuple):
    """A word of a rule that stands in a text."""

    match: Match
    word: Needle
    mode: Mode
    start: int


@dataclass(frozen=True, slots=True)
class Segment:
    """An automaton with the rules behind each of its words, in columns that take little room.

    The rules of word `n` are those from `begins[n]` up to `begins[n + 1]`, by server.
    """

    automaton: AhoCorasick
    gaps: list[tuple[int, ...]]
    begins: "array[int]"
    guilds: "array[int]"
    rules: "array[int]"
    members: "array[int]"
    modes: "array[int]"

    @classmethod
    def of(cls, words: dict[Needle, list[Entry]]) -> "Segment":
        """Build the automaton of these words."""
        begins = array("q", [0])
        columns = [array("q"), array("q"), array("q"), array("b")]
        for entries in words.values():
            for entry in sorted(entries):
                for column, value in zip(columns, entry, strict=True):
                    column.append(value)
            begins.append(len(columns[0]))
        automaton = AhoCorasick(
            [word.text for word in words],
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )
        # Most words have no spaces inside and share the one empty tuple.
        return cls(automaton, [word.gaps for word in words], begins, *columns)

    def standing(
        self, text: Normalised, guild_id: int, is_meant: Callable[[Standing], bool]
    ) -> Iterator[Match]:
        """Yield the rules for a server whose words a text holds as they mean it, each once."""
        met: set[int] = set()
        found = self.automaton.find_matches_as_indexes(text.text, overlapping=True)
        for number, start, end in found:
            # In ㅋㅋㅋㅋ the first ㅋ decides; so many messages are like that.
            asked = self._of(number, guild_id) - met
            for place, mode in sorted(self._standing(text, (number, start, end), asked)):
                match = Match(self.rules[place], self.members[place], RuleKind.WORD)
                word = Needle(text.text[start:end], self.gaps[number])
                if is_meant(Standing(match, word, mode, start)):
                    met.add(place)
                    yield match

    def _of(self, number: int, guild_id: int) -> set[int]:
        """Return where the rules about a word stand that hold in a server."""
        first, last = self.begins[number], self.begins[number + 1]
        place = bisect_left(self.guilds, guild_id, first, last)
        here = range(place, bisect_right(self.guilds, guild_id, place, last))
        if self.guilds[first] != EVERYWHERE:
            return set(here)
        return {*range(first, bisect_right(self.guilds, EVERYWHERE, first, last)), *here}

    def _standing(
        self, text: Normalised, found: tuple[int, int, int], places: Iterable[int]
    ) -> Iterator[tuple[int, Mode]]:
        number, start, end = found
        verdicts: dict[int, bool] = {}
        for place in places:
            mode = self.modes[place]
            if mode not in verdicts:
                verdicts[mode] = stands(text, start, end, self.gaps[number], MODES[mode])
            if verdicts[mode]:
                yield place, MODES[mode]


class Matcher:
    """Everybody's rules; `full` is how many words the small automaton takes."""

    def __init__(self, *, full: int = FULL) -> None:
        self._full = full
        self._segments: list[Segment] = []
        self._recent: dict[Needle, list[Entry]] = {}
        self._recent_count = 0
        self._recent_segment: Segment | None = None
        # What a word rule looks for now that was changed or removed; nothing of the latter.
        self._changed: dict[int, tuple[Needle, Mode] | None] = {}
        self._scopes: dict[int, Scope] = {}
        # By server and member, by the number of the rule.
        self._patterns: dict[int, dict[int, dict[int, Pattern]]] = defaultdict(dict)
        # By server and kind: who has such rules, and their numbers.
        self._plain: dict[tuple[int, RuleKind], dict[int, tuple[int, ...]]] = defaultdict(dict)
        self._rooms = Rooms()
        # How many word rules there are for all servers.
        self._words_everywhere: set[int] = set()

    def load(self, rules: Iterable[Rule]) -> None:
        """Take over all rules there are; to be done before anything else is going on."""
        words: dict[Needle, list[Entry]] = defaultdict(list)
        for rule in rules:
            if rule.options.paused:
                continue
            self._limit(rule)
            if rule.kind is RuleKind.WORD:
                self._collect(words, rule)
                continue
            try:
                self._put(rule)
            except BadPattern:  # it was added when more was allowed
                logger.warning("rule %s is not looked for: its pattern is refused now", rule.id)
        if words:
            self._segments = [Segment.of(words)]

    def add(self, rule: Rule) -> None:
        """Look for a rule from the next message on, as it is now; for one that is paused, not."""
        if rule.options.paused:
            return
        self._limit(rule)
        if rule.kind is not RuleKind.WORD:
            self._put(rule)
            return
        if self._recent_count >= self._full and self._recent_segment is not None:
            self._segments.append(self._recent_segment)
            self._recent, self._recent_count = {}, 0
        if rule.id in self._changed:
            self._changed[rule.id] = needle(rule.text), rule.options.mode
        self._collect(self._recent, rule)
        self._recent_count += 1
        self._recent_segment = Segment.of(self._recent)

    def remove(self, rule: Rule) -> None:
        """Look for a rule no more."""
        self._scopes.pop(rule.id, None)
        match rule.kind:
            case RuleKind.WORD:
                self._changed[rule.id] = None
                self._words_everywhere.discard(rule.id)
            case RuleKind.PATTERN:
                self._drop_pattern(rule)
            case RuleKind.ANY:
                self._rooms.remove(rule)
            case _:
                self._drop_plain(rule)

    def matches(self, seen: Seen) -> list[Match]:
        """Return each rule but the patterns that a message meets, once.

        Whether somebody has a role that a rule is about may be unknown: Discord must be asked.
        """
        found = {match.rule_id: match for match in self._all(seen)}
        return list(found.values())

    def admits(self, rule_id: int, seen: Seen) -> bool:
        """Tell whether a message may be where, and by whom, a rule wants it."""
        scope = self._scopes.get(rule_id)
        return scope is None or scope.admits(seen)

    def watchers(self, guild_id: int, kind: RuleKind) -> Mapping[int, tuple[int, ...]]:
        """Return the members with rules of a kind, which have no text, and their numbers."""
        here = self._plain.get((guild_id, kind), {})
        everywhere = self._plain.get((EVERYWHERE, kind))
        return _together(here, everywhere) if everywhere else here

    def patterns(self, guild_id: int) -> Mapping[int, Mapping[int, Pattern]]:
        """Return the patterns of each member of a server who has some, by the rules' numbers."""
        here, everywhere = self._patterns.get(guild_id, {}), self._patterns.get(EVERYWHERE)
        if not everywhere:
            return here
        members = {*here, *everywhere}
        return {one: {**everywhere.get(one, {}), **here.get(one, {})} for one in members}

    def guilds(self) -> set[int]:
        """Return the servers in which somebody has a rule; 0 when it is one for all of them."""
        plain = {guild_id for (guild_id, _), members in self._plain.items() if members}
        patterns = {guild_id for guild_id, members in self._patterns.items() if members}
        segments = [*self._segments, *([self._recent_segment] if self._recent_segment else [])]
        words = {guild for one in segments for guild in set(one.guilds)}
        everywhere = {EVERYWHERE} if self._words_everywhere else set()
        return plain | patterns | (words - {EVERYWHERE}) | everywhere | self._rooms.guilds()

    def _all(self, seen: Seen) -> Iterator[Match]:
        yield from self._addressed(seen)
        written = map(Match._make, self._rooms.matches(seen))
        yield from (one for one in written if self.admits(one.rule_id, seen))
        text = text_of(seen)
        if text and (self._segments or self._recent_segment):
            normalised, is_meant = normalise(text), self._meaning(seen, text)
            for segment in self._segments:
                yield from segment.standing(normalised, seen.guild_id, is_meant)
            if self._recent_segment is not None:
                yield from self._recent_segment.standing(normalised, seen.guild_id, is_meant)

    def _meaning(self, seen: Seen, text: str) -> Callable[[Standing], bool]:
        """Return what tells whether a word that stands in a text is what its rule means."""
        written = cache(lambda: as_written(text))

        def is_meant(one: Standing) -> bool:
            rule_id = one.match.rule_id
            if self._changed and (one.word, one.mode) != self._changed.get(
                rule_id, (one.word, one.mode)
            ):
                return False
            scope = self._scopes.get(rule_id)
            if scope is None:
                return True
            return scope.admits(seen) and written().startswith(scope.letters, one.start)

        return is_meant

    def _addressed(self, seen: Seen) -> Iterator[Match]:
        answered = frozenset() if seen.reply_to is None else frozenset({seen.reply_to})
        for kind, members in ((RuleKind.MENTION, seen.mentions), (RuleKind.REPLY, answered)):
            if members and (watchers := self.watchers(seen.guild_id, kind)):
                yield from self._watching(seen, kind, watchers, members & watchers.keys())
        if seen.role_mentions and (watchers := self.watchers(seen.guild_id, RuleKind.ROLE)):
            yield from self._watching(seen, RuleKind.ROLE, watchers, watchers)

    def _watching(
        self,
        seen: Seen,
        kind: RuleKind,
        watchers: Mapping[int, Sequence[int]],
        members: Iterable[int],
    ) -> Iterator[Match]:
        for member_id in members:
            for rule_id in watchers[member_id]:
                if self.admits(rule_id, seen):
                    yield Match(rule_id, member_id, kind)

    def _limit(self, rule: Rule) -> None:
        scope = Scope.of(rule)
        if scope is not None:
            self._scopes[rule.id] = scope

    def _put(self, rule: Rule) -> None:
        if rule.kind is RuleKind.PATTERN:
            pattern = Pattern(rule.text)
            self._patterns[rule.guild_id].setdefault(rule.member_id, {})[rule.id] = pattern
        elif rule.kind is RuleKind.ANY:
            self._rooms.add(rule)
        else:
            members = self._plain[rule.guild_id, rule.kind]
            members[rule.member_id] = (*members.get(rule.member_id, ()), rule.id)

    def _drop_plain(self, rule: Rule) -> None:
        members = self._plain[rule.guild_id, rule.kind]
        left = tuple(one for one in members.pop(rule.member_id, ()) if one != rule.id)
        if left:
            members[rule.member_id] = left

    def _drop_pattern(self, rule: Rule) -> None:
        members = self._patterns[rule.guild_id]
        mine = members.get(rule.member_id, {})
        mine.pop(rule.id, None)
        if not mine:
            members.pop(rule.member_id, None)

    def _collect(self, words: dict[Needle, list[Entry]], rule: Rule) -> None:
        sought = needle(rule.text)
        if sought.text:
            mode = MODES.index(rule.options.mode)
            if rule.is_everywhere:
                self._words_everywhere.add(rule.id)
            entry = Entry(rule.guild_id, rule.id, rule.member_id, mode)
            words.setdefault(sought, []).append(entry)


def _together(
    here: Mapping[int, tuple[int, ...]], everywhere: Mapping[int, tuple[int, ...]]
) -> Mapping[int, tuple[int, ...]]:
    members = {*here, *everywhere}
    return {one: (*here.get(one, ()), *everywhere.get(one, ())) for one in members}


def text_of(seen: Seen) -> str:
    """Return as much of a message's text as is looked at."""
    # Half a surrogate pair is no text to any library.
    return seen.text[:LONGEST_TEXT].encode(errors="replace").decode()
