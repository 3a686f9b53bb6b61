"""The troubles of all processes: each tells its own, and one tells the operator."""

import asyncio
import logging
from contextlib import suppress

from bot.services.alarms import Alarm, Alarms, trouble_of
from bot.services.clock import Clock
from bot.services.processes.worker import Worker
from storage.database import StorageError
from storage.troubles import TroubleStore

logger = logging.getLogger(__name__)

LOOK_EVERY = 2.0


class Troubles:
    """Compares what troubles any process with what the operator knows; the leader tells them."""

    def __init__(self, store: TroubleStore, alarms: Alarms, worker: Worker, *, now: Clock) -> None:
        self._store = store
        self._alarms = alarms
        self._worker = worker
        self._now = now
        self._kept: tuple[str | None, frozenset[str]] = None, frozenset()
        alarms.are_shared = not worker.is_alone

    async def run(self) -> None:
        """Share what troubles this process, and tell of others when it leads, until cancelled."""
        while True:
            try:
                await self.look()
            except StorageError as error:
                logger.warning("troubles are not shared, the database fails: %s", error)
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Do so once; raises StorageError."""
        if self._worker.id is None:
            return
        mine = frozenset(map(str, self._alarms.active)) - {Alarm.DATABASE}
        if self._kept != (self._worker.id, mine):
            await self._store.set(self._worker.id, mine)
            self._kept = self._worker.id, mine
        if self._worker.leads():
            await self._tell()

    async def _tell(self) -> None:
        there, told = await self._store.news(self._now())
        if there == told:
            return
        # First this: told once too little is better than every two seconds.
        await self._store.told(there)
        for name in sorted(there ^ told):
            with suppress(ValueError):  # of another release
                self._alarms.tell(trouble_of(name), begins=name in there)
