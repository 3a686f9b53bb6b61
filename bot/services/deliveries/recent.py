"""A member's last sends, as they tell them apart, and what of theirs still waits.

The text of a message is not kept for this: it is read from Discord, as far as the member may read
it there now.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.errors import DiscordAway
from bot.services.cards.message import message_line
from bot.services.messages.models import Highlight, Source
from bot.services.messages.reader import ReaderSlot
from bot.texts import Locale, Texts
from storage.deliveries import Delivery, DeliveryStore, Waiting
from storage.hits import HitStore

SHOWN, FIRST_WORDS = 5, 40
# What such a row has of Discord is where it was written, and no message.
COMPOSE = "compose"
PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Send:
    """One delivery: what its message says on Discord now, or its card where there is no message.

    `count` is for how many messages and events it stands, as long as that is known.
    """

    delivery: Delivery
    words: str = field(default="", repr=False)
    card: Mapping[str, Any] | None = field(default=None, repr=False)
    count: int = 1


class RecentSends:
    """Looks at what went, and at what waits."""

    def __init__(
        self,
        store: DeliveryStore,
        hits: HitStore,
        sight: ReaderSlot,
        texts: Texts,
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._store = store
        self._hits = hits
        self._sight = sight
        self._texts = texts
        self._patience = patience

    async def last(self, member_id: int, locale: Locale) -> list[Send]:
        """Return a member's latest sends, the newest first."""
        rows = await self._store.last(member_id, SHOWN)
        said = await self._said(member_id, rows)
        words = {
            source: message_line(highlight, most=FIRST_WORDS, locale=locale, texts=self._texts)
            for source, highlight in said.items()
        }
        counts = await self._hits.count_of_forwards([row.forward_id for row in rows])
        return [_send(row, words, counts.get(row.forward_id, 0)) for row in rows]

    async def waiting(self, member_id: int) -> tuple[list[Waiting], int]:
        """Return what waits, by what for, and how much was found that is in no card yet."""
        found = await self._hits.count_waiting(member_id)
        return await self._store.waiting(member_id), found

    async def _said(self, member_id: int, rows: Sequence[Delivery]) -> Mapping[Source, Highlight]:
        """Return the messages that the member may read now; none while Discord does not answer."""
        sources = list(dict.fromkeys(filter(None, map(_source, rows))))
        try:
            async with asyncio.timeout(self._patience):
                return await self._sight.reader.highlights(member_id, sources) if sources else {}
        except (DiscordAway, TimeoutError):
            return {}


def _send(row: Delivery, words: Mapping[Source, str], count: int) -> Send:
    source = _source(row)
    if source is not None:
        return Send(row, words=words.get(source, ""), count=count)
    return Send(row, card=None if row.is_automatic else row.card, count=count)


def _source(row: Delivery) -> Source | None:
    """Return which message of a server a delivery carries, or carries first."""
    if row.feature == COMPOSE or not (row.guild_id and row.channel_id and row.message_id):
        return None
    return Source(row.guild_id, row.channel_id, row.message_id)
