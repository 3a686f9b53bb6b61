"""Plays made-up days through the planner, and says what one message per hit would have lost."""

import math
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.measure import judge
from bot.services.highlights.planner import LAST_CALL, Day, Waiting, plan
from bot.services.highlights.schedule import Schedule
from storage.hits import Priority

HOUR, DAY = 3600.0, 24 * 3600.0
ALLOWANCE = 20
SEED = 20261121
MIDNIGHT = 1_795_186_800.0  # in Seoul, 21 November 2026
WEIGHTS = {Priority.MENTION: 8, Priority.REPLY: 12, Priority.WORD: 70, Priority.EVENT: 10}
FEWEST_TOGETHER = 3.0


@dataclass(frozen=True)
class Scene:
    """A day: when hits come, what the member wishes, whether it counts as lively."""

    title: str
    times: Callable[[random.Random], list[float]]
    wishes: Schedule = field(default_factory=Schedule)
    lively: bool = False


def _spread(chance: random.Random, count: int) -> list[float]:
    """Return times of a day as people write: little at night, most in the evening."""
    hours = [1, 0.5, 0.2, 0.1, 0.1, 0.2, 0.5, 1, 2, 2, 2, 2, 3, 3, 2, 2, 2, 3, 4, 6, 8, 9, 8, 4]
    return [(h + chance.random()) * HOUR for h in chance.choices(range(24), hours, k=count)]


def _quiet(chance: random.Random) -> list[float]:
    return _spread(chance, 8)


def _lively(chance: random.Random) -> list[float]:
    return _spread(chance, 250)


def _office(chance: random.Random) -> list[float]:
    return [(9 + 9 * chance.random()) * HOUR for _ in range(250)]


def _flood(chance: random.Random) -> list[float]:
    return [*_spread(chance, 30), *(20 * HOUR + chance.random() * 600 for _ in range(2000))]


NIGHT = Schedule(quiet_from=23 * 60, quiet_to=8 * 60)
SCENES = (
    Scene("a quiet day", _quiet),
    Scene("a lively day", _lively, lively=True),
    Scene("a lively day, quiet from 23 to 8", _lively, NIGHT, lively=True),
    Scene("a lively day from 9 to 18 only", _office, lively=True),
    Scene("a lively day, at 9, 13 and 19", _lively, Schedule(mode="at-hours", hours=(9, 13, 19))),
    Scene("2,000 hits in ten minutes", _flood, lively=True),
)


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    scenes: Sequence[Scene] = SCENES


FULL, BRIEF = Size(), Size(SCENES[:2])


@dataclass
class Outcome:
    """What became of a day."""

    hits: list[Waiting]
    wishes: Schedule
    messages: list[tuple[float, tuple[int, ...]]] = field(default_factory=list)

    @property
    def arrived(self) -> dict[int, float]:
        """When each hit went out."""
        return {number: at for at, numbers in self.messages for number in numbers}

    def waited(self, priority: Priority) -> list[float]:
        """Return the seconds that hits of a priority waited, in order."""
        arrived = self.arrived
        return sorted(
            arrived[hit.id] - hit.found_at for hit in self.hits if hit.priority is priority
        )

    @property
    def in_time(self) -> float:
        """Which share of the hits went out before the end of the day or of the quiet hours."""
        arrived = self.arrived
        return sum(self._is_in_time(hit, arrived[hit.id]) for hit in self.hits) / len(self.hits)

    def _is_in_time(self, hit: Waiting, at: float) -> bool:
        # What comes after the last call has the next day.
        wished = self.wishes.slot_after(hit.found_at) + LAST_CALL
        silent_until = self.wishes.silent_until(wished)
        if silent_until > wished:
            return at <= silent_until
        return at < MIDNIGHT + ((wished - MIDNIGHT) // DAY + 1) * DAY

    @property
    def most_a_day(self) -> int:
        """How many messages went out on one day of Kakao's at most."""
        days = [int((at - MIDNIGHT) // DAY) for at, _ in self.messages]
        return max(days.count(day) for day in days)


def play(scene: Scene, chance: random.Random) -> Outcome:
    """Play one day through the planner, until nothing waits any more."""
    times = [MIDNIGHT + at for at in sorted(scene.times(chance))]
    kinds = chance.choices(list(WEIGHTS), list(WEIGHTS.values()), k=len(times))
    hits = [
        Waiting(number, kind, at, at)
        for number, (at, kind) in enumerate(zip(times, kinds, strict=True))
    ]
    outcome, waiting, coming, now = (
        Outcome(hits, scene.wishes),
        list[Waiting](),
        list(hits),
        MIDNIGHT,
    )
    while waiting or coming:
        while coming and coming[0].found_at <= now:
            waiting.append(coming.pop(0))
        planned = plan(waiting, _day(outcome, now), scene.wishes)
        if planned.now:
            outcome.messages.append((now, planned.now))
            waiting = [one for one in waiting if one.id not in set(planned.now)]
        else:
            upcoming = [coming[0].found_at] if coming else []
            now = min([*upcoming, *([planned.next_at] if planned.next_at else [])])
    return outcome


def _day(outcome: Outcome, now: float) -> Day:
    today = math.floor((now - MIDNIGHT) / DAY)
    begin = MIDNIGHT + today * DAY
    sent = [at for at, _ in outcome.messages]
    return Day(now, ALLOWANCE - sum(at >= begin for at in sent), ALLOWANCE, begin + DAY, sent)


def _minutes(waits: Sequence[float]) -> str:
    if not waits:
        return f"{'–':>15}"
    late = waits[min(len(waits) - 1, int(len(waits) * 0.95))]
    return f"{statistics.median(waits) / 60:>6.0f} /{late / 60:>6.0f} "


async def main(size: Size) -> None:
    print(f"\nA day within {ALLOWANCE} messages; waiting in minutes: median / 95 %")
    names = "".join(f"{priority.name.lower():>15}" for priority in Priority)
    print(f"  {'':<34}{'hits':>6}{'messages':>9}{'in time':>9}{'each':>7}{names}   one by one")
    missed = {}
    for scene in size.scenes:
        outcome = play(scene, random.Random(SEED))
        hits, messages = len(outcome.hits), len(outcome.messages)
        waits = "".join(_minutes(outcome.waited(priority)) for priority in Priority)
        lost = max(0, hits - ALLOWANCE)
        print(
            f"  {scene.title:<34}{hits:>6,}{messages:>9}{outcome.in_time:>9.0%}"
            f"{hits / messages:>7.1f}{waits}   loses {lost:,} ({lost / hits:.0%})"
        )
        missed[f"{scene.title}: not everything within the allowance"] = (
            outcome.in_time < 1 or outcome.most_a_day > ALLOWANCE
        )
        missed[f"{scene.title}: fewer than {FEWEST_TOGETHER:.0f} hits a message"] = (
            scene.lively and hits / messages < FEWEST_TOGETHER
        )
    judge(missed)
