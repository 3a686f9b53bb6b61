"""What somebody on Discord is to be told, from whichever process it is known.

A member who came from an answer on Discord goes on reading there, and only the process that gave
it can change it: that one takes the notice at once, and any other a moment later. It goes when it
was told; what a process took and did not live to tell, another one tells. One that dies between
telling and forgetting has told it already, so a notice may come twice, and no more.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from bot.services.cache import Bounded
from bot.services.clock import Clock
from bot.services.listeners import guarded
from bot.services.processes.worker import Worker
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
    """One kind of news: who tells it on Discord, and how it is written down for another process.

    Whoever it happens to tells `listeners`. Unless these are the `tellers` themselves, it is told
    here only where somebody waits for it.
    """

    kind: str
    listeners: list[Any]
    shape: TypeAdapter[tuple[Any, ...]]
    waiting: Callable[..., str]
    member: Callable[..., int | None]
    tellers: list[Teller] = field(default_factory=list)
    bare: Callable[..., tuple[Any, ...]] = lambda *news: news
    """Leaves out what need not be written down."""
    is_read: Callable[..., bool] = lambda *_: False
    """Tells whether whoever would be told reads it here already."""
    only_awaited: bool = False
    """Whether nobody tells it who is not known to wait for it."""

    @property
    def is_for_all(self) -> bool:
        """Whether it is as good from one process as from another."""
        return self.tellers is self.listeners


class Carrier:
    """Carries news to the processes that are on Discord."""

    def __init__(self, store: NoticeStore, worker: Worker, *, now: Clock) -> None:
        self._store = store
        self._worker = worker
        self._now = now
        self._kinds: dict[str, Carried] = {}
        self._arrived = asyncio.Event()
        self.is_there: Callable[[], bool] = lambda: True
        """Tells whether Discord can be reached from here."""
        self.awaiting: list[Callable[[str], bool]] = []
        """Tell whether somebody, or something, is waited for in this process."""
        self._read = Bounded[int, float](MOST_MEMBERS)
        # Those that are still to be forgotten.
        self._told: list[int] = []

    def carry(self, kind: Carried, *, away: bool) -> None:
        """Carry a kind of news; where Discord is `away` none of it is ever told."""
        self._kinds[kind.kind] = kind
        if away:
            kind.listeners.append(self._writer(kind))
        elif not kind.is_for_all:
            kind.listeners.append(self._chooser(kind))

    def tellers(self, listeners: list[Any]) -> list[Any]:
        """Return where those stand who tell on Discord what these listeners hear."""
        kinds = (kind for kind in self._kinds.values() if kind.listeners is listeners)
        return next((kind.tellers for kind in kinds), listeners)

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
        await self._forget_told()
        worker = self._worker.id
        for notice in await self._store.take(worker, self._now(), self._may_take):
            if not self._worker.holds(worker):  # another one may be telling it by now
                return
            await guarded(f"telling of {notice.kind}", self._tell(notice))
            self._told.append(notice.id)
            await self._forget_told()

    async def _forget_told(self) -> None:
        await self._store.done(self._told)
        self._told.clear()

    async def _tell(self, notice: Notice) -> None:
        kind = self._kinds[notice.kind]
        await self._tell_here(kind, kind.shape.validate_json(notice.body))

    async def _tell_here(self, kind: Carried, news: tuple[Any, ...]) -> None:
        for teller in () if kind.is_read(*news) else tuple(kind.tellers):
            await guarded(f"telling of {kind.kind}", teller(*news))

    def _may_take(self, notice: Notice, now: float) -> bool:
        kind = self._kinds.get(notice.kind)
        if kind is None or not kind.tellers:
            return False
        is_late = now > notice.created_at + GRACE_SECONDS and self.is_there()
        is_awaited = self._awaits(notice.waiting, notice.member_id)
        return is_awaited or (is_late and not kind.only_awaited)

    def _awaits(self, waiting: str, member_id: int | None) -> bool:
        return any(awaits(waiting) for awaits in self.awaiting) or self.has_read(member_id or 0)

    def _chooser(self, kind: Carried) -> Teller:
        """Tell it where somebody waits for it, and else leave it to whoever does."""
        write = self._writer(kind)

        async def tell(*news: Any) -> None:  # noqa: ANN401 - as `Carried.shape` says
            is_awaited = self._awaits(kind.waiting(*news), kind.member(*news))
            if (kind.tellers and is_awaited) or not await write(*news):
                await self._tell_here(kind, news)

        return tell

    def _writer(self, kind: Carried) -> Callable[..., Awaitable[bool]]:
        async def write(*news: Any) -> bool:  # noqa: ANN401 - as `Carried.shape` says
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
                logger.warning("no other process is told of %s: %s", kind.kind, error)
                return False
            return True

        return write
