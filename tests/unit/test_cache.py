"""What is kept in memory: never what was read before a change, and never too much."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.services.cache import Cache
from bot.services.highlights.matching.matcher import Matcher
from bot.services.highlights.rule_index import RuleIndex
from bot.services.highlights.rules import Rules
from bot.services.privacy.optouts import OptOuts
from bot.services.servers.settings import GuildSettings, Settings
from bot.services.subscriptions.subscriptions import Subscriptions
from storage.database import Database, open_database
from storage.optouts import OptOutStore
from storage.rule_hits import RuleHitStore
from storage.rules import Rule, RuleKind, RuleStore
from storage.settings import SettingsStore, Version
from storage.subscriptions import Subscription, SubscriptionKind, SubscriptionStore
from tests.support.outbox import Clock

VILLAGE, MINJI = 10, 1


class Pause:
    """Holds whoever has read until the test says to go on."""

    def __init__(self) -> None:
        self.reached, self.over = asyncio.Event(), asyncio.Event()

    async def __call__(self) -> None:
        self.reached.set()
        await self.over.wait()

    async def around(
        self, reading: Awaitable[object], change: Callable[[], Awaitable[object]]
    ) -> None:
        """Let somebody read, change what they have read, and only then let them have it."""
        reader = asyncio.ensure_future(reading)
        await self.reached.wait()
        await change()
        self.over.set()
        await reader


class SlowOptOuts(OptOutStore):
    """Reads and then takes its time."""

    pause: Pause

    async def all(self) -> set[int]:
        found = await super().all()
        await self.pause()
        return found


class SlowSettings(SettingsStore):
    """Reads and then takes its time."""

    pause: Pause

    async def get(self, guild_id: int) -> Version:
        found = await super().get(guild_id)
        await self.pause()
        return found


class SlowSubscriptions(SubscriptionStore):
    """Reads and then takes its time, but for the check of a limit."""

    pause: Pause

    async def of_guild(self, guild_id: int) -> list[Subscription]:
        found = await super().of_guild(guild_id)
        if not self.pause.reached.is_set():
            await self.pause()
        return found


class SlowRules(RuleStore):
    """Adds a rule and then takes its time."""

    pause: Pause

    async def add(self, rule: Rule) -> Rule:
        added = await super().add(rule)
        await self.pause()
        return added


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(f"sqlite+aiosqlite:///{tmp_path}/kkachi.db") as opened:
        yield opened


@pytest.fixture
def pause() -> Pause:
    return Pause()


@pytest.mark.parametrize("on", [True, False])
async def test_an_opt_out_counts_although_somebody_was_just_reading_the_old_answer(
    database: Database, pause: Pause, *, on: bool
) -> None:
    store = SlowOptOuts(database)
    store.pause = pause
    optouts = OptOuts(store, Clock())
    if not on:
        await optouts.set(MINJI, on=True)
    await pause.around(optouts.has(MINJI), lambda: optouts.set(MINJI, on=on))
    assert await optouts.has(MINJI) is on


async def test_a_forgotten_server_is_not_remembered_by_whoever_was_just_reading_it(
    database: Database, pause: Pause
) -> None:
    await Settings(SettingsStore(database), Clock()).change(VILLAGE, MINJI, 0, off={"share"})
    store = SlowSettings(database)
    store.pause = pause
    settings = Settings(store, Clock())
    await pause.around(settings.of(VILLAGE), lambda: settings.forget(VILLAGE))
    assert await settings.of(VILLAGE) == GuildSettings()


async def test_a_subscription_counts_although_somebody_was_just_reading_those_there_were(
    database: Database, pause: Pause
) -> None:
    store, settings = SlowSubscriptions(database), Settings(SettingsStore(database), Clock())
    store.pause = pause
    subscriptions = Subscriptions(store, settings, now=Clock())
    await pause.around(
        subscriptions.of_guild(VILLAGE),
        lambda: subscriptions.switch(
            MINJI, VILLAGE, {SubscriptionKind.PIN}, {SubscriptionKind.PIN}
        ),
    )
    assert [one.kind for one in await subscriptions.of_guild(VILLAGE)] == [SubscriptionKind.PIN]


async def test_a_rule_that_is_forgotten_while_it_is_added_is_not_looked_for(
    database: Database, pause: Pause
) -> None:
    store, settings = SlowRules(database), Settings(SettingsStore(database), Clock())
    store.pause = pause
    index = RuleIndex(store, Matcher())
    rules = Rules(store, index, settings, RuleHitStore(database), now=Clock())
    adding = asyncio.create_task(rules.add(MINJI, VILLAGE, RuleKind.REPLY))
    await pause.reached.wait()
    forgetting = asyncio.create_task(rules.forget(member_id=MINJI))
    await asyncio.wait([forgetting], timeout=0.2)
    pause.over.set()
    await asyncio.gather(adding, forgetting)
    assert await rules.of(MINJI) == []
    assert rules.index.matcher.own(VILLAGE, RuleKind.REPLY, MINJI) == []


async def test_what_is_known_is_read_once_until_its_time_is_over() -> None:
    read: list[int] = []

    async def double(number: int) -> int:
        read.append(number)
        return 2 * number

    clock = Clock()
    cache = Cache(double, most=10, seconds=60, now=clock)
    assert [await cache.get(4), await cache.get(4)] == [8, 8]
    clock.at += 60
    assert await cache.get(4) == 8
    assert read == [4, 4]


async def test_what_could_not_be_read_is_asked_for_again() -> None:
    answers = [LookupError("not now"), None]

    async def read(_: int) -> str:
        failure = answers.pop(0)
        if failure is not None:
            raise failure
        return "here"

    cache = Cache(read, most=10)
    with pytest.raises(LookupError):
        await cache.get(1)
    assert await cache.get(1) == "here"


async def test_a_hundred_thousand_keys_take_the_room_of_a_few() -> None:
    async def read(number: int) -> int:
        return number

    cache = Cache(read, most=100)
    for number in range(100_000):
        await cache.get(number)
    assert len(cache._known) == 100
    assert await cache.get(99_999) == 99_999
