"""Whose link a server may not use any more, and who has not been told of it yet.

Server 0 is the operator, who ends links altogether: such a row excludes from nothing, and goes once
it was told.
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, field

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.deliveries import Delivery, cancel
from storage.hits import HitState
from storage.tables import drafts, exclusions, hits, reaction_sends, shares

OPERATOR = 0
TABLE = exclusions.c
# The reason is the name of the gate that would stop them.
DROPPED = {"state": HitState.DROPPED, "reason": "server", "facts": None}


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One decision; `told` when the member has read the reason."""

    guild_id: int
    member_id: int
    reason: str = field(repr=False)
    at: float
    told: bool = False


class ExclusionStore:
    """The table `exclusions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, guild_id: int, member_id: int) -> Exclusion | None:
        """Return what a server has decided about a member's link."""
        row = await self._database.first(select(exclusions).where(_of(guild_id, member_id)))
        return Exclusion(**row) if row else None

    async def put(self, exclusion: Exclusion) -> list[Delivery]:
        """Keep a decision, and in the same transaction end what waits to leave the server.

        Returns what was cancelled.
        """
        guild_id, member_id = exclusion.guild_id, exclusion.member_id

        async def change(connection: AsyncConnection) -> list[Delivery]:
            await connection.execute(delete(exclusions).where(_of(guild_id, member_id)))
            await connection.execute(insert(exclusions).values(asdict(exclusion)))
            if guild_id == OPERATOR:
                return []
            dropped, reacted = update(hits).values(DROPPED), delete(reaction_sends)
            for end in (dropped, delete(drafts), delete(shares), reacted):
                columns = end.table.c
                theirs = (columns.member_id == member_id) & (columns.guild_id == guild_id)
                await connection.execute(end.where(theirs))
            return await cancel(connection, member_id, exclusion.at, guild_id)

        return await self._database.write(change)

    async def remove(self, guild_id: int, member_id: int) -> bool:
        """Take a decision back; False when there was none."""
        gone = delete(exclusions).where(_of(guild_id, member_id)).returning(TABLE.guild_id)
        return bool(await self._database.change(gone))

    async def untold(self, member_id: int | None = None) -> list[Exclusion]:
        """Return of what nobody, or one member, has been told."""
        query = select(exclusions).where(TABLE.told.is_(False)).order_by(TABLE.at)
        if member_id is not None:
            query = query.where(TABLE.member_id == member_id)
        return [Exclusion(**row) for row in await self._database.all(query)]

    def turn(self, member_id: int) -> AbstractAsyncContextManager[None]:
        """Let nobody else, in this or another process, tell a member of decisions meanwhile."""
        return self._database.turn(f"exclusions {member_id}")

    async def mark_told(self, exclusion: Exclusion) -> None:
        """Note that a member knows of this very decision."""
        this = _of(exclusion.guild_id, exclusion.member_id) & (TABLE.at == exclusion.at)
        await self._database.change(update(exclusions).where(this).values(told=True))

    async def forget_guild(self, guild_id: int) -> None:
        """Forget a server."""
        await self._database.change(delete(exclusions).where(TABLE.guild_id == guild_id))


def _of(guild_id: int, member_id: int) -> ColumnElement[bool]:
    return (TABLE.guild_id == guild_id) & (TABLE.member_id == member_id)
