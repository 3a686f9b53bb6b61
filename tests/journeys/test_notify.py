"""What happens in a server, from the subscription to the phone, between both sandboxes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import pytest
import pytest_asyncio

from cogs.notify import What
from sandbox.discord import Person
from sandbox.discord.events import ScheduledEvent
from storage.subscriptions import SubscriptionKind
from tests.support.messages import told
from tests.support.world import CHAT, World, open_village, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUIET_SECONDS = 0.4
MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LIST = "받아 볼 소식 고르기"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def village(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> AsyncIterator[World]:
    async with open_village(tmp_path_factory.mktemp("notify"), migrated) as world:
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(village: World) -> AsyncIterator[World]:
    """The same world for all, each on a day of its own and without subscriptions."""
    village.advance(DAY)
    village.kakao.outbox.clear()
    yield village
    minji = village.discord.person("민지")
    while choices := await minji.autocomplete(CHAT, "notify remove", "subscription", ""):
        for one in choices:
            await minji.slash(CHAT, "notify remove", subscription=one["value"])


@pytest.fixture
def hajun(world: World) -> Person:
    """The owner of the server."""
    return world.discord.person("하준")


def cards(world: World) -> list[dict[str, Any]]:
    return [message.template for message in world.kakao.outbox]


async def arrived(world: World, count: int = 1) -> list[dict[str, Any]]:
    await until(lambda: len(world.kakao.outbox) >= count)
    return cards(world)


async def nothing_more(world: World, count: int = 0) -> None:
    await asyncio.sleep(QUIET_SECONDS)
    assert len(world.kakao.outbox) == count


def title(card: dict[str, Any]) -> str:
    return str(card["content"]["title"])


async def planned(world: World, by: Person, name: str = "보드게임의 밤") -> ScheduledEvent:
    start = world.discord.world.now() + 2 * HOUR
    return await by.plan(
        world.discord.guild,
        name,
        start,
        ends_at=start + HOUR,
        description="처음 오시는 분도 **환영**해요",
        where="서울 성동구 왕십리로 83-21",
    )


async def test_an_event_at_a_place_arrives_as_a_location_card(
    world: World, minji: Person, hajun: Person
) -> None:
    reply = await minji.slash(CHAT, "notify add", what="event-new")
    assert "새 이벤트 · 서버 전체" in reply.text
    await planned(world, hajun)
    [card] = await arrived(world)
    assert card["object_type"] == "location"
    assert card["address"] == "서울 성동구 왕십리로 83-21"
    assert title(card) == "📅 새 이벤트: 보드게임의 밤"
    assert "처음 오시는 분도 환영해요" in card["content"]["description"]


async def test_a_changed_event_says_what_changed_and_a_cancelled_one_that_it_is_off(
    world: World, minji: Person, hajun: Person
) -> None:
    await minji.slash(CHAT, "notify add", what="event-changed")
    await minji.slash(CHAT, "notify add", what="event-cancelled")
    event = await planned(world, hajun)
    await hajun.change_event(event, name="보드게임의 긴 밤", starts_at=event.starts_at + HOUR)
    [changed] = await arrived(world)
    assert title(changed) == "📅 이벤트 변경: 보드게임의 긴 밤"
    assert "바뀐 내용: 이름, 시간" in changed["content"]["description"]
    await hajun.cancel_event(event)
    assert title((await arrived(world, 2))[1]) == "🚫 취소됐어요: 보드게임의 긴 밤"
    await nothing_more(world, 2)


async def test_of_events_that_one_marked_it_reminds_before_they_start(
    world: World, minji: Person, hajun: Person
) -> None:
    reply = await minji.slash(CHAT, "notify add", what="event-soon", minutes=30, interested=True)
    assert "30분 전" in reply.text
    marked = await planned(world, hajun, "내가 갈 모임")
    await planned(world, hajun, "남들 모임")
    await minji.mark(marked)
    await nothing_more(world)
    world.advance(95 * MINUTE)
    [card] = await arrived(world)
    assert title(card) == "⏰ 곧 시작해요: 내가 갈 모임"
    await nothing_more(world, 1)


async def test_an_event_that_begins_is_told_once(
    world: World, minji: Person, hajun: Person
) -> None:
    await minji.slash(CHAT, "notify add", what="event-started")
    event = await planned(world, hajun)
    await hajun.start_event(event)
    [card] = await arrived(world)
    assert title(card) == "▶️ 시작했어요: 보드게임의 밤"
    await hajun.change_event(event, description="다들 어디예요?")
    await nothing_more(world, 1)


async def test_somebody_in_an_empty_voice_channel_is_told_and_the_second_is_not(
    world: World, minji: Person, hajun: Person
) -> None:
    await minji.slash(CHAT, "notify add", what="voice", channel="마실방")
    await hajun.join_voice("마실방")
    [card] = await arrived(world)
    assert title(card) == "🔊 하준이 마실방에 들어왔어요"
    await world.discord.person("준호").join_voice("마실방")
    await nothing_more(world, 1)
    await hajun.leave_voice()
    await world.discord.person("준호").leave_voice()


async def test_a_stream_is_told_and_ones_own_is_not(
    world: World, minji: Person, hajun: Person
) -> None:
    await minji.slash(CHAT, "notify add", what="stream")
    await minji.join_voice("마실방")
    await minji.stream()
    await nothing_more(world)
    await hajun.join_voice("마실방")
    await hajun.stream()
    [card] = await arrived(world)
    assert title(card) == "📺 하준이 마실방에서 방송을 시작했어요"
    await hajun.leave_voice()
    await minji.leave_voice()


async def test_a_pin_carries_the_pinned_message(world: World, minji: Person, hajun: Person) -> None:
    await minji.slash(CHAT, "notify add", what="pin")
    message = await world.discord.person("준호").say(CHAT, "회비는 만 원이에요")
    await hajun.pin(message)
    [card] = await arrived(world)
    assert title(card) == "준호: 회비는 만 원이에요"
    assert card["content"]["description"] == "📌 고정된 메시지 · #잡담 · 까치 마을"
    await nothing_more(world, 1)


async def test_threads_and_posts_with_a_tag_are_told(
    world: World, minji: Person, hajun: Person
) -> None:
    await minji.slash(CHAT, "notify add", what="thread")
    choices = await minji.autocomplete(
        CHAT, "notify add", "tag", "모", what="forum", channel="이야기-숲"
    )
    assert [one["name"] for one in choices] == ["모집"]
    reply = await minji.slash(CHAT, "notify add", what="forum", channel="이야기-숲", tag="모집")
    assert "모집" in reply.text
    await hajun.open_thread(CHAT, "저녁 메뉴")
    [thread] = await arrived(world)
    assert title(thread) == "🧵 새 스레드: 저녁 메뉴"
    await hajun.post("이야기-숲", "그냥 자랑", "화분에 꽃이 폈어요", ["자랑"])
    await hajun.post("이야기-숲", "같이 뛰어요", "토요일 한강에서 뛰어요", ["모집"])
    post = (await arrived(world, 2))[1]
    assert told(post["content"]) == "하준: 같이 뛰어요 토요일 한강에서 뛰어요"
    assert post["content"]["description"] == "💬 새 게시물 · #이야기-숲 · 까치 마을"
    await nothing_more(world, 2)


async def test_an_announcement_goes_out_once_also_when_a_word_of_mine_is_in_it(
    world: World, minji: Person, hajun: Person
) -> None:
    await minji.slash(CHAT, "notify add", what="announcement")
    await minji.slash(CHAT, "highlight add", word="정전")
    await hajun.say("공지", "내일 정전이 있어요")
    await arrived(world)
    await nothing_more(world, 1)


async def test_what_one_unsubscribes_from_while_it_waits_does_not_arrive(
    world: World, minji: Person, hajun: Person
) -> None:
    for what in ("thread", "announcement"):
        await minji.slash(CHAT, "notify add", what=what)
    await minji.slash(CHAT, "highlight pause", hours=1)
    await hajun.open_thread(CHAT, "기다리는 이야기")
    await hajun.say("공지", "내일 쉬어요")
    await world.until_waiting(2)
    [one] = await minji.autocomplete(CHAT, "notify remove", "subscription", "스레드")
    await minji.slash(CHAT, "notify remove", subscription=one["value"])
    await minji.slash(CHAT, "highlight pause", hours=0)
    [card] = await arrived(world)
    assert title(card) == "하준: 내일 쉬어요"
    assert card["content"]["description"] == "📢 공지 · #공지 · 까치 마을"
    await nothing_more(world, 1)


async def test_roles_that_one_is_given_are_told(world: World, minji: Person, hajun: Person) -> None:
    await minji.slash(CHAT, "notify add", what="role-given")
    world.discord.world.add_role(world.discord.guild, "정원사")
    await hajun.give_role(world.discord.guild, "민지", "정원사")
    [card] = await arrived(world)
    assert title(card) == "🎖️ 새 역할을 받았어요: 정원사"
    await hajun.give_role(world.discord.guild, "준호", "정원사")
    await nothing_more(world, 1)


async def test_new_members_and_boosts_are_for_admins(
    world: World, minji: Person, hajun: Person
) -> None:
    refused = await minji.slash(CHAT, "notify add", what="newcomer")
    assert "서버를 관리하는 멤버만" in refused.text
    await world.link("하준")
    await hajun.slash(CHAT, "notify add", what="newcomer")
    await hajun.slash(CHAT, "notify add", what="boost")
    here = world.discord.world
    here.join(world.discord.guild, here.add_user("somi", "소미"))
    [card] = await arrived(world)
    assert title(card) == "👋 소미가 서버에 들어왔어요"
    here.boost(world.discord.guild, minji.user)
    assert title((await arrived(world, 2))[1]) == "💎 민지가 서버를 부스트했어요"


async def test_the_list_switches_what_one_hears_of(
    world: World, minji: Person, hajun: Person
) -> None:
    reply = await minji.slash(CHAT, "notify list")
    assert "받아 보는 소식이 없어요" in reply.text
    labels = [option["label"] for option in reply.answer.component(LIST)["options"]]
    assert "새 스레드" in labels
    assert "서버 부스트 (관리자)" not in labels
    shown = await minji.choose(reply, LIST, ["새 스레드", "고정된 메시지"])
    assert "받아 보는 소식 2개" in shown.text
    await hajun.open_thread(CHAT, "켜진 이야기")
    await arrived(world)
    await world.stop_bot()
    await world.start_bot()
    off = await minji.choose(reply, LIST, [])
    assert "받아 보는 소식이 없어요" in off.text
    await hajun.open_thread(CHAT, "꺼진 이야기")
    await nothing_more(world, 1)


async def test_a_channel_that_is_hidden_from_the_member_tells_nothing(
    world: World, minji: Person, hajun: Person
) -> None:
    await minji.slash(CHAT, "notify add", what="thread")
    await hajun.open_thread("운영진", "비밀 회의")
    await nothing_more(world)


async def test_what_does_not_fit_together_is_explained(minji: Person) -> None:
    wrong = await minji.slash(CHAT, "notify add", what="voice", channel=CHAT)
    assert "그 채널에서는 이 소식을 받을 수 없어요" in wrong.text
    untagged = await minji.slash(CHAT, "notify add", what="forum", channel="이야기-숲", tag="없음")
    assert "그런 태그가 없어요" in untagged.text
    await minji.slash(CHAT, "notify add", what="pin")
    again = await minji.slash(CHAT, "notify add", what="pin", channel=CHAT)
    assert "이미 서버 전체에서" in again.text


async def test_every_kind_can_be_chosen() -> None:
    assert get_args(What) == tuple(SubscriptionKind)
