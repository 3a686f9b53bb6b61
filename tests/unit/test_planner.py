"""The plan of a day's messages, played through with made-up days."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.services.highlights.planner import LAST_CALL, Day, Waiting, plan
from bot.services.highlights.schedule import MINUTES_A_DAY, Schedule
from storage.hits import Priority

DAY = 24 * 3600.0
HOUR = 3600.0
SEOUL = ZoneInfo("Asia/Seoul")
ZONES = ("Asia/Seoul", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "UTC")
START = datetime(2026, 11, 21, tzinfo=SEOUL).timestamp()
# Days before clocks change: in New York, in Europe, in Europe back, in New York back.
STARTS = [
    datetime(2026, month, day, tzinfo=SEOUL).timestamp()
    for month, day in ((3, 7), (3, 28), (10, 24), (10, 31))
]
STEPS = 5000


@dataclass(frozen=True)
class Sent:
    """One message: when it went and what was in it."""

    at: float
    ids: tuple[int, ...]


@dataclass
class Played:
    """What became of some days."""

    hits: Sequence[Waiting]
    wishes: Schedule
    limit: int
    pressed: Sequence[float] = ()
    sent: list[Sent] = field(default_factory=list)
    used: dict[float, int] = field(default_factory=dict)
    taken: set[float] = field(default_factory=set)
    """Days whose last message somebody sent by hand."""

    def run(self) -> "Played":
        """Play until nothing waits any more."""
        coming = sorted(self.hits, key=lambda one: one.found_at)
        pressed = sorted(self.pressed)
        waiting: list[Waiting] = []
        now = min([one.found_at for one in coming] + pressed, default=START)
        for _ in range(STEPS):
            while coming and coming[0].found_at <= now:
                waiting.append(coming.pop(0))
            while pressed and pressed[0] <= now:
                self._press(pressed.pop(0))
            planned = plan(waiting, self._day(now), self.wishes)
            if planned.now:
                self._send(now, planned.now)
                waiting = [one for one in waiting if one.id not in planned.now]
                continue
            if waiting:
                assert planned.next_at is not None
                assert planned.next_at > now
            else:
                assert planned.next_at is None
            next_times = [one.found_at for one in coming[:1]] + pressed[:1]
            next_times += [planned.next_at] if planned.next_at is not None else []
            if not next_times:
                return self
            now = min(next_times)
        raise AssertionError("it never ends")

    def _day(self, now: float) -> Day:
        resets_at = reset_after(now)
        left = self.limit - self.used.get(resets_at, 0)
        return Day(now, left, self.limit, resets_at, [one.at for one in self.sent[-32:]])

    def _press(self, at: float) -> None:
        """Send something by hand, if the day still allows it."""
        resets_at = reset_after(at)
        if self.used.get(resets_at, 0) < self.limit:
            self._use(at)
            if self.used[resets_at] == self.limit:
                self.taken.add(resets_at)

    def _send(self, now: float, ids: tuple[int, ...]) -> None:
        self._use(now)
        self.sent.append(Sent(now, ids))

    def _use(self, at: float) -> None:
        resets_at = reset_after(at)
        self.used[resets_at] = self.used.get(resets_at, 0) + 1
        assert self.used[resets_at] <= self.limit, "more than the allowance"

    def deadline(self, hit: Waiting) -> float:
        """When this must have arrived: before the end of the first day that can carry it."""
        start = self._wanted(hit.due_at)
        ends_at = reset_after(start)
        late = start > self._last_call(start, ends_at)
        while late or ends_at in self.taken:
            ends_at = reset_after(max(ends_at, self._wanted(ends_at - 1)))
            late = False
        # A time for leftovers that quiet hours put off may come a day later, once one was missed.
        return ends_at + DAY if self.taken and self._puts_leftovers_off(hit.due_at) else ends_at

    def _puts_leftovers_off(self, at: float) -> bool:
        if self.wishes.leftovers_at is None:
            return False
        wished = self.wishes.next_at(at, self.wishes.leftovers_at)
        return self.wishes.silent_until(wished) > wished

    def _wanted(self, at: float) -> float:
        """Return when what is found then must go, as far as the member's wishes say."""
        wished = self.wishes.silent_until(self.wishes.slot_after(at))
        if self.wishes.leftovers_at is not None and not self.wishes.at_hours:
            wished = self.wishes.next_at(wished, self.wishes.leftovers_at)
        return self.wishes.silent_until(wished)

    def _last_call(self, start: float, ends_at: float) -> float:
        if self.wishes.at_hours or self.wishes.leftovers_at is not None:
            return ends_at
        silence = self.wishes.silence_after(start)
        if silence is not None and silence < ends_at <= self.wishes.silent_until(silence):
            return silence - LAST_CALL
        return ends_at - LAST_CALL


def reset_after(at: float) -> float:
    """Return the next midnight in Seoul, when Kakao counts anew."""
    local = datetime.fromtimestamp(at, SEOUL)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight.timestamp()


def hit(number: int, at: float, priority: Priority = Priority.WORD, *, delay: float = 0) -> Waiting:
    return Waiting(number, priority, START + at, START + at + delay)


minutes = st.integers(0, MINUTES_A_DAY - 1)
wishes = st.builds(
    Schedule,
    mode=st.sampled_from(["at-once", "every", "at-hours"]),
    minutes=st.sampled_from([5, 30, 60, 720]),
    hours=st.lists(st.integers(0, 23), max_size=24).map(tuple),
    quiet_from=st.none() | minutes,
    quiet_to=st.none() | minutes,
    dnd_until=st.none() | st.builds(float.__add__, st.sampled_from(STARTS), st.floats(0, 2 * DAY)),
    leftovers_at=st.none() | minutes,
    time_zone=st.sampled_from(ZONES),
)
times = st.floats(0, 3 * DAY, allow_nan=False)
arrivals = st.lists(
    st.tuples(times, st.sampled_from(Priority), st.sampled_from([0, 0, 0, 300, 3600])), max_size=40
)


@st.composite
def days(draw: st.DrawFn) -> Played:
    """Return some days that have been played: anything found, wished and sent by hand."""
    start = draw(st.sampled_from(STARTS))
    found = [
        Waiting(number, priority, start + at, start + at + delay)
        for number, (at, priority, delay) in enumerate(draw(arrivals))
    ]
    pressed = [start + at for at in draw(st.lists(times, max_size=30))]
    return Played(found, draw(wishes), draw(st.integers(1, 20)), pressed).run()


@settings(max_examples=100)
@given(days())
def test_nothing_is_lost_doubled_or_sent_beyond_the_allowance(played: Played) -> None:
    delivered = [number for message in played.sent for number in message.ids]
    assert sorted(delivered) == [hit.id for hit in played.hits]
    assert max(played.used.values(), default=0) <= played.limit


@settings(max_examples=100)
@given(days())
def test_nothing_goes_before_it_is_due_or_before_silence_ends(played: Played) -> None:
    hits = {one.id: one for one in played.hits}
    for message in played.sent:
        assert played.wishes.silent_until(message.at) == message.at
        assert all(hits[number].due_at <= message.at for number in message.ids)


@settings(max_examples=100)
@given(days())
def test_inside_a_message_what_matters_more_comes_first(played: Played) -> None:
    hits = {one.id: one for one in played.hits}
    for message in played.sent:
        order = [(hits[number].priority, hits[number].found_at) for number in message.ids]
        assert order == sorted(order)


@settings(max_examples=300)
@given(days())
def test_everything_has_arrived_by_the_end_of_the_day_or_of_the_quiet_hours(
    played: Played,
) -> None:
    hits = {one.id: one for one in played.hits}
    for message in played.sent:
        for number in message.ids:
            assert message.at < played.deadline(hits[number])


def _arrival(played: Played, number: int) -> float:
    return next(one.at for one in played.sent if number in one.ids)


def test_while_there_is_plenty_each_goes_alone_and_at_once() -> None:
    found = [hit(n, n * 2 * HOUR) for n in range(6)]
    played = Played(found, Schedule(), 20).run()
    assert [(one.at, one.ids) for one in played.sent] == [
        (one.found_at, (one.id,)) for one in found
    ]


def test_a_mention_waits_less_than_a_word() -> None:
    flood = [hit(n, 10 * HOUR + n * 20) for n in range(200)]
    word = Played([*flood, hit(200, 11.2 * HOUR)], Schedule(), 20).run()
    mention = Played([*flood, hit(200, 11.2 * HOUR, Priority.MENTION)], Schedule(), 20).run()
    assert _arrival(mention, 200) < _arrival(word, 200)


def test_a_flood_folds_into_few_messages() -> None:
    flood = [hit(n, 12 * HOUR + n * 0.3) for n in range(2000)]
    played = Played(flood, Schedule(), 20).run()
    assert len(played.sent) <= 8
    assert sum(len(one.ids) for one in played.sent) == 2000


def test_with_nothing_left_it_waits_for_kakaos_next_day() -> None:
    [at] = [START + 12 * HOUR]
    planned = plan([hit(1, 12 * HOUR)], Day(at, 0, 20, reset_after(at)), Schedule())
    assert planned.now == ()
    assert planned.next_at == reset_after(at)


def test_the_last_message_is_kept_for_the_last_call() -> None:
    at = START + 12 * HOUR
    planned = plan([hit(1, 12 * HOUR)], Day(at, 1, 20, reset_after(at)), Schedule())
    assert planned.next_at == reset_after(at) - LAST_CALL


def test_at_set_hours_nothing_comes_in_between_however_late_it_is_due() -> None:
    found = [hit(n, 7.9 * HOUR + n * 100, delay=HOUR) for n in range(30)]
    played = Played(found, Schedule(mode="at-hours", hours=(9, 13)), 20).run()
    assert [one.at - START for one in played.sent] == [9 * HOUR, 13 * HOUR]


def test_at_more_hours_than_there_are_messages_the_last_is_kept_for_the_last_hour() -> None:
    found = [hit(n, n * HOUR / 2) for n in range(48)]
    played = Played(found, Schedule(mode="at-hours", hours=tuple(range(24))), 5).run()
    at = [one.at - START for one in played.sent if one.at < START + DAY]
    assert at == [1 * HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 23 * HOUR]


def test_at_set_hours_what_a_spent_day_left_over_comes_at_the_next_of_them() -> None:
    found = [hit(1, 18 * HOUR)]
    pressed = [START + HOUR, START + 2 * HOUR]
    played = Played(found, Schedule(mode="at-hours", hours=(9, 19)), 2, pressed).run()
    assert [one.at - START for one in played.sent] == [DAY + 9 * HOUR]


def test_set_hours_that_nobody_has_set_hold_nothing_back() -> None:
    found = [hit(n, 10 * HOUR + n * 20) for n in range(200)]
    played = Played(found, Schedule(mode="at-hours"), 20).run()
    assert played.sent == Played(found, Schedule(), 20).run().sent


def test_leftovers_come_at_their_time_and_not_at_midnight() -> None:
    found = [hit(n, 20 * HOUR + n) for n in range(10)]
    played = Played(found, Schedule(leftovers_at=8 * 60), 3).run()
    assert played.sent[-1].at == START + DAY + 8 * HOUR


def test_something_new_takes_leftovers_along() -> None:
    found = [*(hit(n, 20 * HOUR + n) for n in range(10)), hit(10, 25 * HOUR)]
    played = Played(found, Schedule(leftovers_at=8 * 60), 3).run()
    assert played.sent[-1].at == START + 25 * HOUR
    assert 9 in played.sent[-1].ids
