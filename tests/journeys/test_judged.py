"""A message that meets a rule makes its card, whatever fails while it is judged or missed."""

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.discord import Person
from tests.support.database import change, locked, opened
from tests.support.discord_trouble import HURRIED
from tests.support.processes import start_process
from tests.support.world import CHAT, World, open_world, until

BUSY_SECONDS = 5.0
QUIET_SECONDS = 0.3
REFUSING = "CREATE TRIGGER refusing BEFORE INSERT ON hits BEGIN SELECT RAISE(ABORT, 'locked'); END"
RAIDS = "레이드-모집"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, patience=replace(HURRIED, answer=8.0)) as world:
        await world.link("민지")
        await world.discord.person("민지").slash(CHAT, "highlight add", word="번개")
        yield world
        assert world.discord.problems == []


@pytest.fixture
def junho(world: World) -> Person:
    return world.discord.person("준호")


async def arrived_once(world: World, *words: str) -> None:
    """See that each of these was found, all at most once, and that the last one's card comes."""
    await until(lambda: len(found(world)) >= len(words), 20)
    await until(lambda: world.kakao.outbox, 20)
    await asyncio.sleep(QUIET_SECONDS)
    assert len(found(world)) == len(words)
    assert len(set(found(world))) == len(words)


def found(world: World) -> list[int]:
    with opened(world) as database:
        return [number for (number,) in database.execute("SELECT message_id FROM hits")]


async def test_a_database_that_is_locked_meanwhile_costs_no_card(
    world: World, junho: Person, caplog: pytest.LogCaptureFixture
) -> None:
    async with locked(world):
        await junho.say(CHAT, "번개 하실 분?")
        await until(lambda: "judged again" in caplog.text, 3 * BUSY_SECONDS)
    await arrived_once(world, "번개")


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_a_hit_that_cannot_be_kept_comes_once_it_can_also_after_a_restart(
    world: World, junho: Person, caplog: pytest.LogCaptureFixture, *, is_restarted: bool
) -> None:
    await change(world, REFUSING)
    await junho.say(CHAT, "번개 하실 분?")
    await until(lambda: "judged again" in caplog.text)
    await junho.say(RAIDS, "다른 이야기")
    if is_restarted:
        await world.stop_bot()
    await change(world, "DROP TRIGGER refusing")
    if is_restarted:
        await world.start_bot()
    await arrived_once(world, "번개")


async def test_a_reaction_that_cannot_be_kept_is_counted_again(world: World, junho: Person) -> None:
    minji = world.discord.person("민지")
    await minji.slash(CHAT, "highlight me", what="reaction", reactions=1)
    mine = await minji.say(CHAT, "새 로고")
    await change(world, REFUSING)
    await junho.react(mine, "🔥")
    await asyncio.sleep(QUIET_SECONDS)
    assert not found(world)
    await change(world, "DROP TRIGGER refusing")
    await arrived_once(world, "새 로고")


async def test_what_is_missed_before_the_first_message_is_found(
    world: World, junho: Person
) -> None:
    await world.stop_bot()
    await junho.say(CHAT, "번개 첫 글")
    await world.start_bot()
    await arrived_once(world, "번개")


async def test_a_failure_in_the_middle_of_history_and_a_new_session_meanwhile_lose_nothing(
    world: World, junho: Person
) -> None:
    await world.stop_bot()
    for number in range(3):
        await junho.say(CHAT, f"번개 {number}")
    for number in range(120):
        await junho.say(CHAT, f"글 {number}")
    await junho.say(CHAT, "번개 끝")
    world.discord.rest_fails(503, at=f"/channels/{chat(world)}/messages", after=1)
    await world.start_bot()
    await until(lambda: len(found(world)) == 3)
    await world.discord.drop_gateway(resumable=False)
    await world.discord.connected(20)
    await asyncio.sleep(QUIET_SECONDS)
    assert len(found(world)) == 3
    world.discord.rest_fails(None)
    await arrived_once(world, *"0123")


def chat(world: World) -> int:
    return world.discord.guild.channel(CHAT).id


async def test_killed_again_and_again_while_it_catches_up_it_finds_everything_once(
    world: World, junho: Person, tmp_path: Path
) -> None:
    await world.stop_bot()
    for number in range(150):
        await junho.say(CHAT if number % 2 else RAIDS, f"번개 {number}")
    for _ in range(2):
        process = await start_process(world.settings, tmp_path)
        await until_more_is_found(world)
        process.send_signal(signal.SIGKILL)
        await process.communicate()
    assert len(found(world)) < 150
    await world.start_bot()
    await arrived_once(world, *map(str, range(150)))


async def test_killed_while_one_channel_hangs_it_has_served_the_others_and_loses_nothing(
    world: World, junho: Person, tmp_path: Path
) -> None:
    hajun, minji = world.discord.person("하준"), world.discord.person("민지")
    await world.link("하준")
    await hajun.slash(CHAT, "highlight add", word="모임")
    await world.stop_bot()
    process = await start_process(world.settings, tmp_path)
    await world.until_healthy()
    await hajun.say(RAIDS, "제 역할은 이 글에 적혀 있어요")
    world.discord.rest_hangs(at=f"/members/{minji.id}")
    slow = await junho.say(CHAT, "번개 하실 분?")
    other = await junho.say(RAIDS, "모임 하실 분?")
    await until(lambda: found(world), 20)
    assert found(world) == [other.id]
    await until(lambda: marks(world) == [slow.id - 1])
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    world.discord.rest_hangs(False)
    await world.start_bot()
    await arrived_once(world, "모임", "번개")


def marks(world: World) -> list[int]:
    with opened(world) as database:
        return [number for (number,) in database.execute("SELECT message_id FROM watermarks")]


async def until_more_is_found(world: World) -> None:
    before = len(found(world))
    await until(lambda: len(found(world)) > before, 20)
