"""An emoji of one's own: who reacts with it finds the message in KakaoTalk."""

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.discord import Person
from tests.support.discord_trouble import HURRIED, in_trouble
from tests.support.world import CHAT, World, open_world, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
MARK = "🔖"
COMMAND = "highlight reaction"
CUSTOM, NUMBER = "<:kkachi:123456789012345678>", "kkachi:123456789012345678"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def village(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("reaction")
    shutil.copy(migrated, folder)
    async with open_world(folder, patience=HURRIED) as world:
        await world.link("민지")
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(village: World) -> AsyncIterator[World]:
    """The same world for all, with 민지's mark set anew."""
    village.advance(24 * 3600)
    village.kakao.outbox.clear()
    await village.discord.person("민지").slash(CHAT, COMMAND, emoji=MARK)
    yield village
    assert village.discord.problems == []


@pytest.fixture
def junho(world: World) -> Person:
    return world.discord.person("준호")


def titles(world: World) -> list[str]:
    return [str(message.template["content"]["title"]) for message in world.kakao.outbox]


async def test_a_reaction_sends_the_message_once(
    world: World, minji: Person, junho: Person
) -> None:
    first, second = await junho.say(CHAT, "내일 소풍 가요"), await junho.say(CHAT, "김밥 싸요")
    await minji.react(first, "🎉")
    await minji.react(first, MARK)
    await until(lambda: titles(world) == ["준호: 내일 소풍 가요"])
    await minji.unreact(first, MARK)
    await minji.react(first, MARK)
    await junho.react(second, MARK)
    await minji.react(second, MARK)
    await until(lambda: len(titles(world)) > 1)
    assert titles(world) == ["준호: 내일 소풍 가요", "준호: 김밥 싸요"]


async def test_a_super_reaction_in_a_thread_and_a_servers_own_emoji_do_it_too(
    world: World, minji: Person, junho: Person
) -> None:
    start = await junho.say(CHAT, "저녁 뭐 먹죠")
    thread = await junho.open_thread(CHAT, "저녁", on=start)
    inside = await junho.say(thread, "칼국수 어때요")
    await minji.react(inside, MARK, burst=True)
    await until(lambda: titles(world) == ["준호: 칼국수 어때요"])
    answer = await minji.slash(CHAT, COMMAND, emoji=CUSTOM)
    assert CUSTOM in answer.text
    await minji.react(start, NUMBER)
    await until(lambda: titles(world)[1:] == ["준호: 저녁 뭐 먹죠"])


async def test_who_turns_it_off_or_types_no_emoji_sends_nothing(
    world: World, minji: Person, junho: Person
) -> None:
    wrong = await minji.slash(CHAT, COMMAND, emoji="책갈피")
    assert "이모지를 하나만" in wrong.text
    assert MARK in str((await minji.slash(CHAT, "help")).answer.embeds)
    off = await minji.slash(CHAT, COMMAND, emoji="끄기")
    assert "보내지 않아요" in off.text
    said = await junho.say(CHAT, "이건 그냥 반응이에요")
    await minji.react(said, MARK)
    await minji.slash(CHAT, COMMAND, emoji="🎈")
    await minji.react(said, "🎈")
    await until(lambda: titles(world))
    assert len(titles(world)) == 1


async def test_what_is_taken_away_while_kakao_is_down_is_not_sent(
    world: World, minji: Person, junho: Person
) -> None:
    kept, dropped = await junho.say(CHAT, "보낼 것"), await junho.say(CHAT, "안 보낼 것")
    world.kakao.down(True)
    await minji.react(kept, MARK)
    await minji.react(dropped, MARK)
    await until(lambda: states(world) == ["queued", "queued"])
    await minji.unreact(dropped, MARK)
    await until(lambda: sorted(states(world)) == ["cancelled", "queued"])
    world.kakao.down(False)
    world.advance(60)
    await until(lambda: titles(world) == ["준호: 보낼 것"])


async def test_a_reaction_while_discord_does_not_answer_is_sent_afterwards(
    world: World, minji: Person, junho: Person
) -> None:
    said = await junho.say(CHAT, "나중에라도 와요")
    async with in_trouble(world.discord, "503"):
        await minji.react(said, MARK)
        await until(lambda: waiting(world) == 1)
        assert titles(world) == []
    world.advance(60)
    await until(lambda: titles(world) == ["준호: 나중에라도 와요"])


async def test_whoever_has_not_linked_is_told_once_in_a_direct_message(
    world: World, junho: Person
) -> None:
    answer = await junho.slash(CHAT, COMMAND, emoji=MARK)
    assert "아직 카카오톡이 연결되지 않아서" in answer.text
    for words in ("하나", "둘"):
        said = await junho.say(CHAT, words)
        await junho.react(said, MARK)
        await until(lambda: waiting(world) == 0 and len(junho.dms) == 1)
    [told] = junho.dms
    assert MARK in told.text
    assert "kakao link" in told.text
    assert world.kakao.outbox == []


def stored(world: World, query: str) -> list[str]:
    path = world.settings["DATABASE_URL"].partition(":///")[2]
    with closing(sqlite3.connect(path)) as database:
        return [str(row[0]) for row in database.execute(query)]


def states(world: World) -> list[str]:
    """Where the deliveries of today's reactions stand."""
    query = "SELECT d.state FROM deliveries d JOIN (SELECT max(created_at) AS at FROM deliveries) "
    return stored(world, f"{query} ON d.created_at > at - 3600 ORDER BY d.id")


def waiting(world: World) -> int:
    return len(stored(world, "SELECT id FROM reaction_sends WHERE state = 'waiting'"))
