"""For how long the worst patterns hold everything up, in the loop's own thread and beside it."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from benchmarks.measure import judge
from bot.services.accounts.linked import LinkedMembers
from bot.services.highlights.matching.matcher import Matcher, text_of
from bot.services.highlights.matching.patterns import search
from bot.services.highlights.pattern_budget import PatternBudget
from bot.services.highlights.pattern_search import PatternSearch
from bot.services.highlights.presence import Presence
from bot.services.messages.models import Seen, Source
from bot.services.messages.reader import ReaderSlot
from storage.rules import Rule, RuleKind

GUILD, EACH = 7, 4
TICK = 0.001
LEAST_RATIO = 5.0


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    members: int = 8
    messages: int = 20
    letters: int = 4_000
    rounds: int = 5


FULL, BRIEF = Size(), Size(members=1, messages=2, letters=500, rounds=1)


class Everybody(LinkedMembers):
    """Everybody has linked."""

    def __init__(self) -> None:
        """Need no database."""

    async def among(self, member_ids: Collection[int]) -> frozenset[int]:
        return frozenset(member_ids)


def _matcher(members: int) -> Matcher:
    matcher = Matcher()
    for number in range(members * EACH):
        text = f"a[ab]{{{450 + number % EACH}}}c"
        matcher.add(Rule(number, number // EACH, GUILD, RuleKind.PATTERN, text, 0.0))
    return matcher


async def _longest_hold(work: Callable[[], Awaitable[object]]) -> float:
    """Return for how long the loop came to nothing else meanwhile, at worst, in seconds."""
    worst = 0.0

    async def tick() -> None:
        nonlocal worst
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK)
            worst = max(worst, time.perf_counter() - before - TICK)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    await work()
    await asyncio.sleep(2 * TICK)
    ticking.cancel()
    return worst


async def main(size: Size) -> None:
    """Compare both sides; raises BoundsMissed."""
    matcher = _matcher(size.members)
    text = "a" * size.letters
    messages = [
        Seen.of_text(Source(GUILD, 1, number), 0, text, 0.0) for number in range(size.messages)
    ]
    patterns = [one for mine in matcher.patterns(GUILD).values() for one in mine.values()]

    async def in_the_loop() -> None:
        for seen in messages[:1]:
            search(text_of(seen), patterns, float("inf"))

    async def beside() -> None:
        finder = PatternSearch(matcher, Everybody(), PatternBudget(), Presence(ReaderSlot()))
        for seen in messages:
            await finder.find(seen)

    held: dict[str, list[float]] = {
        "in the loop, one message": [],
        f"beside it, {size.messages}": [],
    }
    for _ in range(size.rounds):
        for times, work in zip(held.values(), (in_the_loop, beside), strict=True):
            times.append(await _longest_hold(work))
    print(f"\nPatterns: {len(patterns)} of the worst, for the worst messages; held up at worst")
    for title, times in held.items():
        print(f"  {title:<44} {statistics.median(times) * 1e3:>10.1f} ms")
    old, new = (statistics.median(times) for times in held.values())
    print(f"  → {old / new:,.0f} times shorter (at least {LEAST_RATIO:.0f} wanted)")
    judge({"hold": old / new < LEAST_RATIO})
