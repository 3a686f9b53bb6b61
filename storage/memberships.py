"""Who uses Kkachi in which server; noted at most once a day."""

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.tables import memberships

DAY = 24 * 3600.0
TABLE = memberships.c


class MembershipStore:
    """The table `memberships`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, guild_id: int, member_id: int, at: float) -> None:
        """Note that a member has just used Kkachi in a server."""
        mine = (TABLE.guild_id == guild_id) & (TABLE.member_id == member_id)

        async def replace(connection: AsyncConnection) -> None:
            known = await rows_of(connection, select(TABLE.seen_at).where(mine))
            if known and known[0]["seen_at"] > at - DAY:
                return
            await connection.execute(delete(memberships).where(mine))
            values = {"guild_id": guild_id, "member_id": member_id, "seen_at": at}
            await connection.execute(insert(memberships).values(values))

        await self._database.write(replace)

    async def of_member(self, member_id: int) -> dict[int, float]:
        """Return the servers in which a member uses Kkachi, with when they last did."""
        query = select(TABLE.guild_id, TABLE.seen_at).where(TABLE.member_id == member_id)
        return {row["guild_id"]: row["seen_at"] for row in await self._database.all(query)}

    async def has(self, guild_id: int, member_id: int) -> bool:
        """Tell whether a member uses Kkachi in a server."""
        return guild_id in await self.of_member(member_id)

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
