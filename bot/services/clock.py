"""Time as the services count it: a clock is handed in, lengths are in seconds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta, timezone

Clock = Callable[[], float]
"""Returns seconds since 1970."""

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SEOUL = timezone(timedelta(hours=9), "KST")
"""Where Kakao's days begin; without summer time all year."""


def has_passed(since: float, seconds: float, now: float) -> bool:
    """Tell whether so many seconds are over since then.

    They are as well when that time lies ahead: then the clock was set back meanwhile.
    """
    return not since <= now < since + seconds


def is_too_far(since: float, until: float, now: float) -> bool:
    """Tell whether a span of time lies further ahead than it is long: the clock was set back."""
    return since - now > until - since


@dataclass(frozen=True, slots=True)
class Patience:
    """How long Discord is waited for, in seconds.

    One question may take `answer`. What could not be asked is asked again, at first after `first`,
    each further time after twice as long, at most `longest`.
    """

    answer: float = 10.0
    first: float = 2.0
    longest: float = 60.0

    def wait(self, tries: int) -> float:
        """Return how long to wait after so many tries."""
        doubled = min(max(0, tries - 1), MOST_DOUBLED)
        return float(min(self.first * 2**doubled, self.longest))


# Nobody waits longer for having asked more often than that.
MOST_DOUBLED = 30
PATIENCE = Patience()
