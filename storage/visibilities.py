"""In which servers members let their Kakao friends see who they are at Discord."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.tables import exclusions, links, visibilities

TABLE = visibilities.c
AT_ONCE = 500  # accounts that are asked about in one statement
SOUND = (
    select(links.c.member_id)
    .where(links.c.member_id == bindparam("member_id"), links.c.broken_at.is_(None))
    .with_for_update()
)
EXCLUDED = select(exclusions.c.member_id).where(exclusions.c.guild_id == bindparam("guild_id"))
AMONG = (
    select(links.c.kakao_id, links.c.member_id)
    .join(visibilities, TABLE.member_id == links.c.member_id)
    .where(
        TABLE.guild_id == bindparam("guild_id"),
        links.c.kakao_id.in_(bindparam("accounts", expanding=True)),
        links.c.broken_at.is_(None),
        links.c.member_id.not_in(EXCLUDED),
    )
)


class VisibilityStore:
    """The table `visibilities`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, guild_id: int, member_id: int, at: float) -> bool:
        """Note that a member may be seen in a server; False for one who has no sound link."""
        mine = (TABLE.guild_id == guild_id) & (TABLE.member_id == member_id)

        async def replace(connection: AsyncConnection) -> bool:
            # Locked, so that the wish cannot outlive a link that is undone meanwhile.
            if not await rows_of(connection, SOUND, {"member_id": member_id}):
                return False
            await connection.execute(delete(visibilities).where(mine))
            values = {"guild_id": guild_id, "member_id": member_id, "at": at}
            await connection.execute(insert(visibilities).values(values))
            return True

        return await self._database.write(replace)

    async def of(self, member_id: int) -> list[int]:
        """Return the servers in which a member may be seen, the oldest wish first."""
        query = select(TABLE.guild_id).where(TABLE.member_id == member_id).order_by(TABLE.at)
        return [row["guild_id"] for row in await self._database.all(query)]

    async def among(self, guild_id: int, accounts: Sequence[int]) -> dict[int, int]:
        """Return by Kakao account who of a server may be seen and whose link is sound.

        Nobody whose link the server may not use is among them.
        """
        found: dict[int, int] = {}
        for first in range(0, len(accounts), AT_ONCE):
            some = {"guild_id": guild_id, "accounts": accounts[first : first + AT_ONCE]}
            rows = await self._database.all(AMONG, some)
            found |= {row["kakao_id"]: row["member_id"] for row in rows}
        return found

    async def forget(self, *, guild_id: int | None = None, member_id: int | None = None) -> None:
        """Forget a server, a member, or a member in a server."""
        conditions = [
            column == value
            for column, value in ((TABLE.guild_id, guild_id), (TABLE.member_id, member_id))
            if value is not None
        ]
        if not conditions:
            raise ValueError("whose?")
        await self._database.change(delete(visibilities).where(*conditions))
