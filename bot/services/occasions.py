"""Events of a server as plain data, and as cards: a place on a map, else a feed."""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from bot.errors import TextArgument
from bot.kakao import Button, Content, Feed, Link, Location, Message
from bot.services.highlight import Source
from bot.services.readable import clean, one_line
from bot.services.wishes import SEOUL
from bot.texts import Locale, Texts

NOTIFY_FEATURE = "notify"
Kind = Literal[
    "event-new",
    "event-changed",
    "event-soon",
    "event-started",
    "event-cancelled",
    "voice",
    "stream",
    "pin",
    "thread",
    "forum",
    "announcement",
    "role",
    "boost",
    "newcomer",
]
EVENT_KINDS = frozenset(
    {"event-new", "event-changed", "event-soon", "event-started", "event-cancelled"}
)


class Facts(BaseModel):
    """What there is to say about an event that is no message; times in seconds since 1970."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str = ""
    text: str = ""
    guild: str = ""
    channel: str = ""
    member: str = ""
    location: str = ""
    starts_at: float | None = None
    picture: str | None = None
    event_id: int | None = None

    def place(self, default: Source) -> Source:
        """Return what to open on Discord: the scheduled event, else the channel."""
        if self.event_id is None:
            return default
        return Source(default.guild_id, 0, self.event_id)


def render_occasion(kind: str, facts: Facts, *, link: str, locale: Locale, texts: Texts) -> Message:
    """Return the card of an event; one with a place gets a map."""
    both = Link(web_url=link, mobile_web_url=link)
    title, text = line_of(kind, facts, locale=locale, texts=texts)
    content = Content.fit(title=title, description=text, image_url=facts.picture, link=both)
    buttons = [Button(title=texts.say(locale, "notify-button"), link=both)]
    if facts.location and kind in EVENT_KINDS:
        place = one_line(clean(facts.location))
        return Location.fit(address=place, address_title=place, content=content, buttons=buttons)
    return Feed.fit(content=content, buttons=buttons)


def line_of(kind: str, facts: Facts, *, locale: Locale, texts: Texts) -> tuple[str, str]:
    """Return an event's headline and what else there is to say, in two lines at most."""

    def say(key: str, **arguments: TextArgument) -> str:
        return texts.say(locale, key, **arguments)

    title = say(
        f"notify-card-{kind}",
        title=_plain(facts.title) or say("notify-card-untitled"),
        channel=_plain(facts.channel),
        member=_plain(facts.member) or say("card-unknown-member"),
        guild=_plain(facts.guild),
    )
    when = _moment(facts.starts_at, locale, texts) if facts.starts_at is not None else ""
    place = _plain(facts.location) if kind in EVENT_KINDS else ""
    parts = (" · ".join(filter(None, (when, place))), _plain(facts.text) or _plain(facts.guild))
    return title, "\n".join(filter(None, parts))


def _plain(text: str) -> str:
    return one_line(clean(text))


def _moment(at: float, locale: Locale, texts: Texts) -> str:
    then = datetime.fromtimestamp(at, ZoneInfo(SEOUL))
    weekday = then.weekday()
    date = texts.say(locale, "card-date", month=then.month, day=then.day, weekday=weekday)
    return texts.say(locale, "card-moment", date=date, time=f"{then:%H:%M}")
