"""How many forwards are under way at a time, and how many of them call Kakao."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MOMENT = 0.05
# Of all calls so many parts are one member's at most; so many rows may be under way for each call.
MEMBERS = 8
ROWS_PER_CALL = 4


class Slots:
    """So many calls at a time; whoever only waits lends their slot to somebody else."""

    def __init__(self, calls: int, on_lent: Callable[[], object]) -> None:
        self.call = asyncio.Semaphore(calls)
        """To be held during a call to Kakao."""
        self.share = max(1, calls // MEMBERS)
        """How many forwards of one member are under way at most."""
        self._on_lent = on_lent
        self._calls = calls
        self._lent = 0

    def free(self, taken: int) -> int:
        """Return how many forwards may begin when so many are under way."""
        calling = taken - self._lent
        return max(0, min(self._calls - calling, self._calls * ROWS_PER_CALL - taken))

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Lend the slot of whoever waits in here for longer than a moment."""
        lent = False

        def lend() -> None:
            nonlocal lent
            lent = True
            self._lent += 1
            self._on_lent()

        timer = asyncio.get_running_loop().call_later(MOMENT, lend)
        try:
            yield
        finally:
            timer.cancel()
            self._lent -= lent
