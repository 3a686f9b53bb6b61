"""Reading the `event` that an app sends, with the limits of the real one.

A series (`rrule`) is refused: nobody here makes one, and the stand-in would have to unfold it.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.kakao.errors import parameter
from sandbox.kakao.switches import DAY, MINUTE, Switches

MAX_TITLE = 50
MAX_DESCRIPTION = 5000
MAX_PLACE = 50
MAX_REMINDERS = 2
MAX_MINUTES = 43_200
STEP = 5
COLORS = frozenset(
    {
        *("BLUE", "ROYAL_BLUE", "NAVY_BLUE", "RED", "PINK", "ORANGE", "GREEN", "LIME", "OLIVE"),
        *("MINT", "MAGENTA", "VIOLET", "LAVENDER", "BROWN", "GRAY"),
    }
)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?P<fraction>\.\d{3})?Z")
PLACE = frozenset({"name", "location_id", "address", "latitude", "longitude"})


class EventReader:
    """Reads an event for a create, where title and time are required, or for an update."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    def read(self, text: str | None, *, whole: bool) -> dict[str, Any]:
        """Return the fields of a `CalendarEvent` that were sent; refuses with -2."""
        event = _object(text, "event")
        if whole:
            for name in ("title", "time"):
                if event.get(name) is None:
                    raise parameter(f"The Parameter [event.{name}] cannot be null.")
        if "rrule" in event:
            raise _wrong("event.rrule")
        fields: dict[str, Any] = {}
        if "title" in event:
            fields["title"] = self._text(event["title"], "title", MAX_TITLE, least=1)
        if "time" in event:
            fields |= self._time(event["time"])
        if "reminders" in event:
            fields["reminders"] = self._reminders(
                event["reminders"], all_day=fields.get("all_day", False)
            )
        details = self._details(event)
        return fields | ({"details": details} if details else {})

    def _details(self, event: Mapping[str, Any]) -> dict[str, Any]:
        details: dict[str, Any] = {}
        if "description" in event:
            text = self._text(event["description"], "description", MAX_DESCRIPTION)
            details["description"] = text
        if "location" in event:
            details["location"] = self._place(event["location"])
        if "color" in event:
            if event["color"] not in COLORS:
                raise _wrong("event.color")
            details["color"] = event["color"]
        return details

    def _text(self, value: object, name: str, most: int, *, least: int = 0) -> str:
        if not isinstance(value, str) or len(value) < least:
            raise _wrong(f"event.{name}")
        if len(value) > most and self._switches.event_over_length == "reject":
            raise _wrong(f"event.{name}")
        return value[:most]

    def _time(self, value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _wrong("event.time")
        all_day = value.get("all_day", False)
        zone = value.get("time_zone", "Asia/Seoul")
        if not isinstance(all_day, bool) or not _is_zone(zone) or value.get("lunar", False):
            raise _wrong("event.time")
        start, end = (self._moment(value.get(name), name) for name in ("start_at", "end_at"))
        if end <= start or (all_day and (start % DAY or end % DAY)):
            raise _wrong("event.time")
        return {"start_at": start, "end_at": end, "time_zone": zone, "all_day": all_day}

    def _moment(self, value: object, name: str) -> float:
        match = TIME.fullmatch(value) if isinstance(value, str) else None
        milliseconds = self._switches.time_with_milliseconds
        if match is None or (match["fraction"] and milliseconds == "reject"):
            raise _wrong(f"event.time.{name}")
        try:
            at = datetime.fromisoformat(match[0]).timestamp()
        except ValueError:
            raise _wrong(f"event.time.{name}") from None
        if at % (STEP * MINUTE) and self._switches.step_violation == "reject":
            raise _wrong(f"event.time.{name}")
        return at - at % (STEP * MINUTE)

    def _reminders(self, value: object, *, all_day: bool) -> tuple[int, ...]:
        if not isinstance(value, list) or len(value) > MAX_REMINDERS:
            raise _wrong("event.reminders")
        if not value and self._switches.reminders_empty == "reject":
            raise _wrong("event.reminders")
        if len(set(value)) < len(value) or not all(self._is_reminder(m, all_day) for m in value):
            raise _wrong("event.reminders")
        return tuple(value)

    def _is_reminder(self, value: object, all_day: bool) -> bool:  # noqa: FBT001 - it is of the event
        if not isinstance(value, int) or isinstance(value, bool) or value % STEP:
            return False
        if value == 0:
            return self._switches.reminder_zero_allowed
        return (-1440 if all_day else 0) < value <= MAX_MINUTES

    def _place(self, value: object) -> dict[str, Any]:
        if not isinstance(value, dict) or not PLACE.issuperset(value):
            raise _wrong("event.location")
        if "name" in value:
            return value | {"name": self._text(value["name"], "location.name", MAX_PLACE)}
        return value


def _object(text: str | None, name: str) -> dict[str, Any]:
    if text is None:
        raise parameter(f"The Parameter [{name}] cannot be null.")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise _wrong(name) from None
    if not isinstance(value, dict):
        raise _wrong(name)
    return value


def _is_zone(name: object) -> bool:
    try:
        return isinstance(name, str) and ZoneInfo(name) is not None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _wrong(name: str) -> Exception:
    return parameter(f"Constraints on the parameter [{name}] are unsatisfied.")
