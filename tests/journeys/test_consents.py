"""Consents at Kakao: what is missing is asked for once and heals; what is given can be undone."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from bot import errors
from bot.services.accounts.consents import ConsentRequired, Consents
from bot.texts import Locale
from sandbox.discord import Message, Person, Reply
from sandbox.kakao import Level
from storage.deliveries import DeliveryState
from tests.journeys.test_commands import press_unseen
from tests.support.linking import until as eventually
from tests.support.outbox import ALL_SCOPES, MINJI, open_outbox
from tests.support.outbox import World as Outbox
from tests.support.world import CHAT, World, link_of, open_world, until

MENU_ME, MENU_FRIENDS = "Send to my KakaoTalk", "Send to Kakao friends"
SENT, QUEUED, PARKED = DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.PARKED
TAKE_BACK = "동의 철회하기"


# The outbox


@pytest.fixture
async def idle(tmp_path: Path) -> AsyncIterator[Outbox]:
    """The outbox before the sender runs."""
    async with open_outbox(tmp_path) as outbox:
        yield outbox


@pytest.fixture
async def outbox(idle: Outbox) -> AsyncIterator[Outbox]:
    async with idle.running():
        yield idle


async def scopes(outbox: Outbox) -> frozenset[str]:
    """What the link of 민지 says that she agrees to."""
    link = await outbox.links.get(MINJI)
    assert link is not None
    return link.scopes


async def test_a_parked_row_says_which_consents_it_waits_for(outbox: Outbox) -> None:
    outbox.kakao.withdraw(outbox.account(), "talk_message")
    row = await outbox.only(await outbox.to_me())
    assert (row.state, row.required_scopes) == (PARKED, ("talk_message",))
    assert await scopes(outbox) == ALL_SCOPES - {"talk_message"}


async def test_without_the_consent_to_send_nothing_more_is_asked_of_kakao(idle: Outbox) -> None:
    idle.kakao.withdraw(idle.account(), "talk_message")
    idle.begin_anew(concurrency=1)
    forwards = [await idle.to_me(), await idle.to_friends("준호", "서연"), await idle.to_me()]
    async with idle.running():
        rows = [row for forward in forwards for row in await idle.settled(forward)]
    assert {(row.state, row.required_scopes) for row in rows} == {(PARKED, ("talk_message",))}
    assert idle.sends() == 1


async def test_only_what_the_member_now_agrees_to_goes_out(outbox: Outbox) -> None:
    refusal = json.dumps({"msg": "", "code": -402, "required_scopes": ["friends"]})
    outbox.kakao.fail_next(1, code=-402, status=403, path="/v1/api/talk", body=refusal)
    outbox.kakao.withdraw(outbox.account(), "talk_message")
    theirs = await outbox.only(await outbox.to_friends("준호"))
    mine = await outbox.only(await outbox.to_me())
    assert (theirs.required_scopes, mine.required_scopes) == (("friends",), ("talk_message",))
    await outbox.link(scopes=ALL_SCOPES - {"friends"})
    assert (await outbox.only(mine.forward_id)).state is SENT
    assert (await outbox.only(theirs.forward_id)).state is PARKED
    await outbox.link()
    assert (await outbox.only(theirs.forward_id)).state is SENT


@pytest.mark.parametrize("watched", [True, False])
async def test_a_member_is_told_once_unless_an_answer_says_so_already(
    idle: Outbox, *, watched: bool
) -> None:
    told = []

    async def hear(member_id: int, _locale: Locale, missing: frozenset[str]) -> None:
        told.append((member_id, missing))

    async def are_parked() -> bool:
        return {row.state for row in await idle.deliveries.last(MINJI)} == {PARKED}

    idle.links.on_consent_missing.append(hear)
    idle.kakao.withdraw(idle.account(), "talk_message")
    forwards = [await idle.to_me() for _ in range(3)]
    with ExitStack() as answers:
        for forward in forwards if watched else ():
            answers.enter_context(idle.changes.follow(forward, MINJI))
        async with idle.running():
            await eventually(are_parked)
    assert told == ([] if watched else [(MINJI, frozenset({"talk_message"}))])


async def test_a_consent_that_came_back_meanwhile_is_not_forgotten(idle: Outbox) -> None:
    idle.kakao.withdraw(idle.account(), "talk_message")
    idle.kakao.slow(0.2)
    async with idle.running():
        forward = await idle.to_me()
        await idle.one_send()
        idle.let_pass(1)
        await idle.link()
        assert (await idle.only(forward)).state in {QUEUED, SENT}
    assert await scopes(idle) == ALL_SCOPES


async def test_where_kakao_does_not_name_the_consent_it_is_not_asked_again_and_again(
    outbox: Outbox,
) -> None:
    outbox.kakao.fail_next(50, code=-402, path="/v2/api/talk")
    row = await outbox.only(await outbox.to_me())
    assert (row.state, row.required_scopes, outbox.sends()) == (PARKED, None, 1)


# Taking back


@pytest.fixture
def consents(idle: Outbox) -> Consents:
    return Consents(idle.links, idle.client)


async def test_what_kakao_lists_is_kept(idle: Outbox, consents: Consents) -> None:
    idle.kakao.withdraw(idle.account(), "friends")
    agreements = await consents.of(MINJI)
    assert agreements.live
    assert [scope.id for scope in agreements.revocable] == ["talk_message"]
    assert await scopes(idle) == ALL_SCOPES - {"friends"}


async def test_when_kakao_is_down_what_is_known_is_shown(idle: Outbox, consents: Consents) -> None:
    idle.kakao.down(True)
    agreements = await consents.of(MINJI)
    assert not agreements.live
    assert {scope.id for scope in agreements.scopes if scope.agreed} == ALL_SCOPES
    assert agreements.revocable == []


async def test_a_consent_is_taken_back_at_kakao_too(idle: Outbox, consents: Consents) -> None:
    idle.kakao.expire_access_tokens(idle.account())
    left = await consents.revoke(MINJI, "friends")
    assert [scope.id for scope in left.revocable] == ["talk_message"]
    assert not idle.account().has_agreed("friends")
    assert await scopes(idle) == ALL_SCOPES - {"friends"}


async def test_taking_back_twice_is_no_mistake(idle: Outbox, consents: Consents) -> None:
    for _ in range(2):
        await consents.revoke(MINJI, "friends")
    assert await scopes(idle) == ALL_SCOPES - {"friends"}


async def test_what_cannot_be_taken_back_says_why(idle: Outbox, consents: Consents) -> None:
    with pytest.raises(ConsentRequired):
        await consents.revoke(MINJI, "profile_nickname")
    idle.kakao.fail_next(1, code=-12, status=403)
    with pytest.raises(errors.OperatorFault):
        await consents.revoke(MINJI, "friends")
    idle.kakao.down(True)
    with pytest.raises(errors.TryLater):
        await consents.revoke(MINJI, "friends")
    assert idle.account().has_agreed("friends")


async def test_a_member_who_left_at_kakao_must_link_again(idle: Outbox, consents: Consents) -> None:
    idle.kakao.fail_next(1, code=-101)
    assert not (await consents.of(MINJI)).live
    assert idle.broken == [MINJI]
    with pytest.raises(errors.LinkBroken):
        await consents.revoke(MINJI, "friends")


async def test_without_a_link_there_are_no_consents(consents: Consents) -> None:
    with pytest.raises(errors.NotLinked):
        await consents.of(MINJI + 1)


# In Discord


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world
        assert world.discord.problems == []


@pytest.fixture
async def message(world: World) -> Message:
    return await world.discord.person("준호").say(CHAT, "오늘 저녁 여덟 시에 모여요!")


async def asked_scopes(reply: Reply) -> list[str]:
    """Which consents Kakao is asked for behind the link button of an answer."""
    async with (
        aiohttp.ClientSession() as browser,
        browser.post(link_of(reply), allow_redirects=False) as response,
    ):
        query = parse_qs(urlsplit(response.headers["Location"]).query)
        return query["scope"][0].split(",")


def readers(world: World) -> list[str]:
    return [message.receiver.name for message in world.kakao.outbox]


async def test_one_button_asks_for_what_is_missing_and_the_card_goes_out_by_itself(
    world: World, minji: Person, message: Message
) -> None:
    await world.link("민지")
    world.kakao.withdraw(world.kakao.account("민지"), "talk_message")
    reply = await minji.menu(CHAT, MENU_ME, message)
    assert await asked_scopes(reply) == ["talk_message"]
    await world.follow(reply, "민지")
    await reply.until(lambda shown: "‘나와의 채팅’으로 보냈어요" in shown.text)
    await reply.until(lambda shown: "메시지 전송에 동의했어요. 기다리던 카드" in shown.text)
    assert readers(world) == ["민지"]
    assert minji.dms == []


async def test_what_waits_in_the_background_is_asked_for_in_one_direct_message(
    world: World, minji: Person, message: Message, tmp_path: Path
) -> None:
    await world.link("민지")
    world.kakao.down(True)
    # Each answer waits for Kakao for as long as somebody may look at it.
    await asyncio.gather(*(minji.menu(CHAT, MENU_ME, message) for _ in range(3)))
    await world.stop_bot()
    make_due(tmp_path)
    world.kakao.down(False)
    world.kakao.withdraw(world.kakao.account("민지"), "talk_message")
    await world.start_bot()
    await world.discord.until(lambda: bool(minji.dms))
    [told] = minji.dms
    assert "**카카오톡 메시지 전송**에 동의하지 않아 카드를" in told.text
    way = await minji.press(told, "동의하러 가기")
    assert await asked_scopes(way) == ["talk_message"]
    await world.follow(way, "민지")
    await until(lambda: readers(world) == ["민지"] * 3)


def make_due(folder: Path) -> None:
    with sqlite3.connect(folder / "kkachi.db") as database:
        database.execute("UPDATE deliveries SET next_try_at = 0")
    database.close()


async def test_status_lists_consents_and_takes_one_back_after_a_yes(
    world: World, minji: Person, message: Message
) -> None:
    await world.link("민지")
    status = await minji.slash(CHAT, "kakao status")
    for line in ("✅ 닉네임 · 필수", "✅ 카카오톡 메시지 전송", "➖ 카카오 서비스 내 친구목록"):
        assert line in status.text
    question = await minji.choose(status, TAKE_BACK, ["카카오톡 메시지 전송"])
    assert "동의를 철회할까요?" in question.text
    assert world.kakao.account("민지").has_agreed("talk_message")
    answer = await minji.press(question, "철회하기")
    assert "아무것도 보낼 수 없어요" in answer.text
    assert not world.kakao.account("민지").has_agreed("talk_message")
    assert "➖ 카카오톡 메시지 전송" in (await minji.slash(CHAT, "kakao status")).text
    waiting = await minji.menu(CHAT, MENU_ME, message)
    assert "동의하면 보내 드려요" in waiting.text
    assert await asked_scopes(answer) == ["talk_message"]
    await world.follow(answer, "민지")
    await waiting.until(lambda shown: "보냈어요" in shown.text)


async def test_without_the_friends_consent_me_still_works_and_friends_ask_for_it(
    world: World, minji: Person, message: Message
) -> None:
    await world.link("민지")
    consent = await minji.menu(CHAT, MENU_FRIENDS, message)
    assert (
        "친구에게 보내려면 카카오에서 ‘카카오 서비스 내 친구목록’ 동의가 필요해요" in consent.text
    )
    await world.follow(consent, "민지")
    await consent.until(lambda shown: "누구에게" in shown.text)
    told = consent.messages[-1].text
    assert "친구목록에 동의했어요. 보내던 카드를 이어서" in told
    assert "연결했어요" not in told
    status = await minji.slash(CHAT, "kakao status")
    assert "오늘 100번 중 99번 남았어요" in status.text
    question = await minji.choose(status, TAKE_BACK, ["카카오 서비스 내 친구목록"])
    await minji.press(question, "철회하기")
    assert "보냈어요" in (await minji.menu(CHAT, MENU_ME, message)).text
    again = await minji.menu(CHAT, MENU_FRIENDS, message)
    assert await asked_scopes(again) == ["friends"]


async def test_nobody_takes_back_what_somebody_else_agreed_to(world: World, minji: Person) -> None:
    await world.link("민지")
    status = await minji.slash(CHAT, "kakao status")
    question = await minji.choose(status, TAKE_BACK, ["카카오톡 메시지 전송"])
    yes = str(question.answer.component("철회하기")["custom_id"])
    stranger = await press_unseen(world.discord.person("준호"), question.answer, yes)
    assert "명령어를 쓴 사람만" in stranger.text
    assert world.kakao.account("민지").has_agreed("talk_message")


async def test_when_kakao_is_down_status_answers_with_what_is_known(
    world: World, minji: Person
) -> None:
    await world.link("민지")
    world.kakao.down(True)
    status = await minji.slash(CHAT, "kakao status")
    assert "✅ 카카오톡 메시지 전송" in status.text
    assert "카카오에 연결할 수 없어서" in status.text
    assert "오늘 20번 중 19번 남았어요" in status.text
    assert status.labels == []


async def test_a_consent_of_kakaos_that_nobody_planned_for_is_listed_in_kakaos_words(
    world: World, minji: Person
) -> None:
    world.kakao.app.consent_items["account_email"] = Level.OPTIONAL
    await world.link("민지")
    status = await minji.slash(CHAT, "kakao status")
    assert "✅ 카카오계정(이메일)" in status.text


async def test_a_spent_day_is_shown_with_its_end_and_the_next_card_waits_for_it(
    world: World, minji: Person, message: Message
) -> None:
    await world.link("민지")
    world.kakao.spend(world.kakao.account("민지"), "pair")
    reply = await minji.menu(CHAT, MENU_ME, message)
    assert "오늘 ‘나와의 채팅’으로 보낼 수 있는 횟수를 모두 썼어요. <t:" in reply.text
    status = await minji.slash(CHAT, "kakao status")
    assert "오늘 20번을 모두 썼어요. <t:" in status.text
    again = await minji.menu(CHAT, MENU_ME, message)
    assert "모두 썼어요" in again.text
    sends = [request for request in world.kakao.requests if request.path.endswith("/send")]
    assert len(sends) == 1 + 1  # the number's card
