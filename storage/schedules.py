"""When, and how bundled, each member wants automatic cards."""

from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.tables import wishes


class WishStore:
    """The table `wishes`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, member_id: int) -> dict[str, Any]:
        """Return what a member wishes; empty when they have said nothing."""
        query = select(wishes.c.wishes).where(wishes.c.member_id == member_id)
        row = await self._database.first(query)
        return row["wishes"] if row else {}

    async def put(self, member_id: int, values: dict[str, Any]) -> None:
        """Keep what a member wishes."""

        async def replace(connection: AsyncConnection) -> None:
            await connection.execute(delete(wishes).where(wishes.c.member_id == member_id))
            await connection.execute(insert(wishes).values(member_id=member_id, wishes=values))

        await self._database.write(replace)

    async def delete_member(self, member_id: int) -> None:
        """Forget what a member wishes."""
        await self._database.change(delete(wishes).where(wishes.c.member_id == member_id))
