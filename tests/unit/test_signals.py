"""What one process changes counts in all others on one PostgreSQL, past lost connections too."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.app import open_services
from bot.config import Config, read_config
from bot.services.accounts.oauth import NewLink
from bot.services.alarms import Alarm
from bot.services.messages.models import Author, Body, Part, Seen, Source
from bot.services.services import Services
from storage.changes import ChangeStore
from storage.database import Database, open_database
from storage.deliveries import OF_HITS, Chat, NewDelivery
from storage.hits import Hit, HitStore, Priority
from storage.links import LinkStore
from storage.personal import PersonalStore
from storage.rules import EVERYWHERE, RuleKind
from storage.subscriptions import SubscriptionKind
from storage.tables import changes
from storage.vault import Vault
from tests.support.outbox import CARD, MINJI, NOON
from tests.support.watching import link_of_member

LEFT, RIGHT = 2 << 22, 3 << 22
ROOM, JUNHO = 5, 2
WITHIN = 20.0


def config(url: str, roles: str, shards: str = "") -> Config:
    values = {
        "discord_token": "none",
        "kakao_rest_api_key": "none",
        "kakao_client_secret": "none",
        "kakao_auth_url": "http://127.0.0.1:1",
        "kakao_api_url": "http://127.0.0.1:1",
        "public_url": "https://kkachi.example",
        "database_url": url,
        "token_keys": b64encode(b"k" * 32).decode(),
        "roles": roles,
        "shards": shards,
    }
    return read_config(values)


LISTENING = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE query LIKE '%pg_current_snapshot%' AND pid <> pg_backend_pid()"
)
MANY = (
    "INSERT INTO settings (guild_id, version, settings)"
    " SELECT n, 1, '{}' FROM generate_series(10, 2000) AS n"
)


@dataclass
class Three:
    """Two processes that listen to Discord, each to its servers, and one that does not."""

    left: Services
    right: Services
    web: Services
    database: Database

    async def deafen(self) -> None:
        """Drop the connections by which they hear of each other."""
        await self.database.all(LISTENING)


@pytest.fixture
async def three(postgresql: str) -> AsyncIterator[Three]:
    async with AsyncExitStack() as stack:

        async def process(roles: str, shards: str = "") -> Services:
            opened = open_services(config(postgresql, roles, shards))
            services = await stack.enter_async_context(opened)
            await services.worker.begin()
            return services

        left = await process("gateway", "0/2")
        right, web = await process("gateway", "1/2"), await process("web")
        database = await stack.enter_async_context(open_database(postgresql))
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(loop())
                for one in (left, right, web)
                for loop in (one.hearing.run, one.worker.run, one.troubles.run)
            ]
            tasks += [group.create_task(one.carrier.run()) for one in (left, right)]
            yield Three(left, right, web, database)
            for task in tasks:
                task.cancel()


async def becomes(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(WITHIN):
        while not await is_so():  # noqa: ASYNC110 - nobody sets an event for a test
            await asyncio.sleep(0.02)


def found(services: Services, guild_id: int, words: str) -> list[int]:
    author = Author(JUNHO, "준호", is_bot=False)
    part = Part(Body(words), author=author)
    seen = Seen(Source(guild_id, ROOM, 1), author, (part,), NOON)
    return [match.member_id for match in services.rules.index.matcher.matches(seen)]


async def test_a_rule_counts_in_the_process_that_listens_to_its_server(three: Three) -> None:
    made = await three.left.rules.add(MINJI, RIGHT, RuleKind.WORD, "번개")
    assert found(three.left, RIGHT, "번개") == []

    async def counts() -> bool:
        return found(three.right, RIGHT, "번개") == [MINJI]

    await becomes(counts)
    assert three.right.rules.index.watch(RIGHT)
    await three.left.rules.remove(MINJI, made.id)

    async def counts_no_more() -> bool:
        return found(three.right, RIGHT, "번개") == []

    await becomes(counts_no_more)


async def test_a_process_looks_for_the_rules_of_its_own_servers_only(three: Three) -> None:
    for guild_id in (LEFT, RIGHT):
        await three.left.rules.add(MINJI, guild_id, RuleKind.WORD, "번개")
    await three.left.rules.index.refresh(None)
    assert found(three.left, LEFT, "번개") == [MINJI]
    assert three.left.rules.index.matcher.guilds() == {LEFT}


async def test_a_rule_for_all_servers_counts_in_every_process_as_it_is_now(three: Three) -> None:
    made = await three.left.rules.add(MINJI, EVERYWHERE, RuleKind.WORD, "번개")

    async def counts() -> bool:
        return found(three.right, RIGHT, "번개") == [MINJI]

    await becomes(counts)
    await three.left.rules.change(MINJI, made.id, text="소나기")

    async def is_changed() -> bool:
        return found(three.right, RIGHT, "소나기") == [MINJI]

    await becomes(is_changed)
    assert found(three.right, RIGHT, "번개") == []
    assert found(three.left, LEFT, "소나기") == [MINJI]
    await three.right.rules.pause(MINJI, made.id, on=True)

    async def is_paused() -> bool:
        return found(three.left, LEFT, "소나기") == []

    await becomes(is_paused)


async def test_settings_and_subscriptions_are_read_anew_where_they_were_known(
    three: Three,
) -> None:
    assert (await three.web.settings.of(LEFT)).off == frozenset()
    assert await three.right.subscriptions.of_guild(RIGHT) == []
    assert not await three.web.optouts.has(JUNHO)
    version, _ = await three.left.settings.version_of(LEFT)
    await three.left.settings.change(LEFT, MINJI, version, off=frozenset({"share"}))
    await three.left.subscriptions.add(MINJI, RIGHT, SubscriptionKind.PIN)
    await three.left.optouts.set(JUNHO, on=True)

    async def is_known() -> bool:
        is_off = (await three.web.settings.of(LEFT)).off == {"share"}
        is_wanted = len(await three.right.subscriptions.of_guild(RIGHT)) == 1
        return is_off and is_wanted and await three.web.optouts.has(JUNHO)

    await becomes(is_known)


async def test_what_changes_while_the_connections_are_lost_is_heard_afterwards(
    three: Three,
) -> None:
    for number in range(3):
        await three.deafen()
        await three.left.rules.add(MINJI, RIGHT, RuleKind.WORD, f"번개{number}")

        async def counts(number: int = number) -> bool:
            return found(three.right, RIGHT, f"번개{number}") == [MINJI]

        await becomes(counts)


async def test_more_changes_than_can_be_told_are_all_read_anew(three: Three) -> None:
    assert (await three.web.settings.of(LEFT)).off == frozenset()
    await three.database.change(text(MANY))
    version, _ = await three.left.settings.version_of(LEFT)
    await three.left.settings.change(LEFT, MINJI, version, off=frozenset({"share"}))

    async def is_known() -> bool:
        return (await three.web.settings.of(LEFT)).off == {"share"}

    await becomes(is_known)


async def test_whoever_waits_for_a_forward_hears_which_process_got_on_with_it(
    three: Three,
) -> None:
    vault = Vault([b"k" * 32])
    await LinkStore(three.database, vault).put(link_of_member(MINJI))
    forward = await three.left.deliveries.accept([NewDelivery(MINJI, Chat.ME, CARD)])
    waiting = asyncio.create_task(three.left.deliveries.settle(forward, MINJI, timeout=10))
    await asyncio.sleep(0)
    done = "UPDATE deliveries SET state = 'sent', finished_at = 1"
    await three.database.change(text(done))
    [row] = await asyncio.wait_for(waiting, WITHIN)
    assert row.state == "sent"


async def test_news_for_a_member_go_to_the_process_where_they_wait(three: Three) -> None:
    heard: list[tuple[str, NewLink]] = []

    async def told(where: str, new: NewLink) -> None:
        heard.append((where, new))

    for name, one in (("left", three.left), ("right", three.right)):
        one.linking.on_linked.append(partial(told, name))
    three.right.carrier.awaiting.append(lambda who: who == str(MINJI))
    waits = NewLink(MINJI, "민지", "ko", None)
    for listener in three.web.linking.on_linked:
        await listener(waits)

    async def is_told() -> bool:
        return bool(heard)

    await becomes(is_told)
    assert heard == [("right", waits)]
    assert await three.database.all(text("SELECT * FROM notices")) == []
    nobody_waits = NewLink(JUNHO, "준호", "ko", None, frozenset({"friends"}))
    for listener in three.web.linking.on_linked:
        await listener(nobody_waits)

    async def is_told_too() -> bool:
        return len(heard) == 2

    await becomes(is_told_too)
    assert heard[1][1] == nobody_waits


async def test_one_process_tells_of_a_trouble_that_several_have(three: Three) -> None:
    told: list[tuple[str, bool]] = []
    for one in (three.left, three.right, three.web):
        one.alarms.on_change_elsewhere.append(lambda what, begins: told.append((str(what), begins)))
        one.alarms.begin(Alarm.APP_SPENT)

    async def is_told() -> bool:
        return bool(told)

    await becomes(is_told)
    three.left.alarms.end([Alarm.APP_SPENT])
    await asyncio.sleep(2.5)
    assert told == [("app-spent", True)]
    for one in (three.right, three.web):
        one.alarms.end([Alarm.APP_SPENT])

    async def is_over() -> bool:
        return len(told) == 2

    await becomes(is_over)
    assert told == [("app-spent", True), ("app-spent", False)]


async def test_changes_that_all_have_read_are_erased(three: Three) -> None:
    await three.left.optouts.set(JUNHO, on=True)
    assert await three.database.all(text("SELECT id FROM changes"))
    await ChangeStore(three.database).purge(float("inf"))
    assert await three.database.all(text("SELECT id FROM changes")) == []


async def test_whoever_is_erased_is_named_by_no_change_and_no_process_goes_on_watching(
    three: Three,
) -> None:
    await three.left.rules.add(MINJI, RIGHT, RuleKind.WORD, "번개")

    async def is_found(wanted: list[int]) -> bool:
        return found(three.right, RIGHT, "번개") == wanted

    await becomes(partial(is_found, [MINJI]))
    await PersonalStore(three.database).erase(MINJI)
    naming = select(changes.c.id).where(changes.c.member_id == MINJI)
    assert await three.database.all(naming) == []
    await becomes(partial(is_found, []))


async def test_upon_sqlite_nothing_is_ever_heard(tmp_path: Path) -> None:
    one = config(f"sqlite+aiosqlite:///{tmp_path}/kkachi.db", "gateway,sender,web")
    async with open_services(one) as services:
        listening = asyncio.create_task(services.hearing.run())
        await services.rules.add(MINJI, LEFT, RuleKind.WORD, "번개")
        await asyncio.sleep(0.05)
        assert not listening.done()
        listening.cancel()
        assert await services.rules.of(MINJI) != []


async def test_what_one_gateway_has_sent_counts_in_the_plan_of_the_other(three: Three) -> None:
    await LinkStore(three.database, Vault([b"k" * 32])).put(link_of_member(MINJI))
    hits, now = HitStore(three.database), three.right.now()

    def hit(number: int) -> Hit:
        return Hit(MINJI, f"{number}", "message", Priority.WORD, RIGHT, now, now)

    assert (await three.right.dispatcher.preview(MINJI, hit(0))).now
    for number in range(5):
        await hits.add(hit(number))
        [waiting] = await hits.waiting(MINJI)
        row = NewDelivery(MINJI, Chat.ME, OF_HITS)
        assert await hits.take([waiting.id], row, now) is not None
        await three.database.change(text("UPDATE deliveries SET state = 'sent', finished_at = 1"))
    planned = await three.right.dispatcher.preview(MINJI, hit(9))
    assert not planned.now
    assert planned.next_at is not None
    assert planned.next_at > now
