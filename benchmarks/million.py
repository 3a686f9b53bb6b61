"""What a million deliveries that are kept cost those who go on: a scrape, and erasing the oldest.

Both sides work on the same rows. Until Kkachi did better, a scrape read all of them, and what was
old went in one statement that every other write waited for.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from benchmarks.measure import Side, compare
from storage.database import Database, open_database
from storage.deliveries import DeliveryStore
from storage.statistics import StatisticsStore

FILL = text("""
    WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :kept)
    INSERT INTO deliveries (forward_id, member_id, chat, card, state, code, tries, repeats,
                            next_try_at, created_at, finished_at)
    SELECT hex(randomblob(12)), n % 10000, 'me', json_object('text', hex(randomblob(100))),
           CASE WHEN n % 100 < 94 THEN 'sent' WHEN n % 100 < 98 THEN 'failed' ELSE 'unknown' END,
           CASE WHEN n % 100 = 95 THEN -402 END, 1, 0, n, n, n
    FROM number
""")
LOOK_AT_ALL = text(
    "SELECT state, coalesce(code, 0), count(*) FROM deliveries GROUP BY state, coalesce(code, 0)"
)
ERASE_AT_ONCE = text("DELETE FROM deliveries WHERE finished_at < :before")
WRITE = text("INSERT INTO webhooks (id, seen_at) VALUES (lower(hex(randomblob(16))), 0)")
PAUSE = 0.01


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    kept: int = 1_000_000
    old: int = 200_000
    rounds: int = 5


FULL, BRIEF = Size(), Size(kept=1_000, old=200, rounds=1)


async def _scrape(database: Database, size: Size) -> None:
    statistics = StatisticsStore(database)

    async def counted() -> int:
        await statistics.by_state()
        return 1

    async def looked_at() -> int:
        await database.all(LOOK_AT_ALL)
        return 1

    sides: dict[str, Side] = {"counted in an index": counted, "every row looked at": looked_at}
    title = f"The states of {size.kept:,} deliveries, for /metrics"
    await compare(title, "scrapes", sides, size.rounds)


async def _longest_wait(database: Database, erasing: Awaitable[object]) -> float:
    """Return how long one of many small writes waited at most while something is erased."""
    task, waited = asyncio.ensure_future(erasing), [0.0]
    while not task.done():
        began = time.perf_counter()
        await database.change(WRITE)
        waited.append(time.perf_counter() - began)
        await asyncio.sleep(PAUSE)
    await task
    return max(waited)


async def _erase(first: Database, second: Database, old: int) -> None:
    at_once = ERASE_AT_ONCE.bindparams(before=old)
    sides = {
        "in batches": (first, DeliveryStore(first).purge(old)),
        "in one statement": (second, second.change(at_once)),
    }
    print(f"\n{old:,} of them erased; the longest that another write waits meanwhile")
    waits = {}
    for name, (database, erasing) in sides.items():
        waits[name] = await _longest_wait(database, erasing)
        print(f"  {name:<34} {waits[name] * 1e3:>10,.0f} ms")
    best, other = waits.values()
    print(f"  → {other / best:.1f} times as long in one statement")


async def main(size: Size) -> None:
    with tempfile.TemporaryDirectory() as name:
        first, second = (Path(name) / "data" / f"{number}.db" for number in range(2))
        async with open_database(f"sqlite+aiosqlite:///{first}") as database:
            await database.write(lambda connection: connection.execute(FILL, {"kept": size.kept}))
        shutil.copy(first, second)
        async with (
            open_database(f"sqlite+aiosqlite:///{first}") as batches,
            open_database(f"sqlite+aiosqlite:///{second}") as at_once,
        ):
            await _scrape(batches, size)
            await _erase(batches, at_once, size.old)
