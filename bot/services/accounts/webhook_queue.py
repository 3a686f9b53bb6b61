"""Takes what Kakao tells us at once and works through it afterwards, one by one and in order.

Kakao waits three seconds for an answer and may never repeat what it said, so nothing but this
process's memory stands between its request and our answer; the database comes later.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

from bot.services.clock import Clock
from storage.database import Keep
from storage.webhooks import WebhookStore

logger = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[], Awaitable[None]]

WAITS = (1.0, 5.0, 30.0)
WORK_SECONDS = 10.0
FINISHING_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Notice:
    kind: str
    work: Work
    id: str | None


class WebhookQueue:
    """Notices that wait to be worked through."""

    def __init__(
        self,
        seen: WebhookStore,
        *,
        now: Clock,
        waits: Sequence[float] = WAITS,
        finishing: float = FINISHING_SECONDS,
    ) -> None:
        self._seen = seen
        self._now = now
        self._waits = waits
        self._finishing = finishing
        self._waiting: asyncio.Queue[_Notice | None] = asyncio.Queue()
        self._closing = asyncio.Event()

    def put(self, kind: str, work: Work, *, once: str | None = None) -> None:
        """Let this be done soon; of several with the same `once` only the first is."""
        self._waiting.put_nowait(_Notice(kind, work, once and f"{kind}:{once}"))

    async def settled(self) -> None:
        """Wait until nothing waits any more."""
        await self._waiting.join()

    @asynccontextmanager
    async def open(self, keep: Keep = lambda loop, _is_over: loop()) -> AsyncIterator[None]:
        """Work through what comes in; at the end what still waits is finished without pauses.

        `keep` runs the worker.
        """
        self._closing.clear()
        worker = asyncio.create_task(keep(self._run, self._closing.is_set))
        try:
            yield
        finally:
            self._closing.set()
            self._waiting.put_nowait(None)
            _, unfinished = await asyncio.wait([worker], timeout=self._finishing)
            if unfinished:
                # The end mark still waits, and stands for the notice under way.
                logger.error("%d notices of Kakao are lost", self._waiting.qsize())
                worker.cancel()
                await asyncio.wait([worker])

    async def _run(self) -> None:
        while (notice := await self._waiting.get()) is not None:
            try:
                await self._take(notice)
            except Exception as failure:  # noqa: BLE001 - one notice must not stop all others
                # No traceback (TRY400): an error's own words may tell about a member.
                logger.error("a notice of Kakao is lost: %s, %s", notice.kind, _name(failure))  # noqa: TRY400
            except asyncio.CancelledError:
                logger.error("a notice of Kakao is lost: %s, nobody works on it", notice.kind)  # noqa: TRY400
                raise
            finally:
                self._waiting.task_done()

    async def _take(self, notice: _Notice) -> None:
        if notice.id is None or not await self._persist(lambda: self._was_seen(notice)):
            await self._persist(notice.work)

    async def _was_seen(self, notice: _Notice) -> bool:
        return await self._seen.seen(notice.id or "", self._now())

    async def _persist(self, step: Callable[[], Awaitable[T]]) -> T:
        for wait in self._waits:
            try:
                async with asyncio.timeout(WORK_SECONDS):
                    return await step()
            except Exception as failure:  # noqa: BLE001 - whatever it was may pass
                logger.warning("a notice of Kakao has to wait: %s", _name(failure))
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._closing.wait()
        async with asyncio.timeout(WORK_SECONDS):
            return await step()


def _name(failure: Exception) -> str:
    return type(failure).__name__
