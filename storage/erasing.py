"""Changing many old rows a little at a time, so that no other write waits for all of them."""

import asyncio
from typing import Any, cast

from sqlalchemy import ColumnElement, Delete, Integer, Table, Update, select, true, tuple_

from storage.database import Database

BATCH = 1000
BREATH = 0.05


async def in_batches(
    database: Database,
    change: Delete | Update,
    old: ColumnElement[bool],
    *,
    size: int = BATCH,
    breath: float = BREATH,
) -> None:
    """Change all rows that meet a condition, so that they do no more, some in each transaction.

    They are looked for before it begins, since looking may take longer than changing. Whoever is
    late for one finds it as it was, or as it will be.
    """
    table = cast("Table", change.table)
    key, since = list(table.primary_key), true()
    while True:
        query = select(*key).where(old, since).limit(size)
        rows = await database.all(query.order_by(*key) if _counts(table) else query)
        if rows:
            await database.change(change.where(old, _among(table, rows)))
        if len(rows) < size:
            return
        if _counts(table):
            since = key[0] > rows[-1][key[0].name]
        await asyncio.sleep(breath)


def _counts(table: Table) -> bool:
    """Tell whether a table's rows have numbers, so that looking can go on where it ended."""
    key = list(table.primary_key)
    return len(key) == 1 and isinstance(key[0].type, Integer)


def _among(table: Table, rows: list[dict[str, Any]]) -> ColumnElement[bool]:
    key = list(table.primary_key)
    if len(key) == 1:
        return key[0].in_([row[key[0].name] for row in rows])
    return tuple_(*key).in_([tuple(row.values()) for row in rows])
