"""What is kept in memory, all with a bound; the one cache of all services."""

import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from bot.services.clock import Clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Bounded(OrderedDict[K, V]):
    """Keeps up to `most` values; those that were set first go first."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        while len(self) > self._most:
            self.popitem(last=False)


class Cache(Generic[K, V]):
    """Remembers what was read, but never past a change: up to `most` values, each for so long.

    What somebody began to read before a change is handed to them, but not kept.
    """

    def __init__(
        self,
        read: Callable[[K], Awaitable[V]],
        *,
        most: int,
        seconds: float = math.inf,
        now: Clock = time.monotonic,
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._now = now
        self._changes = 0
        self._known = Bounded[K, tuple[float, V]](most)

    async def get(self, key: K) -> V:
        """Return the value of a key, read now unless it is known; raises what reading raises."""
        known = self._known.get(key)
        if known is not None and self._is_fresh(known[0], self._now()):
            return known[1]
        changes = self._changes
        value = await self._read(key)
        # What was put meanwhile is newer.
        if changes == self._changes and self._known.get(key) is known:
            self.put(key, value)
        return value

    def put(self, key: K, value: V) -> None:
        """Remember what somebody has read elsewhere."""
        now = self._now()
        self._known[key] = now, value
        # What was read first is over first.
        while self._known and not self._is_fresh(next(iter(self._known.values()))[0], now):
            self._known.popitem(last=False)

    @contextmanager
    def changing(self, *keys: K) -> Iterator[None]:
        """Change what these keys, or without any all keys, stand for; then it is read anew."""
        try:
            yield
        finally:
            # Also after a failure: it may have come when the change was done already.
            self._changes += 1
            for key in keys or tuple(self._known):
                self._known.pop(key, None)

    def drop(self, key: K) -> None:
        """Note that what a key stands for has changed."""
        with self.changing(key):
            pass

    def doubt(self, key: K | None) -> None:
        """Note that what a key, or without one any key, stands for may have changed."""
        with self.changing(*(() if key is None else (key,))):
            pass

    def drop_where(self, is_meant: Callable[[K], bool]) -> None:
        """Note that what these keys stand for has changed."""
        self._changes += 1
        for key in [key for key in self._known if is_meant(key)]:
            del self._known[key]

    def _is_fresh(self, at: float, now: float) -> bool:
        # What was read ahead of now was read before the clock was set back.
        return 0 <= now - at < self._seconds
