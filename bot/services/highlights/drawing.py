"""Draws what was found: alone as a card, in a digest as a row of it and a line on its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from bot.kakao import Content, Message
from bot.services.cards.cutting import Find
from bot.services.cards.event import event_card, event_place, line_of
from bot.services.cards.layout import TITLE_LIMIT, foot
from bot.services.cards.markdown import one_line
from bot.services.cards.message import message_card, message_line, message_place
from bot.services.cards.picture import first_image
from bot.services.cards.rows import list_row
from bot.services.clock import SEOUL
from bot.services.highlights.cases import feature_of
from bot.services.highlights.reasons import reason
from bot.services.messages.events import EventFacts
from bot.services.messages.models import Highlight, Source
from bot.services.servers.policy import Policy
from bot.texts import Locale, Texts
from storage.digests import Item
from storage.hits import Hit
from storage.rules import Rule

LINE = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A hit that may go out, with what it says now: a message, or an event's facts."""

    hit: Hit
    place: Source
    highlight: Highlight | None = None
    facts: EventFacts | None = None
    author_id: int | None = None
    origin_author_id: int | None = None
    policy: str = Policy.FULL
    rules: Sequence[Rule] = ()
    find: Find | None = None
    zone: tzinfo = SEOUL


class Drawing:
    """Draws in the language of one member; `address` is where a press leads."""

    def __init__(self, texts: Texts, locale: Locale) -> None:
        self._texts = texts
        self._locale = locale

    def card(self, found: Found, address: str, before: Sequence[Highlight] = ()) -> Message:
        """Return the card of what goes alone."""
        texts, locale, zone = self._texts, self._locale, found.zone
        if found.highlight is None:
            kind, facts = found.hit.kind, _facts(found)
            return event_card(kind, facts, link=address, locale=locale, texts=texts, zone=zone)
        return message_card(
            found.highlight,
            note=None,
            why=self._why(found),
            before=before,
            find=found.find,
            link=address,
            locale=locale,
            texts=texts,
        )

    def row(self, found: Found, address: str) -> Content:
        """Return a row of a digest's card."""
        picture = first_image(found.highlight) if found.highlight else None
        title, more = self._told(found, TITLE_LIMIT)
        return list_row(title, more or foot(self._why(found), self._place(found)), picture, address)

    def line(self, found: Found, address: str) -> Item:
        """Return a line of a digest's page."""
        hit = found.hit
        return Item(
            title=self._place(found),
            text=" ".join(filter(None, self._told(found, LINE)))[:LINE],
            address=address,
            at=hit.found_at,
            message_id=hit.message_id,
            guild_id=hit.guild_id,
            channel_id=hit.channel_id,
            feature=feature_of(hit.kind),
            policy=found.policy,
            why=self._why(found),
            kind=hit.kind,
            author_id=found.author_id,
            origin_author_id=found.origin_author_id,
        )

    def _why(self, found: Found) -> str:
        """Return what called a message; an event says that itself."""
        if found.highlight is None:
            return ""
        return reason(found.hit.kind, found.rules, self._locale, self._texts)

    def _told(self, found: Found, most: int) -> tuple[str, str]:
        """Return what a message says in so many characters, or what happened and the rest of it."""
        texts, locale = self._texts, self._locale
        if found.highlight is not None:
            find = found.find
            said = message_line(found.highlight, most=most, locale=locale, texts=texts, find=find)
            return said, ""
        kind, facts = found.hit.kind, _facts(found)
        title, text = line_of(kind, facts, locale=locale, texts=texts, zone=found.zone)
        return one_line(title), one_line(text)

    def _place(self, found: Found) -> str:
        texts, locale = self._texts, self._locale
        if found.highlight is not None:
            return message_place(found.highlight, locale=locale, texts=texts)
        return event_place(found.hit.kind, _facts(found), locale=locale, texts=texts)


def _facts(found: Found) -> EventFacts:
    assert found.facts is not None  # noqa: S101 - a hit is a message or an event
    return found.facts
