"""This process among those that send: it shows that it lives, and knows when it may not have."""

import asyncio
import logging
from contextlib import suppress
from random import Random

from bot.services.clock import Clock
from storage.database import StorageError
from storage.workers import DEAD_AFTER, WorkerStore

logger = logging.getLogger(__name__)

BEAT_EVERY = 2.0
# Two beats may be missed; what is left until others take us for dead is for a call to begin.
SILENCE = 2 * BEAT_EVERY
ID_BITS = 64


class Worker:
    """Beats while it lives. Whoever has been silent for too long is another worker afterwards.

    So what a worker took is never sent by it once others may have taken it over.
    """

    def __init__(self, store: WorkerStore, *, now: Clock, random: Random) -> None:
        self._store = store
        self._now = now
        self._random = random
        self._beat_at: float | None = None
        self.is_alone = store.is_alone
        """Whether there can be no others, so that nobody need know."""
        self.id: str | None = None

    async def run(self) -> None:
        """Beat until this is cancelled, and leave then."""
        try:
            while True:
                await self._try_to_beat()
                await asyncio.sleep(BEAT_EVERY)
        finally:
            await self._leave()

    async def beat(self) -> None:
        """Show that this process lives; raises StorageError."""
        if self.is_alone:
            return
        at, worker = self._now(), self.id
        if worker is None or not self._is_heard(at):
            worker = f"{self._random.getrandbits(ID_BITS):016x}"
        async with asyncio.timeout(DEAD_AFTER):
            await self._store.beat(worker, at)
        self.id, self._beat_at = worker, at

    def lives(self) -> bool:
        """Tell whether nobody can take this process for dead."""
        return self.is_alone or self._is_heard(self._now())

    def holds(self, worker: str | None) -> bool:
        """Tell whether what a worker took is still ours."""
        return worker == self.id and self.lives()

    def _is_heard(self, now: float) -> bool:
        return self._beat_at is not None and self._beat_at <= now < self._beat_at + SILENCE

    async def _leave(self) -> None:
        """Let others take up at once what is left, and not only when they miss us."""
        if self.id is None:
            return
        self._beat_at = None
        with suppress(StorageError, TimeoutError):
            async with asyncio.timeout(BEAT_EVERY):
                await self._store.leave(self.id)

    async def _try_to_beat(self) -> None:
        try:
            await self.beat()
        except (StorageError, TimeoutError) as error:
            logger.warning("nobody hears that this process lives: %s", type(error).__name__)
