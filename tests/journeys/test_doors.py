"""A permission belongs to the message: its server is asked at every door, wherever one types."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from sandbox.discord import Channel, Message, Person, Reply
from tests.support.discord_trouble import HURRIED, in_trouble
from tests.support.doors import (
    STAFF,
    decide,
    friends_panel,
    limit_sends,
    open_doors,
    place,
    staff,
    switch_off,
    texts,
)
from tests.support.messages import told
from tests.support.world import CHAT, World, link_of, until

OFF = "꺼 두었어요"
COMMANDS = {"forward me": "forward", "forward friends": "forward", "share": "share"}
ELSEWHERE = ["dm", "other"]
FRIENDS = "친구 고르기"
SECRET = "우리끼리만 아는 이야기예요"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_doors(tmp_path) as world:
        yield world


@pytest.fixture
async def message(world: World) -> Message:
    return await world.discord.person("준호").say(CHAT, SECRET)


def nothing_left(world: World, reply: Reply) -> bool:
    """Tell whether nothing went out, and no way out is shown."""
    return not world.kakao.outbox and SECRET not in reply.text and not reply.labels


# Commands


@pytest.mark.parametrize("where", ELSEWHERE)
@pytest.mark.parametrize("command", COMMANDS)
async def test_what_its_server_has_switched_off_is_off_wherever_it_is_typed(
    world: World, minji: Person, message: Message, command: str, where: str
) -> None:
    await switch_off(world, COMMANDS[command])
    refused = await minji.slash(place(world, where), command, message=message.jump_url)
    assert OFF in refused.text
    assert "메시지가 있는 서버" in refused.text
    assert nothing_left(world, refused)
    await switch_off(world)
    allowed = await minji.slash(place(world, where), command, message=message.jump_url)
    assert OFF not in allowed.text


@pytest.mark.parametrize("where", ELSEWHERE)
@pytest.mark.parametrize("command", COMMANDS)
async def test_a_role_of_its_server_is_needed_wherever_it_is_typed(
    world: World, minji: Person, message: Message, command: str, where: str
) -> None:
    await decide(world, "forward_roles", STAFF)
    refused = await minji.slash(place(world, where), command, message=message.jump_url)
    assert "역할이 있어야" in refused.text
    assert nothing_left(world, refused)
    staff(world, ["민지"], on=True)
    allowed = await minji.slash(place(world, where), command, message=message.jump_url)
    assert "역할이 있어야" not in allowed.text
    staff(world, ["민지"], on=False)
    refused = await minji.slash(place(world, where), command, message=message.jump_url)
    assert "역할이 있어야" in refused.text


@pytest.mark.parametrize("where", ELSEWHERE)
async def test_its_channel_content_and_limit_count_wherever_it_is_typed(
    world: World, minji: Person, where: str
) -> None:
    here = place(world, where)
    long = await world.discord.person("준호").say(CHAT, "아주 긴 이야기 " * 20)
    await decide(world, "never", CHAT)
    assert (
        "그 채널의 메시지는" in (await minji.slash(here, "forward me", message=long.jump_url)).text
    )
    await decide(world, "never")
    await decide(world, "policy", "앞부분만")
    await minji.slash(here, "forward me", message=long.jump_url)
    [card] = [told(one.template["content"]) for one in world.kakao.outbox]
    assert len(card) < 80
    await limit_sends(world, "1")
    refused = await minji.slash(here, "forward me", message=long.jump_url)
    assert "1번을 모두 썼어요" in refused.text
    assert len(world.kakao.outbox) == 1


async def test_sends_of_another_server_do_not_count(world: World, minji: Person) -> None:
    await limit_sends(world, "1")
    elsewhere = await minji.say(place(world, "other"), "여기는 다른 마을")
    for _ in range(2):
        reply = await minji.slash(CHAT, "forward me", message=elsewhere.jump_url)
        assert "보냈어요" in reply.text


async def test_where_one_types_may_forbid_too(world: World, minji: Person) -> None:
    await switch_off(world, "forward")
    elsewhere = await minji.say(place(world, "other"), "여기는 다른 마을")
    refused = await minji.slash(CHAT, "forward me", message=elsewhere.jump_url)
    assert "이 서버에서는 관리자가" in refused.text


async def test_while_its_server_cannot_be_asked_the_member_is_told_to_come_again(
    world: World, minji: Person, message: Message
) -> None:
    await decide(world, "forward_roles", STAFF)
    panel_place = place(world, "dm")
    staff(world, ["민지"], on=True)
    panel = await friends_panel(world, minji, panel_place, message)
    world.discord.rest_fails(503, at="/members/")
    refused = await minji.press(panel, "취소")
    assert "디스코드가 대답하지 않아요" in refused.text


# Drafts, retries and what waits


async def picked(world: World, minji: Person, where: Channel, message: Message) -> Message:
    panel = await friends_panel(world, minji, where, message)
    await minji.choose(panel, FRIENDS, ["★ 준호", "서연"])
    return panel


@pytest.mark.parametrize("where", [*ELSEWHERE, "here"])
async def test_a_draft_is_asked_about_again_when_it_is_sent(
    world: World, minji: Person, message: Message, where: str
) -> None:
    panel = await picked(world, minji, place(world, where), message)
    await switch_off(world, "forward")
    refused = await minji.press(panel, "보내기 (2)")
    assert OFF in refused.text
    await switch_off(world)
    await decide(world, "forward_roles", STAFF)
    assert "역할이 있어야" in (await minji.press(panel, "보내기 (2)")).text
    await decide(world, "forward_roles")
    await decide(world, "only", "공지")
    assert "채널의 메시지는" in (await minji.press(panel, "보내기 (2)")).text
    await decide(world, "only")
    await decide(world, "policy", "링크만")
    assert "내보낼 수 있는 내용을 줄였어요" in (await minji.press(panel, "보내기 (2)")).text
    await decide(world, "policy", "내용과 사진 전체")
    await limit_sends(world, "1")
    assert "1번을 모두 썼어요" in (await minji.press(panel, "보내기 (2)")).text
    assert not world.kakao.outbox
    await limit_sends(world, "2")
    await minji.press(panel, "보내기 (2)")
    await until(lambda: len(world.kakao.outbox) == 2)


@pytest.mark.parametrize("act", [FRIENDS, "검색", "취소"])
async def test_every_button_of_a_draft_asks(
    world: World, minji: Person, message: Message, act: str
) -> None:
    panel = await friends_panel(world, minji, minji.dm, message)
    await switch_off(world, "forward")
    pressed = (
        await minji.choose(panel, act, ["서연"])
        if act == FRIENDS
        else await minji.press(panel, act)
    )
    assert OFF in pressed.text


async def test_a_draft_that_went_to_kakao_comes_back_with_a_no(
    world: World, minji: Person, message: Message
) -> None:
    reply = await minji.slash(minji.dm, "forward friends", message=message.jump_url)
    await switch_off(world, "forward")
    await world.follow(reply, "민지")
    await world.discord.until(lambda: OFF in minji.dms[-1].text)
    assert SECRET not in minji.dms[-1].text


@pytest.mark.parametrize("where", ELSEWHERE)
async def test_what_failed_is_not_sent_again_against_its_servers_will(
    world: World, minji: Person, message: Message, where: str
) -> None:
    panel = await picked(world, minji, place(world, where), message)
    world.kakao.fail_next(1, code=-5, status=403, path="/v1/api/talk/friends/message")
    sending = await minji.press(panel, "보내기 (2)")
    done = await sending.until(lambda shown: "2명 중 0명" in shown.text)
    await switch_off(world, "forward")
    assert OFF in (await minji.press(done, "다시 보내기 (2)")).text
    assert not world.kakao.outbox
    await switch_off(world)
    await minji.press(done, "다시 보내기 (2)")
    await until(lambda: len(world.kakao.outbox) == 2)


async def forbid(world: World, how: str) -> None:
    match how:
        case "off":
            await switch_off(world, "forward")
        case "role":
            staff(world, ["민지"], on=False)
        case "channel":
            await decide(world, "never", CHAT)
        case "content":
            await decide(world, "policy-link", CHAT)


@pytest.mark.parametrize("how", ["off", "role", "channel", "content"])
@pytest.mark.parametrize("where", [*ELSEWHERE, "here"])
async def test_a_card_that_waits_is_asked_about_again_when_it_goes(
    world: World, minji: Person, message: Message, where: str, how: str
) -> None:
    await decide(world, "forward_roles", STAFF)
    staff(world, ["민지"], on=True)
    world.kakao.withdraw(world.kakao.account("민지"), "talk_message")
    parked = await minji.slash(place(world, where), "forward me", message=message.jump_url)
    assert "동의하면 보내 드려요" in parked.text
    await forbid(world, how)
    await world.follow(parked, "민지")
    told = await parked.until(lambda shown: "내보낼 수 없게 돼서" in shown.text)
    assert told.labels == []
    assert not world.kakao.outbox
    assert "내보낼 수 없게 돼서" in (await minji.slash(minji.dm, "kakao status")).text


async def test_a_card_that_waits_goes_when_nothing_was_decided_against_it(
    world: World, minji: Person, message: Message
) -> None:
    await decide(world, "forward_roles", STAFF)
    await decide(world, "only", CHAT)
    staff(world, ["민지"], on=True)
    world.kakao.withdraw(world.kakao.account("민지"), "talk_message")
    parked = await minji.slash(minji.dm, "forward me", message=message.jump_url)
    await world.follow(parked, "민지")
    await until(lambda: SECRET in "".join(texts(world)))


async def test_a_card_that_waits_for_its_server_to_be_asked_goes_then(tmp_path: Path) -> None:
    async with open_doors(tmp_path, HURRIED) as world:
        minji = world.discord.person("민지")
        message = await world.discord.person("준호").say(CHAT, SECRET)
        await decide(world, "forward_roles", STAFF)
        staff(world, ["민지"], on=True)
        world.kakao.withdraw(world.kakao.account("민지"), "talk_message")
        parked = await minji.slash(CHAT, "forward me", message=message.jump_url)
        async with in_trouble(world.discord, "503", at="/members/"):
            await world.follow(parked, "민지")
            async with asyncio.timeout(20):  # it is asked about again and again
                while "디스코드" not in (await minji.slash(minji.dm, "kakao status")).text:  # noqa: ASYNC110 - nobody sets an event
                    await asyncio.sleep(0.05)
            assert not world.kakao.outbox
        await until(lambda: world.kakao.outbox)


# Pages


async def seen(address: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as browser, browser.get(address) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize("how", ["share", "channel", "content", "role"])
async def test_a_share_page_is_closed_when_its_server_lets_nothing_out_any_more(
    world: World, minji: Person, message: Message, how: str
) -> None:
    reply = await minji.slash(minji.dm, "share", message=message.jump_url)
    assert SECRET in (await seen(link_of(reply)))[1]
    if how == "share":
        await switch_off(world, "share")
    elif how == "role":
        await decide(world, "forward_roles", STAFF)
    else:
        await forbid(world, how)
    status, page = await seen(link_of(reply))
    assert status == 403
    assert "더 이상 공유할 수 없어요" in page
    assert SECRET not in page


# Writing


async def test_what_was_begun_in_a_server_stays_its_matter(world: World) -> None:
    jiwoo = world.discord.person("지우")
    form = (await jiwoo.slash(CHAT, "compose", kind="text")).form
    panel = await jiwoo.submit(form, {"글": "직접 쓴 글"})
    asked = await jiwoo.press(panel, "나에게 보내기")
    await world.stop_bot()
    await world.start_bot()
    await world.follow(asked, "지우")
    await world.discord.until(lambda: bool(jiwoo.dms))
    number = world.number_of("지우")
    world.forget_card("지우")
    form = (await jiwoo.press(jiwoo.dms[-1], "번호 입력")).form
    await jiwoo.submit(form, {"여섯 자리 번호": number})
    await world.discord.until(lambda: "직접 쓴 글" in "".join(one.text for one in jiwoo.dms))
    await switch_off(world, "compose")
    shown = jiwoo.dms[-1]
    for label in shown.labels:
        pressed = await jiwoo.press(shown, label)
        assert OFF in pressed.text, label
    assert not world.kakao.outbox
