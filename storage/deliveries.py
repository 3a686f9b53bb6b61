"""The outbox: one row is one send to one chat, and nothing is sent that is not a row first."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    Update,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    null,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.erasing import in_batches
from storage.reading import as_list, as_object, readable
from storage.tables import deliveries, drafts, hits, links

Claim = Callable[[AsyncConnection, str], Awaitable[bool]]
"""Notes in the same transaction which forward something becomes; False where that is not to be."""


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    PARKED = "parked"
    """Waits for the member's consent or a new link."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Kakao's answer was lost: it may have arrived."""
    CANCELLED = "cancelled"


class Acceptance(Enum):
    """What became of a forward that a member asked for."""

    ACCEPTED = auto()
    NOT_LINKED = auto()
    DRAFT_GONE = auto()
    """Somebody was faster to send it, or to throw it away."""
    TAKEN_BACK = auto()
    """Whatever was to become of it, its `claim` says no."""


class Chat(StrEnum):
    """Which chat a delivery goes to: the member's own or that with a friend."""

    ME = "me"
    FRIEND = "friend"


# What stands on a row instead of a card when that is made of hits right before it goes out.
OF_HITS: dict[str, Any] = {"hits": True}


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """One send that a member asks for; the ids say which Discord message it carries.

    `feature` is by which it was asked for, `policy` how much of a message the card holds: None for
    words of the member's own.
    """

    member_id: int
    chat: Chat
    card: dict[str, Any] = field(repr=False)
    friend_uuid: str | None = None
    friend_name: str | None = None
    guild_id: int | None = None
    channel_id: int | None = None
    message_id: int | None = None
    feature: str = "forward"
    policy: str | None = None


# Not `asdict`, which would copy the card.
ASKED = NewDelivery.__slots__
asked_of = attrgetter(*ASKED)


@dataclass(frozen=True, slots=True)
class _Forward:
    """What a member asks for at a time."""

    id: str
    rows: Sequence[NewDelivery]
    at: float
    draft_id: str | None
    claim: Claim | None

    @property
    def member_id(self) -> int:
        return self.rows[0].member_id


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the outbox. The rows of one forward share `forward_id` and go in one call.

    It goes out by the link of `link_generation`, for which it was accepted, or not at all.
    """

    id: int
    forward_id: str
    member_id: int
    chat: Chat
    friend_uuid: str | None
    friend_name: str | None
    card: dict[str, Any] | None = field(repr=False)
    state: DeliveryState
    code: int | None
    reason: str | None
    required_scopes: tuple[str, ...] | None
    tries: int
    repeats: int
    next_try_at: float
    lease_until: float | None
    worker: str | None
    guild_id: int | None
    channel_id: int | None
    message_id: int | None
    created_at: float
    finished_at: float | None
    link_generation: str
    feature: str
    policy: str | None

    @property
    def is_automatic(self) -> bool:
        """Whether it is made of hits right before it goes out, and not by hand before."""
        return self.card == OF_HITS


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of a member's rows wait alike, and which of them goes first."""

    count: int
    first: Delivery


# Into so many parts a time is divided in which rows go one after the other.
SHARES = 64
# What a row holds of whoever it goes to and what it says.
CONTENT = {"card": null(), "friend_uuid": None, "friend_name": None}

# Every send needs these; building a statement costs more than running it.
ACCEPT = insert(deliveries)
QUEUED = deliveries.c.state == DeliveryState.QUEUED
OF_FORWARD = (
    select(deliveries)
    .where(
        deliveries.c.forward_id == bindparam("forward_id"),
        deliveries.c.member_id == bindparam("member_id"),
    )
    .order_by(deliveries.c.id)
)
NEXT_DUE = select(func.min(deliveries.c.next_try_at).label("at")).where(
    deliveries.c.state == DeliveryState.QUEUED
)
QUEUED_BEFORE = select(func.count().label("n")).where(
    QUEUED, deliveries.c.next_try_at < bindparam("before", type_=Double)
)
UNDER_WAY = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.PARKED)
# Locked, so that nothing is accepted for a link that is being replaced; in everybody's order.
GENERATIONS = (
    select(links.c.member_id, links.c.generation)
    .where(links.c.member_id.in_(bindparam("member_ids", expanding=True)))
    .order_by(links.c.member_id)
    .with_for_update(read=True)
)
OF_ITS_LINK = exists().where(
    links.c.member_id == deliveries.c.member_id,
    links.c.generation == deliveries.c.link_generation,
)
# The words are those of `storage.hits.HitState`.
RELEASE = (
    update(hits)
    .where(hits.c.forward_id.in_(bindparam("forward_ids", expanding=True)), hits.c.state == "taken")
    .values(state="waiting", forward_id=None)
)


class DeliveryStore:
    """The table `deliveries`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def accept(
        self,
        forward_id: str,
        rows: Sequence[NewDelivery],
        *,
        at: float,
        draft_id: str | None = None,
        claim: Claim | None = None,
    ) -> Acceptance:
        """Commit a forward for the link that its member has now; it is due at once.

        With a draft it takes the place of that, so that it is sent once; so it is by a `claim`.
        """
        forward = _Forward(forward_id, rows, at, draft_id, claim)
        return await self._database.write_together(_accept, forward)

    async def of_forward(self, forward_id: str, member_id: int) -> list[Delivery]:
        """Return the rows of a member's forward, in the order they were asked for."""
        asked = {"forward_id": forward_id, "member_id": member_id}
        return as_deliveries(await self._database.all(OF_FORWARD, asked))

    async def next_due(self) -> float | None:
        """Return when the next queued row is due."""
        row = await self._database.first(NEXT_DUE)
        return row["at"] if row else None

    async def count_queued(self, before: float) -> int:
        """Return how many rows are to go out before then, which nobody has counted yet."""
        row = await self._database.first(QUEUED_BEFORE, {"before": before})
        return int(row["n"]) if row else 0

    async def requeue(self, ids: Sequence[int], at: float) -> list[Delivery]:
        """Let failed rows start afresh, if the link stands that they were accepted for."""
        failed = deliveries.c.id.in_(ids) & (deliveries.c.state == DeliveryState.FAILED)
        whole = failed & deliveries.c.card.is_not(None) & OF_ITS_LINK
        return await self._changed(_afresh(whole, at))

    async def park(
        self,
        like: Delivery,
        *,
        reason: str,
        required_scopes: Sequence[str] | None = None,
        chat: Chat | None = None,
    ) -> list[Delivery]:
        """Hold what is queued for the same link (and one kind of chat) until `unpark`."""
        change = set_state(_queued(like, chat), DeliveryState.PARKED)
        required = null() if required_scopes is None else list(required_scopes)
        return await self._changed(change.values(reason=reason, required_scopes=required))

    async def unpark(self, member_id: int, agreed: frozenset[str], at: float) -> list[Delivery]:
        """Queue what waited for the member's new link, or for these consents."""
        return await self._database.write(
            lambda connection: unpark(connection, member_id, agreed, at)
        )

    async def postpone(
        self, like: Delivery | None, *, chat: Chat, until: float, reason: str
    ) -> list[Delivery]:
        """Try nothing that is queued for the same link (None: for anybody's) before then."""
        earlier = _queued(like, chat) & (deliveries.c.next_try_at < until)
        change = update(deliveries).where(earlier)
        return await self._changed(change.values(next_try_at=until, reason=reason))

    async def hasten(self, now: float, waits: Mapping[str, float], otherwise: float) -> None:
        """Let queued rows go that wait longer than they can for their reason, in seconds.

        They were put off before the clock was set back. What was just accepted has no reason.
        """
        reason = deliveries.c.reason
        known = [(reason == name, seconds) for name, seconds in waits.items()]
        longest = case((reason.is_(None), 0.0), *known, else_=otherwise)
        ahead = _queued(None, None) & (deliveries.c.next_try_at > now + longest)
        await self._database.change(update(deliveries).where(ahead).values(next_try_at=now))

    async def hold(self, until: float, reason: str) -> list[Delivery]:
        """Let queued rows that would go before then wait, each once, and say why."""
        earlier = _queued(None, None) & (deliveries.c.next_try_at < until)
        earlier &= deliveries.c.reason.is_distinct_from(reason)
        change = update(deliveries).where(earlier)
        return await self._changed(change.values(next_try_at=until, reason=reason))

    async def resume(self, reasons: Sequence[str], now: float, within: float) -> list[Delivery]:
        """Let what waits for these reasons go within so many seconds, not all of it at once."""
        waiting = _queued(None, None) & deliveries.c.reason.in_(reasons)
        share = (deliveries.c.id % SHARES) / float(SHARES)
        change = update(deliveries).where(waiting)
        return await self._changed(change.values(next_try_at=now + within * share))

    async def give_up(self, reasons: Sequence[str], before: float, at: float) -> list[Delivery]:
        """End what waits for these reasons since before then."""
        waiting = _queued(None, None) & deliveries.c.reason.in_(reasons)
        old = waiting & (deliveries.c.created_at < before)
        in_doubt = (deliveries.c.repeats > 0, DeliveryState.UNKNOWN)
        change = update(deliveries).where(old)
        ended = case(in_doubt, else_=DeliveryState.FAILED)
        return await self._changed(change.values(state=ended, finished_at=at))

    async def cancel(self, member_id: int, at: float) -> list[Delivery]:
        """Cancel what a member still has to send and forget all they sent to whom.

        A row that is being sent right now ends with its result, but never goes out again.
        """
        return await self._database.write(lambda connection: cancel(connection, member_id, at))

    async def last(self, member_id: int, n: int) -> list[Delivery]:
        """Return a member's latest rows, the newest first."""
        query = (
            select(deliveries)
            .where(deliveries.c.member_id == member_id)
            .order_by(deliveries.c.created_at.desc(), deliveries.c.id.desc())
            .limit(n)
        )
        return as_deliveries(await self._database.all(query))

    async def waiting(self, member_id: int) -> list[Waiting]:
        """Return what a member still has to send, by state and reason."""
        columns = deliveries.c
        alike = (columns.state, columns.reason, columns.chat)
        earlier = (columns.next_try_at, columns.id)
        turn = func.row_number().over(partition_by=alike, order_by=earlier)
        mine = columns.state.in_(UNDER_WAY) & (columns.member_id == member_id)
        total = func.count().over(partition_by=alike).label("total")
        found = select(deliveries, total, turn.label("turn")).where(mine).subquery()
        firsts = select(found).where(found.c.turn == 1).order_by(found.c.next_try_at, found.c.id)
        groups = []
        for row in await self._database.all(firsts):
            count = int(row.pop("total"))
            del row["turn"]
            groups += [Waiting(count, first) for first in as_deliveries([row])]
        return groups

    async def erase_cards(self, before: float) -> None:
        """Erase the cards of rows that ended, or could go out again, before then."""
        ended = (deliveries.c.finished_at < before) & (deliveries.c.next_try_at < before)
        ended &= deliveries.c.card.is_not(None)
        await in_batches(self._database, update(deliveries).values(card=null()), ended)

    async def purge(self, before: float) -> None:
        """Erase rows that ended before then."""
        ended = deliveries.c.finished_at < before
        await in_batches(self._database, delete(deliveries), ended)

    async def drop_parked(self, before: float, at: float) -> None:
        """Cancel what was parked and is older than that: its member does not come back."""
        parked = deliveries.c.state == DeliveryState.PARKED
        stop = update(deliveries).values(**CONTENT, state=DeliveryState.CANCELLED, finished_at=at)
        await in_batches(self._database, stop, parked & (deliveries.c.created_at < before))

    async def _changed(self, change: Update) -> list[Delivery]:
        return await self._database.write(lambda connection: returned(connection, change))


async def returned(connection: AsyncConnection, change: Update) -> list[Delivery]:
    """Make a change and return the rows as they are now."""
    return as_deliveries(await rows_of(connection, change.returning(deliveries)))


def as_deliveries(rows: Iterable[dict[str, Any]]) -> list[Delivery]:
    """Return the rows that can be read."""
    return readable("deliveries", rows, _read)


async def generations_of(
    connection: AsyncConnection, member_ids: Collection[int]
) -> dict[int, str]:
    """Return the generations of members' links, which stay until this transaction ends."""
    found = await rows_of(connection, GENERATIONS, {"member_ids": list(member_ids)})
    return {row["member_id"]: row["generation"] for row in found}


async def _accept(connection: AsyncConnection, forwards: Sequence[_Forward]) -> list[Acceptance]:
    """Accept all forwards that wait for it, with one statement for their rows."""
    generations = await generations_of(connection, {one.member_id for one in forwards})
    ends = [await _may_accept(connection, one, generations) for one in forwards]
    new = [
        row
        for one, end in zip(forwards, ends, strict=True)
        if end is Acceptance.ACCEPTED
        for row in new_rows(one.id, one.rows, one.at, generations[one.member_id])
    ]
    if new:
        await connection.execute(ACCEPT, new)
    return ends


async def _may_accept(
    connection: AsyncConnection, forward: _Forward, generations: Mapping[int, str]
) -> Acceptance:
    if forward.member_id not in generations:
        return Acceptance.NOT_LINKED
    if forward.draft_id is not None:
        taken = delete(drafts).where(drafts.c.id == forward.draft_id).returning(drafts.c.id)
        if not await rows_of(connection, taken):
            return Acceptance.DRAFT_GONE
    if forward.claim is not None and not await forward.claim(connection, forward.id):
        return Acceptance.TAKEN_BACK
    return Acceptance.ACCEPTED


async def unpark(
    connection: AsyncConnection, member_id: int, agreed: frozenset[str], at: float
) -> list[Delivery]:
    """Queue what waited for the member's new link, or for these consents."""
    parked = deliveries.c.state == DeliveryState.PARKED
    mine = parked & (deliveries.c.member_id == member_id) & OF_ITS_LINK
    waiting = select(deliveries.c.id, deliveries.c.required_scopes).where(mine)
    rows = await rows_of(connection, waiting)
    free = [row["id"] for row in rows if _is_free(row["required_scopes"], agreed)]
    which = mine & deliveries.c.id.in_(free)
    return await returned(connection, _afresh(which, at)) if free else []


async def cancel(
    connection: AsyncConnection, member_id: int, at: float, guild_id: int | None = None
) -> list[Delivery]:
    """Cancel what a member still has to send, out of one server or at all, and forget to whom."""
    mine = deliveries.c.member_id == member_id
    if guild_id is not None:
        mine &= deliveries.c.guild_id == guild_id
    waiting = mine & deliveries.c.state.in_([DeliveryState.QUEUED, DeliveryState.PARKED])
    stop = set_state(waiting, DeliveryState.CANCELLED).values(finished_at=at)
    stopped = await returned(connection, stop)
    await connection.execute(update(deliveries).where(mine).values(CONTENT))
    return stopped


async def release_hits(connection: AsyncConnection, cancelled: Iterable[Delivery]) -> None:
    """Let what was found wait again whose delivery has certainly not gone out."""
    unsent = [row.forward_id for row in cancelled if not row.repeats]
    if unsent:
        await connection.execute(RELEASE, {"forward_ids": unsent})


def new_rows(
    forward_id: str, rows: Sequence[NewDelivery], at: float, generation: str
) -> list[dict[str, Any]]:
    """Return the rows of a forward that is due at once, as the table takes them."""
    start = {
        "forward_id": forward_id,
        "link_generation": generation,
        "state": DeliveryState.QUEUED,
        "tries": 0,
        "repeats": 0,
        "next_try_at": at,
        "created_at": at,
    }
    return [dict(zip(ASKED, asked_of(row), strict=True)) | start for row in rows]


def _queued(like: Delivery | None, chat: Chat | None) -> ColumnElement[bool]:
    queued = deliveries.c.state == DeliveryState.QUEUED
    if like is not None:
        queued &= deliveries.c.member_id == like.member_id
        queued &= deliveries.c.link_generation == like.link_generation
    if chat is not None:
        queued &= deliveries.c.chat == chat
    return queued


def _afresh(which: ColumnElement[bool], at: float) -> Update:
    return set_state(which, DeliveryState.QUEUED).values(
        code=None,
        reason=None,
        required_scopes=null(),
        tries=0,
        next_try_at=at,
        finished_at=None,
    )


def set_state(which: ColumnElement[bool], state: DeliveryState) -> Update:
    """Return the change that lets rows stand there."""
    return update(deliveries).where(which).values(state=state)


def _is_free(required: object, agreed: frozenset[str]) -> bool:
    return required is None or (isinstance(required, list) and agreed.issuperset(required))


def _read(row: dict[str, Any]) -> Delivery:
    card, scopes = row["card"], row["required_scopes"]
    kinds = {
        "chat": Chat(row["chat"]),
        "state": DeliveryState(row["state"]),
        "card": None if card is None else as_object(card),
        "required_scopes": None if scopes is None else tuple(as_list(scopes)),
    }
    return Delivery(**row | kinds)
