"""What other processes on the same database have done, for whoever remembers how it was before.

Upon SQLite there are none, and nothing is ever heard here: what this process changes, it tells its
own parts itself.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence

from bot.logs import described
from storage.changes import Changed, Feed, Moved
from storage.database import StorageError

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 1.0

Listener = Callable[[Changed], Awaitable[None]]


class Signals:
    """Lets each topic's listeners hear of it; a topic is the name of a table."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._listeners: defaultdict[str, list[Listener]] = defaultdict(list)
        self.on_moved: list[Callable[[Moved], None]] = []
        """Hear of deliveries; some may be missed, so nobody may wait for these alone."""

    def on(self, topic: str, listener: Listener) -> None:
        """Let somebody hear of a topic; of which rows may be left open, and that more than once."""
        self._listeners[topic].append(listener)

    async def begin(self) -> None:
        """Hear of what changes from now on, as soon as this runs; raises StorageError."""
        await self._feed.begin()

    async def run(self) -> None:
        """Listen until cancelled, also past connections that are lost."""
        while True:
            try:
                await self._feed.follow(self._hear, self._tell)
            except (StorageError, TimeoutError) as error:
                logger.warning("other processes are not heard for a moment: %s", error)
                await asyncio.sleep(AGAIN_SECONDS)

    async def _hear(self, changes: Sequence[Changed]) -> None:
        for changed in changes:
            topics = [changed.topic] if changed.topic else [*self._listeners]
            for listener in [one for topic in topics for one in self._listeners.get(topic, ())]:
                await self._heard(listener, changed)

    async def _heard(self, listener: Listener, changed: Changed) -> None:
        try:
            await listener(changed)
        except StorageError:  # it is told again
            raise
        except Exception as error:  # noqa: BLE001 - the others have nothing to do with it
            logger.error("a change is passed over: %s", described(error))  # noqa: TRY400 - its words may quote

    def _tell(self, moved: Moved) -> None:
        for listener in self.on_moved:
            listener(moved)
