"""What Kakao has said waits in the database for whichever process lives to work through it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from bot.services.accounts.webhook_queue import WebhookQueue
from storage.database import Database, StorageError, open_database
from storage.duties import WEB, Duties
from storage.vault import Vault
from storage.webhooks import KEEP_SECONDS, OVERFULL, Told, WebhookStore
from storage.workers import WorkerStore
from tests.support.linking import NOON, until
from tests.support.outbox import VAULT

WAITING = text("SELECT kind, tries, worker FROM waiting_webhooks")
WEBS = Duties(frozenset({WEB}))


@asynccontextmanager
async def open_inbox(
    store: WebhookStore,
    work: Callable[[int], Awaitable[None]],
    **how: Any,  # noqa: ANN401 - as it is given
) -> AsyncIterator[WebhookQueue]:
    inbox = WebhookQueue(store, **({"now": lambda: NOON} | how))
    inbox.on("test", int, work)
    async with asyncio.timeout(20), inbox.open():
        yield inbox


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as database:
        yield database


@pytest.fixture
def store(database: Database) -> WebhookStore:
    return WebhookStore(database, VAULT)


async def test_what_was_taken_is_worked_through_at_the_next_start(
    database: Database, store: WebhookStore
) -> None:
    done: list[int] = []

    async def hang(_: int) -> None:
        await asyncio.sleep(60)

    async def work(number: int) -> None:
        done.append(number)

    async with open_inbox(store, hang, finishing=0.01) as inbox:
        for number in range(3):
            await inbox.put("test", number)
        await until(lambda: has_rows(database, worker=None))
    async with open_inbox(store, work):
        await until(lambda: is_empty(database))
    assert done == [0, 1, 2]


async def test_what_waits_at_the_start_waits_until_its_members_can_be_told(
    database: Database, store: WebhookStore
) -> None:
    done: list[int] = []
    can_tell = [False]

    async def work(number: int) -> None:
        assert can_tell[0]
        done.append(number)

    inbox = WebhookQueue(store, now=lambda: NOON)
    inbox.on("test", int, work)
    async with inbox.open(can_tell=lambda: can_tell[0]):
        await inbox.put("test", 1)
        await asyncio.sleep(0.3)
        assert await has_rows(database, tries=0)
        can_tell[0] = True
        await until(lambda: is_empty(database))
    assert done == [1]


async def is_empty(database: Database) -> bool:
    return await database.all(WAITING) == []


async def has_rows(database: Database, **like: object) -> bool:
    rows = await database.all(WAITING)
    return bool(rows) and all(row[name] == value for row in rows for name, value in like.items())


async def test_what_a_dead_process_took_is_worked_through_by_another_and_what_a_living_one_did_not(
    database: Database, store: WebhookStore
) -> None:
    workers, done = WorkerStore(database), list[int]()

    async def work(number: int) -> None:
        done.append(number)

    store_of_others = WebhookStore(database, VAULT)
    for name in ("dead", "living"):
        await store.accept(Told("test", None, str(len(name))), NOON)
        [taken] = await store_of_others.take(name, NOON, 1.0, 1)
        assert store.opened(taken) == str(len(name))
        await workers.beat(name, NOON, WEBS)
    await workers.leave("dead")
    async with open_inbox(store, work, worker=lambda: "third"):
        await until(lambda: has_rows(database, worker="living"))
    assert done == [len("dead")]


async def test_several_processes_work_through_each_notice_once(
    database: Database, store: WebhookStore
) -> None:
    done: list[int] = []

    async def work(number: int) -> None:
        done.append(number)
        await asyncio.sleep(0)

    workers = WorkerStore(database)
    for name in ("one", "other"):
        await workers.beat(name, NOON, WEBS)
    async with (
        open_inbox(store, work, worker=lambda: "one") as one,
        open_inbox(store, work, worker=lambda: "other") as other,
    ):
        for number in range(20):
            await (one, other)[number % 2].put("test", number)
        await until(lambda: is_empty(database))
    assert sorted(done) == [*range(20)]


async def test_what_no_key_opens_or_nobody_knows_waits_and_holds_up_nobody(
    database: Database, store: WebhookStore
) -> None:
    done: list[int] = []

    async def work(number: int) -> None:
        done.append(number)

    await WebhookStore(database, Vault([b"x" * 32])).accept(Told("test", None, "1"), NOON)
    await store.accept(Told("of a newer release", None, "2"), NOON)
    await store.accept(Told("test", None, "not a number"), NOON)
    await store.accept(Told("test", None, "3"), NOON)
    async with open_inbox(store, work):
        await until(lambda: has_rows(database, tries=1, worker=None))
    assert done == [3]
    assert len(await database.all(WAITING)) == 3


async def test_no_more_waits_than_a_bound(
    database: Database, store: WebhookStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.webhooks.OVERFULL", OVERFULL.offset(1))
    for number in range(2):
        await store.accept(Told("test", None, str(number), once=str(number)), NOON)
    with pytest.raises(StorageError):
        await store.accept(Told("test", None, "2", once="2"), NOON)
    [taken, _] = await store.take(None, NOON, 1.0, 10)
    await store.done(taken)
    await store.accept(Told("test", None, "2", once="2"), NOON)
    assert len(await database.all(WAITING)) == 2


async def test_what_waits_is_tried_in_time_after_the_clock_was_set_back(
    store: WebhookStore,
) -> None:
    await store.accept(Told("test", None, "1"), NOON + 86400)
    assert await store.take(None, NOON, 300.0, 10)


async def test_old_notices_are_forgotten(database: Database, store: WebhookStore) -> None:
    async def accept(name: str, at: float) -> None:
        await store.accept(Told("test", None, name, once=name), at)

    for name, at in (("old", 100.0), ("new", 200.0)):
        await accept(name, at)
    await database.change(text("UPDATE waiting_webhooks SET created_at = id * 100.0"))
    await store.purge(150.0 + KEEP_SECONDS)
    [new] = await store.take(None, 300.0, 300.0, 10)
    assert store.opened(new) == "new"
    await store.done(new)
    for name in ("old", "new"):
        await accept(name, 300.0)
    assert [store.opened(one) for one in await store.take(None, 300.0, 300.0, 10)] == ["old"]
