"""Notices that somebody whom Kkachi cannot do without has been away for a while."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.services.alarms import Alarm, Alarms
from bot.services.clock import MINUTE, Clock, has_passed

PATIENCE = 3 * MINUTE
"""Discord itself asks its bots to connect anew now and then; that takes seconds."""
LOOK_EVERY = 1.0


class Absence:
    """Raises an alarm while something has not been there for longer than usual."""

    def __init__(
        self,
        alarm: Alarm,
        alarms: Alarms,
        is_there: Callable[[], bool],
        *,
        now: Clock,
        patience: float = PATIENCE,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._alarm = alarm
        self._alarms = alarms
        self._is_there = is_there
        self._now = now
        self._patience = patience
        self._sleep = sleep

    async def run(self) -> None:
        """Look until cancelled."""
        last = self._now()
        while True:
            if self._is_there():
                last = self._now()
                self._alarms.end([self._alarm])
            elif has_passed(last, self._patience, self._now()):
                self._alarms.begin(self._alarm)
            await self._sleep(LOOK_EVERY)
