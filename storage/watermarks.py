"""Up to which message Kkachi has judged each server; what came after is read from history."""

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.tables import watermarks


class WatermarkStore:
    """The table `watermarks`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, guild_id: int) -> int | None:
        """Return up to which message a server was judged."""
        query = select(watermarks.c.message_id).where(watermarks.c.guild_id == guild_id)
        row = await self._database.first(query)
        return row["message_id"] if row else None

    async def guilds(self) -> set[int]:
        """Return the servers of which it is kept."""
        rows = await self._database.all(select(watermarks.c.guild_id))
        return {row["guild_id"] for row in rows}

    async def put(self, heard: dict[int, int]) -> None:
        """Keep up to which message each server was judged."""
        rows = [{"guild_id": guild, "message_id": message} for guild, message in heard.items()]

        async def replace(connection: AsyncConnection) -> None:
            old = delete(watermarks).where(watermarks.c.guild_id.in_(list(heard)))
            await connection.execute(old)
            await connection.execute(insert(watermarks), rows)

        await self._database.write(replace)

    async def delete_guild(self, guild_id: int) -> None:
        """Forget a server."""
        change = delete(watermarks).where(watermarks.c.guild_id == guild_id)
        await self._database.change(change)
