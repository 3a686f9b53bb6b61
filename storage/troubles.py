"""What troubles the processes have, and of which of them the operator was told."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.tables import troubles
from storage.workers import clock, living

# Stands for the operator, who is no process.
TOLD = ""
TABLE = troubles.c


class TroubleStore:
    """The table `troubles`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(self, worker: str, names: Collection[str]) -> None:
        """Keep which troubles a process has right now."""

        async def replace(connection: AsyncConnection) -> None:
            await _replace(connection, worker, names)

        await self._database.write(replace)

    async def news(self, at: float) -> tuple[frozenset[str], frozenset[str]]:
        """Return what some living process has, and of what the operator was told."""

        async def read(connection: AsyncConnection) -> tuple[frozenset[str], frozenset[str]]:
            now = await clock(connection, at)
            has = await _names(connection, TABLE.worker.in_(living(now)))
            return has, await _names(connection, TABLE.worker == TOLD)

        return await self._database.read(read)

    async def told(self, names: Collection[str]) -> None:
        """Keep of what the operator was told."""
        await self.set(TOLD, names)


async def _replace(connection: AsyncConnection, worker: str, names: Collection[str]) -> None:
    await connection.execute(delete(troubles).where(TABLE.worker == worker))
    rows = [{"worker": worker, "name": name} for name in sorted(names)]
    if rows:
        await connection.execute(insert(troubles), rows)


async def _names(connection: AsyncConnection, whose: ColumnElement[bool]) -> frozenset[str]:
    rows = await rows_of(connection, select(TABLE.name).distinct().where(whose))
    return frozenset(row["name"] for row in rows)
