"""Lets whoever listens hear of something, without waiting for them for long."""

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Iterable
from typing import Any, TypeVar

from bot.logs import described

logger = logging.getLogger(__name__)

PATIENCE = 3

T = TypeVar("T")


class Listeners:
    """Calls listeners as tasks of their own, and holds on to those until they end."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[Any]] = set()

    async def tell(self, calls: Iterable[Awaitable[None]]) -> None:
        """Let all listeners hear; a slow one goes on by itself, a failing one is only logged."""
        tasks = [self.spawn(guarded("a listener", call)) for call in calls]
        if tasks:
            await asyncio.wait(tasks, timeout=PATIENCE)

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Do this whatever becomes of the caller."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task


async def guarded(what: str, work: Awaitable[object]) -> None:
    """Do something that nobody waits for: a failure is only logged."""
    try:
        await work
    except Exception as failure:  # noqa: BLE001 - nobody above would hear of it
        logger.error("%s failed: %s", what, described(failure))  # noqa: TRY400 - its words may quote
