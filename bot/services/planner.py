"""Plans a day's few messages, so that everything found arrives, and what matters arrives soon.

Kakao lets some twenty messages a day go to a member's own chat. One message can carry any number
of highlights, so the question is never what to leave out, only how long to wait. While there is
plenty, each highlight goes alone and at once. The more of the day's messages are used, and the
closer they followed each other, the longer the next one waits; what is found meanwhile goes with
it. One message is always kept for the last call, shortly before the day ends, or before the quiet
hours that outlast it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.services.wishes import Wishes
from storage.hits import Priority

DAY = 24 * 3600.0
HOUR = 3600.0
LAST_CALL = 120.0
# Of a day's messages, as many may go before the day's pace counts.
HEAD_START = 0.5
# Seconds between one message and the next, by how many went out within the last hour.
GAPS = (0.0, 0.0, 0.0, 60.0, 240.0, 480.0, 900.0)
# How much of pace and gap counts for what matters more.
PATIENCE = {
    Priority.MENTION: 0.2,
    Priority.REPLY: 0.35,
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
    # A day's messages are used up evenly, but for the head start.
    spare = day.left - 1
    pace = day.limit * (1 - HEAD_START) * patience
    on_pace = day.resets_at - spare * DAY / pace if spare else day.resets_at
    return max(after_gap, on_pace)


def _last_call(ready: Sequence[Waiting], day: Day, wishes: Wishes) -> float:
    """Return when these go at the latest."""
    if wishes.leftovers_at is not None:
        return wishes.next_at(min(one.found_at for one in ready), wishes.leftovers_at)
    silence = wishes.silence_after(day.now)
    if silence is not None and silence < day.resets_at <= wishes.silent_until(silence):
        return silence - LAST_CALL
    return day.resets_at - LAST_CALL
