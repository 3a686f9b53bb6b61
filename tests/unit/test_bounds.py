"""What is kept by member, message, author or forward: thirty thousand of them fill nothing."""

import asyncio
from collections.abc import Sized
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.discord.notices import Notices
from bot.discord.people import BELIEVED_SECONDS, People
from bot.services.cache import Cache
from bot.services.clock import PATIENCE
from bot.services.deliveries.signals import OutboxSignals
from bot.services.highlights.activity import Activity
from bot.services.locks import KeyedLocks
from cogs.events.scheduled import DiscordScheduledEvents
from cogs.events.voice import Voices
from storage.memberships import MembershipStore
from tests.support.outbox import NOON, Clock
from tests.support.sandbox_discord import TinyBot, default_intents, nothing
from tests.support.watching import GUILD, ROOM, open_tower

MANY = 30_000
ENOUGH = 20_000


def sizes(*owners: object, found: set[int] | None = None) -> list[tuple[str, int]]:
    """Return how much each table holds that hangs on these objects, however deep."""
    met: set[int] = set() if found is None else found
    tables: list[tuple[str, int]] = []
    for owner in owners:
        if id(owner) in met or not type(owner).__module__.startswith(("bot.", "cogs.")):
            continue
        met.add(id(owner))
        for name, value in vars(owner).items():
            if isinstance(value, Sized) and not isinstance(value, str | bytes):
                tables.append((f"{type(owner).__name__}.{name}", len(value)))
            if hasattr(value, "__dict__"):
                tables += sizes(value, found=met)
    return tables


def too_many(*owners: object) -> list[tuple[str, int]]:
    return [(name, size) for name, size in sizes(*owners) if size > ENOUGH]


@dataclass(frozen=True)
class Author:
    """Somebody who writes in a server."""

    id: int
    guild: Any


@pytest.fixture
def bot() -> TinyBot:
    return TinyBot(default_intents(), nothing)


async def test_of_all_authors_only_the_last_are_remembered(bot: TinyBot) -> None:
    people = People(bot)
    guild: Any = SimpleNamespace(id=GUILD)
    for number in range(MANY):
        author: Any = Author(number, guild)
        people.learn(author)
    assert sizes(people)
    assert too_many(people) == []


async def test_who_was_remembered_too_long_ago_makes_room_for_the_next() -> None:
    clock = Clock()
    cache = Cache(asyncio.sleep, most=MANY, seconds=BELIEVED_SECONDS, now=clock)
    for number in range(1000):
        cache.put(number, None)
        clock.at += 1
    assert len(cache._known) == BELIEVED_SECONDS


async def test_answers_that_wait_for_news_are_not_kept_without_end(bot: TinyBot) -> None:
    notices = Notices(bot)
    for number in range(MANY):
        interaction: Any = SimpleNamespace(user=discord.Object(number), is_expired=lambda: False)
        notices.expect(interaction)
        notices.keep(str(number), interaction)
    assert too_many(notices) == []


class Memberships(MembershipStore):
    """Counts those who are noted, on a disk that has room."""

    noted = 0

    async def note(self, *_: object) -> None:
        self.noted += 1


class Nobody:
    """No server has excluded anybody."""

    async def of(self, *_: object) -> None:
        return None

    async def check(self, *_: object) -> None:
        return None


async def test_everybody_who_uses_kkachi_is_noted_once_and_few_are_remembered(
    tmp_path: Path,
) -> None:
    async with open_tower(tmp_path) as tower:
        access, memberships = tower.services.access, Memberships(tower.database)
        access._memberships = memberships
        access._exclusions = Nobody()  # type: ignore[assignment] # what is asked of the database takes long
        for number in range(MANY):
            await access.check(number, GUILD, "forward", ())
            await access.check(number, GUILD, "forward", ())
        assert memberships.noted == MANY
        assert too_many(access) == []


async def test_what_was_sent_is_remembered_of_those_it_was_sent_to_last(tmp_path: Path) -> None:
    async with open_tower(tmp_path) as tower:
        dispatcher = tower.services.dispatcher
        for number in range(MANY):
            dispatcher._days.note_sent(number)
        assert too_many(dispatcher._days) == []
        assert (await dispatcher._days.today([MANY - 1])).of(MANY - 1).sent == [NOON]


async def test_who_looked_at_the_hits_of_nobody_remembers_nobody(tmp_path: Path) -> None:
    async with open_tower(tmp_path) as tower:
        for number in range(1000):
            tower.services.dispatcher.wake(number + 1_000_000)
        await tower.services.dispatcher._round()
        assert tower.services.dispatcher._times == {}
        assert tower.services.dispatcher._days._sent == {}


async def test_where_members_wrote_is_remembered_of_the_last() -> None:
    activity = Activity()
    for number in range(MANY):
        activity.note(number, ROOM, NOON)
    assert too_many(activity) == []
    assert activity.last(MANY - 1, ROOM) == NOON


async def test_nobody_follows_a_forward_after_looking_away() -> None:
    signals, locks = OutboxSignals(), KeyedLocks[int]()
    for number in range(MANY):
        with signals.follow(str(number), number):
            async with locks.of(number):
                assert signals.is_watched(str(number))
    assert max(size for _, size in sizes(signals, locks)) == 0


async def test_events_that_came_to_no_end_are_forgotten_some_day(bot: TinyBot) -> None:
    async def asks(_: int) -> bool:
        return False

    events = DiscordScheduledEvents(bot, asks, patience=PATIENCE, now=Clock())
    for number in range(MANY):
        events._known[number] = 0.0, frozenset({number})
    events.doubt()
    await asyncio.sleep(0)
    events.close()
    assert too_many(events) == []


async def test_who_left_a_voice_channel_or_its_server_is_forgotten() -> None:
    voices = Voices()
    guild: Any = SimpleNamespace(id=GUILD, voice_channels=(), stage_channels=())
    for number in range(MANY):
        member: Any = SimpleNamespace(id=number, guild=guild, bot=False)
        voices.move(member, ROOM)
        voices.move(member, None)
    assert voices._places == {GUILD: {}}
    voices.forget(GUILD)
    assert voices._places == {}
