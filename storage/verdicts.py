"""Which gate stopped a message for a member when it was judged: a word, and no text."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.erasing import in_batches
from storage.tables import verdicts


@dataclass(frozen=True, slots=True)
class Stopped:
    """The gate that stopped it, and when."""

    gate: str
    at: float


class VerdictStore:
    """The table `verdicts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, member_id: int, occasion: str, stopped: Stopped) -> None:
        """Keep what stopped an occasion, in place of what did before."""
        mine = (verdicts.c.member_id == member_id) & (verdicts.c.occasion == occasion)
        row = {"member_id": member_id, "occasion": occasion, "gate": stopped.gate}

        async def replace(connection: AsyncConnection) -> None:
            await connection.execute(delete(verdicts).where(mine))
            await connection.execute(insert(verdicts).values(**row, at=stopped.at))

        await self._database.write(replace)

    async def get(self, member_id: int, occasion: str) -> Stopped | None:
        """Return what stopped an occasion, if that is known."""
        query = select(verdicts.c.gate, verdicts.c.at).where(
            verdicts.c.member_id == member_id, verdicts.c.occasion == occasion
        )
        row = await self._database.first(query)
        return Stopped(**row) if row else None

    async def purge(self, before: float) -> None:
        """Forget what was judged before then."""
        await in_batches(self._database, delete(verdicts), verdicts.c.at < before)
