"""Plans a day's few messages, so that everything found arrives, and what matters arrives soon.

Kakao lets some twenty messages a day go to a member's own chat. One message can carry any number
of highlights, so the question is never what to leave out, only how long to wait. While there is
plenty, each highlight goes alone and at once. For the hours to come a part is kept back, as large
as what people usually write in them; once the rest is used, the next message waits until enough of
the day has passed, and what is found meanwhile goes with it. What matters more may take a little of
what is kept back. One message is always kept for the last call, shortly before the day ends, or
before the quiet hours that outlast it.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from bot.services.clock import DAY, HOUR
from bot.services.highlights.schedule import Schedule
from storage.hits import Priority

LAST_CALL = 120.0
# Of a day's messages, so many may go before the day's pace counts.
HEAD_START = 0.3
# How much of a day's talk comes in each hour of Kakao's day: little at night, most at nine.
TALK = (4, 2, 1, 1, 1, 1, 2, 3, 4, 4, 4, 4, 6, 5, 4, 4, 4, 5, 6, 7, 8, 8, 7, 5)
# Seconds between one message and the next, by how many went out within the last hour.
GAPS = (0.0, 0.0, 0.0, 60.0, 240.0, 480.0, 900.0)
# How much of what is kept back, and of the gap, counts for what matters more.
PATIENCE = {
    Priority.MENTION: 0.75,
    Priority.REPLY: 0.85,
    Priority.WORD: 1.0,
    Priority.EVENT: 1.0,
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A hit that waits; it must not go before it is due."""

    id: int
    priority: Priority
    found_at: float
    due_at: float


@dataclass(frozen=True, slots=True)
class Day:
    """What is left of Kakao's day; `sent` are the times of the latest automatic messages."""

    now: float
    left: int
    limit: int
    resets_at: float
    sent: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes now, in one message and in this order, and when to look again."""

    now: tuple[int, ...] = ()
    next_at: float | None = None


def plan(waiting: Sequence[Waiting], day: Day, schedule: Schedule) -> Plan:
    """Decide what goes now and when the rest goes."""
    ready = [one for one in waiting if one.due_at <= day.now]
    later = [one.due_at for one in waiting if one.due_at > day.now]
    if not ready:
        return Plan(next_at=min(later, default=None))
    at = _time_for(ready, day, schedule)
    if at <= day.now:
        in_order = sorted(ready, key=_order)
        return Plan(tuple(one.id for one in in_order), min(later, default=None))
    return Plan(next_at=min([at, *later]))


def _order(one: Waiting) -> tuple[int, float, int]:
    return one.priority, one.found_at, one.id


def _time_for(ready: Sequence[Waiting], day: Day, schedule: Schedule) -> float:
    """Return when the first of these may go: now, or a time to come. The others go with it."""
    silent_until = schedule.silent_until(day.now)
    if silent_until > day.now:
        return silent_until
    if day.left <= 0:
        return day.resets_at
    by_age = sorted(ready, key=lambda one: one.due_at)
    count = _count_left_over(by_age, day, schedule)
    left_over, fresh = by_age[:count], by_age[count:]
    times = [_time_for_fresh(fresh, day, schedule)] if fresh else []
    if left_over:
        times.append(_time_for_left_over(left_over, day, schedule))
    return min(times)


def _count_left_over(by_age: Sequence[Waiting], day: Day, schedule: Schedule) -> int:
    """Return how many would have gone before today, had there been enough messages.

    Only for members who do not want such at the very moment at which the day begins.
    """
    if schedule.leftovers_at is None and not schedule.at_hours:
        return 0
    begins_at = day.resets_at - DAY
    return bisect_left(by_age, begins_at, key=lambda one: _start([one], schedule))


def _start(ready: Sequence[Waiting], schedule: Schedule) -> float:
    """Return when the first of these could go at the earliest."""
    return schedule.silent_until(schedule.slot_after(min(one.due_at for one in ready)))


def _time_for_left_over(ready: Sequence[Waiting], day: Day, schedule: Schedule) -> float:
    since = missed = _start(ready, schedule)
    if not schedule.at_hours:
        missed = schedule.silent_until(min(_set_times(since, schedule)))
    if missed < day.resets_at - DAY:
        # After the day that had too few, not after today: else it might move on for ever.
        days = math.ceil((day.resets_at - missed) / DAY) - 1
        since = day.resets_at - days * DAY - 1
    return _at_a_set_time(since, day, schedule)


def _time_for_fresh(ready: Sequence[Waiting], day: Day, schedule: Schedule) -> float:
    since = min(one.due_at for one in ready)
    if schedule.at_hours:
        return _at_a_set_time(since, day, schedule)
    paced = _paced(min(one.priority for one in ready), day)
    last_call = _last_call(_start(ready, schedule), day, schedule)
    return min(max(schedule.slot_after(since), paced), last_call)


def _at_a_set_time(since: float, day: Day, schedule: Schedule) -> float:
    """Return the first set time after this one; a day's last message is for its last time."""
    first = min(_set_times(since, schedule))
    if day.left > 1:
        return first
    times = [schedule.silent_until(at) for at in _set_times(day.now, schedule)]
    return max([first, *(at for at in times if at < day.resets_at)])


def _set_times(since: float, schedule: Schedule) -> Sequence[float]:
    if schedule.at_hours or schedule.leftovers_at is None:
        return schedule.hours_after(since)
    return [schedule.next_at(since, schedule.leftovers_at)]


def _paced(priority: Priority, day: Day) -> float:
    """Return when the next message may go, as few as are left and as many as went just now."""
    patience = PATIENCE[priority]
    recent = [at for at in day.sent if at > day.now - HOUR]
    gap = GAPS[min(len(recent), len(GAPS) - 1)] * patience
    after_gap = max(recent, default=0.0) + gap if recent else day.now
    spare, kept = day.left - 1, (day.limit - 1) * (1 - HEAD_START) * patience
    if spare <= 0:
        return day.resets_at
    return max(after_gap, day.resets_at - DAY + _time_when(spare / kept))


def _time_when(share: float) -> float:
    """Return the seconds of a day after which less than this share of its talk is to come."""
    total, left = sum(TALK), float(sum(TALK))
    for hour, talk in enumerate(TALK):
        if left - talk < share * total:
            return max(0.0, (hour + (left - share * total) / talk) * HOUR)
        left -= talk
    return DAY


def _last_call(since: float, day: Day, schedule: Schedule) -> float:
    """Return when what waits since then goes at the latest."""
    if schedule.leftovers_at is not None:
        return _at_a_set_time(since, day, schedule)
    return min(day.resets_at, _silence_at(day.resets_at, day, schedule)) - LAST_CALL


def _silence_at(at: float, day: Day, schedule: Schedule) -> float:
    """Return when the silence begins that reigns at this time, or the next one after it."""
    silence = schedule.silence_after(day.now)
    # Where clocks are set back, quiet hours may begin twice in a night.
    while silence is not None and schedule.silent_until(silence) < at:
        silence = schedule.silence_after(schedule.silent_until(silence))
    return math.inf if silence is None else silence
