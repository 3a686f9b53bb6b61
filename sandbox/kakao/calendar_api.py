"""kapi.kakao.com: Talk Calendar, as far as public sources say how it is asked.

* `GET /v2/api/calendar/calendars`, `POST …/create/calendar`, `…/update/calendar`,
  `DELETE …/delete/calendar`: "My Calendar" (`primary`) and up to three of the app's own
* `POST …/create/event`, `…/update/event/host`, `DELETE …/delete/event`, `GET …/event`,
  `GET …/events`: events that the app did not make come as their bare `time`

Errors, the order of the checks and much else are not documented: `Switches` has the open points.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from sandbox.kakao.api import OTHER_HOST, Door
from sandbox.kakao.calendar_event import COLORS, TIME, EventReader
from sandbox.kakao.calendars import (
    CALENDARS_PER_APP,
    PRIMARY,
    CalendarEvent,
    Diary,
    SubCalendar,
    period,
    written,
)
from sandbox.kakao.errors import dump, json_response, kapi, parameter
from sandbox.kakao.forms import read_form
from sandbox.kakao.state import Account
from sandbox.kakao.switches import DAY
from sandbox.kakao.world import World

ROOT = "/v2/api/calendar"
SCOPE = "talk_calendar"
MAX_NAME = 50
MAX_WINDOW = 31 * DAY
MAX_PAGE = 1000
PAGE = 100
PRESETS = ("TODAY", "THIS_WEEK", "THIS_MONTH")


class CalendarApi:
    """Calendars and events of the person whose token it is."""

    def __init__(self, world: World, door: Door) -> None:
        self._world = world
        self._door = door
        self._reader = EventReader(world.switches)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"{ROOT}/calendars", self.calendars),
            web.post(f"{ROOT}/create/calendar", self.create_calendar),
            web.post(f"{ROOT}/update/calendar", self.update_calendar),
            web.delete(f"{ROOT}/delete/calendar", self.delete_calendar),
            web.post(f"{ROOT}/create/event", self.create_event),
            web.post(f"{ROOT}/update/event/host", self.update_event),
            web.delete(f"{ROOT}/delete/event", self.delete_event),
            web.get(f"{ROOT}/event", self.event),
            web.get(f"{ROOT}/events", self.events),
        ]

    # calendars

    async def calendars(self, request: web.Request) -> web.Response:
        diary = self._open(request, "CALENDARS")
        which = request.query.get("filter", "ALL")
        if which not in {"USER", "SUBSCRIBE", "ALL"}:
            raise _wrong("filter")
        own: list[dict[str, Any]] = [{"id": PRIMARY, "name": "내 캘린더", "color": "BLUE"}]
        for one in diary.calendars.values():
            named = {"name": one.name} | ({"color": one.color} if one.color else {})
            own.append({"id": one.id} | (named if one.by_app else {}))
        shown = [] if which == "SUBSCRIBE" else own
        return json_response(dump({"calendars": shown, "subscribe_calendars": []}))

    async def create_calendar(self, request: web.Request) -> web.Response:
        form = await read_form(request)
        diary = self._open(request, "CREATE_CALENDAR")
        name, color = self._look(form, diary)
        if name is None:
            raise parameter("The Parameter [name] cannot be null.")
        if sum(one.by_app for one in diary.calendars.values()) >= CALENDARS_PER_APP:
            raise _wrong("calendar")
        self._spend()
        number = self._world.calendars.new_id()
        diary.calendars[number] = SubCalendar(number, name, color or "")
        self._world.changed()
        return json_response(dump({"calendar_id": number}))

    async def update_calendar(self, request: web.Request) -> web.Response:
        form = await read_form(request)
        diary = self._open(request, "UPDATE_CALENDAR")
        calendar = self._own_calendar(diary, form.get("calendar_id"))
        name, color = self._look(form, diary)
        self._spend()
        calendar.name, calendar.color = name or calendar.name, color or calendar.color
        self._world.changed()
        return json_response(dump({"calendar_id": calendar.id}))

    async def delete_calendar(self, request: web.Request) -> web.Response:
        diary = self._open(request, "DELETE_CALENDAR")
        calendar = self._own_calendar(diary, request.query.get("calendar_id"))
        self._spend()
        del diary.calendars[calendar.id]
        for event in [one for one in diary.events.values() if one.calendar_id == calendar.id]:
            del diary.events[event.id]
        self._world.changed()
        return json_response(dump({"calendar_id": calendar.id}))

    def _look(self, form: Mapping[str, str], diary: Diary) -> tuple[str | None, str | None]:
        name, color = form.get("name"), form.get("color")
        taken = {one.name for one in diary.calendars.values()}
        if name is not None and (not 1 <= len(name) <= MAX_NAME or name in taken):
            raise _wrong("name")
        if color is not None and color not in COLORS:
            raise _wrong("color")
        return name, color

    # events

    async def create_event(self, request: web.Request) -> web.Response:
        form = await read_form(request)
        diary = self._open(request, "CREATE_EVENT")
        fields = self._reader.read(form.get("event"), whole=True)
        calendar_id = self._writable(diary, form.get("calendar_id", PRIMARY))
        self._spend()
        number, now = self._world.calendars.new_id(), self._world.now()
        fields = {"reminders": (10,)} | fields
        event = CalendarEvent(id=number, calendar_id=calendar_id, set_at=now, **fields)
        diary.events[number] = event
        self._world.changed()
        return json_response(dump({"event_id": number}))

    async def update_event(self, request: web.Request) -> web.Response:
        form = await read_form(request)
        diary = self._open(request, "UPDATE_EVENT_HOST")
        if "event" not in form and "calendar_id" not in form:
            raise parameter("The Parameter [event] cannot be null.")
        fields = self._reader.read(form["event"], whole=False) if "event" in form else {}
        event = self._own_event(diary, form.get("event_id"))
        calendar_id = self._writable(diary, form.get("calendar_id", event.calendar_id))
        self._spend()
        details = event.details | fields.pop("details", {})
        for name, value in (fields | {"details": details, "calendar_id": calendar_id}).items():
            setattr(event, name, value)
        event.set_at = self._world.now()
        self._world.changed()
        return json_response(dump({"event_id": event.id}))

    async def delete_event(self, request: web.Request) -> web.Response:
        diary = self._open(request, "DELETE_EVENT")
        event = self._own_event(diary, request.query.get("event_id"))
        self._spend()
        del diary.events[event.id]
        self._world.changed()
        return json_response(dump({"event_id": event.id}))

    async def event(self, request: web.Request) -> web.Response:
        diary = self._open(request, "EVENT")
        event = self._own_event(diary, request.query.get("event_id"))
        self._spend()
        shown = _brief(event) | event.details | {"reminders": list(event.reminders)}
        return json_response(dump({"event": shown}))

    async def events(self, request: web.Request) -> web.Response:
        diary = self._open(request, "EVENTS")
        query = _page(request.query, self._world.now())
        calendar_id = query.get("calendar_id")
        if calendar_id is not None and calendar_id != PRIMARY:
            self._own_calendar(diary, calendar_id)
        self._spend()
        found = [
            one
            for one in sorted(diary.events.values(), key=lambda one: (one.start_at, one.id))
            if one.start_at < query["to"] and one.end_at > query["from"]
            and calendar_id in {None, one.calendar_id}
        ]  # fmt: skip
        first, limit = query["first"], query["limit"]
        answer: dict[str, Any] = {
            "events": [_brief(one) for one in found[first : first + limit]],
            "has_next": first + limit < len(found),
        }
        if answer["has_next"]:
            token = _token(query | {"first": first + limit})
            answer["after_url"] = f"{OTHER_HOST}{ROOT}/events?next_page_token={token}"
        return json_response(dump(answer))

    # the checks, in order

    def _open(self, request: web.Request, api: str) -> Diary:
        grant, _ = self._door.open(request, SCOPE, f"TALK_CALENDAR_{api}")
        account, app = grant.account, self._world.app
        if not app.calendar_permission and account.name not in app.members:
            raise kapi(self._world.switches.calendar_non_member_code, status=403)
        self._check_talk(account)
        return self._world.calendars.of(account)

    def _check_talk(self, account: Account) -> None:
        if not account.talk_user:
            raise kapi(-501)

    def _spend(self) -> None:
        if self._world.calendars.is_spent():
            raise kapi(-10)

    def _writable(self, diary: Diary, calendar_id: str) -> str:
        return PRIMARY if calendar_id == PRIMARY else self._own_calendar(diary, calendar_id).id

    def _own_calendar(self, diary: Diary, calendar_id: str | None) -> SubCalendar:
        found = diary.calendars.get(calendar_id or "")
        if found is None or not found.by_app:
            raise _wrong("calendar_id")
        return found

    def _own_event(self, diary: Diary, event_id: str | None) -> CalendarEvent:
        if not event_id:
            raise parameter("The Parameter [event_id] cannot be null.")
        found = diary.events.get(event_id)
        if found is None or not found.by_app:
            raise kapi(-2, status=self._world.switches.calendar_gone_status)
        return found


def _brief(event: CalendarEvent) -> dict[str, Any]:
    time = {
        "start_at": written(event.start_at),
        "end_at": written(event.end_at),
        "time_zone": event.time_zone,
        "all_day": event.all_day,
        "lunar": False,
    }
    if not event.by_app:  # of others' events an app learns no more
        return {"time": time}
    color = {"color": event.details["color"]} if "color" in event.details else {}
    return {
        "id": event.id,
        "title": event.title,
        "type": "USER",
        "calendar_id": event.calendar_id,
        "time": time,
        "is_host": True,
        "is_recur_event": False,
    } | color


def _page(query: Mapping[str, str], now: float) -> dict[str, Any]:
    if "next_page_token" in query:
        return _read_token(query["next_page_token"])
    limit = query.get("limit", str(PAGE))
    if not limit.isdecimal() or not 1 <= int(limit) <= MAX_PAGE:
        raise _wrong("limit")
    if "preset" in query:
        if query["preset"] not in PRESETS:
            raise _wrong("preset")
        start, end = period(query["preset"], now)
    else:
        start, end = _moment(query, "from"), _moment(query, "to")
        if not 0 < end - start <= MAX_WINDOW:
            raise _wrong("to")
    return {
        "calendar_id": query.get("calendar_id"),
        "from": start,
        "to": end,
        "first": 0,
        "limit": int(limit),
    }


def _moment(query: Mapping[str, str], name: str) -> float:
    text = query.get(name, "")
    if TIME.fullmatch(text) is None:
        raise _wrong(name)
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise _wrong(name) from None


def _token(query: Mapping[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(query).encode()).decode().rstrip("=")


def _read_token(text: str) -> dict[str, Any]:
    try:
        query = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        raise _wrong("next_page_token") from None
    if not isinstance(query, dict) or "first" not in query:
        raise _wrong("next_page_token")
    return query


def _wrong(name: str) -> Exception:
    return parameter(f"Constraints on the parameter [{name}] are unsatisfied.")
