"""Plans a day's few messages, so that everything found arrives, and what matters arrives soon.

Kakao lets some twenty messages a day go to a member's own chat. One message can carry any number
of highlights, so the question is never what to leave out, only how long to wait. While there is
plenty, each highlight goes alone and at once. For the hours to come a part is kept back, as large
as what people usually write in them; once the rest is used, the next message waits until enough of
the day has passed, and what is found meanwhile goes with it. What matters more may take a little of
what is kept back. One message is always kept for the last call, shortly before the day ends, or
before the quiet hours that outlast it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.services.wishes import Wishes
from storage.hits import Priority

DAY = 24 * 3600.0
HOUR = 3600.0
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


def plan(waiting: Sequence[Waiting], day: Day, wishes: Wishes) -> Plan:
    """Decide what goes now and when the rest goes."""
    ready = sorted((one for one in waiting if one.due_at <= day.now), key=_order)
    later = [one.due_at for one in waiting if one.due_at > day.now]
    if not ready:
        return Plan(next_at=min(later, default=None))
    at = _time_for(ready, day, wishes)
    if at <= day.now:
        return Plan(tuple(one.id for one in ready), min(later, default=None))
    return Plan(next_at=min([at, *later]))


def _order(one: Waiting) -> tuple[int, float, int]:
    return one.priority, one.found_at, one.id


def _time_for(ready: Sequence[Waiting], day: Day, wishes: Wishes) -> float:
    """Return when these may go: now, or a time to come."""
    silent_until = wishes.silent_until(day.now)
    if silent_until > day.now:
        return silent_until
    if day.left <= 0:
        return day.resets_at
    slot = wishes.slot_after(min(one.found_at for one in ready))
    if wishes.mode == "at-hours":
        return slot
    paced = min(_paced(one.priority, day) for one in ready)
    return min(max(slot, paced), _last_call(ready, day, wishes))


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


def _last_call(ready: Sequence[Waiting], day: Day, wishes: Wishes) -> float:
    """Return when these go at the latest."""
    if wishes.leftovers_at is not None:
        return wishes.next_at(min(one.found_at for one in ready), wishes.leftovers_at)
    silence = wishes.silence_after(day.now)
    if silence is not None and silence < day.resets_at <= wishes.silent_until(silence):
        return silence - LAST_CALL
    return day.resets_at - LAST_CALL
