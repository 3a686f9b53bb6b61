"""How often each rule has met something: a number by day, so that its member sees what it does."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, insert_into
from storage.erasing import in_batches
from storage.tables import rule_hits

DAY = 24 * 3600
KOREA = 9 * 3600
DAYS = 7
KEY = [rule_hits.c.rule_id, rule_hits.c.day]


class RuleHitStore:
    """The table `rule_hits`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_week(self, member_id: int, now: float) -> dict[int, int]:
        """Return how often each of a member's rules has met something, today and six days back."""
        query = (
            select(rule_hits.c.rule_id, func.sum(rule_hits.c.hits).label("n"))
            .where(rule_hits.c.member_id == member_id, rule_hits.c.day > day_of(now) - DAYS)
            .group_by(rule_hits.c.rule_id)
        )
        return {row["rule_id"]: int(row["n"]) for row in await self._database.all(query)}

    async def purge(self, before: float) -> None:
        """Forget the days that nobody is shown any more."""
        await in_batches(
            self._database, delete(rule_hits), rule_hits.c.day <= day_of(before) - DAYS
        )


async def count_hit(
    connection: AsyncConnection, member_id: int, rule_ids: Collection[int], at: float
) -> None:
    """Count that these rules of a member have met something."""
    if rule_ids:
        row = {"member_id": member_id, "day": day_of(at), "hits": 1}
        rows = [row | {"rule_id": rule_id} for rule_id in sorted(rule_ids)]
        await connection.execute(_counting(connection.dialect.name), rows)


async def forget_rules(connection: AsyncConnection, rule_ids: Sequence[int]) -> None:
    """Forget what rules have met that are gone."""
    gone = delete(rule_hits).where(rule_hits.c.rule_id == bindparam("gone"))
    if rule_ids:
        await connection.execute(gone, [{"gone": rule_id} for rule_id in rule_ids])


def day_of(at: float) -> int:
    """Return the day in Korea, counted since 1970."""
    return int((at + KOREA) // DAY)


@cache
def _counting(dialect: str) -> Any:  # noqa: ANN401 - each dialect has an Insert of its own
    add = insert_into(rule_hits, dialect)
    return add.on_conflict_do_update(
        index_elements=KEY, set_={"hits": rule_hits.c.hits + add.excluded.hits}
    )
