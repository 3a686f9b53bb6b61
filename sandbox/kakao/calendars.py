"""What the local Kakao keeps in Talk Calendar, and the reminders that come due."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.kakao.state import Account
from sandbox.kakao.switches import KST, MINUTE, Switches

PRIMARY = "primary"
CALENDARS_PER_APP = 3
FORMAT = "%Y-%m-%dT%H:%M:%SZ"
DEFAULT_REMINDER = 10
KEPT_RINGS = 100


@dataclass(slots=True)
class SubCalendar:
    """A calendar beside "My Calendar"; `by_app` if the app made it."""

    id: str
    name: str
    color: str = ""
    by_app: bool = True


@dataclass(slots=True)
class CalendarEvent:
    """An event as its owner sees it; `by_app` if the app made it; times in seconds since 1970.

    `details` holds what Kakao gives back as it was sent: description, location, color.
    """

    id: str
    calendar_id: str
    title: str
    start_at: float
    end_at: float
    set_at: float
    time_zone: str = "Asia/Seoul"
    all_day: bool = False
    reminders: tuple[int, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    by_app: bool = True


@dataclass(frozen=True, slots=True)
class Ring:
    """A reminder that came to a phone; it is known by nobody whether it made a sound."""

    event_id: str
    title: str
    at: float
    minutes: int
    start_at: float


@dataclass(slots=True)
class Diary:
    """One account's calendars, events and the reminders that came."""

    calendars: dict[str, SubCalendar] = field(default_factory=dict)
    events: dict[str, CalendarEvent] = field(default_factory=dict)
    rings: list[Ring] = field(default_factory=list)
    rung_until: float = 0.0


class Calendars:
    """The diaries of all accounts; whoever looks hears of the reminders that came meanwhile."""

    def __init__(self, switches: Switches, now: Callable[[], float]) -> None:
        self._switches = switches
        self._now = now
        self._made = 0
        self._diaries: dict[int, Diary] = {}
        self._day = ""
        self.calls = 0

    def of(self, account: Account) -> Diary:
        """Return an account's diary as it is by now."""
        diary = self._diaries.get(account.id)
        if diary is None:
            diary = self._diaries[account.id] = Diary(rung_until=self._now())
        self._ring(diary)
        return diary

    def ring(self) -> int:
        """Let every reminder come that is due; return how many have come in all."""
        for diary in self._diaries.values():
            self._ring(diary)
        return sum(len(diary.rings) for diary in self._diaries.values())

    def new_id(self) -> str:
        """Return 24 hexadecimal digits, as Kakao's ids are."""
        self._made += 1
        return f"65a0{self._made:020x}"

    def is_spent(self) -> bool:
        """Note a call of the app, and tell whether it is one too many today."""
        today = datetime.fromtimestamp(self._now(), self._switches.quota_reset_tz)
        if self._day != today.date().isoformat():
            self._day, self.calls = today.date().isoformat(), 0
        if self.calls >= self._switches.calendar_quota_day:
            return True
        self.calls += 1
        return False

    # what the owner does in KakaoTalk

    def add(self, account: Account, title: str, start_at: float, minutes: int = 60) -> str:
        """Let a person enter an event of their own; return its id."""
        diary, number, now = self.of(account), self.new_id(), self._now()
        end_at = start_at + minutes * MINUTE
        reminders = (DEFAULT_REMINDER,)
        diary.events[number] = CalendarEvent(
            number, PRIMARY, title, start_at, end_at, now, reminders=reminders, by_app=False
        )
        return number

    def change(self, account: Account, event_id: str, **values: Any) -> None:  # noqa: ANN401 - its fields
        """Let a person change an event by hand, whoever made it."""
        event = self.of(account).events[event_id]
        for name, value in values.items():
            setattr(event, name, value)
        event.set_at = self._now()

    def remove(self, account: Account, event_id: str) -> None:
        """Let a person delete an event by hand."""
        del self.of(account).events[event_id]

    def _ring(self, diary: Diary) -> None:
        since, now = diary.rung_until, self._now()
        if now <= since:
            return
        diary.rings += sorted(self._due(diary, since, now), key=lambda ring: ring.at)
        del diary.rings[:-KEPT_RINGS]
        diary.rung_until = now

    def _due(self, diary: Diary, since: float, now: float) -> Iterator[Ring]:
        notice = self._switches.ring_min_notice * MINUTE
        for event in diary.events.values():
            for minutes in event.reminders:
                at = event.start_at - minutes * MINUTE
                if since < at <= now and event.set_at + notice <= at:
                    yield Ring(event.id, event.title, at, minutes, event.start_at)


def written(at: float) -> str:
    """Return a time as Kakao writes it."""
    return datetime.fromtimestamp(at, UTC).strftime(FORMAT)


def period(preset: str, now: float) -> tuple[float, float]:
    """Return from when to when today, this week (from Sunday) or this month is in Korea."""
    day = datetime.fromtimestamp(now, KST).replace(hour=0, minute=0, second=0, microsecond=0)
    if preset == "TODAY":
        return day.timestamp(), (day + timedelta(days=1)).timestamp()
    if preset == "THIS_WEEK":
        first = day - timedelta(days=(day.weekday() + 1) % 7)
        return first.timestamp(), (first + timedelta(days=7)).timestamp()
    first = day.replace(day=1)
    return first.timestamp(), (first + timedelta(days=31)).replace(day=1).timestamp()
