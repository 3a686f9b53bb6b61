"""Draws an event of a server: a place on a map, a list, else a feed.

What is said stays true while a card waits for the end of quiet hours: it names times, and never
how long until then.
"""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import partial

from bot.errors import TextArgument
from bot.kakao import (
    TEXT_LIMIT,
    Button,
    Content,
    Feed,
    Link,
    List,
    Location,
    Message,
    cut,
)
from bot.services.cards.layout import NAME_LIMIT, place_line, with_foot
from bot.services.cards.markdown import in_zone, moment_of, name_line, one_line, readable
from bot.services.cards.place import is_street_address
from bot.services.clock import SEOUL
from bot.services.messages.events import EventFacts
from bot.services.messages.models import Names
from bot.texts import Locale, Texts
from storage.subscriptions import SubscriptionKind as Kind

VOICE = frozenset({Kind.VOICE, Kind.PERSON, Kind.STREAM})
SCHEDULED = frozenset(kind for kind in Kind if kind.startswith("event-"))
# That Kakao shows in a list, and the least that it takes.
ROWS, FEWEST_ROWS = 3, 2


def event_card(
    kind: str,
    facts: EventFacts,
    *,
    link: str,
    locale: Locale,
    texts: Texts,
    zone: tzinfo = SEOUL,
) -> Message:
    """Return the card of an event; one at an address gets a map, several roles are a list."""
    both = Link(web_url=link, mobile_web_url=link)
    title, text = line_of(kind, facts, locale=locale, texts=texts, zone=zone)
    buttons = [Button(title=texts.say(locale, _button(kind)), link=both)]
    if len(facts.names) >= FEWEST_ROWS:
        rows = [Content.fit(title=name_line(name), link=both) for name in _rows(facts.names)]
        return List.fit(header_title=title, header_link=both, contents=rows, buttons=buttons)
    last = event_place(kind, facts, locale=locale, texts=texts)
    text = cut(text, TEXT_LIMIT - len(last) - 1)
    description = with_foot(title, text.split("\n"), last)
    content = Content.fit(title=title, description=description, image_url=facts.picture, link=both)
    place = one_line(facts.location)
    if is_street_address(place):
        return Location.fit(address=place, address_title=place, content=content, buttons=buttons)
    return Feed.fit(content=content, buttons=buttons)


def line_of(
    kind: str, facts: EventFacts, *, locale: Locale, texts: Texts, zone: tzinfo = SEOUL
) -> tuple[str, str]:
    """Return an event's headline, and what else there is to say in a few lines."""

    def say(key: str, **arguments: TextArgument) -> str:
        return texts.say(locale, key, **arguments)

    title = say(
        f"notify-card-{kind}",
        title=_title(facts) or say("notify-card-untitled"),
        channel=_name(facts.channel) or say("card-unknown-channel"),
        member=_name(facts.member) or say("card-unknown-member"),
        count=len(facts.names),
    )
    changed = ", ".join(say(f"notify-changed-{word}") for word in facts.changed)
    place = one_line(facts.location) or (name_line(facts.channel) if kind in SCHEDULED else "")
    lines = (
        _span(facts, locale, texts, zone),
        say("notify-card-changed", what=changed) if changed else "",
        say("notify-card-place", place=place) if place else "",
        _told(facts, locale, texts, zone),
    )
    return title, "\n".join(filter(None, lines))


def event_place(kind: str, facts: EventFacts, *, locale: Locale, texts: Texts) -> str:
    """Return where an event happens, as far as its headline does not say that already."""
    channel = facts.channel if kind == Kind.THREAD else ""
    return place_line(partial(texts.say, locale), guild=facts.guild, channel=channel)


def _button(kind: str) -> str:
    if kind in VOICE:
        return "card-button-voice"
    return "card-button-event" if kind in SCHEDULED else "card-button-discord"


def _name(name: str) -> str:
    return cut(name_line(name), NAME_LIMIT)


def _title(facts: EventFacts) -> str:
    return one_line(facts.title) or ", ".join(map(name_line, facts.names))


def _rows(names: Sequence[str]) -> list[str]:
    """Return as many names as a list has rows; the last one stands for those left over."""
    if len(names) <= ROWS:
        return list(names)
    return [*names[: ROWS - 1], ", ".join(names[ROWS - 1 :])]


def _told(facts: EventFacts, locale: Locale, texts: Texts, zone: tzinfo) -> str:
    """Return a description, read like a message."""
    at = datetime.fromtimestamp(facts.starts_at or 0.0, zone)
    return one_line(readable(facts.text, Names(), locale, texts, at=at, zone=zone))


def _span(facts: EventFacts, locale: Locale, texts: Texts, zone: tzinfo) -> str:
    if facts.starts_at is None:
        return ""
    start = datetime.fromtimestamp(facts.starts_at, zone)
    shown = moment_of(start, locale, texts)
    if facts.ends_at is not None:
        end = datetime.fromtimestamp(facts.ends_at, zone)
        same_day = end.date() == start.date()
        shown += f" – {f'{end:%H:%M}' if same_day else moment_of(end, locale, texts)}"
    return f"🕒 {in_zone(shown, zone, locale, texts)}"
