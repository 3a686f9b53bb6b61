"""Turns: of all who want to do something, in whichever process, one does it at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from weakref import WeakValueDictionary

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.cuts import past_a_cut

# It ends with its transaction, so also with a process or a connection that dies.
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


class Turns:
    """Locks by name; with an engine, of PostgreSQL, other processes respect them too.

    A turn keeps a connection, so that engine is for nothing else: who has a turn must find another
    one to read and write with.
    """

    def __init__(self, engine: AsyncEngine | None) -> None:
        self._engine = engine
        # A lock lives as long as somebody holds or awaits it.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, name: str) -> AsyncIterator[None]:
        """Wait for the turn of this name, and hold it."""
        async with self._locks.setdefault(name, asyncio.Lock()):
            if self._engine is None:
                yield
                return
            connection = await past_a_cut(partial(_taken, self._engine, name))
            try:
                yield
            finally:
                await _let_go(connection)

    async def close(self) -> None:
        """Let the connections go."""
        if self._engine is not None:
            await self._engine.dispose()


async def _taken(engine: AsyncEngine, name: str) -> AsyncConnection:
    """Return a connection that holds a turn."""
    connection = await engine.connect()
    try:
        await connection.execute(LOCK, {"name": name})
    except BaseException:
        await _let_go(connection)
        raise
    return connection


async def _let_go(connection: AsyncConnection) -> None:
    """End a turn; where the connection was cut it has ended with that already."""
    try:
        await connection.close()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        await connection.close()
