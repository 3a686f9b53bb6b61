"""What events members want to hear of in a server."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.reading import readable
from storage.tables import subscriptions

TABLE = subscriptions.c


class SubscriptionKind(StrEnum):
    """What a member can subscribe to."""

    EVENT_NEW = "event-new"
    EVENT_CHANGED = "event-changed"
    EVENT_SOON = "event-soon"
    EVENT_STARTED = "event-started"
    EVENT_CANCELLED = "event-cancelled"
    VOICE = "voice"
    PERSON = "person"
    STREAM = "stream"
    ANNOUNCEMENT = "announcement"
    PIN = "pin"
    THREAD = "thread"
    FORUM = "forum"
    ROLE = "role-given"
    BOOST = "boost"
    NEWCOMER = "newcomer"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One wish of a member; without a channel it holds for the whole server.

    `watched_id` is whom alone it is about, if it is about somebody.
    """

    id: int
    member_id: int
    guild_id: int
    kind: SubscriptionKind
    created_at: float
    channel_id: int | None = None
    watched_id: int | None = None
    options: dict[str, Any] = field(default_factory=dict)


OF_GUILD = select(subscriptions).where(TABLE.guild_id == bindparam("guild_id")).order_by(TABLE.id)
OF_MEMBER = (
    select(subscriptions).where(TABLE.member_id == bindparam("member_id")).order_by(TABLE.id)
)


class SubscriptionStore:
    """The table `subscriptions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_guild(self, guild_id: int) -> list[Subscription]:
        """Return everybody's subscriptions in a server, the oldest first."""
        return _all(await self._database.all(OF_GUILD, {"guild_id": guild_id}))

    async def of_member(self, member_id: int) -> list[Subscription]:
        """Return a member's subscriptions everywhere, the oldest first."""
        return _all(await self._database.all(OF_MEMBER, {"member_id": member_id}))

    async def replace(self, gone: Iterable[Subscription], new: Iterable[Subscription]) -> None:
        """Forget some subscriptions and keep others, in one transaction."""
        ids = [one.id for one in gone]
        rows = [_values(one) for one in new]

        async def change(connection: AsyncConnection) -> None:
            await connection.execute(delete(subscriptions).where(TABLE.id.in_(ids)))
            if rows:
                await connection.execute(insert(subscriptions), rows)

        await self._database.write(change)

    async def forget(self, *, member_id: int | None = None, guild_id: int | None = None) -> None:
        """Forget the subscriptions of a member, of a server, or of a member in a server."""

        async def erase(connection: AsyncConnection) -> None:
            await rows_of(connection, delete(subscriptions).where(_of(member_id, guild_id)))

        await self._database.write(erase)

    async def forget_about(self, member_id: int, guild_id: int | None = None) -> None:
        """Forget the subscriptions of others about a member, in one server or everywhere."""
        about = TABLE.watched_id == member_id
        if guild_id is not None:
            about &= TABLE.guild_id == guild_id
        await self._database.change(delete(subscriptions).where(about))


def _of(member_id: int | None, guild_id: int | None) -> ColumnElement[bool]:
    if member_id is None and guild_id is None:
        raise ValueError("whose?")
    if member_id is None:
        return TABLE.guild_id == guild_id
    mine = TABLE.member_id == member_id
    return mine if guild_id is None else mine & (TABLE.guild_id == guild_id)


def _values(one: Subscription) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Subscription.__slots__ if name != "id"}


def _all(rows: Iterable[dict[str, Any]]) -> list[Subscription]:
    return readable("subscriptions", rows, _read)


def _read(row: dict[str, Any]) -> Subscription:
    return Subscription(**row | {"kind": SubscriptionKind(row["kind"])})
