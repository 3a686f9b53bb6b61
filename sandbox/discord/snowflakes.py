"""Discord's ids: milliseconds since 2015 in the upper bits, a counter in the lower 22."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

DISCORD_EPOCH_MS = 1_420_070_400_000


class Snowflakes:
    """Hands out ids that grow with the clock it is given."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._steps = count()

    def next(self, at: float | None = None) -> int:
        milliseconds = int((self._now() if at is None else at) * 1000) - DISCORD_EPOCH_MS
        return (milliseconds << 22) | (next(self._steps) & 0x3FFFFF)


def time_of(snowflake: int) -> float:
    return ((snowflake >> 22) + DISCORD_EPOCH_MS) / 1000


def stamp(at: float) -> str:
    """Give the moment as Discord writes it in JSON."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")
