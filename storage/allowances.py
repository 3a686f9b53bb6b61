"""What Kakao still lets us send: each row counts one thing on one of Kakao's days.

A send is counted before it goes out, in the transaction that takes it for sending, and given back
when it certainly has not arrived. So sends that go out at once cannot pass a limit together, and
what a killed process has left in doubt stays counted.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Update, bindparam, case, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, insert_into
from storage.erasing import in_batches
from storage.tables import allowances

KEY = (allowances.c.day, allowances.c.kind, allowances.c.subject)
# Also rows nobody has asked for, where days and kinds differ; they are few.
COUNTED = select(allowances).where(
    allowances.c.day.in_(bindparam("days", expanding=True)),
    allowances.c.kind.in_(bindparam("kinds", expanding=True)),
    allowances.c.subject.in_(bindparam("subjects", expanding=True)),
)


class Kind(StrEnum):
    """Whose sends Kakao counts."""

    APP = "app"
    SENDER = "sender"
    RECIPIENT = "recipient"
    PAIR = "pair"
    SERVER = "server"
    """Whose sends Kkachi counts, so that no server uses up what others need."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a send uses up, of which there is so much on that day."""

    day: int
    kind: Kind
    subject: str
    limit: int

    def is_of(self, member_id: int) -> bool:
        """Tell whether it is the member's own, which they have by their Kakao account."""
        return self.kind is not Kind.SERVER and self.subject.partition(":")[0] == str(member_id)

    @property
    def key(self) -> tuple[int, str, str]:
        """The row that counts it."""
        return self.day, self.kind, self.subject


class AllowanceStore:
    """The table `allowances`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def left(self, claims: Collection[Claim]) -> dict[Claim, int]:
        """Return how much is left of each."""
        wanted = {
            "days": list({claim.day for claim in claims}),
            "kinds": list({claim.kind for claim in claims}),
            "subjects": list({claim.subject for claim in claims}),
        }
        counted = {_key(row): row for row in await self._database.all(COUNTED, wanted)}
        return {
            claim: _left(claim, counted[claim.key]) if claim.key in counted else claim.limit
            for claim in claims
        }

    async def used(self, kind: Kind, subject: str, since: int) -> dict[int, tuple[int, bool]]:
        """Return by day how many sends were counted, and whether Kakao said that it was all."""
        counts = (allowances.c.kind == kind, allowances.c.subject == subject)
        rows = await self._database.all(
            select(allowances).where(*counts, allowances.c.day >= since)
        )
        return {row["day"]: (row["sent"], row["spent"]) for row in rows}

    async def by_server(self, since: int) -> dict[tuple[int, int], int]:
        """Count the sends out of each server, by day and server."""
        of_servers = (allowances.c.kind == Kind.SERVER) & (allowances.c.day >= since)
        rows = await self._database.all(select(allowances).where(of_servers))
        return {(row["day"], int(row["subject"])): row["sent"] for row in rows}

    async def purge(self, today: int, *, keep: int, keep_app: int) -> None:
        """Erase days that are over, and days to come: they were counted by a wrong clock.

        The app's own counts, which are about nobody, stay longer than the others.
        """
        day, of_app = allowances.c.day, allowances.c.kind == Kind.APP
        kept = case((of_app, day >= today - keep_app), else_=day >= today - keep)
        await in_batches(self._database, delete(allowances), ~kept | (day > today))


def counts_of(member_id: int) -> ColumnElement[bool]:
    """Choose the rows that count what a member has used."""
    of_pairs = allowances.c.subject.startswith(f"{member_id}:", autoescape=True)
    of_somebody = allowances.c.kind != Kind.SERVER
    return of_somebody & or_(allowances.c.subject == str(member_id), of_pairs)


async def forget_counts(connection: AsyncConnection, member_id: int) -> None:
    """Erase what a member has used, and with it traces of whom they sent to."""
    await connection.execute(delete(allowances).where(counts_of(member_id)))


async def count(
    connection: AsyncConnection, wanted: Mapping[int, Sequence[Claim]]
) -> dict[int, Claim]:
    """Count sends that are about to go out, each known by a number.

    Returns those that must not, each with the claim there is nothing left of; they stay uncounted.
    """
    room = await _count_all(connection, Counter(c for claims in wanted.values() for c in claims))
    refused: dict[int, Claim] = {}
    for number, claims in wanted.items():
        full = next((claim for claim in claims if room[claim] <= 0), None)
        if full is None:
            room.subtract(claims)
        else:
            refused[number] = full
    await give_back(connection, (claim for number in refused for claim in wanted[number]))
    return refused


async def give_back(connection: AsyncConnection, claims: Iterable[Claim]) -> None:
    """Uncount sends that have not arrived."""
    unused = Counter(claims)
    if unused:
        rows = [_keyed(claim) | {"times": times} for claim, times in _sorted(unused)]
        await connection.execute(_uncounting(), rows)


async def mark_spent(connection: AsyncConnection, claims: Iterable[Claim]) -> None:
    """Note that Kakao allows no more, whatever was counted here."""
    spent = Counter(claims)
    if spent:
        rows = [_row(claim, spent=True) for claim, _ in _sorted(spent)]
        await connection.execute(_marking(connection.dialect.name), rows)


async def _count_all(connection: AsyncConnection, asked: Counter[Claim]) -> Counter[Claim]:
    """Add all that is asked for, and return how much of each was left before."""
    if not asked:
        return asked
    values = [_row(claim, sent=times) for claim, times in _sorted(asked)]
    result = await connection.execute(_counting(connection.dialect.name), values)
    counted = {_key(row): row for row in (found._asdict() for found in result)}
    return Counter(
        {claim: _left(claim, counted[claim.key], times) for claim, times in asked.items()}
    )


def _left(claim: Claim, row: Mapping[str, Any], mine: int = 0) -> int:
    return 0 if row["spent"] else max(0, claim.limit - row["sent"] + mine)


def _sorted(claims: Counter[Claim]) -> list[tuple[Claim, int]]:
    """Return rows in the order in which everybody locks them."""
    return sorted(claims.items(), key=lambda item: item[0].key)


def _key(row: Mapping[str, Any]) -> tuple[int, str, str]:
    return row["day"], row["kind"], row["subject"]


def _row(claim: Claim, *, sent: int = 0, spent: bool = False) -> dict[str, Any]:
    day, kind, subject = claim.key
    return {"day": day, "kind": kind, "subject": subject, "sent": sent, "spent": spent}


def _keyed(claim: Claim) -> dict[str, Any]:
    day, kind, subject = claim.key
    return {"its_day": day, "its_kind": kind, "its_subject": subject}


@cache
def _counting(dialect: str) -> Any:  # noqa: ANN401 - each dialect has an Insert of its own
    add = insert_into(allowances, dialect)
    total = {"sent": allowances.c.sent + add.excluded.sent}
    return add.on_conflict_do_update(index_elements=KEY, set_=total).returning(allowances)


@cache
def _marking(dialect: str) -> Any:  # noqa: ANN401 - ditto
    add = insert_into(allowances, dialect)
    return add.on_conflict_do_update(index_elements=KEY, set_={"spent": add.excluded.spent})


@cache
def _uncounting() -> Update:
    times = bindparam("times", type_=Integer)
    counted = [column == bindparam(f"its_{column.name}", type_=column.type) for column in KEY]
    change = update(allowances).where(*counted, allowances.c.sent >= times)
    return change.values(sent=allowances.c.sent - times)
