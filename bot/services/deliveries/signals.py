"""Who waits for something to happen in the outbox: the sender, and whoever follows a forward."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from storage.changes import Moved
from storage.deliveries import Delivery, DeliveryState


class Follower(asyncio.Event):
    """Set whenever a row of the forward has changed; `rows` says how they stand, if known."""

    rows: Sequence[Delivery] = ()


class OutboxSignals:
    """Wakes those who wait, and hands them what has changed."""

    def __init__(self) -> None:
        self.work = asyncio.Event()
        """Set when there may be something to send."""
        self.closed = False
        """Whether nothing will be sent any more."""
        self.on_told: list[Callable[[Sequence[Delivery]], None]] = []
        self.on_moved: list[Callable[[Moved], None]] = []
        """Hear of what other processes do as well; it may be missed, and told twice."""
        self._watchers: dict[str, set[Follower]] = {}
        self.on_read: list[Callable[[int], None]] = []
        """Hear of a member who has just read an answer about a forward."""

    def changed(
        self, rows: list[Delivery], *, work: bool = True, recorded: Sequence[Delivery] = ()
    ) -> list[Delivery]:
        """Wake whoever follows the forward of one of these rows, and for new work the sender.

        Rows that were just `recorded` are handed on as they stand now.
        """
        if work:
            self.work.set()
        for forward_id in {row.forward_id for row in rows}:
            self._wake(forward_id, [row for row in recorded if row.forward_id == forward_id])
        for listener in self.on_told:
            listener(rows)
        return rows

    def moved(self, moved: Moved) -> None:
        """Wake whoever waits for a forward that some process has accepted or got on with."""
        if moved.state == DeliveryState.QUEUED:
            self.work.set()
        self._wake(moved.forward_id)
        for listener in self.on_moved:
            listener(moved)

    def close(self) -> None:
        """Wake everybody for the last time."""
        self.closed = True
        self.work.set()
        for forward_id in self._watchers:
            self._wake(forward_id)

    @contextmanager
    def follow(self, forward_id: str, member_id: int) -> Iterator[Follower]:
        """Yield what is set whenever a row of the member's forward has changed."""
        changed = Follower()
        self._watchers.setdefault(forward_id, set()).add(changed)
        try:
            yield changed
        finally:
            self._watchers[forward_id].discard(changed)
            if not self._watchers[forward_id]:
                del self._watchers[forward_id]
            for listener in self.on_read:
                listener(member_id)

    def is_watched(self, forward_id: str) -> bool:
        """Tell whether somebody is looking at an answer about this forward."""
        return forward_id in self._watchers

    def _wake(self, forward_id: str, rows: Sequence[Delivery] = ()) -> None:
        for watcher in self._watchers.get(forward_id, ()):
            watcher.rows = rows
            watcher.set()
