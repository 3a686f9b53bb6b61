"""How many forwards are under way at a time, and how many of them call Kakao."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MOMENT = 0.05
# Of all calls so many parts are one member's at most; so many rows may be under way for each call.
MEMBERS = 8
ROWS_PER_CALL = 4
# So many are under way for each call: while one calls the next is made ready, or noted down.
READY = 2


@dataclass(slots=True, eq=False)
class _Wait:
    """Somebody who keeps their slot until then."""

    until: float
    is_lent: bool = False


class Slots:
    """So many calls at a time; whoever only waits lends their slot to somebody else."""

    def __init__(self, calls: int, on_lent: Callable[[], object]) -> None:
        self.call = asyncio.Semaphore(calls)
        """To be held during a call to Kakao."""
        self.share = max(1, calls // MEMBERS)
        """How many forwards of one member are under way at most."""
        self._on_lent = on_lent
        self._calls = calls
        self._waiting: dict[_Wait, None] = {}
        self._lent = 0
        # One for all: a timer for each costs more than what most of them wait for.
        self._timer: asyncio.TimerHandle | None = None

    def free(self, taken: int) -> int:
        """Return how many forwards may begin when so many are under way."""
        calling = taken - self._lent
        return max(0, min(self._calls * READY - calling, self._calls * ROWS_PER_CALL - taken))

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Lend the slot of whoever waits in here for longer than a moment."""
        wait = _Wait(until=asyncio.get_running_loop().time() + MOMENT)
        self._waiting[wait] = None
        self._look_at(wait.until)
        try:
            yield
        finally:
            del self._waiting[wait]
            self._lent -= wait.is_lent

    def _look_at(self, when: float) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(when, self._lend)

    def _lend(self) -> None:
        self._timer, now = None, asyncio.get_running_loop().time()
        own = [wait for wait in self._waiting if not wait.is_lent]
        late = [wait for wait in own if wait.until <= now]
        for wait in late:
            wait.is_lent = True
        self._lent += len(late)
        if late:
            self._on_lent()
        if len(own) > len(late):
            self._look_at(own[len(late)].until)
