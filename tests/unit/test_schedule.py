"""When cards may come, by the member's own clock, also when clocks change."""

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.services.highlights.planner import Waiting
from bot.services.highlights.schedule import MINUTES_A_DAY, Schedule
from storage.hits import Priority
from tests.unit.test_planner import DAY, HOUR, STARTS, ZONES, Played

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Schedule(quiet_from=23 * 60, quiet_to=8 * 60)
minutes = st.integers(0, MINUTES_A_DAY - 1)
moments = st.builds(float.__add__, st.sampled_from(STARTS), st.floats(0, 4 * DAY))
wishes = st.builds(
    Schedule,
    mode=st.sampled_from(["at-once", "every", "at-hours"]),
    minutes=st.integers(5, 720),
    hours=st.lists(st.integers(0, 23), max_size=24).map(tuple),
    quiet_from=st.none() | minutes,
    quiet_to=st.none() | minutes,
    dnd_until=st.none() | moments,
    time_zone=st.sampled_from(ZONES),
)


def seoul(hour: int, minute: int = 0, *, day: int = 21) -> float:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Seoul")).timestamp()


def berlin(month: int, day: int, hour: int, minute: int = 0, *, again: bool = False) -> float:
    at = datetime(2026, month, day, hour, minute, tzinfo=BERLIN, fold=int(again))
    return at.timestamp()


@settings(deadline=None)
@given(wishes, moments)
def test_where_silence_ends_there_is_none(chosen: Schedule, at: float) -> None:
    end = chosen.silent_until(at)
    assert end >= at
    assert chosen.silent_until(end) == end


@settings(deadline=None)
@given(wishes, moments)
def test_quiet_hours_never_last_longer_than_two_days(chosen: Schedule, at: float) -> None:
    calm = chosen.changed(dnd_until=None)
    assert calm.silent_until(at) - at <= 2 * DAY


@settings(deadline=None)
@given(wishes, moments)
def test_a_slot_is_never_in_the_past_nor_further_off_than_wished(
    chosen: Schedule, at: float
) -> None:
    slot = chosen.slot_after(at)
    if chosen.mode == "every":
        assert at < slot <= at + chosen.minutes * 60
    elif chosen.at_hours:
        assert at < slot <= at + DAY + HOUR
    else:
        assert slot == at


@settings(deadline=None)
@given(minutes, moments, st.sampled_from(ZONES))
def test_the_next_time_is_when_the_clock_shows_it_unless_it_jumps_over_it(
    minute: int, at: float, zone: str
) -> None:
    found = Schedule(time_zone=zone).next_at(at, minute)
    shown = datetime.fromtimestamp(found, ZoneInfo(zone))
    late = shown.hour * 60 + shown.minute - minute
    assert at < found <= at + DAY + HOUR
    assert late in {0, 60}
    assert shown.second == 0


def test_quiet_hours_reach_over_midnight() -> None:
    assert NIGHT.silent_until(seoul(22, 59)) == seoul(22, 59)
    assert NIGHT.silent_until(seoul(23)) == seoul(8, day=22)
    assert NIGHT.silent_until(seoul(3)) == seoul(8)
    assert NIGHT.silent_until(seoul(8)) == seoul(8)


def test_quiet_hours_that_begin_when_they_end_are_none() -> None:
    none = Schedule(quiet_from=600, quiet_to=600)
    assert none.silent_until(seoul(10)) == seoul(10)
    assert none.silence_after(seoul(9)) is None


def test_what_ends_in_the_quiet_hours_does_not_break_them() -> None:
    busy = NIGHT.changed(dnd_until=seoul(2, day=22))
    assert busy.silent_until(seoul(12)) == seoul(8, day=22)


def test_quiet_hours_are_those_of_the_members_own_clock() -> None:
    away = NIGHT.changed(time_zone="Europe/Berlin")
    assert away.silent_until(berlin(7, 1, 23, 30)) == berlin(7, 2, 8)


def test_the_hour_that_comes_twice_is_not_quiet_for_a_day() -> None:
    calm = Schedule(quiet_from=23 * 60, quiet_to=150, time_zone="Europe/Berlin")
    again = berlin(10, 25, 2, 10, again=True)
    assert calm.silent_until(again) == berlin(10, 25, 2, 30, again=True)


def test_a_clock_that_jumps_over_the_end_of_the_quiet_hours_does_not_end_them_early() -> None:
    hermit = Schedule(quiet_from=121, quiet_to=120, time_zone="Europe/Berlin")
    assert hermit.silent_until(berlin(3, 28, 12)) == berlin(3, 30, 2)


@pytest.mark.parametrize(("month", "day"), [(3, 29), (10, 25), (7, 1)])
def test_every_half_hour_is_half_an_hour_on_days_when_clocks_change_too(
    month: int, day: int
) -> None:
    often = Schedule(mode="every", minutes=30, time_zone="Europe/Berlin")
    assert often.slot_after(berlin(month, day, 10, 10)) == berlin(month, day, 10, 30)


# A day before clocks change: where, and by how much and in which direction that night.
NIGHTS = [
    ("Europe/Berlin", (3, 28)),
    ("Europe/Berlin", (10, 24)),
    ("Europe/Dublin", (10, 24)),
    ("America/New_York", (3, 7)),
    ("America/New_York", (10, 31)),
    ("America/Santiago", (4, 4)),  # at midnight
    ("America/Santiago", (9, 5)),
    ("Australia/Lord_Howe", (4, 4)),  # by half an hour
    ("Australia/Lord_Howe", (10, 3)),
    ("Antarctica/Troll", (3, 28)),  # by two hours
    ("Antarctica/Troll", (10, 24)),
    ("Asia/Seoul", (11, 21)),  # never
]


@st.composite
def nights(draw: st.DrawFn) -> tuple[Schedule, float]:
    """Return quiet hours, and a minute around the night in which clocks change."""
    zone, (month, day) = draw(st.sampled_from(NIGHTS))
    start = datetime(2026, month, day, tzinfo=ZoneInfo(zone)).timestamp()
    near = st.integers(0, 5 * 60) | st.integers(22 * 60, MINUTES_A_DAY - 1)
    quiet = [draw(near | minutes) for _ in range(2)]
    chosen = Schedule(quiet_from=quiet[0], quiet_to=quiet[1], time_zone=zone)
    return chosen, start + 60 * draw(st.integers(0, 48 * 60))


def shows_quiet(chosen: Schedule, at: float) -> bool:
    """Tell by nothing but what the member's clock shows at that moment."""
    shown = datetime.fromtimestamp(at, ZoneInfo(chosen.time_zone))
    start, end, minute = chosen.quiet_from, chosen.quiet_to, shown.hour * 60 + shown.minute
    assert start is not None
    assert end is not None
    return (minute - start) % MINUTES_A_DAY < (end - start) % MINUTES_A_DAY


@settings(max_examples=500)
@given(nights())
def test_silence_ends_at_the_first_minute_that_is_not_quiet(night: tuple[Schedule, float]) -> None:
    chosen, at = night
    shown = (at + 60 * number for number in range(3 * MINUTES_A_DAY))
    assert chosen.silent_until(at) == next(one for one in shown if not shows_quiet(chosen, one))


@settings(max_examples=500)
@given(nights())
def test_silence_begins_at_the_first_minute_that_is_quiet_again(
    night: tuple[Schedule, float],
) -> None:
    chosen, at = night
    shown = pairwise(at + 60 * number for number in range(3 * MINUTES_A_DAY))
    begins = (
        two for one, two in shown if shows_quiet(chosen, two) and not shows_quiet(chosen, one)
    )
    assert chosen.silence_after(at) == next(begins, None)


@settings(max_examples=500)
@given(nights(), st.integers(1, 2))
def test_on_nights_when_clocks_change_too_a_hit_arrives_in_time_and_not_in_the_quiet_hours(
    night: tuple[Schedule, float], limit: int
) -> None:
    chosen, at = night
    found = Waiting(1, Priority.WORD, at, at)
    played = Played([found], chosen, limit).run()
    [sent] = played.sent
    assert sent.at < played.deadline(found)
    assert not shows_quiet(chosen, sent.at)


def test_a_night_that_jumps_into_the_quiet_hours_begins_them_then() -> None:
    chosen = Schedule(quiet_from=122, quiet_to=0, time_zone="Europe/Berlin")
    assert chosen.silence_after(1_774_659_720.0) == berlin(3, 29, 3)


def test_quiet_hours_that_a_clock_jumps_over_are_none_that_night() -> None:
    short = Schedule(quiet_from=130, quiet_to=170, time_zone="Europe/Berlin")
    assert short.silent_until(berlin(3, 29, 3)) == berlin(3, 29, 3)
    assert short.silence_after(berlin(3, 28, 12)) == berlin(3, 30, 2, 10)


def test_set_hours_come_in_order_and_once() -> None:
    chosen = Schedule(mode="at-hours", hours=(19, 9, 9))
    assert chosen.hours == (9, 19)
    assert chosen.slot_after(seoul(9)) == seoul(19)
    assert chosen.slot_after(seoul(20)) == seoul(9, day=22)


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Asia/Nowhere"},
        {"time_zone": "../etc/passwd"},
        {"time_zone": ""},
        {"hours": (24,)},
        {"quiet_from": MINUTES_A_DAY},
        {"minutes": 4},
        {"mode": "never"},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Schedule().changed(**wrong)
