"""Hearing when somebody comes into voice, only with their yes, between both sandboxes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.services.clock import Patience
from sandbox.discord import Message, Person
from sandbox.discord.permissions import Permission
from sandbox.discord.state import VOICE, Overwrite
from tests.support.world import CHAT, World, open_world, until

QUIET_SECONDS = 0.4
MINUTE, DAY = 60.0, 24 * 3600.0
ROOM = "마실방"
ADD = "notify add"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, patience=Patience(first=0.05, longest=0.1)) as world:
        await world.link("민지")
        yield world
        assert world.discord.problems == []


@pytest.fixture
def hajun(world: World) -> Person:
    return world.discord.person("하준")


async def watch(minji: Person, whom: Person) -> str:
    return (await minji.slash(CHAT, ADD, what="person", member=whom)).text


async def question(person: Person) -> Message:
    await until(lambda: person.dms)
    return person.dms[-1]


async def listed(person: Person) -> str:
    [embed] = (await person.slash(CHAT, "notify list")).answer.embeds
    return str(embed["description"])


def titles(world: World) -> list[str]:
    return [message.template["content"]["title"] for message in world.kakao.outbox]


async def nothing_more(world: World, count: int = 0) -> None:
    await asyncio.sleep(QUIET_SECONDS)
    assert len(world.kakao.outbox) == count


async def come(person: Person) -> None:
    """Come into voice and stay long enough to be heard of."""
    await person.join_voice(ROOM)
    await asyncio.sleep(0.1)
    await person.leave_voice()


async def test_somebody_is_told_of_only_after_their_yes_and_until_they_take_it_back(
    world: World, minji: Person, hajun: Person
) -> None:
    assert "허락을 기다리고 있어요" in await watch(minji, hajun)
    asked = await question(hajun)
    assert "민지 (@" in asked.text
    assert world.discord.guild.name in asked.text
    await come(hajun)
    await nothing_more(world)
    await world.stop_bot()
    await world.start_bot()
    answered = await hajun.press(asked, "허락하기")
    assert "허락했어요" in answered.text
    assert "허락" not in await listed(minji)
    world.advance(10 * MINUTE)
    await come(hajun)
    await come(hajun)
    await until(lambda: titles(world) == [f"🔊 하준이 {ROOM}에 들어왔어요"])
    back = await hajun.press(answered, "허락 취소하기")
    assert "알리지 않을게요" in back.text
    assert "거절했어요" in await listed(minji)
    await watch(minji, hajun)
    world.advance(10 * MINUTE)
    await come(hajun)
    await nothing_more(world, 1)
    assert len(hajun.dms) == 1


async def test_whoever_is_there_already_is_no_news_and_a_hidden_room_neither(
    world: World, minji: Person, hajun: Person
) -> None:
    guild = world.discord.guild
    await watch(minji, hajun)
    await hajun.press(await question(hajun), "허락하기")
    await world.discord.person("준호").join_voice(ROOM)
    await hajun.join_voice(ROOM)
    await until(lambda: len(titles(world)) == 1)
    world.advance(10 * MINUTE)
    await world.stop_bot()
    await world.start_bot()
    await hajun.stream()
    await nothing_more(world, 1)
    hidden = Overwrite(guild.id, deny=int(Permission.VIEW_CHANNEL))
    seen_by_the_bot = Overwrite(
        world.discord.world.bot.id, allow=int(Permission.VIEW_CHANNEL), for_member=True
    )
    world.discord.world.add_channel(
        guild, "비밀방", kind=VOICE, overwrites=[hidden, seen_by_the_bot]
    )
    world.advance(10 * MINUTE)
    await hajun.join_voice("비밀방")
    await nothing_more(world, 1)
    await hajun.join_voice(ROOM)
    await until(lambda: len(titles(world)) == 2)


async def test_whoever_asked_for_the_person_and_for_the_room_gets_one_card(
    world: World, minji: Person, hajun: Person
) -> None:
    await watch(minji, hajun)
    await hajun.press(await question(hajun), "허락하기")
    await minji.slash(CHAT, ADD, what="voice", channel=ROOM)
    await come(hajun)
    await until(lambda: titles(world) == [f"🔊 하준이 {ROOM}에 들어왔어요"])
    await nothing_more(world, 1)
    world.advance(10 * MINUTE)
    await come(world.discord.person("준호"))
    await until(lambda: len(titles(world)) == 2)
    assert "준호" in str(world.kakao.outbox[1].template["content"])


async def test_whoever_goes_on_into_another_room_is_told_of_to_who_asked_for_that_one(
    world: World, minji: Person, hajun: Person
) -> None:
    world.discord.world.add_channel(world.discord.guild, "딴방", kind=VOICE)
    await watch(minji, hajun)
    await hajun.press(await question(hajun), "허락하기")
    await minji.slash(CHAT, ADD, what="voice", channel="딴방")
    world.advance(10 * MINUTE)
    await hajun.join_voice(ROOM)
    await until(lambda: len(titles(world)) == 1)
    await hajun.join_voice("딴방")
    await until(lambda: len(titles(world)) == 2)
    assert "딴방" in titles(world)[1]


async def test_with_closed_messages_the_list_says_so_and_they_can_allow_it_themselves(
    world: World, minji: Person, hajun: Person
) -> None:
    world.discord.close_dms(hajun)
    await watch(minji, hajun)
    await asyncio.sleep(QUIET_SECONDS)
    assert "DM이 막혀 있어 물어보지 못했어요" in await listed(minji)
    panel = await hajun.slash(CHAT, "privacy presence")
    assert "민지" in panel.answer.embeds[0]["description"]
    label = panel.answer.components[0]["components"][0]["options"][0]["label"]
    chosen = await hajun.choose(panel, "허락할 사람 고르기", [label])
    assert "✅ 허락했어요" in chosen.answer.embeds[0]["description"]
    await come(hajun)
    await until(lambda: len(titles(world)) == 1)
    await hajun.choose(panel, "허락할 사람 고르기", [])
    world.advance(10 * MINUTE)
    await come(hajun)
    await nothing_more(world, 1)


async def test_a_question_waits_until_discord_answers_and_for_tomorrow_after_five(
    world: World, hajun: Person
) -> None:
    here, guild = world.discord.world, world.discord.guild
    askers = []
    for number in range(6):
        user = here.add_user(f"neighbour{number}", f"이웃{number}")
        here.join(guild, user)
        askers.append(world.discord.person(f"이웃{number}"))
    world.discord.rest_fails(503, at="/users/@me/channels")
    for one in askers:
        await watch(one, hajun)
    await asyncio.sleep(QUIET_SECONDS)
    assert "허락을 기다리고 있어요" in await listed(askers[0])
    world.discord.rest_fails(None)
    await until(lambda: len(hajun.dms) == 5)
    await asyncio.sleep(QUIET_SECONDS)
    assert len(hajun.dms) == 5
    world.advance(DAY)
    await until(lambda: len(hajun.dms) == 6)
    await asyncio.sleep(QUIET_SECONDS)
    assert len(hajun.dms) == 6


async def test_whoever_opts_out_says_no_to_everybody(
    world: World, minji: Person, hajun: Person
) -> None:
    await watch(minji, hajun)
    asked = await question(hajun)
    await hajun.press(asked, "허락하기")
    await hajun.slash(CHAT, "privacy optout", on=True)
    assert "거절했어요" in await listed(minji)
    assert "거절했어요" in await watch(world.discord.person("준호"), hajun)
    refused = await hajun.press(hajun.dms[-1], "허락 취소하기")
    assert "알리지 않을게요" in refused.text
    assert "먼저" in (await hajun.press(refused, "허락하기")).text
    said = len(hajun.dms)
    await hajun.slash(CHAT, "privacy optout", on=False)
    await come(hajun)
    await nothing_more(world)
    assert len(hajun.dms) == said


async def test_bots_oneself_and_too_many_are_refused(
    world: World, minji: Person, hajun: Person
) -> None:
    assert "봇이나 나 자신" in await watch(minji, minji)
    nobody = await minji.slash(CHAT, ADD, what="person")
    assert "멤버도 함께" in nobody.text
    wrong = await minji.slash(CHAT, ADD, what="voice", member=hajun)
    assert "멤버도 함께" in wrong.text
    here = world.discord.world
    for number in range(11):
        user = here.add_user(f"friend{number}", f"벗{number}")
        here.join(world.discord.guild, user)
        text = await watch(minji, world.discord.person(f"벗{number}"))
    assert "하루에 10명까지만" in text


async def test_erasing_ends_it_for_both(world: World, minji: Person, hajun: Person) -> None:
    await watch(minji, hajun)
    await hajun.press(await question(hajun), "허락하기")
    held = (await hajun.slash(CHAT, "privacy export")).answer.attachments[0].data.decode()
    assert str(minji.id) in held
    erase = await hajun.slash(CHAT, "privacy delete")
    await hajun.press(erase, "모두 지우기")
    assert "하준" not in await listed(minji)
    assert str(hajun.id) not in await listed(minji)
    await come(hajun)
    await nothing_more(world)
    gone = await hajun.press(hajun.dms[-1], "허락 취소하기")
    assert "만료됐거나" in gone.text
