"""A cog is loaded anew in every process that has it, whichever is asked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from bot.app import open_services
from bot.errors import TryLater
from bot.services.operations.extensions import CogBroken, CogUnknown, Reloaded
from bot.services.services import Services
from bot.texts import LOCALES, Texts
from cogs.settings.operator import reloaded_text
from storage.database import Database, open_database
from storage.duties import GATEWAY, WEB, Duties, Shards
from storage.reloads import ReloadStore
from storage.workers import WorkerStore
from tests.support.outbox import NOON
from tests.unit.test_signals import config

COG = "cogs.forward"
Open = Callable[[str, str], Awaitable[Services]]


@pytest.fixture
async def opening(postgresql: str) -> AsyncIterator[Open]:
    """Open processes that answer what they are asked; their cogs load without Discord."""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        tasks: list[asyncio.Task[None]] = []

        async def process(roles: str, shards: str) -> Services:
            services = await stack.enter_async_context(
                open_services(config(postgresql, roles, shards))
            )
            await services.worker.begin()
            loops = [services.hearing.run, services.worker.run]
            if roles == GATEWAY:
                loops.append(services.plugins.run)
            tasks.extend(group.create_task(loop()) for loop in loops)
            return services

        yield process
        for task in tasks:
            task.cancel()


def loads(services: Services, loaded: list[str], *, breaks: bool = False) -> None:
    async def load(name: str) -> None:
        if breaks:
            raise CogBroken(name=name)
        loaded.append(f"{services.worker.duties.shards} {name}")

    services.plugins.attach(load)


async def test_whichever_process_is_asked_every_gateway_loads_it_and_says_how_it_went(
    opening: Open,
) -> None:
    loaded: list[str] = []
    left, right, web = (
        await opening("gateway", "0/2"),
        await opening("gateway", "1/2"),
        await opening("web", ""),
    )
    loads(left, loaded)
    loads(right, loaded)
    for asked in (left, web):
        assert await asked.plugins.reload(COG) == [Reloaded("0/2", None), Reloaded("1/2", None)]
    assert sorted(loaded) == sorted(2 * [f"0/2 {COG}", f"1/2 {COG}"])
    loads(right, loaded, breaks=True)
    answers = await web.plugins.reload(COG)
    assert answers == [Reloaded("0/2", None), Reloaded("1/2", CogBroken.key)]
    assert {one.trouble for one in await web.plugins.reload("cogs.strange")} == {CogUnknown.key}


async def test_without_any_gateway_nobody_pretends_to_have_loaded_it(opening: Open) -> None:
    web = await opening("web", "")
    with pytest.raises(TryLater):
        await web.plugins.reload(COG)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as database:
        yield database


async def test_one_that_dies_before_it_answers_is_not_waited_for_and_is_told_of(
    database: Database,
) -> None:
    workers, store = WorkerStore(database), ReloadStore(database)
    for number in range(2):
        duties = Duties(frozenset({GATEWAY}), Shards(number, number, 2))
        await workers.beat(f"gateway {number}", NOON, duties)
    await workers.beat("web", NOON, Duties(frozenset({WEB})))
    assert await store.ask("a request", COG, NOON)
    assert await store.of_worker("web") == []
    [mine] = await store.of_worker("gateway 0")
    await store.answer(mine, "ok")
    assert await store.of_worker("gateway 0") == []
    assert not await store.is_over("a request", NOON)
    await workers.leave("gateway 1")
    assert await store.is_over("a request", NOON)
    assert [one.outcome for one in await store.of_request("a request")] == ["ok", None]
    await store.purge(float("inf"))
    assert await store.of_request("a request") == []


@pytest.mark.parametrize("locale", LOCALES)
def test_whoever_asked_reads_which_did_and_which_did_not(locale: str) -> None:
    texts = Texts()
    alone = reloaded_text(texts, "ko", COG, [])
    assert alone == "`cogs.forward` 기능을 다시 불러왔어요."
    some = [Reloaded("0/3", None), Reloaded("1/3", "error-cog-silent"), Reloaded("2/3", None)]
    said = reloaded_text(texts, "ko" if locale == "ko" else "en", COG, some).splitlines()
    assert said[0].startswith("`0/3, 2/3` ")
    assert said[1].startswith("⚠️ `1/3` ")
    assert ("답하지" in said[1]) is (locale == "ko")
