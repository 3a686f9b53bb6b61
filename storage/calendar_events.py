"""Scheduled events in members' Talk Calendars: what is wanted there, and what was written."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.erasing import in_batches
from storage.reading import as_list, as_object, readable, reading
from storage.tables import calendar_choices, calendar_events

TABLE = calendar_events.c
AGAIN = ("by_hand", "wanted", "reason", "tries", "due_at", "ends_at")
TAKEN_OUT = "taken-out"
"""Why an event is not put back by itself: its member has taken it out, here or in the calendar."""


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """A scheduled event of Discord's for one member; times in seconds since 1970.

    `wanted` is what is to stand in the calendar of the link of `generation`, None for nothing;
    `written` what was last given to Kakao. After `creates` without an answer the event may be
    there. `due_at` is when there is something to do, `reason` why it is not as it is wanted.
    """

    id: int
    member_id: int
    guild_id: int
    event_id: int
    by_hand: bool
    generation: str
    wanted: dict[str, Any] | None
    written: dict[str, Any] | None
    kakao_event_id: str | None
    creates: int
    reason: str | None
    tries: int
    due_at: float | None
    ends_at: float

    @property
    def may_be_there(self) -> bool:
        """Whether something may stand in the calendar."""
        return self.kakao_event_id is not None or self.creates > 0


@dataclass(frozen=True, slots=True)
class Choice:
    """How a member wants events in the calendar: reminders in minutes before the start."""

    reminders: tuple[int, ...] = (30,)
    apart: bool = False


class CalendarStore:
    """The tables `calendar_events` and `calendar_choices`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def turn(self, member_id: int) -> AbstractAsyncContextManager[None]:
        """Let nobody else, in this or another process, write a member's calendar meanwhile."""
        return self._database.turn(f"calendar {member_id}")

    async def of_guild(self, guild_id: int) -> list[CalendarEvent]:
        """Return what is kept of a server's events, the oldest first."""
        return await self._all(TABLE.guild_id == guild_id)

    async def of_member(self, member_id: int) -> list[CalendarEvent]:
        """Return what is kept for a member, the oldest first."""
        return await self._all(TABLE.member_id == member_id)

    async def find(self, member_id: int, event_id: int) -> CalendarEvent | None:
        """Return what is kept of an event for a member."""
        found = await self._all((TABLE.member_id == member_id) & (TABLE.event_id == event_id))
        return found[0] if found else None

    async def servers(self) -> frozenset[int]:
        """Return the servers of which something is wanted in a calendar."""
        query = select(TABLE.guild_id).where(TABLE.wanted.is_not(None)).distinct()
        return frozenset(row["guild_id"] for row in await self._database.all(query))

    async def due(self, at: float, limit: int) -> list[CalendarEvent]:
        """Return those with which something is to be done by now, the longest due first."""
        query = select(calendar_events).where(TABLE.due_at <= at)
        rows = await self._database.all(query.order_by(TABLE.due_at).limit(limit))
        return readable("calendar_events", rows, _read)

    async def put(self, new: CalendarEvent, *, most: int) -> bool:
        """Want an event in the calendar, again or with other words; its `id` does not matter.

        False when so many are kept for the member already.
        """
        mine = TABLE.member_id == new.member_id
        values = _values(new)
        again = {name: values[name] for name in AGAIN}

        async def change(connection: AsyncConnection) -> bool:
            known = update(calendar_events).where(mine, TABLE.event_id == new.event_id)
            known = known.values(again).returning(TABLE.id)
            if await rows_of(connection, known):
                return True
            count = select(func.count().label("n")).where(mine, TABLE.wanted.is_not(None))
            [row] = await rows_of(connection, count)
            if row["n"] >= most:
                return False
            await connection.execute(insert(calendar_events).values(values))
            return True

        return await self._database.write(change)

    async def change(self, id: int, **values: object) -> None:  # noqa: A002 - the column's name
        """Change what is kept of an event."""
        await self._database.change(update(calendar_events).where(TABLE.id == id).values(**values))

    async def want(
        self, one: CalendarEvent, wanted: dict[str, Any], ends_at: float, at: float
    ) -> None:
        """Want other words in the calendar, unless it is to go by now."""
        is_wanted = (TABLE.id == one.id) & TABLE.wanted.is_not(None)
        values = {"wanted": wanted, "ends_at": ends_at, "due_at": at, "tries": 0}
        await self._database.change(update(calendar_events).where(is_wanted).values(**values))

    async def want_next(
        self, one: CalendarEvent, wanted: dict[str, Any], ends_at: float, at: float
    ) -> None:
        """Want the next date of a series; the one before stays in the calendar as it is."""
        anew = {"kakao_event_id": None, "written": None, "creates": 0, "reason": None}
        await self.change(one.id, **anew)
        await self.want(one, wanted, ends_at, at)

    async def settle(self, one: CalendarEvent, at: float, **values: object) -> None:
        """Note what became of a write; what is wanted otherwise by now is due at once."""

        async def change(connection: AsyncConnection) -> None:
            found = await rows_of(connection, select(calendar_events).where(TABLE.id == one.id))
            if not found:
                return
            is_same = found[0]["wanted"] == one.wanted
            due = values.get("due_at") if is_same else at
            await connection.execute(
                update(calendar_events).where(TABLE.id == one.id).values(**values | {"due_at": due})
            )

        await self._database.write(change)

    async def take_out(
        self, at: float, *, member_id: int | None = None, guild_id: int | None = None
    ) -> None:
        """Want nothing more in the calendar of a member, of a server, or of a member's there."""
        which = _of(member_id, guild_id) & TABLE.wanted.is_not(None)
        await self._database.change(update(calendar_events).where(which).values(_gone(at)))

    async def take_out_one(self, one: CalendarEvent, at: float, reason: str | None) -> None:
        """Want an event no more; with TAKEN_OUT it is remembered that it is not put back."""
        which = (TABLE.id == one.id) & TABLE.wanted.is_not(None)
        values = _gone(at) | {"reason": reason}
        await self._database.change(update(calendar_events).where(which).values(values))

    async def wake(self, member_id: int, at: float) -> None:
        """Try again whatever is not as it is wanted: the member has agreed, or linked anew."""
        stuck = (TABLE.member_id == member_id) & TABLE.reason.is_not(None)
        stuck &= TABLE.reason != TAKEN_OUT
        change = update(calendar_events).where(stuck)
        await self._database.change(change.values(due_at=at, reason=None, tries=0))

    async def erase(self, id: int) -> None:  # noqa: A002 - the column's name
        """Forget an event that is in no calendar."""
        await self._database.change(delete(calendar_events).where(TABLE.id == id))

    async def purge(self, before: float) -> None:
        """Forget events that were over long ago; they stay in the calendar."""
        await in_batches(self._database, delete(calendar_events), TABLE.ends_at < before)

    # how members want them

    async def choice(self, member_id: int) -> Choice:
        """Return how a member wants events in the calendar; raises Unreadable."""
        mine = calendar_choices.c.member_id == member_id
        row = await self._database.first(select(calendar_choices).where(mine))
        if row is None:
            return Choice()
        with reading("calendar_choices", member_id):
            return Choice(tuple(map(int, as_list(row["reminders"]))), row["apart"])

    async def choose(self, member_id: int, choice: Choice) -> None:
        """Keep how a member wants events in the calendar."""
        mine = calendar_choices.c.member_id == member_id
        values = {"reminders": list(choice.reminders), "apart": choice.apart}

        async def replace(connection: AsyncConnection) -> None:
            await connection.execute(delete(calendar_choices).where(mine))
            await connection.execute(insert(calendar_choices).values(member_id=member_id, **values))

        await self._database.write(replace)

    async def _all(self, which: ColumnElement[bool]) -> list[CalendarEvent]:
        query = select(calendar_events).where(which).order_by(TABLE.id)
        return readable("calendar_events", await self._database.all(query), _read)


def _gone(at: float) -> dict[str, object]:
    return {"wanted": None, "reason": None, "due_at": at, "tries": 0}


def _of(member_id: int | None, guild_id: int | None) -> ColumnElement[bool]:
    if member_id is None and guild_id is None:
        raise ValueError("whose?")
    if member_id is None:
        return TABLE.guild_id == guild_id
    mine = TABLE.member_id == member_id
    return mine if guild_id is None else mine & (TABLE.guild_id == guild_id)


def _values(one: CalendarEvent) -> dict[str, Any]:
    return {name: getattr(one, name) for name in CalendarEvent.__slots__ if name != "id"}


def _read(row: dict[str, Any]) -> CalendarEvent:
    for name in ("wanted", "written"):
        if row[name] is not None:
            as_object(row[name])
    return CalendarEvent(**row)
