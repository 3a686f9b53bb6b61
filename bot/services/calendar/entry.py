"""What of a scheduled event stands in a member's calendar."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from bot.kakao import Event
from bot.services.cards.markdown import name_line, one_line, readable
from bot.services.clock import HOUR, SEOUL
from bot.services.messages.events import ServerEvent
from bot.services.messages.models import Names
from bot.texts import Locale, Texts
from storage.reading import as_list, as_object

MOST_TEXT = 2000
UNKNOWN_LENGTH = HOUR


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """An event as it is to stand in the calendar, with our link in it and where it happens.

    `places` are the channel, its parent and its category, as far as there are any.
    """

    event: Event
    link: str
    places: tuple[int | None, ...]

    def stored(self) -> dict[str, Any]:
        """Return what `read` reads back."""
        event = asdict(self.event) | {"reminders": list(self.event.reminders)}
        return {"event": event, "link": self.link, "places": list(self.places)}

    @classmethod
    def read(cls, stored: object) -> Self:
        """Read back what `stored` gave; raises TypeError, KeyError or LimitBroken."""
        values = as_object(stored)
        facts = as_object(values["event"])
        event = Event(**facts | {"reminders": tuple(as_list(facts["reminders"]))})
        return cls(event, str(values["link"]), tuple(as_list(values["places"])))


def entry_of(
    event: ServerEvent, link: str, reminders: Sequence[int], *, locale: Locale, texts: Texts
) -> CalendarEntry:
    """Return what is to stand in the calendar for a scheduled event that has a start."""
    facts = event.facts
    start = facts.starts_at or 0.0
    at = datetime.fromtimestamp(start, SEOUL)
    told = readable(facts.text, Names(), locale, texts, at=at, zone=SEOUL)[:MOST_TEXT]
    server = texts.say(locale, "calendar-event-server", server=name_line(facts.guild))
    fitting = Event.fit(
        one_line(facts.title) or texts.say(locale, "notify-card-untitled"),
        start,
        facts.ends_at or start + UNKNOWN_LENGTH,
        place=one_line(facts.location) or name_line(facts.channel),
        description="\n\n".join(filter(None, (told, server, link))),
        reminders=reminders,
    )
    return CalendarEntry(fitting, link, event.places)
