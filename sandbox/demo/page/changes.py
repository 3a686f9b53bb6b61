"""Telling open pages that something changed."""

import asyncio
from collections.abc import AsyncIterator

HEARTBEAT = 15.0
BURST = 0.03


class Changes:
    """A counter of changes that any number of pages can watch."""

    def __init__(self) -> None:
        self.version = 0
        self.closed = False
        self._watching: set[asyncio.Event] = set()

    def happened(self) -> None:
        """Note a change and wake all who watch."""
        self.version += 1
        for event in self._watching:
            event.set()

    def close(self) -> None:
        """Let all who watch go home."""
        self.closed = True
        self.happened()

    async def watch(self) -> AsyncIterator[int | None]:
        """Give the version now and after each burst of changes, None after a long silence."""
        event = asyncio.Event()
        self._watching.add(event)
        try:
            yield self.version
            while not self.closed:
                yield await self._next(event)
        finally:
            self._watching.discard(event)

    async def _next(self, event: asyncio.Event) -> int | None:
        try:
            await asyncio.wait_for(event.wait(), HEARTBEAT)
        except TimeoutError:
            return None
        await asyncio.sleep(BURST)
        event.clear()
        return self.version
