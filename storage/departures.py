"""Who has left a server; member 0 is Kkachi itself. What they had there goes some days later."""

from sqlalchemy import delete, insert, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.exclusions import OPERATOR
from storage.rules import EVERYWHERE
from storage.tables import (
    departures,
    exclusions,
    memberships,
    presences,
    rules,
    settings,
    subscriptions,
    visibilities,
)

KKACHI = 0
TABLE = departures.c


class DepartureStore:
    """The table `departures`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, guild_id: int, member_id: int, at: float) -> None:
        """Note that somebody is gone; the first time counts."""
        mine = (TABLE.guild_id == guild_id) & (TABLE.member_id == member_id)

        async def add(connection: AsyncConnection) -> None:
            if not await rows_of(connection, select(TABLE.at).where(mine)):
                values = {"guild_id": guild_id, "member_id": member_id, "at": at}
                await connection.execute(insert(departures).values(values))

        await self._database.write(add)

    async def forget(self, guild_id: int, member_id: int) -> None:
        """Note that somebody is there, again or still."""
        mine = (TABLE.guild_id == guild_id) & (TABLE.member_id == member_id)
        await self._database.change(delete(departures).where(mine))

    async def before(self, at: float) -> list[tuple[int, int]]:
        """Return the server and member of all who left before then."""
        query = select(TABLE.guild_id, TABLE.member_id).where(TABLE.at < at)
        return [(row["guild_id"], row["member_id"]) for row in await self._database.all(query)]

    async def servers(self) -> list[int]:
        """Return the servers of which something is kept."""
        tables = (settings, exclusions, memberships, rules, subscriptions, visibilities, presences)
        query = union(*(select(table.c.guild_id) for table in tables))
        servers = {row["guild_id"] for row in await self._database.all(query)}
        return sorted(servers - {OPERATOR, EVERYWHERE})

    async def present(self) -> list[tuple[int, int]]:
        """Return the server and member of all who have something there."""
        tables = (memberships, rules, subscriptions, visibilities, presences)
        askers = select(presences.c.guild_id, presences.c.asker_id).where(
            presences.c.asker_id != KKACHI
        )
        own = (select(table.c.guild_id, table.c.member_id) for table in tables)
        query = union(*own, askers)
        rows = await self._database.all(query)
        # What holds in all servers stays when its member leaves one.
        here = (row for row in rows if row["guild_id"] != EVERYWHERE)
        return sorted((row["guild_id"], row["member_id"]) for row in here)
