"""What members read of a message is what Discord shows at that moment, and no more."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.discord import Person
from sandbox.discord.messages import JOINED
from tests.support.world import CHAT, World, open_village, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
MENU = "Send to my KakaoTalk"
HOUR = 3600.0
DAY = 24 * HOUR


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def village(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> AsyncIterator[World]:
    async with open_village(tmp_path_factory.mktemp("names"), migrated) as world:
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(village: World) -> World:
    """The same world for all, each on a day of its own."""
    village.advance(DAY)
    village.kakao.outbox.clear()
    return village


@pytest.fixture
def junho(world: World) -> Person:
    return world.discord.person("준호")


async def arrived(world: World, count: int = 1) -> str:
    await until(lambda: len(world.kakao.outbox) >= count)
    content = world.kakao.outbox[-1].template["content"]
    return f"{content['title']}\n{content['description']}"


async def test_who_is_mentioned_or_answered_has_the_nickname_of_this_moment(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="번개")
    seoyeon = world.discord.person("서연")
    for number, name in enumerate(("힐러", "길드장", None), 1):
        await junho.call_oneself(world.discord.guild, name)
        await seoyeon.say(CHAT, f"번개, <@{junho.id}> 도 와요")
        assert f"@{name or '준호'} 도" in await arrived(world, number)


async def test_a_quote_of_what_discord_itself_wrote_says_so(
    world: World, minji: Person, junho: Person
) -> None:
    welcome = world.discord.world.post(world.discord.guild.channel(CHAT), junho.user, kind=JOINED)
    answer = await world.discord.person("서연").say(CHAT, "어서 와요!", reply_to=welcome)
    await minji.menu(CHAT, MENU, answer)
    assert "디스코드 알림" in await arrived(world)


async def test_a_file_is_named_by_the_piece_of_its_name_that_was_found(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="회의록")
    name = "아주 긴 이름을 가진 파일입니다 " * 3 + "정기 회의록 마지막.pdf"
    await junho.say(CHAT, "자료 " * 200, files=[("a.pdf", b"%PDF"), (name, b"%PDF")])
    assert "정기 회의록" in await arrived(world)


async def test_why_does_not_say_that_all_was_passed_by_what_no_rule_has_found(
    world: World, minji: Person, junho: Person
) -> None:
    older = await junho.say(CHAT, "정산은 언제 해요?")
    edited = await junho.say(CHAT, "나중에 말해요")
    await minji.slash(CHAT, "highlight add", word="정산")
    world.advance(2 * HOUR)
    await junho.edit(edited, "나중에 정산해요")
    for message in (older, edited):
        why = await minji.slash(CHAT, "highlight why", message=str(message.id))
        first, _, now, *_ = why.answer.embeds[0]["description"].splitlines()
        assert "찾은 기록이 없어요" in first
        assert "모든 조건을 통과했어요" in now
