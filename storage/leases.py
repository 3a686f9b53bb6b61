"""Leases: who sends which rows of the outbox right now, and how each send ended."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVar

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
    func,
    null,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from storage.allowances import Claim, count, give_back, mark_spent
from storage.database import Database, rows_of
from storage.deliveries import (
    QUEUED,
    Chat,
    Delivery,
    DeliveryState,
    as_deliveries,
    generations_of,
    release_hits,
    returned,
    set_state,
)
from storage.tables import deliveries
from storage.workers import bury, clock, living

T = TypeVar("T")


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

    @property
    def recorded(self) -> Delivery:
        """The row as it is once this is recorded; its lease must not have been taken over."""
        row = self.delivery
        return replace(
            row,
            state=self.state,
            reason=self.reason,
            code=self.code,
            lease_until=None,
            worker=None,
            finished_at=self.at if self.state in FINAL else None,
            card=None if self.state in WITHOUT_CARD else row.card,
            required_scopes=_or(self.required_scopes, row.required_scopes),
            next_try_at=_or(self.next_try_at, row.next_try_at),
            tries=_or(self.tries, row.tries),
            repeats=_or(self.repeats, row.repeats),
        )


@dataclass(frozen=True, slots=True)
class _Report:
    """What is recorded of one lease."""

    outcomes: Sequence[Outcome]
    unused: Sequence[Claim]
    spent: Sequence[Claim]


def _or(new: T | None, kept: T) -> T:
    return kept if new is None else new


FINAL = frozenset(
    {
        DeliveryState.SENT,
        DeliveryState.FAILED,
        DeliveryState.UNKNOWN,
        DeliveryState.CANCELLED,
    }
)
WITHOUT_CARD = frozenset({DeliveryState.SENT, DeliveryState.CANCELLED})
NO_SHARE = 1_000_000
# Among so many rows that are due it is decided whose turn it is.
WINDOW = 500
UNREADABLE = "unreadable"


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
DUE = deliveries.c.next_try_at <= bindparam("now", type_=Double)
LEASE = _lease(QUEUED & DUE)
LEASE_PROBE = _lease_probe()
RECORD = _record()
CANCEL_ERASED = (
    update(deliveries)
    .where(
        deliveries.c.state.in_([DeliveryState.QUEUED, DeliveryState.PARKED]),
        deliveries.c.card.is_(None),
    )
    .values(state=DeliveryState.CANCELLED, finished_at=bindparam("at"), reason=None)
    .returning(deliveries)
)


class LeaseStore:
    """The table `deliveries`, for those who send what is in it."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
            taken = as_deliveries(rows)
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
        await self._database.write_together(_record_all, _Report(outcomes, unused, spent))

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
            changed = [await returned(connection, change) for change in _settled(lost, now)]
            await _cancel_erased(connection, now)
            return [row for rows in changed for row in rows]

        return await self._database.write(settle)


async def _record_all(connection: AsyncConnection, reports: Sequence[_Report]) -> list[None]:
    """Record all that waits for it, with one statement for the rows."""
    outcomes = [outcome for report in reports for outcome in report.outcomes]
    await connection.execute(RECORD, [_outcome(outcome) for outcome in outcomes])
    if not all(outcome.state in FINAL for outcome in outcomes):
        await _cancel_erased(connection, outcomes[0].at)
    for report in reports:
        if report.unused or report.spent:
            theirs = await _of_former_link(connection, report.outcomes[0].delivery)
            await give_back(connection, [one for one in report.unused if not theirs(one)])
            await mark_spent(connection, [one for one in report.spent if not theirs(one)])
    return [None] * len(reports)


def _of_nobody(now: float, shared: float, worker: str | None) -> ColumnElement[bool]:
    columns = deliveries.c
    of_dead = columns.worker.is_not(None) & columns.worker.not_in(living(shared))
    nobodys = of_dead | (columns.lease_until <= now)
    return nobodys if worker is None else nobodys | (columns.worker == worker)


def _settled(lost: ColumnElement[bool], now: float) -> tuple[Update, Update]:
    """Send to "Me" once more, and end the rest in doubt."""
    over = {"lease_until": None, "worker": None, "reason": "restart"}
    repeatable = (deliveries.c.chat == Chat.ME) & (deliveries.c.repeats == 0)
    again = set_state(lost & repeatable, DeliveryState.QUEUED)
    give_up = set_state(lost, DeliveryState.UNKNOWN)
    return again.values(repeats=1, next_try_at=now, **over), give_up.values(finished_at=now, **over)


async def _give_up(connection: AsyncConnection, ids: Collection[int], at: float) -> None:
    """Let rows fail that nobody can read."""
    bad = set_state(deliveries.c.id.in_(list(ids)), DeliveryState.FAILED).values(
        reason=UNREADABLE, finished_at=at, lease_until=None, card=null(), required_scopes=null()
    )
    if ids:
        await connection.execute(bad)


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
    cancelled = as_deliveries(await rows_of(connection, CANCEL_ERASED, {"at": at}))
    await release_hits(connection, cancelled)


async def _of_former_link(connection: AsyncConnection, row: Delivery) -> Callable[[Claim], bool]:
    """Tell what a member used by a link that is gone: the next one's account has not."""
    generations = await generations_of(connection, [row.member_id])
    stands = generations.get(row.member_id) == row.link_generation
    return lambda claim: not stands and claim.is_of(row.member_id)


def _by_forward(rows: list[Delivery]) -> list[list[Delivery]]:
    leased = sorted(rows, key=attrgetter("forward_id", "id"))
    groups = [list(group) for _, group in groupby(leased, key=attrgetter("forward_id"))]
    return sorted(groups, key=lambda group: (group[0].next_try_at, group[0].id))
