"""Finds whose rules a message meets, among the rules of all servers at once.

Patterns it only keeps: they may take long, and `pattern_search` beside it looks for them.

The words of all servers stand in one automaton, made at the start. Building one holds up everything
else, some 2 ms for a thousand words, whatever thread does it. So rules that are added later go to a
small automaton that is built anew with each of them, and once it is full stays beside the first.
"""

import logging
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from bot.services.highlights.matching.indexes import Anything, Own, Patterns
from bot.services.highlights.matching.loose import loosen
from bot.services.highlights.matching.matches import Match
from bot.services.highlights.matching.normalise import (
    Needle,
    Normalised,
    as_written,
    needle,
    normalise,
    whole,
)
from bot.services.highlights.matching.patterns import BadPattern, Pattern
from bot.services.highlights.matching.scopes import Scope
from bot.services.highlights.matching.words import Mode, needles, stands
from bot.services.messages.models import Seen
from storage.rules import EVERYWHERE, Rule, RuleKind

__all__ = ["Match", "Matcher", "text_of"]

logger = logging.getLogger(__name__)

MODES: tuple[Mode, ...] = ("word", "exact", "anywhere")
# Beside the mode of a rule that finds its word only as it was typed.
CASED = 4
# How the columns of a segment are kept, in the order of an entry.
KINDS = "qqqb"
FULL = 500
LONGEST_TEXT = 6000  # characters of a message that are looked at; Discord's own limit is 4,000


class Entry(NamedTuple):
    """A word rule as the automaton needs it."""

    guild_id: int
    rule_id: int
    member_id: int
    mode: int


class Letters:
    """The letters of a text as they were written, for the few rules that care."""

    __slots__ = ("_letters", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._letters: str | None = None

    def are(self, wanted: str, start: int) -> bool:
        """Tell whether these letters stand somewhere in the text."""
        if self._letters is None:
            self._letters = as_written(self._text)
        return self._letters.startswith(wanted, start)


@dataclass(frozen=True, slots=True)
class Segment:
    """An automaton with the rules behind each of its words, in columns that take little room.

    The rules of word `n` are those from `begins[n]` up to `begins[n + 1]`, by server; those for all
    servers come first.
    """

    automaton: AhoCorasick
    gaps: list[tuple[int, ...]]
    begins: "array[int]"
    servers: frozenset[int]
    guilds: "array[int]"
    rules: "array[int]"
    members: "array[int]"
    modes: "array[int]"

    @classmethod
    def of(cls, words: dict[Needle, list[Entry]]) -> "Segment":
        """Build the automaton of these words."""
        begins = array("q", accumulate(map(len, words.values()), initial=0))
        rows = [entry for entries in words.values() for entry in sorted(entries)]
        columns = [array(kind, [row[at] for row in rows]) for at, kind in enumerate(KINDS)]
        automaton = AhoCorasick(
            [word.text for word in words],
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )
        # Most words have no spaces inside and share the one empty tuple.
        gaps = [word.gaps for word in words]
        return cls(automaton, gaps, begins, frozenset(columns[0]), *columns)

    def matches(
        self, text: Normalised, guild_id: int, letters: Letters, scopes: Mapping[int, Scope]
    ) -> Iterator[Match]:
        """Yield the rules of a server, and of all, whose words a text holds, each once."""
        met: set[int] = set()
        found = self.automaton.find_matches_as_indexes(text.text, overlapping=True)
        for number, start, end in found:
            places = self._places(number, guild_id)
            if not places:
                continue
            # In ㅋㅋㅋㅋ the first ㅋ decides; so many messages are like that.
            asked = set(places) - met
            standing = {
                place
                for place in self._standing(text, (number, start, end), asked)
                if self.modes[place] < CASED or self._is_cased(place, start, letters, scopes)
            }
            met |= standing
            for place in sorted(standing):
                yield Match(self.rules[place], self.members[place], RuleKind.WORD)

    def _places(self, number: int, guild_id: int) -> Sequence[int]:
        """Return where the rules of a word stand that hold in a server."""
        first, last = self.begins[number], self.begins[number + 1]
        begin = bisect_left(self.guilds, guild_id, first, last)
        is_there = begin != last and self.guilds[begin] == guild_id
        here = range(begin, bisect_right(self.guilds, guild_id, begin, last) if is_there else begin)
        if self.guilds[first] != EVERYWHERE or guild_id == EVERYWHERE:
            return here
        return [*range(first, bisect_right(self.guilds, EVERYWHERE, first, last)), *here]

    def _standing(
        self, text: Normalised, found: tuple[int, int, int], places: Iterable[int]
    ) -> Iterator[int]:
        number, start, end = found
        verdicts: dict[int, bool] = {}
        for place in places:
            mode = self.modes[place] % CASED
            if mode not in verdicts:
                verdicts[mode] = stands(text, start, end, self.gaps[number], MODES[mode])
            if verdicts[mode]:
                yield place

    def _is_cased(
        self, place: int, start: int, letters: Letters, scopes: Mapping[int, Scope]
    ) -> bool:
        scope = scopes.get(self.rules[place])
        return scope is not None and letters.are(scope.letters, start)


class Matcher:
    """Everybody's rules; `full` is how many words the small automaton takes."""

    def __init__(self, *, full: int = FULL) -> None:
        self._full = full
        self._segments: list[Segment] = []
        self._recent: dict[Needle, list[Entry]] = {}
        self._recent_count = 0
        self._recent_segment: Segment | None = None
        # Of a rule that was removed or changed, how many of the segments still hold what it was.
        self._stale: dict[int, int] = {}
        self._scopes: dict[int, Scope] = {}
        # By member, the numbers of their rules for all servers.
        self._everywhere: dict[int, set[int]] = {}
        # Servers in which somebody had a word looked for inside others.
        self._loose: set[int] = set()
        self._patterns = Patterns()
        self._own = Own()
        self._anything = Anything()

    def load(self, rules: Iterable[Rule]) -> None:
        """Take over all rules there are; to be done before anything else is going on."""
        words: dict[Needle, list[Entry]] = defaultdict(list)
        for rule in rules:
            if rule.options.paused:
                continue
            self._note(rule)
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
        self._note(rule)
        if rule.kind is not RuleKind.WORD:
            self._put(rule)
            return
        if self._recent_count >= self._full and self._recent_segment is not None:
            self._segments.append(self._recent_segment)
            self._recent, self._recent_count = {}, 0
        if rule.id in self._stale:
            self._stale[rule.id] = len(self._segments)
        self._collect(self._recent, rule)
        self._recent_count += 1
        self._recent_segment = Segment.of(self._recent)

    def remove(self, rule: Rule) -> None:
        """Look for a rule no more."""
        self._scopes.pop(rule.id, None)
        mine = self._everywhere.pop(rule.member_id, set()) - {rule.id}
        if mine:
            self._everywhere[rule.member_id] = mine
        match rule.kind:
            case RuleKind.WORD:
                self._stale[rule.id] = len(self._segments) + 1
                self._uncollect(rule)
            case RuleKind.PATTERN:
                self._patterns.drop(rule)
            case RuleKind.ANY:
                self._anything.drop(rule)
            case _:
                self._own.drop(rule)

    def matches(self, seen: Seen) -> list[Match]:
        """Return each rule but the patterns that a message meets, once.

        Whether somebody has a role that a rule is about may be unknown: Discord must be asked.
        """
        found = {match.rule_id: match for match in self._all(seen)}
        return [match for match in found.values() if self.admits(match.rule_id, seen)]

    def admits(self, rule_id: int, seen: Seen) -> bool:
        """Tell whether a message may be where, and by whom, a rule wants it."""
        scope = self._scopes.get(rule_id)
        return scope is None or scope.admits(seen)

    def own(self, guild_id: int, kind: RuleKind, member_id: int) -> list[int]:
        """Return the numbers of a member's rules of this kind that hold in a server."""
        return [match.rule_id for match in self._own.matches(guild_id, kind, [member_id])]

    def patterns(self, guild_id: int) -> Mapping[int, Mapping[int, Pattern]]:
        """Return the patterns of each member who has some that hold in a server, by number."""
        return self._patterns.of(guild_id)

    def is_far(self, guild_id: int, member_id: int) -> bool:
        """Tell whether nothing but patterns for all servers says that a member is in one."""
        return self._patterns.is_far(guild_id, member_id)

    def guilds(self) -> set[int]:
        """Return the servers in which somebody has a rule, those for all of them aside."""
        found = {guild for one in self._all_segments() for guild in one.servers}
        found |= self._own.guilds() | self._patterns.guilds() | self._anything.guilds()
        return found - {EVERYWHERE}

    def is_everywhere(self, match: Match) -> bool:
        """Tell whether a rule that is met holds in all servers."""
        return match.rule_id in self._everywhere.get(match.member_id, ())

    def has_everywhere(self, member_id: int) -> bool:
        """Tell whether a member has rules for all servers."""
        return member_id in self._everywhere

    def members_everywhere(self) -> set[int]:
        """Return the members with rules for all servers."""
        return set(self._everywhere)

    def _all(self, seen: Seen) -> Iterator[Match]:
        yield from self._addressed(seen)
        if self._anything:
            yield from self._anything.matches(seen)
        if self._seeks_words(seen.guild_id) and (text := text_of(seen)):
            yield from self._words(text, seen.guild_id)

    def _seeks_words(self, guild_id: int) -> bool:
        return any(
            guild_id in one.servers or EVERYWHERE in one.servers for one in self._all_segments()
        )

    def _all_segments(self) -> list[Segment]:
        recent = self._recent_segment
        return self._segments if recent is None else [*self._segments, recent]

    def _words(self, text: str, guild_id: int) -> Iterator[Match]:
        normalised = normalise(text)
        yield from self._worded(normalised, guild_id, Letters(text))
        if self._loose.isdisjoint((guild_id, EVERYWHERE)):
            return
        loose, _ = loosen(normalised)
        if loose.text:  # nothing in it stands as it was typed
            yield from self._worded(loose, guild_id, Letters(""))

    def _worded(self, text: Normalised, guild_id: int, letters: Letters) -> Iterator[Match]:
        scopes = self._scopes
        for number, segment in enumerate(self._segments):
            for match in segment.matches(text, guild_id, letters, scopes):
                if number >= self._stale.get(match.rule_id, 0):
                    yield match
        if self._recent_segment is not None:
            for match in self._recent_segment.matches(text, guild_id, letters, scopes):
                if len(self._segments) >= self._stale.get(match.rule_id, 0):
                    yield match

    def _addressed(self, seen: Seen) -> Iterator[Match]:
        guild_id = seen.guild_id
        if seen.mentions:
            yield from self._own.matches(guild_id, RuleKind.MENTION, seen.mentions)
        if seen.reply_to is not None:
            yield from self._own.matches(guild_id, RuleKind.REPLY, (seen.reply_to,))
        if seen.role_mentions:
            yield from self._own.matches(guild_id, RuleKind.ROLE, None)

    def _note(self, rule: Rule) -> None:
        scope = Scope.of(rule)
        if scope is not None:
            self._scopes[rule.id] = scope
        if rule.is_everywhere:
            self._everywhere.setdefault(rule.member_id, set()).add(rule.id)

    def _put(self, rule: Rule) -> None:
        match rule.kind:
            case RuleKind.PATTERN:
                self._patterns.put(rule)
            case RuleKind.ANY:
                self._anything.put(rule)
            case _:
                self._own.put(rule)

    def _collect(self, words: dict[Needle, list[Entry]], rule: Rule) -> None:
        sought = needle(rule.text)
        if sought.text:
            scope, mode = self._scopes.get(rule.id), rule.options.mode
            is_cased = bool(scope and scope.letters)
            if mode == "anywhere" and not is_cased:
                self._loose.add(rule.guild_id)
            number = MODES.index(mode) + (CASED if is_cased else 0)
            entry = Entry(rule.guild_id, rule.id, rule.member_id, number)
            for one in (sought,) if is_cased else needles(sought, mode):
                words.setdefault(one, []).append(entry)

    def _uncollect(self, rule: Rule) -> None:
        """Leave a rule out when the small automaton is built anew."""
        is_there = False
        for sought in needles(needle(rule.text), "anywhere"):
            entries = self._recent.pop(sought, [])
            kept = [entry for entry in entries if entry.rule_id != rule.id]
            is_there = is_there or len(kept) < len(entries)
            if kept:
                self._recent[sought] = kept
        self._recent_count -= is_there


def text_of(seen: Seen) -> str:
    """Return as much of a message's text as is looked at."""
    return whole(seen.text[:LONGEST_TEXT])
