"""The bot's database, changed beside the bot as a disk or an operator may do."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, contextmanager, suppress

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.world import World


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    """Read a database beside the bot, of either kind."""
    if url.startswith("postgresql"):
        # A loop of its own: who waits for a row to come does not wait in the test's.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, _fetched(url, query)).result()
    with closing(sqlite3.connect(url.partition(":///")[2])) as database:
        return database.execute(query).fetchall()


async def _fetched(url: str, query: str) -> list[tuple[object, ...]]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        found = (await connection.execute(text(query))).all()
    await engine.dispose()
    return [tuple(row) for row in found]


@contextmanager
def opened(world: World) -> Iterator[sqlite3.Connection]:
    """Open the database beside the bot."""
    path = world.settings["DATABASE_URL"].partition(":///")[2]
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as database:
        yield database


@asynccontextmanager
async def locked(world: World) -> AsyncIterator[sqlite3.Connection]:
    """Keep the bot from writing while the block runs; it begins between two of its changes."""
    with opened(world) as database:
        async with asyncio.timeout(20):
            while not database.in_transaction:
                with suppress(sqlite3.OperationalError):
                    database.execute("BEGIN IMMEDIATE")
                await asyncio.sleep(0)
        yield database
        database.execute("COMMIT")


async def change(world: World, *statements: str) -> None:
    """Change the database beside the bot."""
    async with locked(world) as database:
        for statement in statements:
            database.execute(statement)
