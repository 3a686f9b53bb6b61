"""Lets the shards of several processes come to Discord one after the other, as it asks for."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from storage.database import StorageError

_log = logging.getLogger(__name__)

# Discord takes so many shards at a time every five seconds; which go together their numbers say. It
# counts from when it hears of them, which may be a moment later for the one than for the next.
PAUSE = 5.5

Turn = Callable[[str], AbstractAsyncContextManager[None]]
"""Waits until no other process holds the turn of this name, and holds it."""


class IdentifyTurns:
    """Holds the turn of a shard for as long as no other of its row may come."""

    def __init__(self, turn: Turn, pause: float = PAUSE) -> None:
        self._turn = turn
        self._pause = pause
        self._held: set[asyncio.Task[None]] = set()
        self.at_once = 1
        """How many shards may come together, as Discord says (`max_concurrency`)."""

    async def wait(self, shard_id: int) -> None:
        """Wait until a shard may come; raises StorageError."""
        begun = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._hold(f"identify {shard_id % self.at_once}", begun))
        self._held.add(task)
        task.add_done_callback(self._held.discard)
        try:
            await begun
        except asyncio.CancelledError:  # nobody comes, so nobody need wait for it
            task.cancel()
            raise

    def close(self) -> None:
        """Hold no turn any more."""
        for task in self._held:
            task.cancel()

    async def _hold(self, name: str, begun: "asyncio.Future[None]") -> None:
        try:
            async with self._turn(name):
                if not begun.done():
                    begun.set_result(None)
                await asyncio.sleep(self._pause)
        except StorageError as error:
            _log.warning("other processes do not know of a shard that comes: %s", error)
            if not begun.done():
                begun.set_exception(error)
