"""Looks for members' patterns in a thread of its own, and lets nobody's take the time of others.

RE2 searches without holding up the other threads of this process; only compiling holds them up.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from bot.services.accounts.linked import LinkedMembers
from bot.services.cache import Bounded
from bot.services.clock import Clock
from bot.services.highlights.matching.matcher import Match, Matcher, text_of
from bot.services.highlights.matching.patterns import Pattern, Sought, search
from bot.services.highlights.pattern_budget import PatternBudget, Share
from bot.services.highlights.presence import Presence
from bot.services.locks import KeyedLocks
from bot.services.messages.models import Seen
from storage.rules import RuleKind

# Seconds of searching after which it is the turn of other messages.
SLICE = 0.01
# How many messages of a member wait until there is time for their patterns, and for how long.
MOST_LATE = 10
LONGEST_WAIT = 30.0
SHORTEST_WAIT = 0.05
# Of how many members it is remembered which messages were searched late or not, and how many.
MOST_MEMBERS = 1000
MOST_MESSAGES = 100

Delay = Literal["late", "skipped"]
"""Whether a message is still to be searched for a member's patterns, or will not be any more."""


class Search(NamedTuple):
    """A pattern of a member that is to be looked for."""

    member_id: int
    rule_id: int
    pattern: Pattern
    share: Share

    @property
    def match(self) -> Match:
        """What it is when it is met."""
        return Match(self.rule_id, self.member_id, RuleKind.PATTERN)


class Done(NamedTuple):
    """A pattern that was looked for, and what came of it."""

    search: Search
    result: Sought


@dataclass(frozen=True, slots=True)
class Late:
    """What was not looked for in time for one member."""

    seen: Seen
    member_id: int
    searches: Sequence[Search]
    at: float

    @property
    def key(self) -> tuple[int, int]:
        """Whose it is, and of which server: each has a queue of their own."""
        return self.seen.guild_id, self.member_id


@dataclass(slots=True)
class Searched:
    """What a message meets, and what is left to be looked for."""

    matches: list[Match] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)


class PatternSearch:
    """Looks for the patterns of those who have linked, within the time that is theirs.

    In a server one slice after the other, and a slice for each server in turn.
    """

    def __init__(
        self,
        matcher: Matcher,
        linked: LinkedMembers,
        budget: PatternBudget,
        presence: Presence,
        *,
        now: Clock = time.monotonic,
    ) -> None:
        self._matcher = matcher
        self._linked = linked
        self._budget = budget
        self._presence = presence
        self._now = now
        self._thread = ThreadPoolExecutor(1, "patterns")
        self._turns = KeyedLocks[int]()
        self._asking = KeyedLocks[int]()
        self._queues = KeyedLocks[tuple[int, int]]()
        self._waiting: Counter[tuple[int, int]] = Counter()
        self._delays = Bounded[int, Bounded[int, Delay]](MOST_MEMBERS)
        self.on_skipped: list[Callable[[], None]] = []

    async def find(self, seen: Seen) -> Searched:
        """Look for everybody's patterns, the cheap ones first once they are known."""
        patterns = self._matcher.patterns(seen.guild_id)
        text = text_of(seen) if patterns else ""
        if not text:
            return Searched()
        members = await self._present(seen, await self._linked.among(patterns))
        left = [*self._searches(seen, patterns, members)]
        found, spent = Searched(), 0.0
        while left:
            left, late = self._split(left, spent)
            found.late += _late(seen, late, self._now())
            done = await self._slice(seen.guild_id, text, left)
            left = left[len(done) :]
            spent += self._spend(done)
            found.matches += _met(done)
        return found

    async def find_late(self, late: Late) -> list[Match]:
        """Look for what was left as soon as there is time; nothing when that takes too long."""
        self._note(late, "late")
        if self._waiting[late.key] < MOST_LATE:
            with self._counted(late.key):
                async with self._queues.of(late.key):
                    if await self._has_time(late):
                        self._note(late, None)
                        done = await self._all(late.seen, late.searches)
                        self._spend(done)
                        return _met(done)
        self._note(late, "skipped")
        for listener in self.on_skipped:
            listener()
        return []

    async def of_member(self, member_id: int, seen: Seen) -> list[Match]:
        """Look for a member's own patterns, whether or not they have linked."""
        # Whoever asks often waits for themselves.
        async with self._asking.of(member_id):
            patterns = self._matcher.patterns(seen.guild_id)
            mine = self._searches(seen, patterns, patterns.keys() & {member_id})
            return _met(await self._all(seen, [*mine]))

    def delay(self, member_id: int, seen: Seen) -> Delay | None:
        """Return what keeps a member's patterns from being looked for, as far as is remembered."""
        notes = self._delays.get(member_id)
        return notes.get(seen.source.message_id) if notes else None

    def forget(self, member_id: int) -> None:
        """Forget what was late for a member."""
        self._delays.pop(member_id, None)

    async def _present(self, seen: Seen, members: Collection[int]) -> Collection[int]:
        """Return members without those who are elsewhere: they have no share of its time."""
        far = [one for one in members if self._matcher.is_far(seen.guild_id, one)]
        if not far:
            return members
        near = await self._presence.among(seen.guild_id, far)
        return [one for one in members if one in near or one not in far]

    # slices

    def _searches(
        self, seen: Seen, patterns: Mapping[int, Mapping[int, Pattern]], members: Collection[int]
    ) -> Iterator[Search]:
        for member_id in members:
            mine = patterns.get(member_id, {})  # may be removed meanwhile
            share = Share(seen.guild_id, len(members) * max(1, len(mine)))
            for rule_id, pattern in mine.items():
                if self._matcher.admits(rule_id, seen):
                    yield Search(member_id, rule_id, pattern, share)

    def _split(self, searches: Sequence[Search], spent: float) -> tuple[list[Search], list[Search]]:
        """Return what may be looked for now, the cheapest first, and what has to wait."""
        now, late = list[Search](), list[Search]()
        for one in searches:
            is_within = self._budget.is_within(one.share, one.rule_id, spent)
            (now if is_within else late).append(one)
        now.sort(key=lambda one: self._budget.debt(one.share, one.rule_id))
        return now, late

    async def _all(self, seen: Seen, searches: Sequence[Search]) -> list[Done]:
        """Look for all of these, whatever that costs."""
        text, done = text_of(seen), list[Done]()
        while text and len(done) < len(searches):
            done += await self._slice(seen.guild_id, text, searches[len(done) :])
        return done

    async def _slice(self, guild_id: int, text: str, searches: Sequence[Search]) -> list[Done]:
        """Look for the first of these, as many as there is time for in one slice."""
        if not searches:
            return []
        patterns = [one.pattern for one in searches]
        async with self._turns.of(guild_id):
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(self._thread, search, text, patterns, SLICE)
        return [Done(*both) for both in zip(searches, found, strict=False)]

    def _spend(self, done: Sequence[Done]) -> float:
        for one in done:
            busy, elapsed = one.result.busy, one.result.elapsed
            self._budget.spend(one.search.share, one.search.rule_id, busy, elapsed)
        return sum(one.result.elapsed for one in done)

    # what is late

    async def _has_time(self, late: Late) -> bool:
        until = late.at + LONGEST_WAIT
        while (wait := self._longest(late)) > 0:
            if self._now() + wait > until:
                return False
            await asyncio.sleep(max(SHORTEST_WAIT, wait))
        return True

    def _longest(self, late: Late) -> float:
        return max(self._budget.wait(one.share, one.rule_id) for one in late.searches)

    @contextmanager
    def _counted(self, key: tuple[int, int]) -> Iterator[None]:
        self._waiting[key] += 1
        try:
            yield
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key]

    def _note(self, late: Late, delay: Delay | None) -> None:
        notes = self._delays.get(late.member_id) or Bounded(MOST_MESSAGES)
        self._delays[late.member_id] = notes
        message_id = late.seen.source.message_id
        if delay is None:
            notes.pop(message_id, None)
        else:
            notes[message_id] = delay


def _met(done: Iterable[Done]) -> list[Match]:
    return [one.search.match for one in done if one.result.is_met]


def _late(seen: Seen, searches: Iterable[Search], at: float) -> Iterator[Late]:
    """Yield for each member what is to be looked for later."""
    found: defaultdict[int, list[Search]] = defaultdict(list)
    for one in searches:
        found[one.member_id].append(one)
    for member_id, mine in found.items():
        yield Late(seen, member_id, mine, at)
