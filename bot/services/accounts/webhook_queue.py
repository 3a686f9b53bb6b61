"""Keeps what Kakao tells us before it is answered, and works through it afterwards.

Kakao waits three seconds for an answer and may never repeat what it said. So it hears that
something was taken when that is committed, and whichever process lives works through it, whatever
became of the one that took it. What cannot be committed in time is kept trying beside the answer.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from bot.services.clock import Clock
from storage.database import Keep, StorageError
from storage.webhooks import Told, WaitingWebhook, WebhookStore

logger = logging.getLogger(__name__)

Step = Callable[[], Awaitable[object]]

# After a step that failed; the last one again and again, for as long as it is kept.
WAITS = (1.0, 5.0, 30.0, 300.0)
WORK_SECONDS = 10.0
FINISHING_SECONDS = 1.0
# What is left of Kakao's three for the database.
ANSWER_SECONDS = 1.0
LOOK_EVERY = 1.0
AT_ONCE = 10
# Half a minute for Discord to be there; whoever unlinks is forgotten without it too.
TELL_STEP, TELL_TRIES = 0.1, 300
MOST_UNKEPT = 1000


class NotKept(Exception):
    """The database has not taken it in time: Kakao must not hear that we have."""


@dataclass(frozen=True, slots=True)
class _Kind:
    shape: TypeAdapter[Any]
    work: Callable[[Any], Awaitable[None]]


class WebhookQueue:
    """What Kakao has said and is to be worked through, by this process or another."""

    def __init__(
        self,
        store: WebhookStore,
        *,
        now: Clock,
        worker: Callable[[], str | None] = lambda: None,
        waits: Sequence[float] = WAITS,
        finishing: float = FINISHING_SECONDS,
    ) -> None:
        self._store = store
        self._now = now
        self._worker = worker
        self._waits = waits
        self._finishing = finishing
        self._kinds: dict[str, _Kind] = {}
        self._can_tell: Callable[[], bool] = lambda: True
        self._arrived = asyncio.Event()
        self._closing = asyncio.Event()
        self._unkept: set[asyncio.Task[bool]] = set()

    def on(self, kind: str, shape: Any, work: Callable[[Any], Awaitable[None]]) -> None:  # noqa: ANN401 - a type
        """Say how something of a kind looks, and how it is worked through; that may come twice."""
        self._kinds[kind] = _Kind(TypeAdapter(shape), work)

    async def put(
        self,
        kind: str,
        said: object,
        *,
        kakao_id: int | None = None,
        once: str | None = None,
    ) -> None:
        """Let this be worked through soon; of several with the same `once` only the first is.

        Raises NotKept.
        """
        body = self._kinds[kind].shape.dump_json(said).decode()
        told = Told(kind, kakao_id, body, once)
        await self.commit(lambda: self._accept(told))

    async def commit(self, step: Step) -> None:
        """Do what is a single change of the database; raises NotKept while it is not done."""
        if len(self._unkept) >= MOST_UNKEPT:
            raise NotKept
        task = asyncio.create_task(self._insist(step))
        self._unkept.add(task)
        task.add_done_callback(self._unkept.discard)
        done, _ = await asyncio.wait([task], timeout=ANSWER_SECONDS)
        if not done or not task.result():
            raise NotKept

    @asynccontextmanager
    async def open(
        self,
        keep: Keep = lambda loop, _is_over: loop(),
        *,
        can_tell: Callable[[], bool] = lambda: True,
    ) -> AsyncIterator[None]:
        """Work through what waits; at the end what is under way may finish, the rest waits on.

        `keep` runs the worker. It begins when members can be told what came of it, or when that
        takes too long.
        """
        self._can_tell = can_tell
        self._closing.clear()
        worker = asyncio.create_task(keep(self._run, self._closing.is_set))
        try:
            yield
        finally:
            self._closing.set()
            self._arrived.set()
            await self._end(worker)

    async def _end(self, worker: asyncio.Task[None]) -> None:
        _, unfinished = await asyncio.wait([worker, *self._unkept], timeout=self._finishing)
        lost = len(unfinished - {worker})
        if lost:
            logger.error("%d notices of Kakao are lost: the database is away", lost)
        for task in unfinished:
            task.cancel()
        if unfinished:
            await asyncio.wait(unfinished)

    async def _accept(self, told: Told) -> None:
        await self._store.accept(told, self._now())
        self._arrived.set()

    async def _insist(self, step: Step) -> bool:
        for wait in (*self._waits, None):
            try:
                async with asyncio.timeout(WORK_SECONDS):
                    await step()
            except Exception as failure:  # noqa: BLE001 - whatever it was may pass
                logger.warning("a notice of Kakao has to wait: %s", _name(failure))
            else:
                return True
            if wait is not None:
                await self._pause(self._closing, wait)
        logger.error("a notice of Kakao is lost: the database is away")
        return False

    async def _run(self) -> None:
        for _ in range(TELL_TRIES):
            if self._can_tell():
                break
            await self._pause(self._closing, TELL_STEP)
        while not self._closing.is_set():
            self._arrived.clear()
            if not await self._look():
                await self._pause(self._arrived, LOOK_EVERY)

    async def _look(self) -> bool:
        """Work through some; False when there is nothing more to do for now."""
        try:
            waiting = await self._store.take(self._worker(), self._now(), self._waits[-1], AT_ONCE)
            for one in waiting:
                if not self._closing.is_set():
                    await self._work(one)
        except StorageError as failure:
            logger.warning("notices of Kakao have to wait: %s", _name(failure))
            return False
        return bool(waiting)

    async def _work(self, waiting: WaitingWebhook) -> None:
        try:
            async with asyncio.timeout(WORK_SECONDS):
                kind = self._kinds[waiting.kind]
                await kind.work(kind.shape.validate_json(self._store.opened(waiting)))
        except Exception as failure:  # noqa: BLE001 - one notice must not stop all others
            logger.warning("a notice of Kakao has to wait: %s, %s", waiting.kind, _name(failure))
            wait = self._waits[min(waiting.tries, len(self._waits) - 1)]
            await self._store.later(waiting, self._now(), wait)
        else:
            await self._store.done(waiting)

    async def _pause(self, until: asyncio.Event, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await until.wait()


def _name(failure: Exception) -> str:
    return type(failure).__name__
