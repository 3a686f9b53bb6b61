"""Several messages at once: from one to another, or a whole thread, as one card with a page."""

import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from sandbox.discord import Channel, Message, Person
from tests.support.discord_trouble import HURRIED, in_trouble
from tests.support.doors import decide, switch_off
from tests.support.world import CHAT, World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")
LINES = re.compile(r"<li>.*?<span>(.*?)</span>", re.DOTALL)
ME, FRIENDS = "forward me", "forward friends"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def village(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("several")
    shutil.copy(migrated, folder)
    async with open_world(folder, patience=HURRIED) as world:
        await world.link("민지")
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(village: World) -> AsyncIterator[World]:
    village.advance(24 * 3600)
    village.kakao.outbox.clear()
    yield village
    assert village.discord.problems == []


@pytest.fixture
def junho(world: World) -> Person:
    return world.discord.person("준호")


async def said(person: Person, count: int, place: str | Channel = CHAT) -> list[Message]:
    return [await person.say(place, f"이야기 {number}") for number in range(1, count + 1)]


def card(world: World) -> dict[str, Any]:
    [message] = world.kakao.outbox
    return message.template


def shown(world: World) -> list[str]:
    return [str(one["title"]) for one in card(world)["contents"]]


async def page(address: str) -> tuple[int, list[str], str]:
    async with aiohttp.ClientSession() as browser, browser.get(address) as response:
        html = await response.text()
        lines = LINES.findall(html)  # in one language, and again in the other
        return response.status, lines[: len(lines) // 2], html


async def behind(world: World) -> tuple[int, list[str], str]:
    return await page(str(card(world)["header_link"]["web_url"]))


def numbered(numbers: Sequence[int], author: str = "준호") -> list[str]:
    return [f"{author}: 이야기 {number}" for number in numbers]


@pytest.mark.parametrize("is_backwards", [False, True])
async def test_messages_from_one_to_another_are_one_card_with_a_page(
    world: World, minji: Person, junho: Person, is_backwards: bool
) -> None:
    await junho.say(CHAT, "앞에 있던 말")
    ends = await said(junho, 5)
    await junho.say(CHAT, "뒤에 온 말")
    first, last = (ends[-1], ends[0]) if is_backwards else (ends[0], ends[-1])
    reply = await minji.slash(CHAT, ME, message=first.jump_url, until=str(last.id))
    assert "‘나와의 채팅’으로 보냈어요" in reply.text
    assert "빠졌어요" not in reply.text
    assert card(world)["header_title"] == "#잡담 · 까치 마을 · 메시지 5개"
    assert shown(world) == numbered([1, 2, 3])
    status, lines, html = await behind(world)
    assert (status, lines) == (200, numbered([1, 2, 3, 4, 5]))
    assert "메시지 5개" in html


async def test_of_more_than_twenty_the_newest_go_and_the_rest_is_counted(
    world: World, minji: Person, junho: Person
) -> None:
    ends = await said(junho, 125)
    reply = await minji.slash(
        CHAT, ME, message=ends[0].jump_url, until=ends[-1].jump_url, note="모아 봤어요"
    )
    assert "메시지 105개는 빠졌어요" in reply.text
    assert card(world)["header_title"] == "📝 모아 봤어요\n#잡담 · 까치 마을 · 메시지 20개"
    _, lines, html = await behind(world)
    assert lines == numbered(range(106, 126))
    assert "그 앞의 메시지 105개" in html


async def test_a_whole_thread_goes_from_the_message_it_began_with_or_from_any_in_it(
    world: World, minji: Person, junho: Person
) -> None:
    start = await junho.say(CHAT, "이야기 0")
    thread = await junho.open_thread(CHAT, "이야기방", on=start)
    inside = await said(junho, 3, thread)
    for one in (start, inside[1]):
        world.kakao.outbox.clear()
        await minji.slash(CHAT, ME, message=one.jump_url, thread=True)
        assert shown(world) == numbered([0, 1, 2])
        assert card(world)["header_title"] == "#잡담 › 이야기방 · 까치 마을 · 메시지 4개"
    refused = await minji.slash(
        CHAT, ME, message=(await junho.say(CHAT, "혼잣말")).jump_url, thread=True
    )
    assert "스레드가 없어요" in refused.text


async def test_what_cannot_be_meant_is_refused_in_words(
    world: World, minji: Person, junho: Person
) -> None:
    start = await junho.say(CHAT, "여기")
    thread = await junho.open_thread(CHAT, "저기", on=await junho.say(CHAT, "저기로"))
    there = await junho.say(thread, "저기")
    both = await minji.slash(CHAT, ME, message=start.jump_url, until=str(there.id), thread=True)
    apart = await minji.slash(CHAT, ME, message=start.jump_url, until=there.jump_url)
    nowhere = await minji.slash(CHAT, ME, message=start.jump_url, until="1234567890123456")
    assert "함께 쓸 수 없어요" in both.text
    assert "같은 채널" in apart.text
    assert "찾을 수 없거나" in nowhere.text
    assert world.kakao.outbox == []


async def test_who_opted_out_stays_behind_and_covered_words_stay_covered(
    world: World, minji: Person, junho: Person
) -> None:
    hajun = world.discord.person("하준")
    first = await junho.say(CHAT, "범인은 ||집사|| 예요")
    await hajun.say(CHAT, "내 말은 빼 주세요")
    last = await junho.say(CHAT, "정말요?", reply_to=await hajun.say(CHAT, "이 말도요"))
    await hajun.slash(CHAT, "privacy optout", on=True)
    reply = await minji.slash(CHAT, ME, message=first.jump_url, until=last.jump_url)
    await hajun.slash(CHAT, "privacy optout", on=False)
    assert "거부한 메시지 2개는 빠졌어요" in reply.text
    _, lines, html = await behind(world)
    assert len(lines) == 2
    for secret in ("집사", "빼 주세요", "이 말도요"):
        assert secret not in html + str(card(world))


async def test_a_page_drops_whoever_opts_out_later_but_not_what_its_sender_wrote(
    world: World, minji: Person, junho: Person
) -> None:
    first = await junho.say(CHAT, "나중에 마음을 바꿔요")
    last = await minji.say(CHAT, "내가 쓴 말이에요")
    await minji.slash(CHAT, ME, message=first.jump_url, until=last.jump_url)
    for person in (junho, minji):
        await person.slash(CHAT, "privacy optout", on=True)
    _, lines, html = await behind(world)
    for person in (junho, minji):
        await person.slash(CHAT, "privacy optout", on=False)
    assert len(lines) == 1
    assert "내가 쓴 말이에요" in html
    assert "나중에 마음을" not in html


async def test_a_page_drops_what_is_forwarded_when_whoever_wrote_it_opts_out_later(
    world: World, minji: Person, junho: Person
) -> None:
    hajun = world.discord.person("하준")
    original = await hajun.say(CHAT, "원래는 내 말")
    first = await junho.say(CHAT, "이거 보세요")
    last = await junho.say(CHAT, "", forward_of=original)
    await minji.slash(CHAT, ME, message=first.jump_url, until=last.jump_url)
    assert len((await behind(world))[1]) == 2
    await hajun.slash(CHAT, "privacy optout", on=True)
    _, lines, html = await behind(world)
    await hajun.slash(CHAT, "privacy optout", on=False)
    assert lines == ["준호: 이거 보세요"]
    assert "원래는" not in html


async def test_a_list_holds_and_its_page_shows_only_what_the_server_lets_out(
    world: World, minji: Person, junho: Person
) -> None:
    ends = await said(junho, 4)
    named = {"message": ends[0].jump_url, "until": ends[-1].jump_url}
    await minji.slash(CHAT, ME, **named)
    open_page = str(card(world)["header_link"]["web_url"])
    assert (await page(open_page))[1] == numbered([1, 2, 3, 4])
    world.kakao.outbox.clear()
    await decide(world, "policy", "링크만")
    await minji.slash(CHAT, ME, **named)
    assert len((await behind(world))[1]) == 4
    assert "이야기" not in (await behind(world))[2] + str(card(world))
    assert (await page(open_page))[1] == []
    world.kakao.outbox.clear()
    await switch_off(world, "forward")
    refused = await minji.slash(CHAT, ME, **named)
    assert "꺼 두었어요" in refused.text
    assert world.kakao.outbox == []
    await switch_off(world)
    await decide(world, "policy", "내용과 사진 전체")


async def test_friends_get_the_list_of_a_draft_unless_somebody_in_it_opts_out_meanwhile(
    world: World, minji: Person, junho: Person
) -> None:
    await world.link("준호")
    world.kakao.outbox.clear()
    ends = await said(junho, 22)
    picker = await minji.slash(CHAT, FRIENDS, message=ends[0].jump_url, until=ends[-1].jump_url)
    await world.follow(picker, "민지", agree={"talk_message", "friends"})
    await picker.until(lambda message: "누구에게" in message.text)
    preview = str(picker.answer.embeds)
    assert "메시지 20개" in preview
    assert "이야기 3" in preview
    await minji.choose(picker, "친구 고르기", ["★ 준호"])
    done = await minji.press(picker, "보내기 (1)")
    await done.until(lambda message: "보냈어요" in message.text)
    assert shown(world) == numbered([3, 4, 5])
    world.advance(3 * 24 * 3600)  # a draft's page would be gone
    status, lines, html = await behind(world)
    assert (status, lines) == (200, numbered(range(3, 23)))
    assert "민지" not in html
    hajun = world.discord.person("하준")
    first, last = await hajun.say(CHAT, "나중에 거부해요"), await junho.say(CHAT, "저는 괜찮아요")
    picker = await minji.slash(CHAT, FRIENDS, message=first.jump_url, until=last.jump_url)
    await minji.choose(picker, "친구 고르기", ["★ 준호"])
    await hajun.slash(CHAT, "privacy optout", on=True)
    refused = await minji.press(picker, "보내기 (1)")
    await hajun.slash(CHAT, "privacy optout", on=False)
    assert "보낼 수 없게 된 메시지가 있어요" in refused.text
    assert len(world.kakao.outbox) == 1


async def test_the_page_of_a_draft_that_is_thrown_away_is_gone(
    world: World, minji: Person, junho: Person
) -> None:
    ends = await said(junho, 3)
    picker = await minji.slash(CHAT, FRIENDS, message=ends[0].jump_url, until=ends[-1].jump_url)
    assert "메시지 3개" in str(picker.answer.embeds)
    address = re.findall(r"/d/[\w-]+", stored_card(world))[-1]
    assert (await page(f"{world.public_url}{address}"))[0] == 200
    await minji.press(picker, "취소")
    assert (await page(f"{world.public_url}{address}"))[0] == 404


async def test_while_discord_does_not_answer_nothing_is_sent_and_that_is_said(
    world: World, minji: Person, junho: Person
) -> None:
    ends = await said(junho, 3)
    async with in_trouble(world.discord, "503", at="/messages"):
        reply = await minji.slash(CHAT, ME, message=ends[0].jump_url, until=ends[-1].jump_url)
    assert "디스코드가 대답하지 않아요" in reply.text
    assert world.kakao.outbox == []


def stored_card(world: World) -> str:
    path = world.settings["DATABASE_URL"].partition(":///")[2]
    with closing(sqlite3.connect(path)) as database:
        return "".join(str(card) for (card,) in database.execute("SELECT card FROM drafts"))
