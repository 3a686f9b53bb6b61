"""SQLite with fewer visits to its thread.

aiosqlite hands each step of a statement (cursor, execute, fetch, close) to a thread and waits for
it; that costs several times what SQLite itself does. Here a statement is one visit.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Self, TypeVar

import aiosqlite

T = TypeVar("T")
Row = tuple[Any, ...]


class Connection(aiosqlite.Connection):
    """A connection whose statements take one visit each, and whose thread ends with the program."""

    def __init__(self, open_file: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(open_file, iter_chunk_size=64)
        self._thread.daemon = True
        self._stopping: asyncio.Future[Any] | None = None

    def stop(self) -> asyncio.Future[Any] | None:
        """Close and end the thread once it is free; a second time this is the same end."""
        if self._stopping is None:
            self._stopping = super().stop()
        return self._stopping

    async def close(self) -> None:
        """Close; whoever cannot wait for a thread that hangs may be cancelled."""
        if self._connection is not None and (stopping := self.stop()) is not None:
            await asyncio.shield(stopping)

    def cursor(self) -> "Cursor":  # type: ignore[override]  # SQLAlchemy asks for no more than that
        """Return a cursor; nothing happens before it is used."""
        return Cursor(self)

    async def rollback(self) -> None:
        """Undo the transaction, if there is one."""
        if self.in_transaction:
            await super().rollback()

    async def visit(self, step: Callable[[sqlite3.Connection], T]) -> T:
        """Do a step on the connection's own thread."""
        # aiosqlite has no public call for it; its own methods are made of this one.
        done: T = await self._execute(step, self._conn)  # type: ignore[no-untyped-call]
        return done


class Cursor:
    """One statement: executed, fetched and closed in one visit."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: Sequence[Row] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        """Run a statement and keep all that it returns."""
        return await self._run(lambda cursor: cursor.execute(sql, tuple(parameters)))

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Run a statement once for each set of parameters."""
        return await self._run(lambda cursor: cursor.executemany(sql, parameters))

    async def fetchall(self) -> Sequence[Row]:
        """Return the rows, which are here already."""
        return self._rows

    async def close(self) -> None:
        """Do nothing: the statement is over."""

    async def _run(self, step: Callable[[sqlite3.Cursor], object]) -> Self:
        def work(connection: sqlite3.Connection) -> sqlite3.Cursor:
            cursor = connection.cursor()
            step(cursor)
            self._rows = cursor.fetchall() if cursor.description else ()
            cursor.close()
            return cursor

        cursor = await self._connection.visit(work)
        self.description, self.rowcount = cursor.description, cursor.rowcount
        self.lastrowid = cursor.lastrowid
        return self


async def connect(path: str) -> Connection:
    """Open a file; for SQLAlchemy's `async_creator`."""
    connection = Connection(lambda: _opened(path))
    await connection
    return connection


def _opened(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    # One value that is no text must not hide all other rows.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    return connection
