"""News for somebody on Discord: told by whoever they wait for, or else by whoever lives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from random import Random

import pytest
from pydantic import TypeAdapter
from sqlalchemy import text, update

from bot.app import open_services
from bot.services.accounts.oauth import NewLink
from bot.services.processes.carrier import Carried, Carrier
from bot.services.processes.worker import Worker
from bot.services.services import Services
from storage.database import Database, StorageError, open_database
from storage.duties import WEB, Duties
from storage.notices import KEPT_SECONDS, Notice, NoticeStore
from storage.tables import notices
from storage.vault import Vault
from storage.workers import WorkerStore
from tests.support.outbox import MINJI, NOON, VAULT
from tests.support.postgres import ONLY_SQLITE
from tests.unit.test_signals import becomes, config

NEW = NewLink(MINJI, "민지", "ko", None)
WEBS = Duties(frozenset({WEB}))
REFUSE = "BEGIN SELECT RAISE(ABORT, 'no'); END"
OLD = update(notices).values(created_at=notices.c.created_at - KEPT_SECONDS - 1)
ROWS = text("SELECT id, worker FROM notices")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as database:
        yield database


@pytest.fixture
async def store(database: Database) -> NoticeStore:
    store = NoticeStore(database, VAULT)
    for name in ("one", "other"):
        await WorkerStore(database).beat(name, NOON, WEBS)
    return store


def anything(_: Notice, __: float) -> bool:
    return True


def notice(number: int) -> Notice:
    return Notice("news", str(MINJI), MINJI, NOON, str(number).encode())


async def test_what_one_process_tells_no_other_gets_while_it_lives(store: NoticeStore) -> None:
    await store.put(notice(1))
    [taken] = await store.take("one", NOON, anything)
    assert taken.body == b"1"
    assert await store.take("other", NOON, anything) == []
    await store.done([taken.id])
    assert await store.take("one", NOON, anything) == []


async def test_what_a_process_did_not_live_to_tell_another_gets(
    database: Database, store: NoticeStore
) -> None:
    await store.put(notice(1))
    await store.take("one", NOON, anything)
    await WorkerStore(database).leave("one")
    [taken] = await store.take("other", NOON, anything)
    assert taken.body == b"1"


async def test_of_several_that_take_at_once_each_notice_goes_to_one(
    database: Database, store: NoticeStore
) -> None:
    for number in range(30):
        await store.put(notice(number))
    takes = [store.take(name, NOON, anything) for name in ("one", "other") for _ in range(3)]
    await asyncio.gather(*takes)
    rows = await database.all(ROWS)
    assert {row["worker"] for row in rows} <= {"one", "other"}
    halves = [await store.take(name, NOON, anything) for name in ("one", "other")]
    assert sorted(one.id for half in halves for one in half) == [row["id"] for row in rows]


async def test_what_nobody_could_tell_for_a_quarter_of_an_hour_goes(
    database: Database, store: NoticeStore
) -> None:
    await store.put(notice(1))
    await database.change(OLD)
    await store.take("one", NOON, lambda *_: False)
    assert await database.all(ROWS) == []


async def test_what_no_key_opens_does_not_stand_in_the_way(store: NoticeStore) -> None:
    await store.put(notice(1))
    await store.put(notice(2))
    stranger = NoticeStore(store._database, Vault([b"x" * 32]))
    assert [one.body for one in await stranger.take("one", NOON, anything)] == [b"", b""]


@ONLY_SQLITE
async def test_what_was_told_and_could_not_be_forgotten_is_not_told_again(
    database: Database, store: NoticeStore
) -> None:
    told: list[int] = []

    async def tell(number: int) -> None:
        told.append(number)

    worker = Worker(WorkerStore(database), now=lambda: NOON, random=Random(1))
    carrier = Carrier(store, worker, now=lambda: NOON + 10)
    shape = TypeAdapter(tuple[int])
    news = Carried("news", [], shape, lambda *_: "", lambda *_: None, tellers=[tell])
    carrier.carry(news, away=False)
    await store.put(Notice("news", "", None, NOON, b"[1]"))
    await database.change(text(f"CREATE TRIGGER full BEFORE DELETE ON notices {REFUSE}"))
    for _ in range(3):
        with pytest.raises(StorageError):
            await carrier.tell_all()
    await database.change(text("DROP TRIGGER full"))
    await carrier.tell_all()
    assert (told, await database.all(ROWS)) == ([1], [])


# Whole processes, each with the page to which a member comes back


class Pair:
    """Two processes that listen to Discord and serve pages, and what is told in them."""

    def __init__(self, left: Services, right: Services) -> None:
        self.left, self.right = left, right
        self.told: list[tuple[str, NewLink]] = []
        self.awaiting = ""

    def listen(self, name: str) -> None:
        services: Services = getattr(self, name)
        services.carrier.tellers(services.linking.on_linked).append(partial(self._note, name))
        services.carrier.awaiting.append(lambda _: self.awaiting == name)

    async def _note(self, name: str, new: NewLink) -> None:
        self.told.append((name, new))

    async def happens(self, services: Services) -> None:
        """Say that a member has come back, to the process whose page they were on."""
        for listener in services.linking.on_linked:
            await listener(NEW)

    async def is_told(self) -> bool:
        return bool(self.told)


@pytest.fixture
async def pair(postgresql: str) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:

        async def process(shards: str) -> Services:
            opened = open_services(config(postgresql, "gateway,web", shards))
            services = await stack.enter_async_context(opened)
            await services.worker.begin()
            return services

        pair = Pair(await process("0/2"), await process("1/2"))
        async with asyncio.TaskGroup() as group:
            loops = [
                loop
                for one in (pair.left, pair.right)
                for loop in (one.hearing.run, one.worker.run, one.carrier.run)
            ]
            tasks = [group.create_task(loop()) for loop in loops]
            yield pair
            for task in tasks:
                task.cancel()


async def test_whoever_holds_the_answer_tells_it_though_another_gateway_served_the_page(
    pair: Pair,
) -> None:
    pair.listen("left")
    pair.listen("right")
    pair.awaiting = "left"
    await pair.happens(pair.right)
    await becomes(pair.is_told)
    await asyncio.sleep(2)
    assert pair.told == [("left", NEW)]


async def test_where_the_member_waits_it_is_told_at_once_and_written_nowhere(pair: Pair) -> None:
    pair.listen("right")
    pair.awaiting = "right"
    await pair.happens(pair.right)
    assert pair.told == [("right", NEW)]


async def test_when_nobody_waits_it_is_told_once_after_a_moment(pair: Pair) -> None:
    pair.listen("left")
    pair.listen("right")
    await pair.happens(pair.right)
    await becomes(pair.is_told)
    await asyncio.sleep(2)
    assert [new for _, new in pair.told] == [NEW]


async def test_a_process_that_cannot_reach_discord_leaves_it_to_one_that_can(pair: Pair) -> None:
    pair.listen("left")
    pair.listen("right")
    pair.right.carrier.is_there = lambda: False
    await pair.happens(pair.right)
    await becomes(pair.is_told)
    assert pair.told == [("left", NEW)]
