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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from bot.services.highlights.matching.loose import loosen
from bot.services.highlights.matching.normalise import Needle, Normalised, needle, normalise
from bot.services.highlights.matching.patterns import BadPattern, Pattern
from bot.services.highlights.matching.words import Mode, needles, stands
from bot.services.messages.models import Seen
from storage.rules import Rule, RuleKind

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

    def matches(self, text: Normalised, guild_id: int) -> Iterator[Match]:
        """Yield the rules of a server that a text meets, each once."""
        met: set[int] = set()
        found = self.automaton.find_matches_as_indexes(text.text, overlapping=True)
        for number, start, end in found:
            first, last = self.begins[number], self.begins[number + 1]
            place = bisect_left(self.guilds, guild_id, first, last)
            if place == last or self.guilds[place] != guild_id:
                continue
            # In ㅋㅋㅋㅋ the first ㅋ decides; so many messages are like that.
            asked = set(range(place, bisect_right(self.guilds, guild_id, place, last))) - met
            standing = set(self._standing(text, (number, start, end), asked))
            met |= standing
            for place in sorted(standing):
                yield Match(self.rules[place], self.members[place], RuleKind.WORD)

    def _standing(
        self, text: Normalised, found: tuple[int, int, int], places: Iterable[int]
    ) -> Iterator[int]:
        number, start, end = found
        verdicts: dict[int, bool] = {}
        for place in places:
            mode = self.modes[place]
            if mode not in verdicts:
                verdicts[mode] = stands(text, start, end, self.gaps[number], MODES[mode])
            if verdicts[mode]:
                yield place


class Matcher:
    """Everybody's rules; `full` is how many words the small automaton takes."""

    def __init__(self, *, full: int = FULL) -> None:
        self._full = full
        self._segments: list[Segment] = []
        self._recent: dict[Needle, list[Entry]] = {}
        self._recent_count = 0
        self._recent_segment: Segment | None = None
        self._removed: set[int] = set()
        # Servers in which somebody had a word looked for inside others.
        self._loose: set[int] = set()
        # By server and member, by the number of the rule.
        self._patterns: dict[int, dict[int, dict[int, Pattern]]] = defaultdict(dict)
        # By server and kind: who has such a rule.
        self._plain: dict[tuple[int, RuleKind], dict[int, int]] = defaultdict(dict)

    def load(self, rules: Iterable[Rule]) -> None:
        """Take over all rules there are; to be done before anything else is going on."""
        words: dict[Needle, list[Entry]] = defaultdict(list)
        for rule in rules:
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
        """Look for a rule from the next message on."""
        if rule.kind is not RuleKind.WORD:
            self._put(rule)
            return
        if self._recent_count >= self._full and self._recent_segment is not None:
            self._segments.append(self._recent_segment)
            self._recent, self._recent_count = {}, 0
        self._collect(self._recent, rule)
        self._recent_count += 1
        self._recent_segment = Segment.of(self._recent)

    def remove(self, rule: Rule) -> None:
        """Look for a rule no more."""
        if rule.kind is RuleKind.WORD:
            self._removed.add(rule.id)
        elif rule.kind is RuleKind.PATTERN:
            self._drop_pattern(rule)
        else:
            self._plain[rule.guild_id, rule.kind].pop(rule.member_id, None)

    def matches(self, seen: Seen) -> list[Match]:
        """Return each rule but the patterns that a message meets, once.

        Of a role rule it says only that some role is mentioned: whose it is, Discord must be asked.
        """
        found = {match.rule_id: match for match in self._all(seen)}
        return [match for match in found.values() if match.rule_id not in self._removed]

    def watchers(self, guild_id: int, kind: RuleKind) -> dict[int, int]:
        """Return the members with a rule of this kind, which has no text, and its number."""
        return self._plain.get((guild_id, kind), {})

    def patterns(self, guild_id: int) -> Mapping[int, Mapping[int, Pattern]]:
        """Return the patterns of each member of a server who has some, by the rules' numbers."""
        return self._patterns.get(guild_id, {})

    def guilds(self) -> set[int]:
        """Return the servers in which somebody has a rule."""
        plain = {guild_id for (guild_id, _), members in self._plain.items() if members}
        patterns = {guild_id for guild_id, members in self._patterns.items() if members}
        segments = [*self._segments, *([self._recent_segment] if self._recent_segment else [])]
        return plain | patterns | {guild for one in segments for guild in set(one.guilds)}

    def _all(self, seen: Seen) -> Iterator[Match]:
        yield from self._addressed(seen)
        text = text_of(seen)
        if text and (self._segments or self._recent_segment):
            normalised = normalise(text)
            yield from self._worded(normalised, seen.guild_id)
            if seen.guild_id in self._loose and (loose := loosen(normalised).text).text:
                yield from self._worded(loose, seen.guild_id)

    def _worded(self, text: Normalised, guild_id: int) -> Iterator[Match]:
        for segment in self._segments:
            yield from segment.matches(text, guild_id)
        if self._recent_segment is not None:
            yield from self._recent_segment.matches(text, guild_id)

    def _addressed(self, seen: Seen) -> Iterator[Match]:
        answered = frozenset() if seen.reply_to is None else frozenset({seen.reply_to})
        for kind, members in ((RuleKind.MENTION, seen.mentions), (RuleKind.REPLY, answered)):
            if members and (watchers := self._plain.get((seen.guild_id, kind))):
                yield from (Match(watchers[one], one, kind) for one in members if one in watchers)
        if seen.role_mentions:
            for member_id, rule_id in self.watchers(seen.guild_id, RuleKind.ROLE).items():
                yield Match(rule_id, member_id, RuleKind.ROLE)

    def _put(self, rule: Rule) -> None:
        if rule.kind is RuleKind.PATTERN:
            pattern = Pattern(rule.text)
            self._patterns[rule.guild_id].setdefault(rule.member_id, {})[rule.id] = pattern
        else:
            self._plain[rule.guild_id, rule.kind][rule.member_id] = rule.id

    def _drop_pattern(self, rule: Rule) -> None:
        members = self._patterns[rule.guild_id]
        mine = members.get(rule.member_id, {})
        mine.pop(rule.id, None)
        if not mine:
            members.pop(rule.member_id, None)

    def _collect(self, words: dict[Needle, list[Entry]], rule: Rule) -> None:
        sought = needle(rule.text)
        if sought.text:
            mode: Mode = rule.options.get("mode", "word")
            if mode == "anywhere":
                self._loose.add(rule.guild_id)
            entry = Entry(rule.guild_id, rule.id, rule.member_id, MODES.index(mode))
            for one in needles(sought, mode):
                words.setdefault(one, []).append(entry)


def text_of(seen: Seen) -> str:
    """Return as much of a message's text as is looked at."""
    # Half a surrogate pair is no text to any library.
    return seen.text[:LONGEST_TEXT].encode(errors="replace").decode()
