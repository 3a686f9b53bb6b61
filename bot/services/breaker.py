"""Knows whether those whom we call answer, and spares them while they do not."""

from enum import Enum, auto

from bot.services.clock import Clock

# Before each further question, in seconds.
WAITS = (1.0, 2.0, 4.0, 8.0, 15.0)
# One member's failures say nothing about the others while somebody was answered this lately.
LATELY = 10.0
MAX_SUSPECTS = 100


class BreakerState(Enum):
    """How much may be asked."""

    CLOSED = auto()
    """Everything: calls are answered."""
    HALF_OPEN = auto()
    """One call at a time: there are answers, but none that says that all is well."""
    OPEN = auto()
    """A question now and then, and nothing else: there are no answers."""


class Breaker:
    """Opens after so many failures in a row, closes with the first call that is answered."""

    def __init__(self, *, now: Clock, failures: int = 3) -> None:
        self._now = now
        self._most = failures
        self._failures = 0
        self._suspects: dict[int, None] = {}
        self._answered_at: float | None = None
        self._failing_since = 0.0
        self._asked = 0
        self._ask_at = 0.0
        self.state = BreakerState.CLOSED
        self.in_doubt = True
        """Whether nothing has been answered since something was not, or since the start."""
        self.recovered = False
        """Whether it has closed again; for whoever acts on that to set back."""

    @property
    def suspects(self) -> list[int]:
        """Whose calls have failed since one was answered."""
        return list(self._suspects)

    def succeeded(self) -> None:
        """Note that a call was answered, whatever the answer said."""
        self.recovered |= self.state is not BreakerState.CLOSED
        self.state = BreakerState.CLOSED
        self.in_doubt = False
        self._failures = 0
        self._suspects.clear()
        self._answered_at = self._now()

    def failed(self, who: int, *, silent: bool = True) -> None:
        """Note that somebody's call, or question, failed; `silent` when there was no answer."""
        self.in_doubt = True
        self._failures += 1
        if len(self._suspects) < MAX_SUSPECTS:
            self._suspects[who] = None
        if self.state is BreakerState.CLOSED:
            # Whoever asks again while others are answered waits as well.
            self._asked, self._ask_at = 0, self._now() + WAITS[0]
            if not self._is_general():
                return
            self._failing_since = self._now()
        self.state = BreakerState.OPEN if silent else BreakerState.HALF_OPEN

    def ask(self) -> None:
        """Note that a question begins; the next one waits for longer."""
        self._asked = min(self._asked + 1, len(WAITS) - 1)
        self._ask_at = self._now() + WAITS[self._asked]

    def answered(self) -> None:
        """Note that a question was answered: now one call may try."""
        if self.state is BreakerState.OPEN:
            self.state = BreakerState.HALF_OPEN

    def wait(self) -> float:
        """Return how many seconds there are until the next question."""
        # No longer than ever, should the clock have been set back.
        self._ask_at = min(self._ask_at, self._now() + WAITS[-1])
        return max(0.0, self._ask_at - self._now())

    def away(self) -> float:
        """Return for how many seconds no call has been answered; 0 while all is well."""
        return 0.0 if self.state is BreakerState.CLOSED else self._now() - self._failing_since

    def _is_general(self) -> bool:
        alone = len(self._suspects) == 1
        others = self._answered_at is not None and self._now() < self._answered_at + LATELY
        return self._failures >= self._most and not (alone and others)
