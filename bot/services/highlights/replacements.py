"""Follows a message to the one that a bot such as PluralKit puts in its place.

Such a bot writes anew, through a webhook, what a member wrote, without the marks that asked for it,
and deletes what they wrote. Discord may tell of the one before or after the other.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bot.services.cache import Bounded
from bot.services.clock import Clock
from bot.services.listeners import Listeners, guarded
from bot.services.messages.models import Body, PartKind, Seen
from storage.database import StorageError
from storage.replacements import ReplacementStore

logger = logging.getLogger(__name__)

GONE = "gone"
# How long after a message the one in its place comes at the latest, and how many are remembered.
SECONDS = 30.0
REMEMBERED = 1000


@dataclass(slots=True)
class Written:
    """A message that somebody has a card of, or will have; `copy` may stand in its place."""

    seen: Seen
    member_ids: set[int] = field(default_factory=set)
    copy: Seen | None = None
    is_gone: bool = False


class Replacements:
    """Remembers for some seconds what was found, what might take its place, and what is gone.

    What was being made of a message while it was replaced follows it `again_after` seconds later.
    """

    def __init__(self, store: ReplacementStore, *, again_after: float, now: Clock) -> None:
        self._store = store
        self._again_after = again_after
        self._now = now
        self._written = Bounded[int, Written](REMEMBERED)
        self._copies = Bounded[int, Seen](REMEMBERED)
        self._gone = Bounded[int, bool](REMEMBERED)
        self.on_replaced: list[Callable[[int], None]] = []
        self._later = Listeners()

    async def note(self, member_id: int, seen: Seen) -> None:
        """Remember that a member has a card of a message, or will have."""
        is_new = seen.created_at > self._now() - SECONDS
        if seen.author.is_bot or not is_new:
            return
        self._forget_old()
        number = seen.source.message_id
        if number not in self._written:
            self._written[number] = Written(seen, copy=self._free_copy(seen))
        written = self._written[number]
        written.member_ids.add(member_id)
        written.is_gone |= number in self._gone
        await self._settle(written)

    async def came(self, copy: Seen) -> None:
        """Look whether a webhook's message takes the place of another."""
        self._forget_old()
        self._copies[copy.source.message_id] = copy
        for written in reversed(self._written.values()):
            if written.copy is None and _stands_for(copy, written.seen):
                written.copy = copy
                await self._settle(written)
                return

    async def gone(self, message_ids: Iterable[int]) -> Sequence[int]:
        """Note that messages are gone, and return those in whose place nothing is known."""
        left = []
        for number in message_ids:
            self._gone[number] = True
            written = self._written.get(number)
            if written is not None:
                written.is_gone = True
                await self._settle(written)
            if written is None or written.copy is None:
                left.append(number)
        return left

    def is_told(self, member_id: int, seen: Seen) -> bool:
        """Tell whether a member has the message already in whose place this one stands."""
        source = seen.source
        return seen.author.is_bot and any(
            one.copy is not None and one.copy.source == source and member_id in one.member_ids
            for one in self._written.values()
        )

    def _free_copy(self, seen: Seen) -> Seen | None:
        taken = [one.copy for one in self._written.values()]
        copies = (one for one in self._copies.values() if _stands_for(one, seen))
        return next((one for one in copies if one not in taken), None)

    def _forget_old(self) -> None:
        oldest = self._now() - 2 * SECONDS
        while self._written and next(iter(self._written.values())).seen.created_at < oldest:
            self._written.popitem(last=False)
        while self._copies and next(iter(self._copies.values())).created_at < oldest:
            self._copies.popitem(last=False)

    async def _settle(self, written: Written) -> None:
        if written.copy is not None and written.is_gone:
            await self._replace(written, written.copy)
            later = self._replace_later(written, written.copy)
            self._later.spawn(guarded("following a replaced message", later))

    async def _replace_later(self, written: Written, copy: Seen) -> None:
        await asyncio.sleep(self._again_after)
        await self._replace(written, copy)

    async def _replace(self, written: Written, copy: Seen) -> None:
        old, new = written.seen.source.message_id, copy.source.message_id
        author_id = written.seen.author_id
        try:
            await self._store.replace(old, new, author_id, written.member_ids, GONE)
        except StorageError as error:
            logger.warning("a replaced message is not followed: %s", error)
            return
        for member_id in written.member_ids:
            for listener in self.on_replaced:
                listener(member_id)


def _stands_for(copy: Seen, written: Seen) -> bool:
    """Tell whether a message may have been written in place of another, soon after it."""
    is_here = copy.source.channel_id == written.source.channel_id
    if not is_here or not 0 <= copy.created_at - written.created_at <= SECONDS:
        return False
    mine, others = _body(written), _body(copy)
    files = [[file.name for file in body.files] for body in (mine, others)]
    return bool(others.text or files[1]) and others.text in mine.text and files[0] == files[1]


def _body(seen: Seen) -> Body:
    return next((part.body for part in seen.of_kind(PartKind.WRITTEN)), Body())
