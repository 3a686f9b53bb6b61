"""Moving from a SQLite file to an empty PostgreSQL: copied, and compared row by row."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, insert, literal, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.copies import put_aside
from storage.database import (
    Database,
    NoDatabase,
    StorageError,
    locked,
    open_database,
    rows_of,
    sqlite_path,
)
from storage.tables import metadata

Rows = list[dict[str, Any]]

# So many rows are in memory at a time.
BATCH = 1000
# Nobody else writes until all is there.
LOCK = text(f"LOCK TABLE {', '.join(sorted(metadata.tables))} IN EXCLUSIVE MODE")
# Those of Kkachi's own.
TRIGGERS = text(
    "SELECT tgrelid::regclass::text AS name, tgname AS trigger FROM pg_trigger"
    " WHERE tgname IN ('kkachi_changed', 'kkachi_accepted', 'kkachi_moved')"
)
# The last id that SQLite has given in each table whose ids are never given twice.
GIVEN = text("SELECT name, seq FROM sqlite_sequence")


class CannotMove(StorageError):
    """What was given is not one to move from, or to; nothing has changed."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows and tables were copied, and where the former file lies now."""

    rows: int
    tables: int
    former: Path


async def move(source: str, target: str, now: float) -> Moved:
    """Copy all that a SQLite file holds to an empty PostgreSQL, and put the file aside.

    All of it is there afterwards, or nothing. Raises CannotMove, and what `open_database` raises:
    DatabaseBusy while Kkachi runs, OlderDatabase for tables of another version.
    """
    path = sqlite_path(source)
    if path is None or sqlite_path(target) is not None:
        raise CannotMove("only from a SQLite file to a PostgreSQL can be moved")
    with locked(path):
        async with (
            open_database(source, exclusive=False, as_it_is=True) as former,
            _opened(target) as new,
        ):

            async def copy(reading: AsyncConnection) -> int:
                return await new.write_apart(lambda writing: _copied(reading, writing))

            rows = await former.read(copy)
        return Moved(rows, len(metadata.sorted_tables), put_aside(path, now, "moved-"))


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    """Open the new database, making its tables; those of another version are left alone."""
    with suppress(NoDatabase):
        async with open_database(url, exclusive=False, as_it_is=True):
            pass
    async with open_database(url) as database:
        yield database


async def _copied(reading: AsyncConnection, writing: AsyncConnection) -> int:
    """Copy all tables in the transaction that is under way; returns how many rows."""
    await writing.execute(LOCK)
    for table in metadata.sorted_tables:
        if (await writing.execute(select(literal(1)).select_from(table).limit(1))).first():
            raise CannotMove(f"the PostgreSQL is not empty: its table {table.name} has rows")
    await _hear_of_changes(writing, on=False)
    counts = [await _copy(table, reading, writing) for table in metadata.sorted_tables]
    await _go_on_counting(reading, writing)
    await _hear_of_changes(writing, on=True)
    return sum(counts)


async def _hear_of_changes(writing: AsyncConnection, *, on: bool) -> None:
    """Let triggers tell other processes of changes, of which a row that is copied is none."""
    what = "ENABLE" if on else "DISABLE"
    for row in await rows_of(writing, TRIGGERS):
        await writing.execute(text(f"ALTER TABLE {row['name']} {what} TRIGGER {row['trigger']}"))


async def _copy(table: Table, reading: AsyncConnection, writing: AsyncConnection) -> int:
    """Copy a table, so many rows at a time, and read each of them again where it has come to."""
    count = 0
    async for batch in _batches(table, reading):
        await writing.execute(insert(table), batch)
        those = tuple_(*table.primary_key).in_([_key(table, row) for row in batch])
        copied = await rows_of(writing, select(table).where(those))
        if {_key(table, row): row for row in copied} != {_key(table, row): row for row in batch}:
            raise CannotMove(f"the copy of the table {table.name} is not like it")
        count += len(batch)
    there = await writing.execute(select(func.count()).select_from(table))
    if there.scalar_one() != count:
        raise CannotMove(f"the copy of the table {table.name} has more rows than it")
    return count


async def _batches(table: Table, connection: AsyncConnection) -> AsyncIterator[Rows]:
    keys = list(table.primary_key)
    page = select(table).order_by(*keys).limit(BATCH)
    rows = await rows_of(connection, page)
    while rows:
        yield rows
        last = tuple_(*_key(table, rows[-1]), types=[key.type for key in keys])
        rows = await rows_of(connection, page.where(tuple_(*keys) > last))


def _key(table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[key.name] for key in table.primary_key)


async def _go_on_counting(reading: AsyncConnection, writing: AsyncConnection) -> None:
    """Let no id be given twice, not even that of a row that has gone."""
    given = {row["name"]: row["seq"] for row in await rows_of(reading, GIVEN)}
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        found = await writing.execute(select(func.coalesce(func.max(column), 0)))
        last = max(found.scalar_one(), given.get(table.name, 0))
        if last:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            await writing.execute(select(func.setval(sequence, last)))
