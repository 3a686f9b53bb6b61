"""Linking switched off, or kept to a role, is so for every button that does it."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from sandbox.discord import Message, Person, Reply
from tests.support.doors import STAFF, decide, open_doors, place, staff, switch_off
from tests.support.world import CHAT, World, link_of

MENU_ME, MENU_FRIENDS = "Send to my KakaoTalk", "Send to Kakao friends"
NO_BUTTON = "여기서는 연결하거나 동의할 수 없어요"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_doors(tmp_path) as world:
        yield world


@pytest.fixture
def jiwoo(world: World) -> Person:
    """Somebody who is not linked."""
    return world.discord.person("지우")


@pytest.fixture
async def message(world: World) -> Message:
    return await world.discord.person("준호").say(CHAT, "우리끼리 이야기")


def has_no_way(reply: Reply) -> bool:
    urls = [one for row in reply.answer.components for one in row["components"] if "url" in one]
    return NO_BUTTON in reply.text and not urls


async def hints(person: Person, message: Message) -> list[Reply]:
    """Return every answer that shows the way to a link to who has none."""
    compose = await person.submit(
        (await person.slash(CHAT, "compose", kind="text")).form, {"글": "직접 쓴 글"}
    )
    return [
        await person.menu(CHAT, MENU_ME, message),
        await person.menu(CHAT, MENU_FRIENDS, message),
        await person.slash(CHAT, "forward me", message=message.jump_url),
        await person.slash(CHAT, "forward friends", message=message.jump_url),
        await person.slash(CHAT, "highlight add", word="번개"),
        await person.slash(CHAT, "notify add", what="pin"),
        await person.press(compose, "나에게 보내기"),
    ]


async def test_the_hints_of_who_is_not_linked_lead_nowhere_with_linking_off(
    world: World, jiwoo: Person, message: Message
) -> None:
    await switch_off(world, "link")
    for reply in await hints(jiwoo, message):
        assert has_no_way(reply), reply.text
        assert "꺼 두었어요" in reply.text
    in_dm = await jiwoo.slash(jiwoo.dm, "kakao link")
    assert in_dm.labels == ["카카오톡 연결하기", "번호 입력"]


async def test_roles_that_may_link_hold_for_the_hints_too(
    world: World, jiwoo: Person, message: Message
) -> None:
    await decide(world, "link_roles", STAFF)
    staff(world, ["지우"], on=False)
    for reply in await hints(jiwoo, message):
        assert has_no_way(reply), reply.text
        assert "역할이 있어야" in reply.text
    staff(world, ["지우"], on=True)
    reply = await jiwoo.menu(CHAT, MENU_ME, message)
    assert reply.labels == ["카카오톡 연결하기"]


async def test_linked_members_find_no_way_to_agree_or_link_anew_either(
    world: World, message: Message
) -> None:
    minji = world.discord.person("민지")
    await switch_off(world, "link")
    assert has_no_way(await minji.menu(CHAT, MENU_FRIENDS, message))
    world.kakao.revoke_tokens(world.kakao.account("민지"))
    parked = await minji.menu(CHAT, MENU_ME, message)
    assert has_no_way(parked)
    status = await minji.slash(CHAT, "kakao status")
    assert has_no_way(status)
    elsewhere = await minji.slash(place(world, "other"), "kakao status")
    assert elsewhere.labels == ["다시 연결하기"]


async def test_a_consent_that_is_taken_back_is_not_given_again_where_linking_is_off(
    world: World,
) -> None:
    minji = world.discord.person("민지")
    await switch_off(world, "link")
    status = await minji.slash(CHAT, "kakao status")
    asked = await minji.choose(status, "동의 철회하기", ["카카오톡 메시지 전송"])
    taken = await minji.press(asked, asked.labels[0])
    assert "철회했어요" in taken.text
    assert has_no_way(taken)


async def test_a_link_page_that_is_open_asks_again(world: World, jiwoo: Person) -> None:
    here = await jiwoo.slash(CHAT, "kakao link")
    in_dm = await jiwoo.slash(jiwoo.dm, "kakao link")
    await switch_off(world, "link")
    async with aiohttp.ClientSession() as browser:
        for call in (browser.get, browser.post):
            async with call(link_of(here), allow_redirects=False) as answer:
                assert answer.status == 403
                assert "이 서버에서는 연결할 수 없어요" in await answer.text()
    assert "지우" in await world.follow(in_dm, "지우")


async def test_whoever_is_at_kakao_already_comes_back_to_a_no(world: World, jiwoo: Person) -> None:
    reply = await jiwoo.slash(CHAT, "kakao link")
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as browser:
        async with browser.post(link_of(reply), allow_redirects=False) as answer:
            authorize = answer.headers["Location"]
        back = await world.kakao.walk("지우", authorize)
        await decide(world, "link_roles", STAFF)
        staff(world, ["지우"], on=False)
        async with browser.get(back) as answer:
            assert answer.status == 403
    assert "연결되지 않았어요" in (await jiwoo.slash(jiwoo.dm, "kakao status")).text
