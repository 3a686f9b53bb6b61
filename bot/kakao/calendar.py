"""Talk Calendar: events in a member's own calendar, one method for each call.

Reference: https://developers.kakao.com/docs/latest/en/talkcalendar/rest-api. An app sees of
events that it did not make only when they are. A create has no key against doing it twice: one
whose answer was lost may have worked, so look with `events` before it is repeated.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from pydantic import AliasPath, BeforeValidator, Field, StrictInt

from bot.kakao.cutting import cut
from bot.kakao.errors import LimitBroken
from bot.kakao.http import Transport, bearer
from bot.kakao.models import Answer, Blank, Flag, Many

TALK_CALENDAR = "talk_calendar"
PRIMARY = "primary"
"""The calendar that everybody has."""
MAX_TITLE = 50
MAX_DESCRIPTION = 5000
MAX_PLACE = 50
MAX_REMINDERS = 2
MOST_MINUTES = 43_200
STEP_MINUTES = 5
STEP = STEP_MINUTES * 60
PAGES = 20
PER_PAGE = 1000
FIELDS = ("title", "time", "place", "description", "reminders")
"""What an event is made of, as `changed` names it."""


@dataclass(frozen=True, slots=True)
class Event:
    """What is to stand in a calendar; times in seconds since 1970, reminders in minutes before.

    Raises LimitBroken where Kakao would not take it; `fit` cuts and rounds instead.
    """

    title: str
    start_at: float
    end_at: float
    place: str = ""
    description: str = ""
    reminders: tuple[int, ...] = (30,)

    def __post_init__(self) -> None:
        _check("title", len(self.title), 1, MAX_TITLE)
        _check("description", len(self.description), 0, MAX_DESCRIPTION)
        _check("location.name", len(self.place), 0, MAX_PLACE)
        _check("reminders", len(self.reminders), 1, MAX_REMINDERS)
        for minutes in self.reminders:
            _check("reminders", minutes, STEP_MINUTES, MOST_MINUTES)
            _check("reminders", minutes % STEP_MINUTES, 0, 0)
        off_step = sum(at % STEP for at in (self.start_at, self.end_at))
        _check("time", int(off_step), 0, 0)
        _check("time.end_at", int(self.end_at - self.start_at), STEP, math.inf)

    @classmethod
    def fit(
        cls,
        title: str,
        start_at: float,
        end_at: float,
        *,
        place: str = "",
        description: str = "",
        reminders: Iterable[int] = (30,),
    ) -> Self:
        """Return an event that Kakao takes: it begins no later and ends no earlier than asked."""
        start = math.floor(start_at / STEP) * STEP
        return cls(
            title=cut(title, MAX_TITLE),
            start_at=start,
            end_at=max(math.ceil(end_at / STEP) * STEP, start + STEP),
            place=cut(place, MAX_PLACE),
            description=cut(description, MAX_DESCRIPTION),
            reminders=tuple(sorted(set(reminders))),
        )

    def changed(self, other: Self) -> frozenset[str]:
        """Return which of `FIELDS` are different in another event."""
        return frozenset(one for one in FIELDS if _part(self, one) != _part(other, one))

    def body(self, fields: Iterable[str] = FIELDS) -> dict[str, Any]:
        """Return these fields in Kakao's words."""
        named = {
            "title": self.title,
            "time": {
                "start_at": written(self.start_at),
                "end_at": written(self.end_at),
                "time_zone": "Asia/Seoul",
            },
            "description": self.description,
            "reminders": list(self.reminders),
        }
        body = {name: value for name, value in named.items() if name in fields}
        return body | ({"location": {"name": self.place}} if "place" in fields else {})


def _check(field: str, value: int, least: float, most: float) -> None:
    if not least <= value <= most:
        raise LimitBroken(field, int(least if value < least else most), value)


def written(at: float) -> str:
    """Return a time as Kakao reads it; it says nothing of offsets and fractions."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_time(value: object) -> object:
    return datetime.fromisoformat(value).timestamp() if isinstance(value, str) else value


Moment = Annotated[float, BeforeValidator(_read_time)]


class ListedEvent(Answer):
    """An event as a list has it; of those that others made there is no id and no title."""

    id: Blank = ""
    title: Blank = ""
    start_at: Moment = Field(validation_alias=AliasPath("time", "start_at"))
    end_at: Moment = Field(validation_alias=AliasPath("time", "end_at"))


class KeptEvent(ListedEvent):
    """An event of ours as it stands in the calendar, whoever has changed it since."""

    description: Blank = ""
    place: Blank = Field(default="", validation_alias=AliasPath("location", "name"))
    reminders: Many[StrictInt] = ()

    def differs(self, event: Event) -> frozenset[str]:
        """Return which of `FIELDS` somebody has changed since this was written."""
        return frozenset(one for one in FIELDS if _part(self, one) != _part(event, one))


def _part(event: Event | KeptEvent, field: str) -> object:
    if field == "time":
        return event.start_at, event.end_at
    return frozenset(event.reminders) if field == "reminders" else getattr(event, field)


class SubCalendar(Answer):
    """A calendar; another service's has an id only."""

    id: str
    name: Blank = ""


class _EventRef(Answer):
    event_id: Annotated[str, Field(min_length=1, max_length=512)]


class _CalendarRef(Answer):
    calendar_id: Annotated[str, Field(min_length=1, max_length=512)]


class _Detail(Answer):
    event: KeptEvent


class _Events(Answer):
    events: Many[ListedEvent] = ()
    has_next: Flag = False
    after_url: Blank = ""

    @property
    def next_token(self) -> str | None:
        """Where the next page begins, read from an address whose host is never called."""
        found = parse_qs(urlsplit(self.after_url).query).get("next_page_token")
        return found[0] if self.has_next and found else None


class _Calendars(Answer):
    calendars: Many[SubCalendar] = ()


class KakaoCalendar:
    """Kakao's calendar API; every method raises a `KakaoError` when it does not return."""

    def __init__(self, transport: Transport, api: Callable[[str], str]) -> None:
        self._transport = transport
        self._api = api

    async def create_event(
        self, access_token: str, event: Event, calendar_id: str = PRIMARY
    ) -> str:
        """Put an event into a calendar and return its id; a LostAnswer may hide one."""
        fields = [one for one in FIELDS if one != "place" or event.place]
        form = {"calendar_id": calendar_id, "event": _json(event.body(fields))}
        request = self._post("create/event", form, access_token)
        return (await self._transport.call_once(_EventRef, request)).event_id

    async def update_event(
        self, access_token: str, event_id: str, event: Event, fields: Iterable[str]
    ) -> None:
        """Change these of an event's `FIELDS`; BadRequest also when it is not there any more."""
        form = {"event_id": event_id, "event": _json(event.body(fields))}
        await self._transport.call_empty(self._post("update/event/host", form, access_token))

    async def delete_event(self, access_token: str, event_id: str) -> None:
        """Take an event out; BadRequest when it is not there any more."""
        url = self._url("delete/event", event_id=event_id)
        await self._transport.call_empty(self._transport.delete(url, auth=bearer(access_token)))

    async def event(self, access_token: str, event_id: str) -> KeptEvent:
        """Return an event of ours as it stands; BadRequest when it is not there any more."""
        request = self._get("event", access_token, event_id=event_id)
        return (await self._transport.call(_Detail, request)).event

    async def events(self, access_token: str, start: float, end: float) -> list[ListedEvent]:
        """Return what is in the calendars between two times, at most 31 days apart."""
        query = {"from": written(start), "to": written(end), "limit": str(PER_PAGE)}
        found: list[ListedEvent] = []
        for _ in range(PAGES):
            request = self._get("events", access_token, **query)
            page = await self._transport.call(_Events, request)
            found += page.events
            if page.next_token is None:
                break
            query = {"next_page_token": page.next_token}
        return found

    async def calendars(self, access_token: str) -> list[SubCalendar]:
        """Return the member's own calendars."""
        request = self._get("calendars", access_token, filter="USER")
        return list((await self._transport.call(_Calendars, request)).calendars)

    async def create_calendar(self, access_token: str, name: str) -> str:
        """Make a calendar of ours, of which there are three at most; return its id."""
        request = self._post("create/calendar", {"name": name}, access_token)
        return (await self._transport.call_once(_CalendarRef, request)).calendar_id

    def _url(self, path: str, **query: str) -> str:
        return self._api(f"/v2/api/calendar/{path}?{urlencode(query)}")

    def _get(self, path: str, access_token: str, **query: str) -> httpx.Request:
        return self._transport.get(self._url(path, **query), auth=bearer(access_token))

    def _post(self, path: str, form: Mapping[str, str], access_token: str) -> httpx.Request:
        url = self._api(f"/v2/api/calendar/{path}")
        return self._transport.post(url, form, auth=bearer(access_token))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
