"""What somebody on Discord is to be told, from whichever process it is known.

A member who came from an answer on Discord goes on reading there, and only the process that gave
it can change it: that one takes the notice at once, and any other a moment later.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from bot.services.cache import Bounded
from bot.services.clock import Clock
from bot.services.listeners import guarded
from storage.changes import Changed
from storage.database import StorageError
from storage.notices import Notice, NoticeStore

logger = logging.getLogger(__name__)

# For whoever knows the member to come first.
GRACE_SECONDS = 1.5
LOOK_EVERY = 1.0
MOST_MEMBERS = 1000
# For another process to say for what a forward waits, after the answer has said so.
A_MOMENT = 10.0

Teller = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Carried:
    """One kind of news: who tells it here, and how it is written down for another process.

    `listeners` are those who hear of it; the ones who did so before it was carried are no tellers.
    """

    kind: str
    listeners: list[Any]
    shape: TypeAdapter[tuple[Any, ...]]
    waiting: Callable[..., str]
    member: Callable[..., int | None]
    before: frozenset[Any]
    bare: Callable[..., tuple[Any, ...]] = lambda *news: news
    """Leaves out what need not be written down."""
    is_read: Callable[..., bool] = lambda *_: False
    """Tells whether whoever would be told reads it here already."""
    only_awaited: bool = False
    """Whether nobody tells it who is not known to wait for it."""

    @property
    def tellers(self) -> list[Teller]:
        """Who tells it on Discord."""
        return [one for one in self.listeners if one not in self.before]


class Carrier:
    """Carries news to the processes that are on Discord."""

    def __init__(self, store: NoticeStore, *, now: Clock) -> None:
        self._store = store
        self._now = now
        self._kinds: dict[str, Carried] = {}
        self._arrived = asyncio.Event()
        self.awaiting: list[Callable[[str], bool]] = []
        """Tell whether somebody, or something, is waited for in this process."""
        self._read = Bounded[int, float](MOST_MEMBERS)

    def carry(self, kind: Carried, *, away: bool) -> None:
        """Carry a kind of news; where Discord is `away` it is written down instead of told."""
        self._kinds[kind.kind] = kind
        if away:
            kind.listeners.append(self._writer(kind))

    def note_read(self, member_id: int) -> None:
        """Note that a member has just read here how a forward fares."""
        self._read[member_id] = time.monotonic()

    def has_read(self, member_id: int) -> bool:
        """Tell whether they have a moment ago."""
        return time.monotonic() < self._read.get(member_id, -math.inf) + A_MOMENT

    async def arrived(self, _: Changed) -> None:
        """Look now."""
        self._arrived.set()

    async def run(self) -> None:
        """Tell what others have left until cancelled; raises StorageError."""
        while True:
            self._arrived.clear()
            await self.tell_all()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._arrived.wait()

    async def tell_all(self) -> None:
        """Tell what others have left, and this process may tell."""
        for notice in await self._store.take(self._now(), self._may_take):
            kind = self._kinds.get(notice.kind)
            if kind is not None:
                await self._told(kind, kind.shape.validate_json(notice.body))

    async def _told(self, kind: Carried, news: tuple[Any, ...]) -> None:
        for teller in () if kind.is_read(*news) else kind.tellers:
            await guarded(f"telling of {kind.kind}", teller(*news))

    def _may_take(self, notice: Notice, now: float) -> bool:
        kind = self._kinds.get(notice.kind)
        if kind is None or not kind.tellers:
            return False
        is_late = now > notice.created_at + GRACE_SECONDS
        is_awaited = any(awaits(notice.waiting) for awaits in self.awaiting)
        is_awaited |= self.has_read(notice.member_id or 0)
        return is_awaited or (is_late and not kind.only_awaited)

    def _writer(self, kind: Carried) -> Teller:
        async def write(*news: Any) -> None:  # noqa: ANN401 - as `Carried.shape` says
            notice = Notice(
                kind.kind,
                kind.waiting(*news),
                kind.member(*news),
                self._now(),
                kind.shape.dump_json(kind.bare(*news)),
            )
            try:
                await self._store.put(notice)
            except StorageError as error:
                logger.warning("nobody is told of %s: %s", kind.kind, error)

        return write
