"""Cogs that the operator wants loaded anew, in each process that has them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.erasing import in_batches
from storage.tables import reloads
from storage.workers import clock, living, living_gateways

ROW = reloads.c


@dataclass(frozen=True, slots=True)
class Reload:
    """A cog that one process is to load anew, and what came of it; None is nothing yet."""

    request: str
    worker: str
    shards: str
    cog: str
    outcome: str | None = None


class ReloadStore:
    """The table `reloads`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, request: str, cog: str, at: float) -> bool:
        """Ask every living gateway to load a cog anew; False when there is none."""

        async def change(connection: AsyncConnection) -> bool:
            now = await clock(connection, at)
            asked = [
                asdict(Reload(request, row["id"], row["shards"], cog)) | {"asked_at": now}
                for row in await living_gateways(connection, now)
            ]
            if asked:
                await connection.execute(insert(reloads), asked)
            return bool(asked)

        return await self._database.write(change)

    async def of_worker(self, worker: str | None) -> Sequence[Reload]:
        """Return what a process is asked to do."""
        query = _query().where(ROW.worker == worker, ROW.outcome.is_(None))
        return [Reload(**row) for row in await self._database.all(query.order_by(ROW.asked_at))]

    async def answer(self, reload: Reload, outcome: str) -> None:
        """Say what came of it."""
        one = (ROW.request == reload.request) & (ROW.worker == reload.worker)
        await self._database.change(update(reloads).where(one).values(outcome=outcome))

    async def of_request(self, request: str) -> Sequence[Reload]:
        """Return what has come of it in each process, by their shards."""
        query = _query().where(ROW.request == request)
        return [Reload(**row) for row in await self._database.all(query.order_by(ROW.shards))]

    async def is_over(self, request: str, at: float) -> bool:
        """Tell whether nobody who lives has still to answer."""

        async def read(connection: AsyncConnection) -> bool:
            now = await clock(connection, at)
            open_ = select(ROW.worker).where(ROW.request == request, ROW.outcome.is_(None))
            return not await rows_of(connection, open_.where(ROW.worker.in_(living(now))))

        return await self._database.read(read)

    async def forget(self, request: str) -> None:
        """Forget what was asked."""
        await self._database.change(delete(reloads).where(ROW.request == request))

    async def purge(self, before: float) -> None:
        """Erase what was asked before then, by whoever did not live to read the answers."""
        await in_batches(self._database, delete(reloads), ROW.asked_at < before)


def _query() -> Select[Any]:
    return select(ROW.request, ROW.worker, ROW.shards, ROW.cog, ROW.outcome)
