"""Where the links in cards lead: one page for each message that was carried."""

from dataclasses import asdict, dataclass

from sqlalchemy import delete, insert, select

from storage.database import Database
from storage.erasing import in_batches
from storage.tables import jumps


@dataclass(frozen=True, slots=True)
class Jump:
    """An unguessable id and the Discord message it leads to; no guild in direct messages."""

    id: str
    member_id: int
    guild_id: int | None
    channel_id: int
    message_id: int
    created_at: float
    expires_at: float


class JumpStore:
    """The table `jumps`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, *new: Jump) -> None:
        """Keep jumps, in one statement."""
        rows = [asdict(jump) for jump in new]
        if rows:
            await self._database.write(lambda connection: connection.execute(insert(jumps), rows))

    async def find(self, jump_id: str) -> Jump | None:
        """Return a jump, also when it has expired."""
        row = await self._database.first(select(jumps).where(jumps.c.id == jump_id))
        return Jump(**row) if row else None

    async def purge(self, before: float) -> None:
        """Erase jumps that expired before then."""
        await in_batches(self._database, delete(jumps), jumps.c.expires_at < before)
