"""Remembers which refreshes got no answer, so that nobody waits for the same in vain."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import TryLater
from bot.kakao import KakaoError, Unavailable
from bot.services.breaker import Breaker, BreakerState
from bot.services.cache import Bounded
from bot.services.clock import Clock

FAILURES = 5
# For how long a member whom Kakao let wait does not ask again.
MEMORY = 5.0
MAX_MEMBERS = 1000


class RefreshMemory:
    """Knows whether Kakao gives tokens right now: to a member, and to anybody."""

    def __init__(self, *, now: Clock) -> None:
        self.breaker = Breaker(now=now, failures=FAILURES)
        self._now = now
        self._hung = Bounded[int, float](MAX_MEMBERS)

    def begin(self, member_id: int) -> None:
        """Raise TryLater when waiting for a new token would be in vain."""
        self._check(member_id)
        if self.breaker.state is BreakerState.CLOSED:
            return
        if self.breaker.wait():
            raise TryLater
        self.breaker.ask()

    @contextmanager
    def asking(self, member_id: int) -> Iterator[None]:
        """Learn from how asking Kakao ends; raises TryLater when it need not begin."""
        self._check(member_id)
        try:
            yield
        except KakaoError as error:
            if error.code is None:
                self.breaker.failed(member_id)
            elif not isinstance(error, Unavailable):
                self.breaker.succeeded()
            raise
        self.breaker.succeeded()
        self._hung.pop(member_id, None)

    def hung(self, member_id: int) -> None:
        """Note that a member has waited for too long."""
        self.breaker.failed(member_id)
        self._hung[member_id] = self._now()

    def _check(self, member_id: int) -> None:
        hung_at = self._hung.get(member_id)
        if hung_at is not None and hung_at <= self._now() < hung_at + MEMORY:
            raise TryLater
