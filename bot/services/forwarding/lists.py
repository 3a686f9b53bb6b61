"""Several messages as one card: the first of them, and a page behind it with all."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.kakao import Button, Link, List
from bot.services.cards.layout import TITLE_LIMIT
from bot.services.cards.markdown import in_zone, moment_of
from bot.services.cards.message import checked_note, message_line, message_place
from bot.services.cards.picture import first_image
from bot.services.cards.rows import list_row
from bot.services.clock import DAY, SEOUL, Clock
from bot.services.forwarding.jumps import Jumps
from bot.services.messages.models import Highlight, Member
from bot.services.messages.reader import ReaderSlot, origin_author
from bot.texts import Texts
from storage.digests import Digest, DigestStore, Item
from storage.hits import MESSAGE

MOST_MESSAGES = 20
SHOWN = 3
LINE = 200
KEPT_SECONDS = 7 * DAY
TOKEN_BYTES = 24
FEATURE = "forward"


@dataclass(frozen=True, slots=True)
class Several:
    """Two or more messages of one channel, the oldest first, as much of each as may leave.

    `earlier` is how many before them there was no room for.
    """

    messages: Sequence[Highlight]
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class ListCard:
    """A card of several messages, and the id of the page behind it."""

    card: dict[str, Any]
    digest_id: str


class Lists:
    """Makes such cards and keeps their pages: for a week, or as long as a draft."""

    def __init__(
        self,
        store: DigestStore,
        jumps: Jumps,
        sight: ReaderSlot,
        texts: Texts,
        *,
        public_url: str,
        now: Clock,
        token: Callable[[], str] = lambda: secrets.token_urlsafe(TOKEN_BYTES),
    ) -> None:
        self._store = store
        self._jumps = jumps
        self._sight = sight
        self._texts = texts
        self._public_url = public_url
        self._now = now
        self._token = token

    async def make(
        self, member: Member, several: Several, note: str | None, seconds: float = KEPT_SECONDS
    ) -> ListCard:
        """Keep the page of several messages for so long and return its card.

        Raises NoteTooLong or DiscordAway.
        """
        noted, now = checked_note(note), self._now()
        sources = {one.source for one in several.messages}
        opened = await self._jumps.open_all(member.id, sources)
        lines = [await self._item(member, one, opened[one.source]) for one in several.messages]
        page_id = self._token()
        await self._store.put(
            Digest(
                id=page_id,
                forward_id=page_id,  # a draft has none yet
                member_id=member.id,
                locale=member.locale,
                created_at=now,
                expires_at=now + seconds,
                items=lines,
                left_out=several.earlier,
            )
        )
        page = _link(f"{self._public_url}/d/{page_id}")
        card = List.fit(
            header_title=self._title(member, several, noted),
            header_link=page,
            contents=[
                list_row(
                    self._line(member, one, TITLE_LIMIT),
                    self._moment(member, one),
                    first_image(one),
                    opened[one.source],
                )
                for one in several.messages[:SHOWN]
            ],
            buttons=[Button(title=self._texts.say(member.locale, "digest-all"), link=page)],
        )
        return ListCard(card.template_object(), page_id)

    async def keep(self, digest_id: str) -> None:
        """Keep the page of what is sent now for a week."""
        await self._store.keep_until(digest_id, self._now() + KEPT_SECONDS)

    async def discard(self, digest_id: str) -> None:
        """Erase the page of what is not sent."""
        await self._store.delete(digest_id)

    def _title(self, member: Member, several: Several, note: str) -> str:
        texts, locale = self._texts, member.locale
        place = message_place(several.messages[0], locale=locale, texts=texts)
        count = len(several.messages)
        title = texts.say(locale, "card-several", place=place, count=count)
        return f"{texts.say(locale, 'card-note', note=note)}\n{title}" if note else title

    def _line(self, member: Member, one: Highlight, most: int) -> str:
        return message_line(one, most=most, locale=member.locale, texts=self._texts)

    def _moment(self, member: Member, one: Highlight) -> str:
        zone, texts, locale = one.zone or SEOUL, self._texts, member.locale
        then = datetime.fromtimestamp(one.seen.created_at, zone)
        return in_zone(moment_of(then, locale, texts), zone, locale, texts)

    async def _item(self, member: Member, one: Highlight, address: str) -> Item:
        source = one.source
        # What members write themselves stays theirs when they have opted out.
        author_id, origin_author_id = (
            None if known == member.id else known
            for known in (one.seen.author_id, await origin_author(self._sight, one.seen))
        )
        return Item(
            title=message_place(one, locale=member.locale, texts=self._texts),
            text=self._line(member, one, LINE),
            address=address,
            at=one.seen.created_at,
            message_id=source.message_id,
            guild_id=source.guild_id,
            channel_id=source.channel_id,
            feature=FEATURE,
            policy=one.policy,
            kind=MESSAGE,
            author_id=author_id,
            origin_author_id=origin_author_id,
        )


def _link(address: str) -> Link:
    return Link(web_url=address, mobile_web_url=address)
