"""When, and how bundled, a member wants automatic cards."""

import math
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.services.clock import Clock, is_too_far
from storage.reading import Unreadable, reading
from storage.schedules import WishStore

DEFAULT_ZONE = "Asia/Seoul"
MINUTES_A_DAY = 24 * 60
# Within so many days every minute comes, also where clocks jump over one.
DAYS_AHEAD = 3
Mode = Literal["at-once", "every", "at-hours"]


class Schedule(BaseModel):
    """A member's wishes; hours and minutes are those of the day in the member's time zone.

    `minutes` belong to the mode "every", `hours` to "at-hours". `leftovers_at` is when to send what
    was too much for a day; without it that goes right before the day ends.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    mode: Mode = "at-once"
    minutes: int = Field(default=30, ge=5, le=720)
    hours: tuple[int, ...] = Field(default=(), max_length=24)
    quiet_from: int | None = Field(default=None, ge=0, lt=MINUTES_A_DAY)
    quiet_to: int | None = Field(default=None, ge=0, lt=MINUTES_A_DAY)
    leftovers_at: int | None = Field(default=None, ge=0, lt=MINUTES_A_DAY)
    dnd_from: float | None = None
    dnd_until: float | None = None
    time_zone: str = DEFAULT_ZONE

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("unknown time zone") from None
        return name

    @field_validator("hours")
    @classmethod
    def _in_order(cls, hours: tuple[int, ...]) -> tuple[int, ...]:
        if any(not 0 <= hour <= 23 for hour in hours):  # noqa: PLR2004 - hours of a day
            raise ValueError("no hour of the day")
        return tuple(sorted(set(hours)))

    def changed(self, **values: object) -> Self:
        """Return wishes with other values, checked like any."""
        return self.model_validate(self.model_dump() | values)

    def as_of(self, now: float) -> Self:
        """Return wishes without a pause that is over, or was made before the clock was set back."""
        if self.dnd_until is None:
            return self
        since, until = self.dnd_from, self.dnd_until
        is_over = until <= now or (since is not None and is_too_far(since, until, now))
        return self.changed(dnd_from=None, dnd_until=None) if is_over else self

    @property
    def at_hours(self) -> bool:
        """Whether messages come at set hours only; without hours they cannot."""
        return self.mode == "at-hours" and bool(self.hours)

    def silent_until(self, at: float) -> float:
        """Return when silence ends that reigns at this time; the time itself when none does."""
        end = max(at, self.dnd_until or at)
        if not self._is_quiet(end):
            return end
        return next(turn for turn in self._turns(end) if not self._is_quiet(turn))

    def silence_after(self, at: float) -> float | None:
        """Return when the quiet hours begin next."""
        if self._no_quiet:
            return None
        turns = pairwise((at, *self._turns(at)))
        return next(end for start, end in turns if self._is_quiet(end) > self._is_quiet(start))

    def slot_after(self, at: float) -> float:
        """Return when what is found then may go at the earliest, by the member's mode."""
        if self.mode == "every":
            return at - at % 60 + (self.minutes - self._minute(at) % self.minutes) * 60
        return min(self.hours_after(at), default=at)

    def hours_after(self, at: float) -> list[float]:
        """Return when each of the member's hours comes next; none in other modes."""
        return [self.next_at(at, hour * 60) for hour in self.hours if self.at_hours]

    def next_at(self, at: float, minute: int) -> float:
        """Return when the member's clock next shows a minute of the day, after this time."""
        return next(shown for shown in self._shown(at, minute) if shown > at)

    def _turns(self, at: float) -> list[float]:
        """Return when quiet hours may begin or end after this time, in order.

        Clocks that change on the way may jump into them or out of them.
        """
        ends = (self.quiet_from or 0, self.quiet_to or 0)
        moments = sorted({at, *(shown for minute in ends for shown in self._shown(at, minute))})
        shifts = [
            _shift(first, last, self.zone)
            for first, last in pairwise(moments)
            if _offset(first, self.zone) != _offset(last, self.zone)
        ]
        return sorted(turn for turn in {*moments, *shifts} if turn > at)

    def _shown(self, at: float, minute: int) -> Iterator[float]:
        """Yield when the clock shows a minute, from this day on; twice where it is set back."""
        clock, today = time(minute // 60, minute % 60), self._local(at).date()
        for number in range(DAYS_AHEAD):
            local = datetime.combine(today + timedelta(days=number), clock, self.zone)
            yield local.timestamp()
            yield local.replace(fold=1).timestamp()

    def _is_quiet(self, at: float) -> bool:
        if self._no_quiet or self.quiet_from is None or self.quiet_to is None:
            return False
        minute = self._minute(at)
        if self.quiet_from < self.quiet_to:
            return self.quiet_from <= minute < self.quiet_to
        return minute >= self.quiet_from or minute < self.quiet_to

    @property
    def _no_quiet(self) -> bool:
        return None in {self.quiet_from, self.quiet_to} or self.quiet_from == self.quiet_to

    @property
    def zone(self) -> ZoneInfo:
        """Where the member lives."""
        return ZoneInfo(self.time_zone)

    def _minute(self, at: float) -> int:
        local = self._local(at)
        return local.hour * 60 + local.minute

    def _local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self.zone)


def _offset(at: float, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(at, zone).utcoffset()


def _shift(first: float, last: float, zone: ZoneInfo) -> float:
    """Return the second at which clocks change between these times."""
    before = _offset(first, zone)
    seconds = range(math.ceil(first), math.ceil(last) + 1)
    return float(seconds[bisect_left(seconds, 1, key=lambda at: _offset(at, zone) != before)])


DEFAULT = Schedule()
"""The wishes of who has said nothing."""


class Schedules:
    """Keeps everybody's wishes."""

    def __init__(self, store: WishStore, *, now: Clock) -> None:
        self._store = store
        self._now = now
        self.on_changed: list[Callable[[int], None]] = []

    async def of(self, member_id: int) -> Schedule:
        """Return a member's wishes.

        Raises Unreadable: then nothing goes to them, since nobody knows when they sleep.
        """
        return (await self.of_all([member_id]))[member_id]

    async def of_all(self, member_ids: Collection[int]) -> dict[int, Schedule]:
        """Return the wishes of each of these members; raises Unreadable, like `of`."""
        kept, now = await self._store.of(member_ids), self._now()
        found = dict.fromkeys(member_ids, DEFAULT)
        for member_id, wishes in kept.items():
            with reading("wishes", member_id):
                found[member_id] = Schedule.model_validate(wishes).as_of(now)
        return found

    async def change(self, member_id: int, **values: object) -> Schedule:
        """Change some of a member's wishes; raises ValueError for what cannot be meant.

        What cannot be read any more is set anew.
        """
        try:
            wishes = await self.of(member_id)
        except Unreadable:
            wishes = DEFAULT
        wishes = wishes.changed(**values)
        if values.keys() & {"mode", "hours"} and wishes.mode == "at-hours" and not wishes.hours:
            raise ValueError("which hours?")
        await self._store.put(member_id, wishes.model_dump(mode="json"))
        for listener in self.on_changed:
            listener(member_id)
        return wishes
