"""The processes at work on one database, what each of them does, and which of them still live."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.duties import EVERYTHING, GATEWAY, Duties, Shards
from storage.tables import troubles, workers

# So long after its last beat a process counts as dead.
DEAD_AFTER = 6.0
# Stands for all of them.
ANY = "any"
# Of two processes that begin at once one sees the other.
LOCK = text("SELECT pg_advisory_xact_lock(7525117)")


class ShardsTaken(Exception):
    """A living process listens to some of the same servers already."""


class WorkerStore:
    """The table `workers`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def is_alone(self) -> bool:
        """Whether no other process can be at work on this database."""
        return self._database.exclusive

    async def beat(
        self,
        worker: str,
        at: float,
        duties: Duties = EVERYTHING,
        *,
        former: str | None = None,
    ) -> frozenset[str]:
        """Note that a process lives, at once, whatever else waits to be written.

        What it has taken as its `former` self is nobody's any more.

        Returns the roles of which it is the oldest, and ANY when it is of all. Raises ShardsTaken
        when it is new, or was taken for dead, and others listen to its servers.
        """

        async def note(connection: AsyncConnection) -> frozenset[str]:
            now = await clock(connection, at)
            mine = update(workers).where(workers.c.id == worker).values(beat_at=now)
            if not await rows_of(connection, mine.returning(workers.c.id)):
                await connection.execute(delete(workers).where(workers.c.id == former))
                await _begin(connection, worker, now, duties)
            return _led_by(worker, await rows_of(connection, _living_rows(now)))

        return await self._database.write_apart(note)

    async def leave(self, worker: str) -> None:
        """Forget a process that ends."""
        gone = delete(workers).where(workers.c.id == worker)
        await self._database.write_apart(lambda connection: rows_of(connection, gone))


def living(now: float) -> Select[tuple[str]]:
    """Select the processes that live."""
    return select(workers.c.id).where(workers.c.beat_at > now - DEAD_AFTER)


def unclaimed(column: ColumnElement[Any], worker: str | None, now: float) -> ColumnElement[bool]:
    """Tell what is taken by nobody who lives, but perhaps by this worker itself."""
    return column.is_(None) | (column == worker) | column.not_in(living(now))


async def living_gateways(connection: AsyncConnection, now: float) -> list[dict[str, Any]]:
    """Return the processes that live and listen to Discord."""
    return [row for row in await rows_of(connection, _living_rows(now)) if GATEWAY in _roles(row)]


async def bury(connection: AsyncConnection, now: float) -> None:
    """Forget processes that are dead, and what troubled them."""
    await connection.execute(delete(workers).where(workers.c.beat_at <= now - DEAD_AFTER))
    of_nobody = (troubles.c.worker != "") & troubles.c.worker.not_in(select(workers.c.id))
    await connection.execute(delete(troubles).where(of_nobody))


async def clock(connection: AsyncConnection, now: float) -> float:
    """Return the time of the one clock that processes on several machines share."""
    if connection.dialect.name != "postgresql":
        return now
    found = await connection.execute(select(func.extract("epoch", func.clock_timestamp())))
    return float(found.scalar_one())


def _living_rows(now: float) -> Select[Any]:
    alive = select(workers).where(workers.c.beat_at > now - DEAD_AFTER)
    return alive.order_by(workers.c.started_at, workers.c.id)


async def _begin(connection: AsyncConnection, worker: str, now: float, duties: Duties) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(LOCK)
    for row in await rows_of(connection, _living_rows(now)):
        others = Shards.read(row["shards"])
        if GATEWAY in duties.roles & _roles(row) and others.meets(duties.shards):
            raise ShardsTaken(
                f"SHARDS: another process listens to {others} already and this one would to "
                f"{duties.shards}; each needs its own part of the same whole"
            )
    roles = ",".join(sorted(duties.roles))
    values = {"id": worker, "started_at": now, "beat_at": now, "roles": roles}
    await connection.execute(insert(workers).values(values | {"shards": str(duties.shards)}))


def _led_by(worker: str, rows: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    first = {role: row["id"] for row in reversed([*rows]) for role in (*_roles(row), ANY)}
    return frozenset(role for role, leader in first.items() if leader == worker)


def _roles(row: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(row["roles"].split(","))
