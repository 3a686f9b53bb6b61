"""What many ask of the database at the same time, done in one go."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
Item = TypeVar("Item")
Batch = Callable[[AsyncConnection, Sequence[Item]], Awaitable[Sequence[T]]]
"""Does for items what is alike, and returns what came of each, in their order."""


class ChangeFailed(Exception):
    """One change of a group failed, so none of them is committed yet."""


@dataclass(slots=True)
class Ask(Generic[T]):
    """What one caller asks for and what became of it, told only at the end of the group."""

    run: Batch[Any, T]
    item: Any
    done: "asyncio.Future[T]"
    result: T = field(init=False)
    error: BaseException | None = None

    async def apart(self, connection: AsyncConnection) -> None:
        """Run inside a savepoint, so that a failure undoes this change and no other."""
        savepoint = await connection.begin_nested()
        try:
            [self.result] = await self.run(connection, [self.item])
        except Exception as error:  # noqa: BLE001 - it belongs to the caller, who gets it
            self.error = error
            await savepoint.rollback()
        else:
            await savepoint.commit()

    def tell(self) -> None:
        """Wake the caller, unless they have gone."""
        if self.done.done():
            return
        if self.error is None:
            self.done.set_result(self.result)
        else:
            self.done.set_exception(self.error)


Group = list[Ask[Any]]


async def together(group: Group, connection: AsyncConnection) -> None:
    """Run all in one transaction; raises ChangeFailed, and then all must be undone."""
    alike: dict[Batch[Any, Any], Group] = {}
    for ask in group:
        alike.setdefault(ask.run, []).append(ask)
    for run, asks in alike.items():
        try:
            await run_all(run, asks, connection)
        except Exception as error:
            raise ChangeFailed from error


async def apart(group: Group, connection: AsyncConnection) -> None:
    """Run each in a savepoint of its own."""
    for ask in group:
        await ask.apart(connection)


async def run_all(run: Batch[Any, Any], asks: Group, connection: AsyncConnection) -> None:
    """Run what is alike once for all."""
    results = await run(connection, [ask.item for ask in asks])
    for ask, result in zip(asks, results, strict=True):
        ask.result = result


def tell(group: Group) -> None:
    """Let all callers of a group have what came of theirs."""
    for ask in group:
        ask.tell()


def fail(group: Group, error: BaseException) -> None:
    """Let all callers of a group have the same error."""
    for ask in group:
        ask.error = error
    tell(group)


def still_awaited(group: Group) -> Group:
    """Return what somebody still waits for."""
    return [ask for ask in group if not ask.done.done()]


class GroupReader:
    """Reads once for all who ask alike while the read before is under way.

    So nobody gets what was read before they asked. `read` answers all of a group itself.
    """

    def __init__(
        self,
        read: Callable[[Batch[Any, Any], Group], Coroutine[Any, Any, None]],
        closed: Callable[[], Exception],
    ) -> None:
        self._read = read
        self._closed = closed
        self._waiting: dict[Batch[Any, Any], Group] = {}
        self._reading: set[asyncio.Task[None]] = set()

    async def ask(self, query: Batch[Item, T], item: Item) -> T:
        """Return what is read for the item."""
        asked: Ask[T] = Ask(query, item, asyncio.get_running_loop().create_future())
        if query in self._waiting:
            self._waiting[query].append(asked)
        else:
            self._waiting[query] = [asked]
            task = asyncio.create_task(self._answer(query))
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)
        return await asked.done

    async def close(self) -> None:
        """Leave off reading; whoever still waits gets the error of a closed one."""
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)

    async def _answer(self, query: Batch[Any, Any]) -> None:
        try:
            while group := self._waiting[query]:
                self._waiting[query] = []
                if wanted := still_awaited(group):
                    await self._read(query, wanted)
        finally:
            if left := self._waiting.pop(query):
                fail(left, self._closed())
