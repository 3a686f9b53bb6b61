"""The plan of a day's messages, played through with made-up days."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.services.planner import LAST_CALL, Day, Waiting, plan
from bot.services.wishes import MINUTES_A_DAY, Wishes
from storage.hits import Priority

DAY = 24 * 3600.0
HOUR = 3600.0
SEOUL = ZoneInfo("Asia/Seoul")
ZONES = ("Asia/Seoul", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "UTC")
START = datetime(2026, 3, 27, tzinfo=SEOUL).timestamp()  # clocks change in Europe on the 29th
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
    wishes: Wishes
    limit: int
    pressed: Sequence[float] = ()
    sent: list[Sent] = field(default_factory=list)
    used: dict[float, int] = field(default_factory=dict)

    def run(self) -> "Played":
        """Play until nothing waits any more."""
        coming = sorted(self.hits, key=lambda one: one.found_at)
        pressed = sorted(self.pressed)
        waiting: list[Waiting] = []
        now = START
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
        return Day(now, left, self.limit, resets_at, [one.at for one in self.sent])

    def _press(self, at: float) -> None:
        """Send something by hand, if the day still allows it."""
        if self.used.get(reset_after(at), 0) < self.limit:
            self._use(at)

    def _send(self, now: float, ids: tuple[int, ...]) -> None:
        self._use(now)
        self.sent.append(Sent(now, ids))

    def _use(self, at: float) -> None:
        resets_at = reset_after(at)
        self.used[resets_at] = self.used.get(resets_at, 0) + 1
        assert self.used[resets_at] <= self.limit, "more than the allowance"

    def deadline(self, hit: Waiting) -> float:
        """When this must have arrived: by the end of the day in which it could go."""
        start = hit.due_at
        if self.wishes.mode != "at-once":
            start = max(start, self.wishes.slot_after(hit.found_at))
        if self.wishes.leftovers_at is not None:
            start = max(start, self.wishes.next_at(hit.found_at, self.wishes.leftovers_at))
        # What comes after the last call has the next day.
        return reset_after(self.wishes.silent_until(start + LAST_CALL))


def reset_after(at: float) -> float:
    """Return the next midnight in Seoul, when Kakao counts anew."""
    local = datetime.fromtimestamp(at, SEOUL)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight.timestamp()


def hit(number: int, at: float, priority: Priority = Priority.WORD, *, delay: float = 0) -> Waiting:
    return Waiting(number, priority, START + at, START + at + delay)


minutes = st.integers(0, MINUTES_A_DAY - 1)
wishes = st.builds(
    Wishes,
    mode=st.sampled_from(["at-once", "every", "at-hours"]),
    minutes=st.sampled_from([5, 30, 60, 720]),
    hours=st.lists(st.integers(0, 23), min_size=1, max_size=4).map(tuple),
    quiet_from=st.none() | minutes,
    quiet_to=st.none() | minutes,
    dnd_until=st.none() | st.floats(0, 2 * DAY).map(lambda ahead: START + ahead),
    leftovers_at=st.none() | minutes,
    time_zone=st.sampled_from(ZONES),
)
times = st.floats(0, 3 * DAY, allow_nan=False)
arrivals = st.lists(
    st.tuples(times, st.sampled_from(Priority), st.sampled_from([0, 0, 0, 300, 3600])), max_size=40
)


def made(found: Sequence[tuple[float, Priority, float]]) -> list[Waiting]:
    return [hit(n, at, priority, delay=delay) for n, (at, priority, delay) in enumerate(found)]


@settings(deadline=None, max_examples=80)
@given(arrivals, wishes, st.integers(1, 20), st.lists(times, max_size=30))
def test_nothing_is_lost_doubled_or_sent_beyond_the_allowance(
    found: list[tuple[float, Priority, float]], chosen: Wishes, limit: int, pressed: list[float]
) -> None:
    by_hand = [START + at for at in pressed]
    played = Played(made(found), chosen, limit, by_hand).run()
    delivered = [number for message in played.sent for number in message.ids]
    assert sorted(delivered) == list(range(len(found)))


@settings(deadline=None, max_examples=80)
@given(arrivals, wishes, st.integers(1, 20))
def test_nothing_goes_before_it_is_due_or_before_silence_ends(
    found: list[tuple[float, Priority, float]], chosen: Wishes, limit: int
) -> None:
    played = Played(made(found), chosen, limit).run()
    hits = {one.id: one for one in played.hits}
    for message in played.sent:
        assert chosen.silent_until(message.at) == message.at
        assert all(hits[number].due_at <= message.at for number in message.ids)


@settings(deadline=None, max_examples=80)
@given(arrivals, wishes, st.integers(1, 20))
def test_inside_a_message_what_matters_more_comes_first(
    found: list[tuple[float, Priority, float]], chosen: Wishes, limit: int
) -> None:
    played = Played(made(found), chosen, limit).run()
    hits = {one.id: one for one in played.hits}
    for message in played.sent:
        order = [(hits[number].priority, hits[number].found_at) for number in message.ids]
        assert order == sorted(order)


@settings(deadline=None, max_examples=200)
@given(arrivals, wishes, st.integers(1, 20))
def test_everything_has_arrived_by_the_end_of_the_day_or_of_the_quiet_hours(
    found: list[tuple[float, Priority, float]], chosen: Wishes, limit: int
) -> None:
    played = Played(made(found), chosen, limit).run()
    hits = {one.id: one for one in played.hits}
    for message in played.sent:
        for number in message.ids:
            assert message.at <= played.deadline(hits[number])


def test_while_there_is_plenty_each_goes_alone_and_at_once() -> None:
    found = [hit(n, n * 2 * HOUR) for n in range(6)]
    played = Played(found, Wishes(), 20).run()
    assert [(one.at, one.ids) for one in played.sent] == [
        (one.found_at, (one.id,)) for one in found
    ]


def test_a_mention_waits_less_than_a_word() -> None:
    flood = [hit(n, 10 * HOUR + n * 20) for n in range(200)]
    word = Played([*flood, hit(200, 11.2 * HOUR)], Wishes(), 20).run()
    mention = Played([*flood, hit(200, 11.2 * HOUR, Priority.MENTION)], Wishes(), 20).run()
    assert _arrival(mention, 200) < _arrival(word, 200)


def test_a_flood_folds_into_few_messages() -> None:
    flood = [hit(n, 12 * HOUR + n * 0.3) for n in range(2000)]
    played = Played(flood, Wishes(), 20).run()
    assert len(played.sent) <= 8
    assert sum(len(one.ids) for one in played.sent) == 2000


def test_with_nothing_left_it_waits_for_kakaos_next_day() -> None:
    [at] = [START + 12 * HOUR]
    planned = plan([hit(1, 12 * HOUR)], Day(at, 0, 20, reset_after(at)), Wishes())
    assert planned.now == ()
    assert planned.next_at == reset_after(at)


def test_the_last_message_is_kept_for_the_last_call() -> None:
    at = START + 12 * HOUR
    planned = plan([hit(1, 12 * HOUR)], Day(at, 1, 20, reset_after(at)), Wishes())
    assert planned.next_at == reset_after(at) - LAST_CALL


def _arrival(played: Played, number: int) -> float:
    return next(one.at for one in played.sent if number in one.ids)
