"""Erases what has expired: link requests, jumps and drafts."""

import asyncio
import logging
from collections.abc import Callable

from storage.database import StorageError
from storage.drafts import DraftStore
from storage.jumps import JumpStore
from storage.link_requests import LinkRequestStore

logger = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
# What has expired is kept a little longer, so that "expired" can be told from "unknown".
GRACE_SECONDS = 24 * 3600.0


class Housekeeping:
    """Tidies up once an hour."""

    def __init__(
        self,
        requests: LinkRequestStore,
        jumps: JumpStore,
        drafts: DraftStore,
        *,
        now: Callable[[], float],
    ) -> None:
        self._stores = (requests, jumps, drafts)
        self._now = now

    async def run(self) -> None:
        """Tidy up until cancelled."""
        while True:
            try:
                await self.tidy()
            except StorageError as error:
                logger.warning("expired rows stay for now: %s", error)
            await asyncio.sleep(EVERY_SECONDS)

    async def tidy(self) -> None:
        """Erase what expired a day ago or earlier."""
        before = self._now() - GRACE_SECONDS
        for store in self._stores:
            await store.purge(before)
