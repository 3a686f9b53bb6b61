"""Numbers about all deliveries: right, and counted without looking at each of them."""

from collections import Counter
from collections.abc import AsyncIterator
from itertools import product

import pytest
from sqlalchemy import insert, text

from storage.database import Database, open_database
from storage.deliveries import DeliveryState, DeliveryStore
from storage.statistics import BY_STATE, QUEUE, StatisticsStore
from storage.tables import deliveries
from tests.support.postgres import ONLY_SQLITE
from tests.unit.test_erasing import row

CODES = (None, 0, -402, -530)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as database:
        yield database


@pytest.fixture
async def counts(database: Database) -> Counter[tuple[str, int]]:
    """Keep deliveries of every state and code, each so many times, and return how many."""
    expected: Counter[tuple[str, int]] = Counter()
    rows: list[dict[str, object]] = []
    for state, code in product(DeliveryState, CODES):
        for _ in range(len(expected) + 1):
            expected[state, code or 0] += 1
            at = 100.0 + len(rows)
            rows.append(row(deliveries, len(rows), state=state, code=code, created_at=at))
    await database.write(lambda connection: connection.execute(insert(deliveries), rows))
    return expected


async def test_every_state_and_code_is_counted(
    database: Database, counts: Counter[tuple[str, int]]
) -> None:
    assert await StatisticsStore(database).by_state() == counts


async def test_what_is_erased_or_changed_counts_no_more(
    database: Database, counts: Counter[tuple[str, int]]
) -> None:
    await database.change(text("UPDATE deliveries SET finished_at = 5 WHERE code = -530"))
    await database.change(text("UPDATE deliveries SET state = 'sent', code = NULL WHERE code = 0"))
    await DeliveryStore(database).purge(before=6.0)
    rows = await database.all(text("SELECT state, coalesce(code, 0) AS code FROM deliveries"))
    expected = Counter((one["state"], one["code"]) for one in rows)
    assert await StatisticsStore(database).by_state() == expected != counts


async def test_without_deliveries_there_is_nothing_to_count(database: Database) -> None:
    statistics = StatisticsStore(database)
    assert set((await statistics.by_state()).values()) <= {0}
    assert await statistics.queue() == (0, None)


@pytest.mark.usefixtures("counts")
async def test_the_queue_is_as_old_as_its_oldest(database: Database) -> None:
    under_way = "FROM deliveries WHERE state IN ('queued', 'sending', 'parked')"
    row = await database.first(text(f"SELECT count(*) AS n, min(created_at) AS at {under_way}"))
    assert row is not None
    assert await StatisticsStore(database).queue() == (row["n"], row["at"])


@ONLY_SQLITE
@pytest.mark.parametrize("query", [BY_STATE, QUEUE], ids=["by_state", "queue"])
async def test_no_row_is_looked_at_to_be_counted(database: Database, query: object) -> None:
    sql = query.compile(compile_kwargs={"literal_binds": True})  # type: ignore[attr-defined] # a SELECT
    plan = [row["detail"] for row in await database.all(text(f"EXPLAIN QUERY PLAN {sql}"))]
    looks = [step for step in plan if "deliveries" in step]
    assert looks
    assert all("COVERING INDEX" in step or "PRIMARY KEY" in step for step in looks)
