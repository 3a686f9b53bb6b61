"""How fast rows are committed: Kkachi's grouped writer against one commit for each row."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiosqlite
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.measure import compare
from storage.database import Database, open_database

ROWS = 1_000
INSERT = (
    "INSERT INTO jumps (id, member_id, channel_id, message_id, created_at, expires_at)"
    " VALUES (lower(hex(randomblob(16))), 1, 2, 3, 0, 0)"
)


async def _insert(connection: AsyncConnection) -> None:
    await connection.execute(text(INSERT))


def _grouped(database: Database) -> Callable[[], Awaitable[int]]:
    async def run() -> int:
        await asyncio.gather(*(database.write(_insert) for _ in range(ROWS)))
        return ROWS

    return run


def _alone(database: Database) -> Callable[[], Awaitable[int]]:
    async def run() -> int:
        for _ in range(ROWS):
            await database.write(_insert)
        return ROWS

    return run


def _one_by_one(connection: aiosqlite.Connection) -> Callable[[], Awaitable[int]]:
    async def run() -> int:
        for _ in range(ROWS):
            await connection.execute(INSERT)
            await connection.commit()
        return ROWS

    return run


async def main() -> None:
    """Compare both on files of their own, with the same pragmas."""
    with tempfile.TemporaryDirectory() as folder:
        ours, plain = (Path(folder) / "data" / name for name in ("ours.db", "plain.db"))
        async with open_database(f"sqlite+aiosqlite:///{plain}"):
            pass
        async with (
            open_database(f"sqlite+aiosqlite:///{ours}") as database,
            aiosqlite.connect(plain) as connection,
        ):
            await connection.execute("PRAGMA journal_mode = WAL")
            await connection.execute("PRAGMA synchronous = FULL")
            await compare(
                "Rows committed, 1,000 at once",
                "rows",
                {
                    "the grouped writer": _grouped(database),
                    "the same, one row at a time": _alone(database),
                    "bare aiosqlite, a commit for each": _one_by_one(connection),
                },
            )
