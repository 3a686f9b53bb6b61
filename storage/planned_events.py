"""What was last known of the scheduled events of servers where somebody wants to hear of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Delete, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.tables import planned_events, planned_servers

EVENT, SERVER = planned_events.c, planned_servers.c
AT_ONCE = 500  # servers that are named in one statement


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """A scheduled event as Discord told of it; times are in seconds since 1970.

    `is_planned` tells whether it had not begun, `digest` stands for its description.
    """

    event_id: int
    guild_id: int
    name: str
    starts_at: float
    ends_at: float | None = None
    location: str | None = None
    channel_id: int | None = None
    digest: str = ""
    is_planned: bool = True


class PlannedEventStore:
    """The tables `planned_events` and `planned_servers`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_guild(self, guild_id: int) -> tuple[float, list[PlannedEvent]] | None:
        """Return until when a server was listened to, and its events then; None if unknown."""

        async def read(connection: AsyncConnection) -> tuple[float, list[PlannedEvent]] | None:
            which = select(planned_servers).where(SERVER.guild_id == guild_id)
            servers = await rows_of(connection, which)
            if not servers:
                return None
            events = select(planned_events).where(EVENT.guild_id == guild_id)
            found = await rows_of(connection, events.order_by(EVENT.event_id))
            return servers[0]["at"], [PlannedEvent(**row) for row in found]

        return await self._database.read(read)

    async def learn(self, guild_id: int, at: float, events: Sequence[PlannedEvent]) -> None:
        """Keep all events of a server in place of those that were known."""

        async def replace(connection: AsyncConnection) -> None:
            await _forget(connection, guild_id)
            values = {"guild_id": guild_id, "at": at}
            await connection.execute(insert(planned_servers).values(values))
            await _add(connection, events)

        await self._database.write(replace)

    async def note(self, event: PlannedEvent) -> None:
        """Keep an event as it is now, if those of its server are kept."""
        mine = SERVER.guild_id == event.guild_id

        async def replace(connection: AsyncConnection) -> None:
            await connection.execute(_removal(event.event_id))
            if await rows_of(connection, select(SERVER.guild_id).where(mine)):
                await _add(connection, [event])

        await self._database.write(replace)

    async def gone(self, event_id: int) -> None:
        """Forget an event that is over."""
        await self._database.change(_removal(event_id))

    async def servers(self) -> frozenset[int]:
        """Return the servers whose events are kept."""
        rows = await self._database.all(select(SERVER.guild_id))
        return frozenset(row["guild_id"] for row in rows)

    async def still(self, guild_ids: Collection[int], at: float) -> None:
        """Note that what is known of these servers holds until now."""
        ids = sorted(guild_ids)
        for first in range(0, len(ids), AT_ONCE):
            some = SERVER.guild_id.in_(ids[first : first + AT_ONCE])
            await self._database.change(update(planned_servers).where(some).values(at=at))

    async def forget(self, guild_id: int) -> None:
        """Forget a server."""

        async def erase(connection: AsyncConnection) -> None:
            await _forget(connection, guild_id)

        await self._database.write(erase)


def _removal(event_id: int) -> Delete:
    return delete(planned_events).where(EVENT.event_id == event_id)


async def _forget(connection: AsyncConnection, guild_id: int) -> None:
    await connection.execute(delete(planned_events).where(EVENT.guild_id == guild_id))
    await connection.execute(delete(planned_servers).where(SERVER.guild_id == guild_id))


async def _add(connection: AsyncConnection, events: Iterable[PlannedEvent]) -> None:
    rows = [asdict(one) for one in events]
    if rows:
        await connection.execute(insert(planned_events), rows)
