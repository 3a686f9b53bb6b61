"""Members whose words stay out of every automatic forward."""

from sqlalchemy import Delete, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.tables import optouts


class OptOutStore:
    """The table `optouts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> set[int]:
        """Return everybody who opted out."""
        return {row["member_id"] for row in await self._database.all(select(optouts.c.member_id))}

    async def add(self, member_id: int, at: float) -> None:
        """Note that a member opted out; once more changes nothing but the time."""

        async def replace(connection: AsyncConnection) -> None:
            await connection.execute(_removal(member_id))
            await connection.execute(insert(optouts).values(member_id=member_id, at=at))

        await self._database.write(replace)

    async def remove(self, member_id: int) -> None:
        """Note that a member is in again."""
        await self._database.change(_removal(member_id))


def _removal(member_id: int) -> Delete:
    return delete(optouts).where(optouts.c.member_id == member_id)
