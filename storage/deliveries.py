"""The outbox: one row is one send to one chat, and nothing is sent that is not a row first."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Double,
    Integer,
    Subquery,
    Text,
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
from sqlalchemy.sql.dml import ReturningUpdate

from storage.allowances import Claim, count, give_back, mark_spent
from storage.database import Database, rows_of
from storage.erasing import in_batches
from storage.reading import as_list, as_object, readable
from storage.tables import deliveries, drafts, hits, links
from storage.workers import bury, clock, living


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


class Chat(StrEnum):
    """Which chat a delivery goes to: the member's own or that with a friend."""

    ME = "me"
    FRIEND = "friend"


# What stands on a row instead of a card when that is made of hits right before it goes out.
OF_HITS: dict[str, Any] = {"hits": True}


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """One send that a member asks for; the ids say which Discord message it carries."""

    member_id: int
    chat: Chat
    card: dict[str, Any] = field(repr=False)
    friend_uuid: str | None = None
    friend_name: str | None = None
    guild_id: int | None = None
    channel_id: int | None = None
    message_id: int | None = None


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

    @property
    def is_automatic(self) -> bool:
        """Whether it is made of hits right before it goes out, and not by hand before."""
        return self.card == OF_HITS


@dataclass(frozen=True, slots=True)
class Probe:
    """Which rows find out whether Kakao answers again.

    Rows that wait for a reason in `early` may be taken before their time; those of the `suspects`,
    whose calls have failed, come after the others'.
    """

    early: Sequence[str] = ()
    suspects: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Lease:
    """The rows of one forward that were taken for sending at a time.

    `claims` says what was counted for a row, `refused` which rows were not counted and must not
    go out, for lack of what.
    """

    at: float
    rows: list[Delivery]
    claims: Mapping[int, Sequence[Claim]]
    refused: Mapping[int, Claim]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery that was leased; `at` is when it did.

    `next_try_at` is when it goes out next, or for a failed one may go out again.
    """

    delivery: Delivery
    state: DeliveryState
    at: float
    reason: str | None = None
    code: int | None = None
    required_scopes: tuple[str, ...] | None = None
    next_try_at: float | None = None
    tries: int | None = None
    repeats: int | None = None


FINAL = frozenset(
    {
        DeliveryState.SENT,
        DeliveryState.FAILED,
        DeliveryState.UNKNOWN,
        DeliveryState.CANCELLED,
    }
)
NO_SHARE = 1_000_000
# Among so many rows that are due it is decided whose turn it is.
WINDOW = 500
# Into so many parts a time is divided in which rows go one after the other.
SHARES = 64
UNREADABLE = "unreadable"
WITHOUT_CARD = frozenset({DeliveryState.SENT, DeliveryState.CANCELLED})
# What a row holds of whoever it goes to and what it says.
CONTENT = {"card": null(), "friend_uuid": None, "friend_name": None}


def _lease(due: ColumnElement[bool], *order: ColumnElement[Any]) -> ReturningUpdate[Any]:
    """Take rows that are due, the forwards in this order, and of no member more than their share.

    Of each member one comes after the other; what is being sent already counts as theirs.
    """
    turns = _turns(due, order)
    first = (
        select(turns.c.forward_id)
        .where(turns.c.is_due == 1, turns.c.number <= bindparam("share", type_=Integer))
        .order_by(*(turns.c[f"key_{n}"] for n in range(len(order))), turns.c.number)
        .order_by(turns.c.due_at, turns.c.first_id)
        .limit(bindparam("forwards", type_=Integer))
    )
    # On PostgreSQL other processes lease at the same time: each passes the other's rows by.
    free = (
        select(deliveries.c.id)
        .where(due, deliveries.c.forward_id.in_(first))
        .with_for_update(skip_locked=True)
    )
    return (
        update(deliveries)
        .where(deliveries.c.id.in_(free))
        .values(
            state=DeliveryState.SENDING,
            lease_until=bindparam("until", type_=Double),
            worker=bindparam("worker", type_=Text),
            tries=deliveries.c.tries + 1,
        )
        .returning(deliveries)
    )


def _turns(due: ColumnElement[bool], order: Sequence[ColumnElement[Any]]) -> Subquery:
    """Count each member's forwards: first those under way, then those due, in this order."""
    columns = deliveries.c
    is_due = func.min(case((columns.state == DeliveryState.SENDING, 0), else_=1))
    due_at, first_id = func.min(columns.next_try_at), func.min(columns.id)
    order_by = (is_due, *order, due_at, first_id)
    oldest = select(columns.id).where(due).order_by(columns.next_try_at, columns.id).limit(WINDOW)
    number = func.row_number().over(partition_by=columns.member_id, order_by=order_by)
    return (
        select(columns.forward_id, is_due.label("is_due"), number.label("number"))
        .add_columns(due_at.label("due_at"), first_id.label("first_id"))
        .add_columns(*(key.label(f"key_{n}") for n, key in enumerate(order)))
        .where(columns.id.in_(oldest) | (columns.state == DeliveryState.SENDING))
        .group_by(columns.member_id, columns.forward_id)
        .subquery()
    )


def _lease_probe() -> ReturningUpdate[Any]:
    """Take rows for trying whether Kakao answers again, first those that risk the least by it."""
    early = deliveries.c.reason.in_(bindparam("early", expanding=True))
    suspect = deliveries.c.member_id.in_(bindparam("suspects", expanding=True))
    risky = (deliveries.c.chat != Chat.ME) | (deliveries.c.repeats > 0)
    order = [func.max(case((what, 1), else_=0)) for what in (~DUE, suspect, risky)]
    return _lease(QUEUED & (DUE | early), *order)


def _record() -> Update:
    """Note an outcome; what it does not name stays as it is."""
    kept = {
        "required_scopes": "new_scopes",
        "next_try_at": "new_next_try_at",
        "tries": "new_tries",
        "repeats": "new_repeats",
    }
    columns = deliveries.c
    return (
        update(deliveries)
        .where(
            columns.id == bindparam("its_id"),
            columns.state == DeliveryState.SENDING,
            columns.lease_until == bindparam("its_lease"),
        )
        .values(
            state=bindparam("new_state"),
            reason=bindparam("new_reason"),
            code=bindparam("new_code"),
            lease_until=None,
            worker=None,
            finished_at=bindparam("new_finish"),
            card=case((bindparam("erases", type_=Boolean), null()), else_=columns.card),
            **{
                name: func.coalesce(bindparam(new, type_=columns[name].type), columns[name])
                for name, new in kept.items()
            },
        )
    )


# Every send needs these; building a statement costs more than running it.
ACCEPT = insert(deliveries)
DUE = deliveries.c.next_try_at <= bindparam("now", type_=Double)
QUEUED = deliveries.c.state == DeliveryState.QUEUED
LEASE = _lease(QUEUED & DUE)
LEASE_PROBE = _lease_probe()
RECORD = _record()
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
UNDER_WAY = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.PARKED)
BUSY = (
    select(deliveries.c.id)
    .join(hits, hits.c.forward_id == deliveries.c.forward_id)
    .where(
        deliveries.c.member_id == bindparam("member_id"),
        deliveries.c.state.in_(UNDER_WAY),
    )
    .limit(1)
)
CANCEL_ERASED = (
    update(deliveries)
    .where(
        deliveries.c.state.in_([DeliveryState.QUEUED, DeliveryState.PARKED]),
        deliveries.c.card.is_(None),
    )
    .values(state=DeliveryState.CANCELLED, finished_at=bindparam("at"), reason=None)
    .returning(deliveries)
)
# Locked, so that nothing is accepted for a link that is being replaced.
GENERATION = (
    select(links.c.generation)
    .where(links.c.member_id == bindparam("member_id"))
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
    ) -> Acceptance:
        """Commit a forward for the link that its member has now; it is due at once.

        With a draft it takes the place of that, so that it is sent once.
        """

        async def change(connection: AsyncConnection) -> Acceptance:
            generation = await generation_of(connection, rows[0].member_id)
            if generation is None:
                return Acceptance.NOT_LINKED
            if draft_id is not None:
                taken = delete(drafts).where(drafts.c.id == draft_id).returning(drafts.c.id)
                if not await rows_of(connection, taken):
                    return Acceptance.DRAFT_GONE
            await connection.execute(ACCEPT, new_rows(forward_id, rows, at, generation))
            return Acceptance.ACCEPTED

        return await self._database.write(change)

    async def lease(
        self,
        now: float,
        until: float,
        forwards: int,
        claims: Callable[[Delivery], Sequence[Claim]],
        *,
        share: int = NO_SHARE,
        probe: Probe | None = None,
        worker: str | None = None,
    ) -> list[Lease]:
        """Take the due rows of up to so many forwards for sending, those due longest first.

        Of no member more are under way then than their share.
        For a probe first those that risk the least, and some of them before their time.

        They belong to the caller until then: whoever finds them `sending` afterwards may
        conclude that the caller is dead. What each row claims is counted at once. A row that
        cannot be read fails here.
        """
        asked: dict[str, Any] = {
            "now": now,
            "until": until,
            "forwards": forwards,
            "share": share,
            "worker": worker,
        }
        if probe is not None:
            asked |= {"early": list(probe.early), "suspects": list(probe.suspects)}
        statement = LEASE if probe is None else LEASE_PROBE

        async def change(connection: AsyncConnection) -> list[Lease]:
            rows = await rows_of(connection, statement, asked)
            taken = _all(rows)
            await _give_up(connection, {row["id"] for row in rows} - {row.id for row in taken}, now)
            forwards_taken = _by_forward(taken)
            wanted = {row.id: claims(row) for rows in forwards_taken for row in rows}
            refused = await count(connection, wanted)
            counted = {number: c for number, c in wanted.items() if number not in refused}
            return [Lease(now, rows, counted, refused) for rows in forwards_taken]

        return await self._database.write(change)

    async def record(
        self,
        outcomes: Sequence[Outcome],
        *,
        unused: Sequence[Claim] = (),
        spent: Sequence[Claim] = (),
    ) -> None:
        """Commit what became of leased rows, what they did not use and what Kakao says is spent.

        A row whose lease was taken over meanwhile keeps what the other one records.
        """

        async def note(connection: AsyncConnection) -> None:
            await connection.execute(RECORD, [_outcome(outcome) for outcome in outcomes])
            if not all(outcome.state in FINAL for outcome in outcomes):
                await _cancel_erased(connection, outcomes[0].at)
            if unused or spent:
                theirs = await _of_former_link(connection, outcomes[0].delivery)
                await give_back(connection, [claim for claim in unused if not theirs(claim)])
                await mark_spent(connection, [claim for claim in spent if not theirs(claim)])

        await self._database.write(note)

    async def recover(
        self, now: float, *, worker: str | None = None, busy: Collection[int] = ()
    ) -> list[Delivery]:
        """Settle rows that were left `sending`: nobody knows whether they went out.

        The member's own chat gets them once more; friends never. The calling `worker` is at work
        on the `busy` ones and on no others of its own; those of a worker that is dead, or whose
        lease is over, are nobody's. Where no other process can be at work, all others are.
        """
        left = (deliveries.c.state == DeliveryState.SENDING) & deliveries.c.id.not_in(busy)

        async def settle(connection: AsyncConnection) -> list[Delivery]:
            lost = left
            if not self._database.exclusive:
                shared = await clock(connection, now)
                lost &= _of_nobody(now, shared, worker)
                await bury(connection, shared)
            changed = [await _returned(connection, change) for change in _settled(lost, now)]
            await _cancel_erased(connection, now)
            return [row for rows in changed for row in rows]

        return await self._database.write(settle)

    async def of_forward(self, forward_id: str, member_id: int) -> list[Delivery]:
        """Return the rows of a member's forward, in the order they were asked for."""
        asked = {"forward_id": forward_id, "member_id": member_id}
        return _all(await self._database.all(OF_FORWARD, asked))

    async def next_due(self) -> float | None:
        """Return when the next queued row is due."""
        row = await self._database.first(NEXT_DUE)
        return row["at"] if row else None

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
        change = _set_state(_queued(like, chat), DeliveryState.PARKED)
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

    async def is_busy(self, member_id: int) -> bool:
        """Tell whether an automatic delivery of a member's is on its way, or waits for its turn."""
        return bool(await self._database.all(BUSY, {"member_id": member_id}))

    async def last(self, member_id: int, n: int) -> list[Delivery]:
        """Return a member's latest rows, the newest first."""
        query = (
            select(deliveries)
            .where(deliveries.c.member_id == member_id)
            .order_by(deliveries.c.created_at.desc(), deliveries.c.id.desc())
            .limit(n)
        )
        return _all(await self._database.all(query))

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
        return await self._database.write(lambda connection: _returned(connection, change))


def _of_nobody(now: float, shared: float, worker: str | None) -> ColumnElement[bool]:
    columns = deliveries.c
    of_dead = columns.worker.is_not(None) & columns.worker.not_in(living(shared))
    nobodys = of_dead | (columns.lease_until <= now)
    return nobodys if worker is None else nobodys | (columns.worker == worker)


def _settled(lost: ColumnElement[bool], now: float) -> tuple[Update, Update]:
    """Send to "Me" once more, and end the rest in doubt."""
    over = {"lease_until": None, "worker": None, "reason": "restart"}
    repeatable = (deliveries.c.chat == Chat.ME) & (deliveries.c.repeats == 0)
    again = _set_state(lost & repeatable, DeliveryState.QUEUED)
    give_up = _set_state(lost, DeliveryState.UNKNOWN)
    return again.values(repeats=1, next_try_at=now, **over), give_up.values(finished_at=now, **over)


async def _returned(connection: AsyncConnection, change: Update) -> list[Delivery]:
    return _all(await rows_of(connection, change.returning(deliveries)))


def _all(rows: Iterable[dict[str, Any]]) -> list[Delivery]:
    return readable("deliveries", rows, _read)


async def _give_up(connection: AsyncConnection, ids: Collection[int], at: float) -> None:
    """Let rows fail that nobody can read."""
    bad = _set_state(deliveries.c.id.in_(list(ids)), DeliveryState.FAILED).values(
        reason=UNREADABLE, finished_at=at, lease_until=None, card=null(), required_scopes=null()
    )
    if ids:
        await connection.execute(bad)


async def generation_of(connection: AsyncConnection, member_id: int) -> str | None:
    """Return the generation of a member's link, which stays until this transaction ends."""
    found = await rows_of(connection, GENERATION, {"member_id": member_id})
    return found[0]["generation"] if found else None


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
    return await _returned(connection, _afresh(which, at)) if free else []


async def cancel(connection: AsyncConnection, member_id: int, at: float) -> list[Delivery]:
    """Cancel what a member still has to send and forget all they sent to whom."""
    mine = deliveries.c.member_id == member_id
    waiting = mine & deliveries.c.state.in_([DeliveryState.QUEUED, DeliveryState.PARKED])
    stop = _set_state(waiting, DeliveryState.CANCELLED).values(finished_at=at)
    stopped = await _returned(connection, stop)
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
    return [_new(forward_id, row, at) | {"link_generation": generation} for row in rows]


def _new(forward_id: str, row: NewDelivery, at: float) -> dict[str, Any]:
    start = {
        "forward_id": forward_id,
        "state": DeliveryState.QUEUED,
        "tries": 0,
        "repeats": 0,
        "next_try_at": at,
        "created_at": at,
    }
    # Not `asdict`, which would copy the card.
    return {name: getattr(row, name) for name in NewDelivery.__slots__} | start


def _queued(like: Delivery | None, chat: Chat | None) -> ColumnElement[bool]:
    queued = deliveries.c.state == DeliveryState.QUEUED
    if like is not None:
        queued &= deliveries.c.member_id == like.member_id
        queued &= deliveries.c.link_generation == like.link_generation
    if chat is not None:
        queued &= deliveries.c.chat == chat
    return queued


def _afresh(which: ColumnElement[bool], at: float) -> Update:
    return _set_state(which, DeliveryState.QUEUED).values(
        code=None,
        reason=None,
        required_scopes=null(),
        tries=0,
        next_try_at=at,
        finished_at=None,
    )


def _set_state(which: ColumnElement[bool], state: DeliveryState) -> Update:
    return update(deliveries).where(which).values(state=state)


def _outcome(outcome: Outcome) -> dict[str, Any]:
    row, scopes = outcome.delivery, outcome.required_scopes
    return {
        "its_id": row.id,
        "its_lease": row.lease_until,
        "new_state": outcome.state,
        "new_reason": outcome.reason,
        "new_code": outcome.code,
        "new_finish": outcome.at if outcome.state in FINAL else None,
        "new_scopes": None if scopes is None else list(scopes),
        "new_next_try_at": outcome.next_try_at,
        "new_tries": outcome.tries,
        "new_repeats": outcome.repeats,
        "erases": outcome.state in WITHOUT_CARD,
    }


async def _cancel_erased(connection: AsyncConnection, at: float) -> None:
    """Cancel rows that would go out again although their link has gone meanwhile."""
    cancelled = _all(await rows_of(connection, CANCEL_ERASED, {"at": at}))
    await release_hits(connection, cancelled)


async def _of_former_link(connection: AsyncConnection, row: Delivery) -> Callable[[Claim], bool]:
    """Tell what a member used by a link that is gone: the next one's account has not."""
    stands = await generation_of(connection, row.member_id) == row.link_generation
    return lambda claim: not stands and claim.is_of(row.member_id)


def _by_forward(rows: list[Delivery]) -> list[list[Delivery]]:
    leased = sorted(rows, key=attrgetter("forward_id", "id"))
    groups = [list(group) for _, group in groupby(leased, key=attrgetter("forward_id"))]
    return sorted(groups, key=lambda group: (group[0].next_try_at, group[0].id))


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
