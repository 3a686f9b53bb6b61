"""Nothing is told twice and nothing is missed when the connection to Discord breaks."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.discord import Person
from tests.support.world import CHAT, World, open_world, until

QUIET_SECONDS = 0.5
HOUR = 3600.0


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        await world.link("민지")
        await world.discord.person("민지").slash(CHAT, "highlight add", word="번개")
        yield world
        assert world.discord.problems == []


@pytest.fixture
def junho(world: World) -> Person:
    return world.discord.person("준호")


def texts(world: World) -> list[str]:
    """All that arrived on 민지's phone, alone or in a list."""
    found = []
    for message in world.kakao.outbox:
        contents = message.template.get("contents") or [message.template["content"]]
        found += [one.get("description") or one["title"] for one in contents]
        found += [one["title"] for one in contents]
    return found


def number(world: World, words: str) -> int:
    return sum(words in text for text in texts(world))


async def test_an_interaction_that_is_told_twice_is_answered_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.discord")
    await world.discord.drop_gateway(resumable=True, repeated=5)
    await until(lambda: "interaction twice" in caplog.text)
    minji = world.discord.person("민지")
    assert "규칙 1개" in (await minji.slash(CHAT, "highlight list")).text
    # Told of several, it has tried to answer several again; nothing else went wrong.
    await world.stop_bot()
    assert all("already been acknowledged" in one for one in world.discord.problems)
    world.discord.problems.clear()


async def test_events_that_are_told_again_after_a_reconnect_make_one_card(
    world: World, junho: Person
) -> None:
    await junho.say(CHAT, "번개 하실 분?")
    await until(lambda: world.kakao.outbox)
    await world.discord.drop_gateway(resumable=True, repeated=1)
    await junho.say(CHAT, "번개 장소는 어디예요?")
    await until(lambda: number(world, "어디예요"))
    await asyncio.sleep(QUIET_SECONDS)
    assert len(world.kakao.outbox) == 2
    assert number(world, "하실 분") == 1


async def test_what_was_written_in_a_gap_is_read_from_history(world: World, junho: Person) -> None:
    await junho.say(CHAT, "번개 예고")
    await until(lambda: number(world, "예고"))
    await world.discord.drop_gateway(resumable=False)
    await junho.say(CHAT, "번개 갑자기 시작!")
    await junho.say("레이드-모집", "여기도 번개!")
    await until(lambda: number(world, "갑자기") and number(world, "여기도"))
    assert number(world, "예고") == 1


async def test_what_was_written_while_the_bot_was_off_is_read_when_it_is_back(
    world: World, junho: Person
) -> None:
    await junho.say(CHAT, "번개 첫 소식")
    await until(lambda: number(world, "첫 소식"))
    await world.stop_bot()
    await junho.say(CHAT, "번개 둘째 소식")
    await world.start_bot()
    await until(lambda: number(world, "둘째"))
    assert number(world, "첫 소식") == 1


async def test_what_is_older_than_an_hour_is_let_go(world: World, junho: Person) -> None:
    await junho.say(CHAT, "번개 첫 소식")
    await until(lambda: number(world, "첫 소식"))
    await world.stop_bot()
    await junho.say(CHAT, "번개 옛 소식")
    world.advance(1.5 * HOUR)
    await junho.say(CHAT, "번개 새 소식")
    await world.start_bot()
    await until(lambda: number(world, "새 소식"))
    await asyncio.sleep(QUIET_SECONDS)
    assert number(world, "옛 소식") == 0


async def test_what_waits_survives_a_restart_and_goes_out_once(world: World, junho: Person) -> None:
    minji = world.discord.person("민지")
    await minji.slash(CHAT, "highlight pause", hours=1)
    for words in ("하나", "둘", "셋"):
        await junho.say(CHAT, f"번개 {words}")
    await world.until_waiting(3)
    await world.stop_bot()
    await world.start_bot()
    assert not world.kakao.outbox
    world.advance(1.1 * HOUR)
    await until(lambda: world.kakao.outbox)
    await asyncio.sleep(QUIET_SECONDS)
    [message] = world.kakao.outbox
    assert [one["title"] for one in message.template["contents"]] == [
        "준호: 번개 하나",
        "준호: 번개 둘",
        "준호: 번개 셋",
    ]


async def test_a_deletion_in_a_gap_keeps_the_message_from_going_out(
    world: World, junho: Person
) -> None:
    minji = world.discord.person("민지")
    await minji.slash(CHAT, "highlight pause", hours=1)
    gone = await junho.say(CHAT, "번개 취소할 글")
    await world.until_waiting(1)
    await world.stop_bot()
    await junho.delete(gone)
    await world.start_bot()
    await minji.slash(CHAT, "highlight pause", hours=0)
    await asyncio.sleep(QUIET_SECONDS)
    assert not world.kakao.outbox
