"""Erasing what is old: all of it, a little at a time, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Table, func, insert, select
from sqlalchemy import types as sql
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.database import Database, open_database
from storage.erasing import BATCH, in_batches
from storage.jumps import Jump
from storage.stores import Stores
from storage.vault import Vault

MANY = 2 * BATCH + BATCH // 2
NOW = 2_000_000_000.0
ENDED = {"state": "sent", "finished_at": 0.0}
Purge = Callable[[Stores], Awaitable[None]]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as database:
        yield database


@pytest.fixture
def stores(database: Database) -> Stores:
    return Stores.of(database, Vault([bytes(32)]))


def value(kind: object, number: int) -> object:
    """Return something of a column's type that is as old as can be."""
    match kind:
        case sql.Double():
            return 0.0
        case sql.Boolean():
            return False
        case sql.Integer():
            return number
        case sql.LargeBinary():
            return str(number).encode()
        case sql.JSON():
            return {}
        case _:
            return str(number)


def row(table: Table, number: int, **fixed: object) -> dict[str, Any]:
    needed = [column for column in table.c if not column.nullable]
    return {column.name: value(column.type, number) for column in needed} | fixed


async def fill(database: Database, table: Table, count: int, **fixed: object) -> None:
    rows = [row(table, number, **fixed) for number in range(1, count + 1)]

    async def add(connection: AsyncConnection) -> None:
        await connection.execute(insert(table), rows)

    await database.write(add)


async def count(database: Database, table: Table, which: ColumnElement[bool] | None = None) -> int:
    query = select(func.count().label("n")).select_from(table)
    found = await database.first(query if which is None else query.where(which))
    assert found is not None
    return int(found["n"])


ERASED: dict[str, tuple[dict[str, object], Purge]] = {
    "link_requests": ({}, lambda stores: stores.requests.purge(NOW)),
    "role_connections": ({}, lambda stores: stores.role_connections.purge(NOW)),
    "jumps": ({}, lambda stores: stores.jumps.purge(NOW)),
    "drafts": ({}, lambda stores: stores.drafts.purge(NOW)),
    "shares": ({}, lambda stores: stores.shares.purge(NOW)),
    "webhooks": ({}, lambda stores: stores.webhooks.purge(NOW)),
    "waiting_webhooks": ({}, lambda stores: stores.webhooks.purge(NOW)),
    "reloads": ({}, lambda stores: stores.reloads.purge(NOW)),
    "images": ({}, lambda stores: stores.images.purge(NOW)),
    "verdicts": ({}, lambda stores: stores.verdicts.purge(NOW)),
    "hits": ({"state": "dropped"}, lambda stores: stores.hits.purge(NOW)),
    "deliveries": (ENDED, lambda stores: stores.deliveries.purge(NOW)),
    "allowances": ({}, lambda stores: stores.allowances.purge(9_999, keep=1, keep_app=30)),
}


@pytest.mark.parametrize("name", ERASED)
async def test_old_rows_go_a_thousand_at_a_time(
    database: Database, stores: Stores, name: str
) -> None:
    table, (fixed, purge) = tables.metadata.tables[name], ERASED[name]
    await fill(database, table, MANY, **fixed)
    erasing = asyncio.ensure_future(purge(stores))
    seen = set()
    while not erasing.done():
        seen.add(await count(database, table))
        await asyncio.sleep(0)
    assert seen >= {MANY - BATCH, MANY - 2 * BATCH}
    assert await count(database, table) == 0


async def test_digests_go_with_their_lines(database: Database, stores: Stores) -> None:
    await fill(database, tables.digests, 120)
    for digest_id in ("1", "60", "120"):
        await fill(database, tables.digest_items, 1, digest_id=digest_id)
    await stores.digests.purge(NOW)
    assert await count(database, tables.digests) == 0
    assert await count(database, tables.digest_items) == 0


async def test_cards_go_from_old_receipts_only(database: Database, stores: Stores) -> None:
    kept = tables.deliveries.c.card.is_not(None)
    await fill(database, tables.deliveries, MANY, **ENDED, card={"text": "hello"})
    await stores.deliveries.erase_cards(0.0)
    assert await count(database, tables.deliveries, kept) == MANY
    await stores.deliveries.erase_cards(NOW)
    assert await count(database, tables.deliveries, kept) == 0
    assert await count(database, tables.deliveries) == MANY


async def test_what_stayed_parked_is_cancelled(database: Database, stores: Stores) -> None:
    await fill(database, tables.deliveries, MANY, state="parked", card={"text": "hello"})
    await stores.deliveries.drop_parked(NOW, NOW)
    states = tables.deliveries.c
    cancelled = (states.state == "cancelled") & states.card.is_(None) & (states.finished_at == NOW)
    assert await count(database, tables.deliveries, cancelled) == MANY


async def test_a_write_does_not_wait_for_all_that_is_erased(
    database: Database, stores: Stores
) -> None:
    await fill(database, tables.jumps, 10 * BATCH)
    erasing = asyncio.create_task(stores.jumps.purge(NOW))
    await asyncio.sleep(0.01)
    await stores.jumps.add(Jump("new", 1, None, 2, 3, created_at=NOW, expires_at=NOW + 1))
    assert await count(database, tables.jumps) > BATCH
    await erasing
    assert await count(database, tables.jumps) == 1


async def test_what_changed_since_it_was_found_stays(database: Database, stores: Stores) -> None:
    await fill(database, tables.jumps, BATCH)
    old = tables.jumps.c.expires_at < NOW
    found = await database.all(select(tables.jumps.c.id).where(old).limit(1))
    renew = tables.jumps.update().where(tables.jumps.c.id == found[0]["id"])
    await asyncio.gather(
        database.change(renew.values(expires_at=NOW + 1)),
        in_batches(database, tables.jumps.delete(), old, breath=0.0),
    )
    assert await count(database, tables.jumps) == 1
    assert await stores.jumps.find(found[0]["id"]) is not None
