"""Keeps running what must not end: a loop that failed is told of, and started anew."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from bot.logs import described
from bot.services.alarms import Alarms, LoopDown

logger = logging.getLogger(__name__)

Loop = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Restarts:
    """How soon a loop that failed is started anew, in seconds.

    At first after `first`, each further time after twice as long, at most `longest`; once it has
    run for as long as `steady` it is well again.
    """

    first: float = 1.0
    longest: float = 60.0
    steady: float = 30.0


RESTARTS = Restarts()


class Supervisor:
    """Runs loops, and knows which of them are down."""

    def __init__(
        self,
        alarms: Alarms,
        restarts: Restarts = RESTARTS,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.alarms = alarms
        self.loops: set[str] = set()
        """All that were ever started."""
        self.on_failure: list[Callable[[str], None]] = []
        self._restarts = restarts
        self._sleep = sleep
        # The next wait of each loop that is down.
        self._waits: dict[str, float] = {}

    @property
    def down(self) -> frozenset[str]:
        """The loops that have failed and have not been well for long enough since."""
        return frozenset(self._waits)

    async def run(
        self,
        name: str,
        loop: Loop,
        is_over: Callable[[], bool] = lambda: False,
        *,
        fatal: tuple[type[Exception], ...] = (),
    ) -> None:
        """Run a loop, and again whenever it ends before it `is_over`; raises what is `fatal`."""
        self.loops.add(name)
        while True:
            ended = await self._once(name, loop)
            if isinstance(ended, fatal):
                raise ended
            if is_over():
                if ended is not None:
                    logger.error("%s failed at its end: %s", name, described(ended))
                return
            wait = self._failed(name)
            logger.error("%s is started anew in %.1f s: %s", name, wait, _how(ended))
            await self._sleep(wait)

    async def _once(self, name: str, loop: Loop) -> BaseException | None:
        """Run a loop until it ends, and return what ended it.

        In a task of its own: somebody else may cancel that, and only us from outside.
        """
        recovery = asyncio.get_running_loop().call_later(self._restarts.steady, self._well, name)
        try:
            async with asyncio.TaskGroup() as group:
                task = group.create_task(_caught(loop), name=name)
        finally:
            recovery.cancel()
        return asyncio.CancelledError() if task.cancelled() else task.result()

    def _failed(self, name: str) -> float:
        wait = self._waits.get(name, self._restarts.first)
        self._waits[name] = min(2 * wait, self._restarts.longest)
        for listener in self.on_failure:
            listener(name)
        self.alarms.begin(LoopDown(name))
        return wait

    def _well(self, name: str) -> None:
        if self._waits.pop(name, None) is not None:
            self.alarms.end([LoopDown(name)])


async def _caught(loop: Loop) -> Exception | None:
    try:
        await loop()
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the others
        return error
    return None


def _how(ended: BaseException | None) -> str:
    return "it returned" if ended is None else described(ended)
