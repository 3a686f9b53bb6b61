"""This process among those at work: it shows that it lives, and knows when it may not have."""

import asyncio
import logging
from contextlib import suppress
from random import Random

from bot.services.clock import Clock
from storage.database import StorageError
from storage.duties import EVERYTHING, Duties
from storage.workers import ANY, DEAD_AFTER, ShardsTaken, WorkerStore

logger = logging.getLogger(__name__)

BEAT_EVERY = 2.0
# Two beats may be missed; what is left until others take us for dead is for a call to begin.
SILENCE = 2 * BEAT_EVERY
ID_BITS = 64
# Whoever had our servers before may have been killed a moment ago.
TRY_AGAIN = 0.5
TRIES = int((DEAD_AFTER + BEAT_EVERY) / TRY_AGAIN)


class Worker:
    """Beats while it lives. Whoever has been silent for too long is another worker afterwards.

    So what a worker took is never sent by it once others may have taken it over. Of those with
    one role the oldest leads: what is done once for all of them it does.
    """

    def __init__(
        self, store: WorkerStore, *, now: Clock, random: Random, duties: Duties = EVERYTHING
    ) -> None:
        self._store = store
        self._now = now
        self._random = random
        self._beat_at: float | None = None
        self._leads: frozenset[str] = frozenset()
        self.duties = duties
        self.is_alone = store.is_alone
        """Whether there can be no others, so that nobody need know."""
        self.id: str | None = None

    async def begin(self) -> None:
        """Take our place; raises StorageError, or ShardsTaken while another has our servers."""
        for _ in range(TRIES):
            with suppress(ShardsTaken):
                await self.beat()
                return
            await asyncio.sleep(TRY_AGAIN)
        await self.beat()

    async def run(self) -> None:
        """Beat until this is cancelled, and leave then; raises ShardsTaken."""
        try:
            while True:
                await self._try_to_beat()
                await asyncio.sleep(BEAT_EVERY)
        finally:
            await self._leave()

    async def beat(self) -> None:
        """Show that this process lives; raises StorageError or ShardsTaken."""
        if self.is_alone:
            return
        at, worker = self._now(), self.id
        if worker is None or not self._is_heard(at):
            worker = f"{self._random.getrandbits(ID_BITS):016x}"
        async with asyncio.timeout(DEAD_AFTER):
            self._leads = await self._store.beat(worker, at, self.duties, former=self.id)
        self.id, self._beat_at = worker, at

    def lives(self) -> bool:
        """Tell whether nobody can take this process for dead."""
        return self.is_alone or self._is_heard(self._now())

    def holds(self, worker: str | None) -> bool:
        """Tell whether what a worker took is still ours."""
        return worker == self.id and self.lives()

    def leads(self, role: str = ANY) -> bool:
        """Tell whether this is the oldest process with a role, or of all.

        There is one at most, and none for some seconds after it has died.
        """
        return self.is_alone or (role in self._leads and self._is_heard(self._now()))

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
