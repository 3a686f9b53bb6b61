"""Waiting until something has become true, without polling."""

import asyncio
from collections.abc import Callable


class Signal:
    """Wakes everybody who waits for a change; each looks whether theirs has come."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def give(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, come: Callable[[], bool], seconds: float) -> bool:
        """Wait for the condition; False when it has not come in time."""
        try:
            async with asyncio.timeout(seconds):
                while not come():
                    await self._change()
        except TimeoutError:
            return come()
        return True

    async def _change(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            self._waiting.discard(waiter)
