"""Scheduled events and threads that nobody heard of as they happened, between both sandboxes."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.services.clock import Patience
from sandbox.discord import Person
from sandbox.discord.events import ScheduledEvent
from sandbox.discord.permissions import Permission
from sandbox.discord.state import Overwrite
from tests.support.world import CHAT, World, open_world, until

QUIET_SECONDS = 0.5
HOUR = 3600.0
BETWEEN_CARDS = 900.0  # after some cards the next one waits for so long at most
KINDS = ("event-new", "event-changed", "event-cancelled", "thread")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, patience=Patience(first=0.05, longest=0.1)) as world:
        await world.link("민지")
        minji = world.discord.person("민지")
        for kind in KINDS:
            await minji.slash(CHAT, "notify add", what=kind)
        yield world
        assert world.discord.problems == []


@pytest.fixture
def hajun(world: World) -> Person:
    return world.discord.person("하준")


def path_of(world: World) -> str:
    return world.settings["DATABASE_URL"].partition(":///")[2]


def known(world: World) -> set[str]:
    """Return the names of the events that the bot knows."""
    with closing(sqlite3.connect(path_of(world))) as database:
        return {name for (name,) in database.execute("SELECT name FROM planned_events")}


async def plan(
    world: World, by: Person, name: str, *, after: float = 3 * HOUR, where: str = "공원"
) -> ScheduledEvent:
    start = world.discord.world.now() + after
    return await by.plan(world.discord.guild, name, start, ends_at=start + HOUR, where=where)


async def told_of(world: World, *names: str) -> None:
    """Wait until the bot knows these events and has told of them, and forget the cards."""
    await until(lambda: set(names) <= known(world) and len(told(world)) >= len(names))
    await until(lambda: world.kakao.outbox)
    await asyncio.sleep(0.1)
    world.kakao.outbox.clear()
    with closing(sqlite3.connect(path_of(world))) as database, database:
        database.execute("UPDATE hits SET state = 'dropped'")


def told(world: World, *states: str) -> list[tuple[str, str]]:
    """Return the kind and title of all that has gone out; a full card shows only some."""
    query = "SELECT state, kind, json_extract(facts, '$.title') FROM hits"
    with closing(sqlite3.connect(path_of(world))) as database:
        found = list(database.execute(query))
    return sorted((kind, title) for state, kind, title in found if state in {"taken", *states})


async def arrived(world: World, *expected: tuple[str, str]) -> None:
    """Wait for these, on cards that came, and see that nothing else and nothing twice comes."""
    await until(lambda: len(told(world, "waiting")) >= len(expected))
    await asyncio.sleep(QUIET_SECONDS)
    assert told(world, "waiting") == sorted(expected)
    world.advance(BETWEEN_CARDS)
    await until(lambda: len(told(world)) >= len(expected))
    assert told(world) == sorted(expected)
    assert bool(world.kakao.outbox) is bool(expected)


async def happen(world: World, hajun: Person, *events: ScheduledEvent) -> None:
    """Let everything happen that may be missed."""
    gone, moved = events
    await hajun.delete_event(gone)
    await hajun.change_event(moved, starts_at=moved.starts_at + HOUR)
    await plan(world, hajun, "새로 만든 모임")
    await hajun.open_thread(CHAT, "그사이 열린 이야기")


def hidden(world: World) -> Overwrite:
    """Hide a channel from everybody, the bot included."""
    return Overwrite(world.discord.guild.id, deny=int(Permission.VIEW_CHANNEL))


MISSED = (
    ("event-cancelled", "없어질 모임"),
    ("event-changed", "미뤄질 모임"),
    ("event-new", "새로 만든 모임"),
    ("thread", "그사이 열린 이야기"),
)


async def test_what_happened_while_the_bot_was_down_is_told_once_when_it_is_back(
    world: World, hajun: Person
) -> None:
    events = [await plan(world, hajun, name) for name in ("없어질 모임", "미뤄질 모임")]
    await told_of(world, "없어질 모임", "미뤄질 모임")
    await world.stop_bot()
    await happen(world, hajun, *events)
    await world.start_bot()
    await arrived(world, *MISSED)
    await world.stop_bot()
    await world.start_bot()
    await arrived(world, *MISSED)


async def test_a_list_that_fails_is_asked_again_and_nothing_is_cancelled_meanwhile(
    world: World, hajun: Person
) -> None:
    events = [await plan(world, hajun, name) for name in ("없어질 모임", "미뤄질 모임")]
    await told_of(world, "없어질 모임", "미뤄질 모임")
    async with world.discord.away(resumable=False):
        await happen(world, hajun, *events)
        world.discord.rest_fails(503, at="/scheduled-events")
    await world.discord.connected()
    await asyncio.sleep(QUIET_SECONDS)
    assert "event-cancelled" not in {kind for kind, _ in told(world, "waiting")}
    world.discord.rest_fails(None)
    await arrived(world, *MISSED)


@pytest.mark.parametrize("repeated", [0, 2])
async def test_what_discord_tells_afterwards_is_told_once(
    world: World, hajun: Person, repeated: int
) -> None:
    events = [await plan(world, hajun, name) for name in ("없어질 모임", "미뤄질 모임")]
    await told_of(world, "없어질 모임", "미뤄질 모임")
    async with world.discord.away(resumable=True, repeated=repeated):
        await happen(world, hajun, *events)
    await arrived(world, *MISSED)
    async with world.discord.away(resumable=False):
        pass
    await arrived(world, *MISSED)


async def test_what_has_begun_or_is_over_or_only_hidden_is_not_cancelled(
    world: World, hajun: Person
) -> None:
    over = await plan(world, hajun, "끝날 모임", after=0.2 * HOUR)
    await plan(world, hajun, "가려질 모임", where="마실방")
    await told_of(world, "끝날 모임", "가려질 모임")
    await world.stop_bot()
    world.advance(0.3 * HOUR)
    await hajun.end_event(over)
    here, room = world.discord.world, world.discord.guild.channel("마실방")
    room.overwrites = [hidden(world)]
    here.channel_changed(room)
    await world.start_bot()
    await arrived(world)


async def test_what_may_be_older_than_an_hour_is_no_news(world: World, hajun: Person) -> None:
    gone = await plan(world, hajun, "없어질 모임", after=20 * HOUR)
    await told_of(world, "없어질 모임")
    await world.stop_bot()
    await hajun.delete_event(gone)
    await hajun.open_thread(CHAT, "옛 이야기")
    world.advance(1.5 * HOUR)
    await hajun.open_thread(CHAT, "새 이야기")
    await world.start_bot()
    await arrived(world, ("thread", "새 이야기"))
    assert "없어질 모임" not in known(world)


async def test_events_are_kept_only_where_somebody_wants_to_hear_of_them(
    world: World, hajun: Person
) -> None:
    await plan(world, hajun, "모임")
    await told_of(world, "모임")
    minji = world.discord.person("민지")
    listed = await minji.slash(CHAT, "notify list")
    await minji.choose(listed, "받아 볼 소식 고르기", [])
    await until(lambda: not known(world))
