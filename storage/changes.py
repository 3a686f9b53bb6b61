"""What other processes have changed, as PostgreSQL tells it: at once, or else a second later.

Triggers note each change in its own transaction, so none is ever missing. LISTEN only says when to
read, and that may be lost: after each connection, and once a second, everything is read that came
since it was last read.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.database import Database, StorageError, rows_of
from storage.erasing import in_batches
from storage.tables import changes

LOOK_EVERY = 1.0
# While a transaction is under way that began before a change was told of.
SOON, SOON_TRIES = 0.05, 10
READ_SECONDS = 5.0
# Of more it is only said that anything may have changed.
MOST_AT_ONCE = 1000
# They are kept for a day; whoever was cut off for longer may have missed some.
KNOWN_SECONDS = 12 * 3600.0

CHANGES, DELIVERIES = "kkachi_changes", "kkachi_deliveries"
NOW = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS now")
SINCE = (
    select(changes.c.topic, changes.c.guild_id, changes.c.member_id)
    .distinct()
    .where(
        changes.c.transaction >= bindparam("since"),
        changes.c.transaction < bindparam("until"),
    )
    .limit(MOST_AT_ONCE + 1)
)


@dataclass(frozen=True, slots=True)
class Changed:
    """A table in which something has changed, and whose; without a `topic` it may be anything."""

    topic: str | None = None
    guild_id: int | None = None
    member_id: int | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A forward of which a row was accepted, or has another state now."""

    forward_id: str
    member_id: int
    state: str


Hear = Callable[[Sequence[Changed]], Awaitable[None]]


class Feed:
    """Reads what has changed, on a connection that is for nothing else."""

    def __init__(self, database: Database) -> None:
        self._engine = database.listening
        self._since = 0
        self._read_at = time.monotonic()

    async def begin(self) -> None:
        """Tell of what changes from now on; raises StorageError."""
        if self._engine is None:
            return
        try:
            async with self._engine.connect() as connection:
                self._since = await _now(connection)
        except (SQLAlchemyError, OSError) as error:
            raise _cut_off(error) from error

    async def follow(self, hear: Hear, tell: Callable[[Moved], None]) -> None:
        """Let them hear of everything until cancelled.

        Raises StorageError when the connection is lost, and whatever `hear` raises: to be done
        again then, nothing is passed over. Upon SQLite there is nothing to hear.
        """
        if self._engine is None:
            await asyncio.Event().wait()
        else:
            await self._follow(self._engine, hear, tell)

    async def _follow(self, engine: AsyncEngine, hear: Hear, tell: Callable[[Moved], None]) -> None:
        rung = asyncio.Event()

        def told(_connection: object, _process: int, channel: str, payload: str) -> None:
            if channel == DELIVERIES:
                with suppress(ValueError, TypeError):
                    tell(Moved(*json.loads(payload)))
            else:
                rung.set()

        try:
            async with engine.connect() as connection:
                await _listen(connection, told, rung)
                await self._go_on(connection, hear, rung)
        except (SQLAlchemyError, OSError) as error:
            raise _cut_off(error) from error

    async def _go_on(self, connection: AsyncConnection, hear: Hear, rung: asyncio.Event) -> None:
        tries = 0
        while True:
            tries = SOON_TRIES if rung.is_set() else tries - 1
            rung.clear()
            async with asyncio.timeout(READ_SECONDS):
                until = await _now(connection)
                found = await self._found(connection, until)
            if found:
                await hear(found)
                tries = 0
            self._since, self._read_at = until, time.monotonic()
            with suppress(TimeoutError):
                async with asyncio.timeout(SOON if tries > 0 else LOOK_EVERY):
                    await rung.wait()

    async def _found(self, connection: AsyncConnection, until: int) -> Sequence[Changed]:
        if time.monotonic() > self._read_at + KNOWN_SECONDS:
            return [Changed()]
        rows = await rows_of(connection, SINCE, {"since": self._since, "until": until})
        return [Changed(**row) for row in rows] if len(rows) <= MOST_AT_ONCE else [Changed()]


class ChangeStore:
    """The table `changes`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def purge(self, before: float) -> None:
        """Erase what every process has read long since."""
        old = changes.c.changed_at < before
        await in_batches(self._database, delete(changes), old)


async def _now(connection: AsyncConnection) -> int:
    """Return the first transaction that may not have ended; those before it have."""
    [row] = await rows_of(connection, NOW)
    return int(row["now"])


async def _listen(connection: AsyncConnection, told: Any, rung: asyncio.Event) -> None:  # noqa: ANN401 - the driver's own listener
    driver = (await connection.get_raw_connection()).driver_connection
    if driver is None:
        raise StorageError("there is no connection")
    driver.add_termination_listener(lambda _: rung.set())
    try:
        for channel in (CHANGES, DELIVERIES):
            await driver.add_listener(channel, told)
    except Exception as error:  # its own errors have nothing in common
        raise _cut_off(error) from error


def _cut_off(error: Exception) -> StorageError:
    return StorageError(f"nobody hears of other processes: {type(error).__name__}")
