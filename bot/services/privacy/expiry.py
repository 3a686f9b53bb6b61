"""Erases what has expired: link requests, jumps, drafts and the like."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.services.clock import DAY, HOUR, MINUTE, Clock, has_passed
from storage.database import StorageError

logger = logging.getLogger(__name__)

EVERY_SECONDS = HOUR
# A machine that slept notices so soon that an hour has passed.
LOOK_EVERY = MINUTE
# What has expired is kept a little longer, so that "expired" can be told from "unknown".
GRACE_SECONDS = DAY


class Purged(Protocol):
    """A table whose rows expire."""

    async def purge(self, before: float) -> None:
        """Erase what expired before then."""


class Expiry:
    """Tidies up once an hour."""

    def __init__(
        self,
        *stores: Purged,
        now: Clock,
        leads: Callable[[], bool] = lambda: True,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._stores = stores
        self._now = now
        self._leads = leads
        self._sleep = sleep

    async def run(self) -> None:
        """Tidy up until cancelled; raises StorageError."""
        tidied_at: float | None = None
        while True:
            now = self._now()
            is_due = tidied_at is None or has_passed(tidied_at, EVERY_SECONDS, now)
            if is_due and self._leads():
                tidied_at = now
                await self.tidy()
            await self._sleep(LOOK_EVERY)

    async def tidy(self) -> None:
        """Erase what expired a day ago or earlier, where that can be done.

        Raises the StorageError of a table that stays as it is.
        """
        before = self._now() - GRACE_SECONDS
        failed = [await self._purged(store, before) for store in self._stores]
        for error in filter(None, failed):
            raise error

    async def _purged(self, store: Purged, before: float) -> StorageError | None:
        try:
            await store.purge(before)
        except StorageError as error:
            logger.warning("expired rows stay for now: %s", error)
            return error
        return None
