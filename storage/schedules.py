"""When, and how bundled, each member wants automatic cards."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.tables import wishes

OF_MEMBERS = select(wishes).where(wishes.c.member_id.in_(bindparam("member_ids", expanding=True)))


class WishStore:
    """The table `wishes`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, member_ids: Collection[int]) -> dict[int, Any]:
        """Return what members wish; of those who have said nothing, nothing."""
        rows = await self._database.all(OF_MEMBERS, {"member_ids": list(member_ids)})
        return {row["member_id"]: row["wishes"] for row in rows}

    async def put(self, member_id: int, values: dict[str, Any]) -> None:
        """Keep what a member wishes."""

        async def replace(connection: AsyncConnection) -> None:
            await connection.execute(delete(wishes).where(wishes.c.member_id == member_id))
            await connection.execute(insert(wishes).values(member_id=member_id, wishes=values))

        await self._database.write(replace)
