"""Remembers what was read, but never past a change: the one cache of all services."""

import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from bot.services.clock import Clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    """Keeps up to `most` values, each for so many seconds; those that were read first go first.

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
        self._most = most
        self._seconds = seconds
        self._now = now
        self._changes = 0
        self._known: OrderedDict[K, tuple[float, V]] = OrderedDict()

    async def get(self, key: K) -> V:
        """Return the value of a key, read now unless it is known; raises what reading raises."""
        known = self._known.get(key)
        # What was read ahead of now was read before the clock was set back.
        if known is not None and 0 <= self._now() - known[0] < self._seconds:
            return known[1]
        changes = self._changes
        value = await self._read(key)
        if changes == self._changes:
            self._keep(key, value)
        return value

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

    def _keep(self, key: K, value: V) -> None:
        self._known.pop(key, None)
        self._known[key] = self._now(), value
        while len(self._known) > self._most:
            self._known.popitem(last=False)
