"""Whether members let others hear when they come into voice, and who is still to be asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, Update, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.erasing import in_batches
from storage.reading import readable
from storage.tables import presences, subscriptions

TABLE = presences.c
ERASED = 0  # stands for an asker who was erased
DAY = 24 * 3600.0
# Whoever asked for so long has stopped in between, and somebody else asks.
ASKING_SECONDS = 300.0


class PresenceState(StrEnum):
    """How far the question is; `asking` while its direct message is on the way."""

    WAITING = "waiting"
    ASKING = "asking"
    ASKED = "asked"
    CLOSED = "closed"
    ALLOWED = "allowed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether `asker_id` may hear when `member_id` comes into voice in a server, as it is known.

    Times are in seconds since 1970.
    """

    id: int
    guild_id: int
    member_id: int
    asker_id: int
    state: PresenceState
    wished_at: float
    asked_at: float | None = None


class PresenceStore:
    """The table `presences`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def wish(
        self, guild_id: int, member_id: int, asker_id: int, at: float, *, state: str, most: int
    ) -> bool:
        """Keep a new question; False when the asker has begun so many within a day.

        One whose direct messages were closed a day ago or earlier is asked anew.
        """
        which = _pair(guild_id, member_id, asker_id)
        values = {"guild_id": guild_id, "member_id": member_id, "asker_id": asker_id}
        new = insert(presences).values(**values, state=state, wished_at=at)
        again = update(presences).values(state=state, wished_at=at)

        async def change(connection: AsyncConnection) -> bool:
            known = await rows_of(connection, select(presences).where(which))
            if known and not _was_closed_long_ago(known[0], at):
                return True
            mine = select(func.count().label("n")).where(
                TABLE.asker_id == asker_id, _is_within(TABLE.wished_at, at, DAY)
            )
            [row] = await rows_of(connection, mine)
            if row["n"] >= most:
                return False
            await connection.execute(again.where(which) if known else new)
            return True

        return await self._database.write(change)

    async def answer(self, guild_id: int, member_id: int, asker_id: int, state: str) -> bool:
        """Keep what a member answers; False for a question that is not kept any more."""
        change = update(presences).where(_pair(guild_id, member_id, asker_id))
        return bool(await self._database.change(change.values(state=state).returning(TABLE.id)))

    async def decline_all(self, member_id: int) -> None:
        """Note that a member answers no to everybody who has asked."""
        change = update(presences).where(TABLE.member_id == member_id)
        await self._database.change(change.values(state=PresenceState.DECLINED))

    async def is_allowed(self, guild_id: int, member_id: int, asker_id: int) -> bool:
        """Tell whether a member has said yes to this asker."""
        is_yes = TABLE.state == PresenceState.ALLOWED
        query = select(TABLE.id).where(_pair(guild_id, member_id, asker_id), is_yes)
        return await self._database.first(query) is not None

    async def of_asker(self, asker_id: int, guild_id: int) -> list[Presence]:
        """Return what somebody has asked in a server."""
        mine = (TABLE.asker_id == asker_id) & (TABLE.guild_id == guild_id)
        return await self._all(mine)

    async def of_member(self, member_id: int) -> list[Presence]:
        """Return what a member was or will be asked, the newest first."""
        mine = (TABLE.member_id == member_id) & (TABLE.asker_id != ERASED)
        return (await self._all(mine))[::-1]

    async def due(self, at: float, after: int, limit: int) -> list[Presence]:
        """Return the oldest questions after this one that are still wanted and not asked."""
        return await self._all(_is_due(at) & _is_wanted() & (TABLE.id > after), limit)

    async def claim(self, one: Presence, at: float, most: int) -> bool:
        """Begin to ask; False when somebody else does, or the member was asked so often lately."""
        lately = select(func.count().label("n")).where(
            TABLE.member_id == one.member_id,
            _is_within(TABLE.asked_at, at, DAY),
            TABLE.id != one.id,
        )
        begin = (
            update(presences)
            .where(TABLE.id == one.id, _is_due(at))
            .values(state=PresenceState.ASKING, asked_at=at)
            .returning(TABLE.id)
        )

        async def change(connection: AsyncConnection) -> bool:
            [row] = await rows_of(connection, lately)
            return row["n"] < most and bool(await rows_of(connection, begin))

        return await self._database.write(change)

    async def asked(self, one: Presence, state: PresenceState) -> None:
        """Note how asking ended, unless the member has answered already."""
        await self._database.change(_under_way(one).values(state=state))

    async def put_back(self, one: Presence) -> None:
        """Ask again later: nobody knows whether the question can be asked."""
        waiting = {"state": PresenceState.WAITING, "asked_at": None}
        await self._database.change(_under_way(one).values(waiting))

    async def forget(self, *, member_id: int | None = None, guild_id: int | None = None) -> None:
        """Forget a server, or a member in a server, whoever of both they are."""
        if guild_id is None:
            raise ValueError("where?")
        there = TABLE.guild_id == guild_id
        if member_id is not None:
            there &= (TABLE.member_id == member_id) | (TABLE.asker_id == member_id)
        await self._database.change(delete(presences).where(there))

    async def purge(self, before: float) -> None:
        """Forget questions of erased askers, and those not answered that nobody wants any more."""
        is_open = TABLE.state.not_in([PresenceState.ALLOWED, PresenceState.DECLINED])
        old = (TABLE.asker_id == ERASED) | (is_open & ~_is_wanted())
        await in_batches(self._database, delete(presences), old & (TABLE.wished_at < before))

    async def _all(self, which: ColumnElement[bool], limit: int | None = None) -> list[Presence]:
        query = select(presences).where(which).order_by(TABLE.id).limit(limit)
        return _read_all(await self._database.all(query))


def _pair(guild_id: int, member_id: int, asker_id: int) -> ColumnElement[bool]:
    return (
        (TABLE.guild_id == guild_id)
        & (TABLE.member_id == member_id)
        & (TABLE.asker_id == asker_id)
        & (TABLE.asker_id != ERASED)
    )


def _is_due(at: float) -> ColumnElement[bool]:
    has_stopped = ~_is_within(TABLE.asked_at, at, ASKING_SECONDS)
    is_left = (TABLE.state == PresenceState.ASKING) & has_stopped
    return ((TABLE.state == PresenceState.WAITING) | is_left) & (TABLE.asker_id != ERASED)


def _is_within(column: Column[Any], at: float, seconds: float) -> ColumnElement[bool]:
    """Tell whether a time is near; one long after now is from before the clock was set back."""
    return column.between(at - seconds, at + seconds)


def _is_wanted() -> ColumnElement[bool]:
    """Tell whether the asker still has a subscription about the member."""
    return exists().where(
        subscriptions.c.member_id == TABLE.asker_id,
        subscriptions.c.guild_id == TABLE.guild_id,
        subscriptions.c.watched_id == TABLE.member_id,
    )


def _under_way(one: Presence) -> Update:
    is_asking = TABLE.state == PresenceState.ASKING
    return update(presences).where(TABLE.id == one.id, is_asking)


def _was_closed_long_ago(row: dict[str, Any], at: float) -> bool:
    return row["state"] == PresenceState.CLOSED and (row["asked_at"] or 0.0) <= at - DAY


def _read_all(rows: Iterable[dict[str, Any]]) -> list[Presence]:
    return readable("presences", rows, _read)


def _read(row: dict[str, Any]) -> Presence:
    return Presence(**row | {"state": PresenceState(row["state"])})
