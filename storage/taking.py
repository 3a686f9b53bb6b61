"""Turns hits that wait into deliveries, for many members in one transaction."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Double, bindparam, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import rows_of
from storage.deliveries import ACCEPT, UNDER_WAY, NewDelivery, new_rows
from storage.tables import deliveries, hits, links

FORWARD_ID_BYTES = 12
# One card stands for any number of hits, but carries so many.
MOST_TOGETHER = 200
TOO_MANY = "too-many"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Hits of a member's that are to go out as one delivery."""

    row: NewDelivery
    hit_ids: Sequence[int]

    @property
    def member_id(self) -> int:
        """Whose they are."""
        return self.row.member_id

    @property
    def is_full(self) -> bool:
        """Whether no more go together; what waits beside them is counted, and no more."""
        return len(self.hit_ids) >= MOST_TOGETHER


OF_MEMBERS: BindParameter[Any] = bindparam("member_ids", expanding=True)
BUSY = (
    select(deliveries.c.member_id)
    .distinct()
    .where(
        deliveries.c.state.in_(UNDER_WAY),
        deliveries.c.member_id.in_(OF_MEMBERS),
        exists().where(hits.c.forward_id == deliveries.c.forward_id),
    )
)
# Locked, so that nothing is accepted for a link that is being replaced, and of two processes one
# takes a member's hits. Who is locked by somebody else has their turn later.
GENERATIONS = (
    select(links.c.member_id, links.c.generation)
    .where(links.c.member_id.in_(OF_MEMBERS))
    .with_for_update(skip_locked=True)
)
# The words are those of `storage.hits.HitState`.
MARK = (
    update(hits)
    .where(hits.c.id == bindparam("its_id"), hits.c.state == "waiting")
    .values(state="taken", forward_id=bindparam("its_forward"))
)
LEAVE_OUT = (
    update(hits)
    .where(
        hits.c.member_id == bindparam("its_member"),
        hits.c.state == "waiting",
        hits.c.due_at <= bindparam("at", type_=Double),
    )
    .values(state="dropped", reason=TOO_MANY, facts=None, forward_id=bindparam("its_forward"))
)
MARKED = (
    select(hits.c.forward_id)
    .distinct()
    .where(hits.c.forward_id.in_(bindparam("forward_ids", expanding=True)))
)


async def busy(connection: AsyncConnection, member_ids: Collection[int]) -> set[int]:
    """Return the members of whom an automatic delivery is on its way, or waits for its turn."""
    rows = await rows_of(connection, BUSY, {"member_ids": list(member_ids)})
    return {row["member_id"] for row in rows}


async def take(connection: AsyncConnection, bundles: Sequence[Bundle], at: float) -> dict[int, str]:
    """Turn each bundle into a delivery, in this order; return their forwards, by member.

    Left out is of whom nothing waits any more, or who is busy or not linked.
    """
    generations = await _generations(connection, [bundle.member_id for bundle in bundles])
    able = generations.keys() - await busy(connection, generations)
    wanted = {
        secrets.token_hex(FORWARD_ID_BYTES): bundle
        for bundle in bundles
        if bundle.member_id in able
    }
    marked = await _mark(connection, wanted)
    taken = {forward_id: wanted[forward_id] for forward_id in wanted if forward_id in marked}
    for forward_id, bundle in taken.items():
        if bundle.is_full:
            rest = {"its_member": bundle.member_id, "its_forward": forward_id, "at": at}
            await connection.execute(LEAVE_OUT, rest)
    rows = [
        row
        for forward_id, bundle in taken.items()
        for row in new_rows(forward_id, [bundle.row], at, generations[bundle.member_id])
    ]
    if rows:
        await connection.execute(ACCEPT, rows)
    return {bundle.member_id: forward_id for forward_id, bundle in taken.items()}


async def _generations(connection: AsyncConnection, member_ids: Sequence[int]) -> Mapping[int, str]:
    rows = await rows_of(connection, GENERATIONS, {"member_ids": member_ids})
    return {row["member_id"]: row["generation"] for row in rows}


async def _mark(connection: AsyncConnection, wanted: Mapping[str, Bundle]) -> set[str]:
    """Let hits that still wait belong to these forwards; return those that got any."""
    marks: list[dict[str, Any]] = [
        {"its_id": hit_id, "its_forward": forward_id}
        for forward_id, bundle in wanted.items()
        for hit_id in bundle.hit_ids
    ]
    if not marks:
        return set()
    await connection.execute(MARK, sorted(marks, key=lambda mark: mark["its_id"]))
    rows = await rows_of(connection, MARKED, {"forward_ids": list(wanted)})
    return {row["forward_id"] for row in rows}
