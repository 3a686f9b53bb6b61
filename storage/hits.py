"""What rules and subscriptions have found: ids only, the texts stay on Discord until they go out.

A member hears of each occasion once: `(member_id, occasion)` is unique, however many rules meet it
and however often Discord tells of it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import bindparam, case, delete, exists, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.deliveries import UNDER_WAY, NewDelivery
from storage.erasing import in_batches
from storage.reading import as_list, as_object, readable, reading
from storage.rule_hits import count_hit
from storage.tables import deliveries, hits
from storage.taking import MOST_TOGETHER, TOO_MANY, Bundle, busy, take

MESSAGE = "message"
# SQLite takes so many parameters at a time, and more.
CHUNK = 500


class HitState(StrEnum):
    """Where a hit stands."""

    WAITING = "waiting"
    TAKEN = "taken"
    """It belongs to a delivery."""
    DROPPED = "dropped"
    """A gate stopped it; `reason` names that gate."""


class Priority(IntEnum):
    """How much it matters to the member; the smaller the sooner."""

    MENTION = 0
    REPLY = 1
    WORD = 2
    EVENT = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """An occasion that a member wants to hear of.

    `kind` is "message" or that of a subscription, which rules may have found as well; `facts` are
    an event's, which is no message. `author_id` is whoever wrote what a bot has replaced.
    """

    member_id: int
    occasion: str
    kind: str
    priority: Priority
    guild_id: int
    found_at: float
    due_at: float
    channel_id: int | None = None
    message_id: int | None = None
    rule_ids: tuple[int, ...] = ()
    facts: dict[str, Any] | None = None
    state: HitState = HitState.WAITING
    reason: str | None = None
    forward_id: str | None = None
    id: int = 0
    author_id: int | None = None


# Written out in the statement, so that SQLite uses the index of what waits.
WAITING = hits.c.state == literal(HitState.WAITING, literal_execute=True)
# A flood in one channel leaves room for what was found in all others.
IN_ITS_CHANNEL = (
    select(
        hits,
        func.row_number()
        .over(
            partition_by=(hits.c.member_id, hits.c.channel_id),
            order_by=(hits.c.priority, hits.c.found_at, hits.c.id),
        )
        .label("its_place"),
    )
    .where(WAITING, hits.c.member_id.in_(bindparam("member_ids", expanding=True)))
    .subquery()
)
IN_TURN = select(
    IN_ITS_CHANNEL,
    func.row_number()
    .over(
        partition_by=IN_ITS_CHANNEL.c.member_id,
        order_by=(IN_ITS_CHANNEL.c.its_place, IN_ITS_CHANNEL.c.priority, IN_ITS_CHANNEL.c.found_at),
    )
    .label("its_turn"),
).subquery()
OF_MEMBERS = (
    select(*(IN_TURN.c[column.name] for column in hits.c))
    .where(IN_TURN.c.its_turn <= MOST_TOGETHER)
    .order_by(IN_TURN.c.priority, IN_TURN.c.found_at, IN_TURN.c.message_id, IN_TURN.c.id)
)
BY_URGENCY = (
    select(hits.c.member_id)
    .where(WAITING)
    .group_by(hits.c.member_id, hits.c.priority)
    .order_by(hits.c.priority, func.min(hits.c.found_at))
)
OF_FORWARD = (
    select(hits)
    .where(hits.c.forward_id == bindparam("forward_id"), hits.c.state == HitState.TAKEN)
    .order_by(hits.c.priority, hits.c.found_at, hits.c.message_id, hits.c.id)
)
KNOWN = select(hits).where(
    hits.c.member_id == bindparam("member_id"), hits.c.occasion == bindparam("occasion")
)


SENT_SINCE = (
    select(deliveries.c.member_id, deliveries.c.created_at)
    .where(
        deliveries.c.member_id.in_(bindparam("member_ids", expanding=True)),
        deliveries.c.created_at > bindparam("since"),
        exists().where(hits.c.forward_id == deliveries.c.forward_id),
    )
    .order_by(deliveries.c.created_at)
)


class HitStore:
    """The table `hits`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, hit: Hit) -> bool:
        """Keep a hit; False when its occasion is known already.

        One that still waits takes over a better priority, further rules and a subscription.
        """

        async def note(connection: AsyncConnection) -> bool:
            asked = {"member_id": hit.member_id, "occasion": hit.occasion}
            rows = await rows_of(connection, KNOWN, asked)
            if not rows:
                await connection.execute(insert(hits).values(_values(hit)))
                await count_hit(connection, hit.member_id, set(hit.rule_ids), hit.found_at)
                return True
            known = _one(rows[0])
            if known.state is HitState.WAITING:
                merged = update(hits).where(hits.c.id == known.id).values(_merged(known, hit))
                await connection.execute(merged)
                new = set(hit.rule_ids) - set(known.rule_ids)
                await count_hit(connection, hit.member_id, new, hit.found_at)
            return False

        return await self._database.write(note)

    async def hasten(self, now: float, longest: float) -> None:
        """Let what waits be due that was found before the clock was set back.

        Nothing is due later than so many seconds after it was found.
        """
        ahead = WAITING & ((hits.c.found_at > now) | (hits.c.due_at > now + longest))
        found_at = case((hits.c.found_at > now, now), else_=hits.c.found_at)
        change = update(hits).where(ahead).values(found_at=found_at, due_at=now)
        await self._database.change(change)

    async def waiting(self, member_id: int) -> list[Hit]:
        """Return what waits for a member, the most important first."""
        return (await self.waiting_for([member_id])).get(member_id, [])

    async def waiting_for(self, member_ids: Collection[int]) -> dict[int, list[Hit]]:
        """Return what waits for each of these members, the most important first.

        As much as goes together: the rest of a flood is left out when that is taken.
        """
        rows = await self._database.all(OF_MEMBERS, {"member_ids": list(member_ids)})
        found: dict[int, list[Hit]] = {}
        for hit in readable("hits", rows, _read):
            found.setdefault(hit.member_id, []).append(hit)
        return found

    async def members_waiting(self) -> list[int]:
        """Return the members for whom something waits.

        First those for whom the most important waits, of them those for whom it waits longest.
        """
        rows = await self._database.all(BY_URGENCY)
        return list(dict.fromkeys(row["member_id"] for row in rows))

    async def sent_since(self, member_ids: Collection[int], since: float) -> dict[int, list[float]]:
        """Return when automatic deliveries went on their way to each of these members."""
        asked = {"member_ids": list(member_ids), "since": since}
        found: dict[int, list[float]] = {}
        for row in await self._database.all(SENT_SINCE, asked):
            found.setdefault(row["member_id"], []).append(row["created_at"])
        return found

    async def busy(self, member_ids: Collection[int]) -> set[int]:
        """Return the members of whom something is on its way, or waits for its turn."""
        return await self._database.read(lambda connection: busy(connection, member_ids))

    async def take(self, ids: Sequence[int], row: NewDelivery, at: float) -> str | None:
        """Turn waiting hits of a member's into one delivery and return its forward.

        Returns None, and nothing is changed, when none of them waits any more or the member is
        busy or not linked.
        """
        return (await self.take_all([Bundle(row, ids)], at)).get(row.member_id)

    async def take_all(self, bundles: Sequence[Bundle], at: float) -> dict[int, str]:
        """Turn waiting hits into a delivery for each member, all in one transaction.

        They go out in this order. Returns the forwards, by member: like `take`.
        """
        return await self._database.write(lambda connection: take(connection, bundles, at))

    async def of_forward(self, forward_id: str) -> list[Hit]:
        """Return what one delivery carries, the most important first."""
        rows = await self._database.all(OF_FORWARD, {"forward_id": forward_id})
        return readable("hits", rows, _read)

    async def count_left_out(self, forward_id: str) -> int:
        """Return how many hits one delivery stands for that it does not carry."""
        query = select(func.count().label("n")).where(
            hits.c.forward_id == forward_id, hits.c.reason == TOO_MANY
        )
        row = await self._database.first(query)
        return int(row["n"]) if row else 0

    async def of_occasion(self, member_id: int, occasion: str) -> Hit | None:
        """Return a member's hit of an occasion."""
        asked = {"member_id": member_id, "occasion": occasion}
        row = await self._database.first(KNOWN, asked)
        return _one(row) if row else None

    async def drop(self, reasons: Iterable[tuple[int, str]]) -> None:
        """Note that hits will not go out, and which gate stopped each."""
        wanted = [{"its_id": number, "why": why} for number, why in reasons]
        if not wanted:
            return
        mark = update(hits).where(hits.c.id == bindparam("its_id"))
        change = mark.values(state=HitState.DROPPED, reason=bindparam("why"), facts=None)
        await self._database.write(lambda connection: connection.execute(change, wanted))

    async def drop_messages(self, message_ids: Sequence[int], reason: str) -> None:
        """Drop what waits of messages that are gone."""

        async def change(connection: AsyncConnection) -> None:
            for some in _chunks(message_ids):
                gone = update(hits).where(WAITING, hits.c.message_id.in_(some))
                await connection.execute(gone.values(state=HitState.DROPPED, reason=reason))

        await self._database.write(change)

    async def drop_in_channel(
        self, member_id: int, channel_id: int, *, due_after: float, reason: str
    ) -> None:
        """Drop a member's hits in a channel that are not due yet."""
        mine = (hits.c.member_id == member_id) & (hits.c.channel_id == channel_id)
        later = update(hits).where(WAITING, mine, hits.c.due_at > due_after)
        await self._database.change(later.values(state=HitState.DROPPED, reason=reason))

    async def last_found(self, member_id: int, channel_id: int, rule_id: int) -> float | None:
        """Return when a rule last met something in a channel that was not dropped."""
        query = select(hits.c.rule_ids, hits.c.found_at).where(
            hits.c.member_id == member_id,
            hits.c.channel_id == channel_id,
            hits.c.state != HitState.DROPPED,
        )
        newest = query.order_by(hits.c.found_at.desc()).limit(CHUNK)
        for row in await self._database.all(newest):
            if rule_id in _ids(row):
                return float(row["found_at"])
        return None

    async def count_waiting(self, member_id: int | None = None) -> int:
        """Return how many hits wait, for a member or for anybody."""
        query = select(func.count().label("n")).where(WAITING)
        if member_id is not None:
            query = query.where(hits.c.member_id == member_id)
        row = await self._database.first(query)
        return int(row["n"]) if row else 0

    async def count_of_forwards(self, forward_ids: Collection[str]) -> dict[str, int]:
        """Return for how many hits each of these deliveries stands, as long as they are kept."""
        query = (
            select(hits.c.forward_id, func.count().label("n"))
            .where(hits.c.forward_id.in_(forward_ids))
            .where((hits.c.state == HitState.TAKEN) | (hits.c.reason == TOO_MANY))
            .group_by(hits.c.forward_id)
        )
        rows = await self._database.all(query)
        return {row["forward_id"]: int(row["n"]) for row in rows}

    async def purge(self, before: float) -> None:
        """Forget what was found before then, and neither waits nor is on its way."""
        under_way = select(deliveries.c.forward_id).where(
            deliveries.c.state.in_(UNDER_WAY), deliveries.c.forward_id == hits.c.forward_id
        )
        old = (hits.c.found_at < before) & (hits.c.state != HitState.WAITING) & ~under_way.exists()
        await in_batches(self._database, delete(hits), old)


def _chunks(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]


def _values(hit: Hit) -> dict[str, Any]:
    return {name: getattr(hit, name) for name in Hit.__slots__ if name != "id"} | {
        "rule_ids": list(hit.rule_ids)
    }


def _merged(known: Hit, new: Hit) -> dict[str, Any]:
    rules = dict.fromkeys((*known.rule_ids, *new.rule_ids))
    return {
        "priority": min(known.priority, new.priority),
        "rule_ids": list(rules),
        "kind": new.kind if known.kind == MESSAGE else known.kind,
    }


def _read(row: dict[str, Any]) -> Hit:
    facts = row["facts"]
    kinds = {
        "priority": Priority(row["priority"]),
        "state": HitState(row["state"]),
        "rule_ids": tuple(as_list(row["rule_ids"])),
        "facts": None if facts is None else as_object(facts),
    }
    return Hit(**row | kinds)


def _one(row: dict[str, Any]) -> Hit:
    with reading("hits", row["id"]):
        return _read(row)


def _ids(row: dict[str, Any]) -> list[int]:
    return row["rule_ids"] if isinstance(row["rule_ids"], list) else []
