"""Time as the services count it: a clock is handed in, lengths are in seconds."""

from collections.abc import Callable
from datetime import timedelta, timezone

Clock = Callable[[], float]
"""Returns seconds since 1970."""

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SEOUL = timezone(timedelta(hours=9), "KST")
"""Where Kakao's days begin; without summer time all year."""
