"""The processes that send from one database, and which of them still live."""

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.tables import workers

# So long after its last beat a process counts as dead.
DEAD_AFTER = 6.0


class WorkerStore:
    """The table `workers`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def is_alone(self) -> bool:
        """Whether no other process can send from this database."""
        return self._database.exclusive

    async def beat(self, worker: str, at: float) -> None:
        """Note that a process lives, at once, whatever else waits to be written."""

        async def note(connection: AsyncConnection) -> None:
            now = await clock(connection, at)
            mine = update(workers).where(workers.c.id == worker).values(beat_at=now)
            if not await rows_of(connection, mine.returning(workers.c.id)):
                values = {"id": worker, "started_at": now, "beat_at": now}
                await connection.execute(insert(workers).values(values))

        await self._database.write_apart(note)

    async def leave(self, worker: str) -> None:
        """Forget a process that ends."""
        gone = delete(workers).where(workers.c.id == worker)
        await self._database.write_apart(lambda connection: rows_of(connection, gone))


def living(now: float) -> Select[tuple[str]]:
    """Select the processes that live."""
    return select(workers.c.id).where(workers.c.beat_at > now - DEAD_AFTER)


async def bury(connection: AsyncConnection, now: float) -> None:
    """Forget processes that are dead."""
    await connection.execute(delete(workers).where(workers.c.beat_at <= now - DEAD_AFTER))


async def clock(connection: AsyncConnection, now: float) -> float:
    """Return the time of the one clock that processes on several machines share."""
    if connection.dialect.name != "postgresql":
        return now
    found = await connection.execute(select(func.extract("epoch", func.clock_timestamp())))
    return float(found.scalar_one())
