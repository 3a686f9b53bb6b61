"""With which emoji members send messages to their own chats, and what they have sent that way."""

from dataclasses import asdict, dataclass, field
from enum import Enum, StrEnum, auto
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, insert_into, rows_of
from storage.deliveries import (
    UNDER_WAY,
    Claim,
    Delivery,
    DeliveryState,
    as_deliveries,
    returned,
)
from storage.erasing import in_batches
from storage.reading import as_object, readable, reading
from storage.tables import deliveries, reaction_choices, reaction_sends

CHOICE, SEND = reaction_choices.c, reaction_sends.c
MOST_TOLD = 50


class SendState(StrEnum):
    """Where a message stands that somebody has reacted to."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    """It has become a delivery, of which is not known yet how it ends."""
    DONE = "done"
    """It has arrived, or may have."""


class Noted(Enum):
    """What became of a reaction."""

    NEW = auto()
    KNOWN = auto()
    """The message is on its way, or was sent already."""
    FULL = auto()
    """Too much of this member's is under way."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A member's emoji: as Discord writes it, and the `key` that reactions are compared by."""

    member_id: int
    emoji: str
    key: str
    locale: str
    chosen_at: float
    told: dict[str, Any] = field(default_factory=dict)


class BeingSent(Exception):
    """Nobody knows yet whether it goes out."""


@dataclass(frozen=True, slots=True)
class NewSend:
    """A message in a server that a member has reacted to."""

    member_id: int
    message_id: int
    guild_id: int
    channel_id: int
    key: str


@dataclass(frozen=True, slots=True)
class Send:
    """A message that still has to become a delivery."""

    id: int
    member_id: int
    message_id: int
    guild_id: int
    channel_id: int
    key: str
    state: SendState
    forward_id: str | None
    tries: int
    next_try_at: float
    created_at: float
    expires_at: float


OF_MEMBER = select(reaction_choices).where(CHOICE.member_id == bindparam("member_id"))
THIS = (SEND.member_id == bindparam("member_id")) & (SEND.message_id == bindparam("message_id"))
FOUND = select(reaction_sends).where(THIS)
ASKED = select(deliveries.c.id).where(
    deliveries.c.forward_id == bindparam("forward_id"),
    deliveries.c.state == DeliveryState.SENDING,
)
# Of a forward to "Me" there is one row.
WAY = reaction_sends.join(deliveries, deliveries.c.forward_id == SEND.forward_id, isouter=True)
COUNT = (
    select(func.count().label("n"))
    .select_from(WAY)
    .where(
        SEND.member_id == bindparam("member_id"),
        or_(
            SEND.state == SendState.WAITING,
            (SEND.state == SendState.ACCEPTED) & deliveries.c.state.in_(UNDER_WAY),
        ),
    )
)
NOT_SENT = (DeliveryState.FAILED, DeliveryState.CANCELLED)
DUE = (
    select(reaction_sends)
    .where(SEND.state == SendState.WAITING, SEND.next_try_at <= bindparam("now"))
    .order_by(SEND.next_try_at, SEND.id)
    .limit(bindparam("most"))
)
NEXT_DUE = select(func.min(SEND.next_try_at).label("at")).where(SEND.state == SendState.WAITING)
ENDED = (
    select(deliveries, SEND.id.label("send_id"))
    .select_from(reaction_sends.join(deliveries, deliveries.c.forward_id == SEND.forward_id))
    .where(SEND.state == SendState.ACCEPTED, deliveries.c.state.not_in(UNDER_WAY))
    .limit(bindparam("most"))
)


class ReactionStore:
    """The tables `reaction_choices` and `reaction_sends`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, member_id: int) -> Choice | None:
        """Return the emoji that a member has chosen."""
        row = await self._database.first(OF_MEMBER, {"member_id": member_id})
        if row is None:
            return None
        with reading("reaction_choices", member_id):
            return Choice(**row | {"told": as_object(row["told"])})

    async def choose(self, choice: Choice) -> None:
        """Keep a member's choice in place of the one before."""
        mine = CHOICE.member_id == choice.member_id

        async def replace(connection: AsyncConnection) -> None:
            await connection.execute(delete(reaction_choices).where(mine))
            await connection.execute(insert(reaction_choices).values(asdict(choice)))

        await self._database.write(replace)

    async def forget(self, member_id: int) -> bool:
        """Forget a member's choice; False when there was none."""
        gone = delete(reaction_choices).where(CHOICE.member_id == member_id)
        return bool(await self._database.change(gone.returning(CHOICE.member_id)))

    async def tell(self, member_id: int, cause: str, at: float, again_after: float) -> bool:
        """Note that a member is told of a cause; False when they were not long ago."""

        async def note(connection: AsyncConnection) -> bool:
            rows = await rows_of(connection, OF_MEMBER.with_for_update(), {"member_id": member_id})
            if not rows:
                return False
            told = as_object(rows[0]["told"])
            last = told.pop(cause, None)
            if last is not None and last <= at < last + again_after:
                return False
            kept = dict([*told.items(), (cause, at)][-MOST_TOLD:])
            mine = CHOICE.member_id == member_id
            await connection.execute(update(reaction_choices).where(mine).values(told=kept))
            return True

        return await self._database.write(note)

    async def note(self, new: NewSend, *, most: int, at: float, expires_at: float) -> Noted:
        """Keep what a member wants sent, unless they have so much under way already.

        What could not be sent the last time begins anew.
        """
        start: dict[str, Any] = {"state": SendState.WAITING, "forward_id": None, "tries": 0}
        start |= {"next_try_at": at, "created_at": at, "expires_at": expires_at}
        me = {"member_id": new.member_id, "message_id": new.message_id}

        async def keep(connection: AsyncConnection) -> Noted:
            known = await rows_of(connection, FOUND, me)
            if known and not await _may_begin_anew(connection, known[0]):
                return Noted.KNOWN
            [count] = await rows_of(connection, COUNT, {"member_id": new.member_id})
            if count["n"] >= most:
                return Noted.FULL
            if known:
                await connection.execute(delete(reaction_sends).where(SEND.id == known[0]["id"]))
            add = _adding(connection.dialect.name).values(asdict(new) | start)
            return Noted.NEW if await rows_of(connection, add.returning(SEND.id)) else Noted.KNOWN

        return await self._database.write(keep)

    async def find(self, member_id: int, message_id: int) -> Send | None:
        """Return what became of a member's wish to send a message."""
        asked = {"member_id": member_id, "message_id": message_id}
        row = await self._database.first(FOUND, asked)
        return _read(row) if row else None

    async def withdraw(self, member_id: int, message_id: int, at: float) -> list[Delivery]:
        """Cancel what has not gone, which may be asked for anew; returns what was cancelled.

        Raises BeingSent while Kakao is asked to send it: that may fail, and be tried again.
        """
        me = {"member_id": member_id, "message_id": message_id}

        async def change(connection: AsyncConnection) -> list[Delivery]:
            cancelled: list[Delivery] = []
            for row in await rows_of(connection, FOUND.with_for_update(), me):
                if row["state"] != SendState.WAITING:
                    forward_id = row["forward_id"]
                    cancelled = await _cancel(connection, forward_id, at)
                    asked = await rows_of(connection, ASKED, {"forward_id": forward_id})
                    if asked:
                        raise BeingSent
                    if not cancelled or any(one.repeats for one in cancelled):
                        continue  # it has arrived, or may have
                await connection.execute(delete(reaction_sends).where(SEND.id == row["id"]))
            return cancelled

        return await self._database.write(change)

    async def due(self, now: float, most: int) -> list[Send]:
        """Return what should become a delivery now, what waits longest first."""
        rows = await self._database.all(DUE, {"now": now, "most": most})
        return readable("reaction_sends", rows, _read)

    async def next_due(self) -> float | None:
        """Return when the next one is due."""
        row = await self._database.first(NEXT_DUE)
        return row["at"] if row else None

    def claim(self, send: Send) -> Claim:
        """Return what notes the forward that this becomes, unless it was taken back meanwhile."""

        async def take(connection: AsyncConnection, forward_id: str) -> bool:
            values = {"state": SendState.ACCEPTED, "forward_id": forward_id}
            change = update(reaction_sends).where(_waiting(send)).values(values)
            return bool(await rows_of(connection, change.returning(SEND.id)))

        return take

    async def postpone(self, send: Send, at: float) -> None:
        """Try again then."""
        change = update(reaction_sends).where(_waiting(send))
        await self._database.change(change.values(tries=SEND.tries + 1, next_try_at=at))

    async def drop(self, send: Send) -> None:
        """Forget what cannot be sent."""
        await self._database.change(delete(reaction_sends).where(_waiting(send)))

    async def take_ended(self, most: int) -> list[Delivery]:
        """Return what was accepted and has ended by now, each once.

        What has certainly not arrived may be asked for anew.
        """
        rows = await self._database.all(ENDED, {"most": most})
        ends = {row.pop("send_id"): row for row in rows}
        stopped = [number for number, row in ends.items() if _has_stopped(row)]
        arrived = [number for number in ends if number not in stopped]

        async def take(connection: AsyncConnection) -> list[Delivery]:
            mine = SEND.state == SendState.ACCEPTED
            gone = delete(reaction_sends).where(mine, SEND.id.in_(stopped)).returning(SEND.id)
            done = update(reaction_sends).where(mine, SEND.id.in_(arrived)).returning(SEND.id)
            taken = [
                *await rows_of(connection, gone),
                *await rows_of(connection, done.values(state=SendState.DONE)),
            ]
            return as_deliveries(ends[row["id"]] for row in taken)

        return await self._database.write(take) if ends else []

    async def hasten(self, now: float, longest: float) -> None:
        """Let what waits longer than it can be due: the clock was set back."""
        ahead = (SEND.state == SendState.WAITING) & (SEND.next_try_at > now + longest)
        await self._database.change(
            update(reaction_sends).where(ahead).values(next_try_at=now, created_at=now)
        )

    async def forget_sends(
        self, *, guild_id: int | None = None, member_id: int | None = None
    ) -> None:
        """Forget what was sent, or still waits, out of a server, by a member, or both."""
        conditions = [
            column == value
            for column, value in ((SEND.guild_id, guild_id), (SEND.member_id, member_id))
            if value is not None
        ]
        if not conditions:
            raise ValueError("whose?")
        await self._database.change(delete(reaction_sends).where(*conditions))

    async def purge(self, before: float) -> None:
        """Erase what was sent so long ago that it may be sent again."""
        await in_batches(self._database, delete(reaction_sends), SEND.expires_at < before)


def _waiting(send: Send) -> ColumnElement[bool]:
    return (SEND.id == send.id) & (SEND.state == SendState.WAITING)


async def _may_begin_anew(connection: AsyncConnection, row: dict[str, Any]) -> bool:
    """Tell whether what a member asks for again has certainly not been sent."""
    if row["state"] == SendState.WAITING:
        return False
    columns = deliveries.c
    query = select(columns.state, columns.repeats).where(columns.forward_id == row["forward_id"])
    rows = await rows_of(connection, query)
    return bool(rows) and all(map(_has_stopped, rows))


def _has_stopped(row: dict[str, Any]) -> bool:
    """Tell whether a delivery has ended and has certainly not arrived."""
    return row["state"] in NOT_SENT and not row["repeats"]


async def _cancel(connection: AsyncConnection, forward_id: str, at: float) -> list[Delivery]:
    waits: ColumnElement[bool] = deliveries.c.state.in_(
        (DeliveryState.QUEUED, DeliveryState.PARKED)
    )
    stop = update(deliveries).where(deliveries.c.forward_id == forward_id, waits)
    return await returned(
        connection, stop.values(state=DeliveryState.CANCELLED, finished_at=at, card=null())
    )


@cache
def _adding(dialect: str) -> Any:  # noqa: ANN401 - each dialect has an Insert of its own
    return insert_into(reaction_sends, dialect).on_conflict_do_nothing()


def _read(row: dict[str, Any]) -> Send:
    return Send(**row | {"state": SendState(row["state"])})
