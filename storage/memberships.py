"""Who uses Kkachi in which server, and when last."""

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.tables import memberships

TABLE = memberships.c


class MembershipStore:
    """The table `memberships`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, guild_id: int, member_id: int, at: float) -> None:
        """Note that a member has just used Kkachi in a server."""
        mine = (TABLE.guild_id == guild_id) & (TABLE.member_id == member_id)

        async def replace(connection: AsyncConnection) -> None:
            await connection.execute(delete(memberships).where(mine))
            values = {"guild_id": guild_id, "member_id": member_id, "seen_at": at}
            await connection.execute(insert(memberships).values(values))

        await self._database.write(replace)

    async def has(self, guild_id: int, member_id: int) -> bool:
        """Tell whether a member uses Kkachi in a server."""
        mine = (TABLE.guild_id == guild_id) & (TABLE.member_id == member_id)
        return await self._database.first(select(TABLE.seen_at).where(mine)) is not None

    async def forget(self, *, guild_id: int | None = None, member_id: int | None = None) -> None:
        """Forget a server, a member, or a member in a server."""
        conditions = [
            column == value
            for column, value in ((TABLE.guild_id, guild_id), (TABLE.member_id, member_id))
            if value is not None
        ]
        if not conditions:
            raise ValueError("whose?")
        await self._database.change(delete(memberships).where(*conditions))
