"""Scheduled events in Talk Calendar, through the real program between both sandboxes."""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from bot.services.clock import Patience
from sandbox.discord import Person, Reply
from sandbox.discord.events import ScheduledEvent
from sandbox.kakao import Account
from sandbox.kakao.calendars import CalendarEvent, Ring
from tests.support.processes import start_process
from tests.support.world import CHAT, World, link_of, open_world, until

MINUTE, HOUR = 60.0, 3600.0
PUT, OUT = "톡캘린더에 넣기", "톡캘린더에서 빼기"
REMINDERS = "알림 시각 (두 개까지)"
AGREE = "카카오에서 동의하기"
QUICK = Patience(first=0.05, longest=0.1)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, bot=False, patience=QUICK) as world:
        world.settings["KAKAO_CALENDAR"] = "true"
        world.kakao.offer_calendar()
        world.kakao.calendar_members_only(on=False)
        await world.start_bot()
        await world.link("민지")
        await mark_nothing(world)
        yield world
        assert world.discord.problems == []


@pytest.fixture
def minji(world: World) -> Person:
    return world.discord.person("민지")


@pytest.fixture
def hajun(world: World) -> Person:
    return world.discord.person("하준")


async def mark_nothing(world: World) -> None:
    minji = world.discord.person("민지")
    for event in world.discord.world.events_of(world.discord.guild):
        await minji.mark(event, interested=False)


def direct(world: World) -> list[str]:
    """Read what Kkachi has written to 민지 directly."""
    return [message.text for message in world.discord.person("민지").dms]


def account(world: World) -> Account:
    return world.kakao.account("민지")


def shown(world: World) -> list[CalendarEvent]:
    return list(world.kakao.calendars.of(account(world)).events.values())


def titles(world: World) -> list[str]:
    return sorted(one.title for one in shown(world))


def rings(world: World) -> list[Ring]:
    return world.kakao.calendars.of(account(world)).rings


async def there(world: World, *expected: str) -> None:
    await until(lambda: titles(world) == sorted(expected))


async def plan(
    world: World, by: Person, name: str = "레이드", *, hours: float = 2
) -> ScheduledEvent:
    start = world.discord.world.now()
    start += hours * HOUR - start % 300
    return await by.plan(world.discord.guild, name, start, ends_at=start + HOUR, where="서울숲")


async def panel(minji: Person, event: ScheduledEvent) -> Reply:
    return await minji.slash(CHAT, "notify calendar", event=str(event.id))


async def agree(world: World, reply: Reply) -> None:
    """Go to Kakao for the consent that an answer asks for."""
    await world.visit(link_of(reply), "민지")


async def agreed(world: World, minji: Person) -> None:
    """Let 민지 agree before anything is put in."""
    reply = await minji.slash(CHAT, "notify add", what="event-new", calendar=True, interested=True)
    await agree(world, reply)


async def refused(minji: Person, event: ScheduledEvent) -> Reply:
    return await minji.press(await panel(minji, event), PUT)


async def test_the_button_asks_for_the_consent_and_puts_the_event_in(
    world: World, minji: Person, hajun: Person
) -> None:
    event = await plan(world, hajun)
    card = await panel(minji, event)
    assert "톡캘린더에 없어요" in card.text
    asked = await minji.press(card, PUT)
    assert "카카오에서 한 가지 더 동의" in asked.text
    assert titles(world) == []
    await agree(world, asked)
    await there(world, "레이드")
    [entry] = shown(world)
    assert (entry.start_at, entry.reminders) == (event.starts_at, (30,))
    assert entry.details["location"] == {"name": "서울숲"}
    async with asyncio.timeout(20):  # until Kakao's answer is noted as well
        while "⏳" in (again := await panel(minji, event)).text:  # noqa: ASYNC110 - nobody sets an event for a test
            await asyncio.sleep(0.05)
    assert "톡캘린더에 있어요. 알림: 30분 전" in again.text
    assert OUT in again.labels


async def test_the_page_of_the_consent_says_what_it_is_for(
    world: World, minji: Person, hajun: Person
) -> None:
    asked = await refused(minji, await plan(world, hajun))
    page = await world.visit(link_of(asked), "민지", agree=set())
    assert "톡캘린더 내 일정 및 캘린더 관리" in page
    assert "아직 동의하지 않았어요" in page
    assert titles(world) == []


async def test_the_reminder_comes_to_the_phone_in_its_minute(
    world: World, minji: Person, hajun: Person
) -> None:
    await agreed(world, minji)
    event = await plan(world, hajun)
    put = await minji.press(await panel(minji, event), PUT)
    await minji.choose(put, REMINDERS, ["10분 전", "1시간 전"])
    await until(lambda: shown(world)[0].reminders == (10, 60))
    world.advance(event.starts_at - 59 * MINUTE - world.discord.world.now())
    first = [ring.minutes for ring in rings(world)]
    world.advance(50 * MINUTE)
    assert (first, [ring.minutes for ring in rings(world)]) == ([60], [60, 10])
    assert rings(world)[0].title == "레이드"


async def test_a_moved_event_moves_and_a_cancelled_one_goes(
    world: World, minji: Person, hajun: Person
) -> None:
    await agreed(world, minji)
    event = await plan(world, hajun)
    await minji.press(await panel(minji, event), PUT)
    await hajun.change_event(event, name="정기전", starts_at=event.starts_at + HOUR)
    await there(world, "정기전")
    assert shown(world)[0].start_at == event.starts_at
    await hajun.cancel_event(event)
    await there(world)


async def test_what_was_cancelled_while_nobody_listened_goes_too(
    world: World, minji: Person, hajun: Person
) -> None:
    await agreed(world, minji)
    event = await plan(world, hajun)
    await minji.press(await panel(minji, event), PUT)
    await world.stop_bot()
    await hajun.delete_event(event)
    await world.start_bot()
    await there(world)


async def test_by_subscription_what_is_marked_comes_and_unmarked_goes(
    world: World, minji: Person, hajun: Person
) -> None:
    await agreed(world, minji)
    event = await plan(world, hajun)
    await plan(world, hajun, "남들 모임")
    await minji.mark(event)
    await there(world, "레이드")
    await minji.mark(event, interested=False)
    await there(world)


async def test_the_subscription_says_what_is_missing_and_begins_once_it_is_there(
    world: World, minji: Person, hajun: Person
) -> None:
    await plan(world, hajun)
    reply = await minji.slash(CHAT, "notify add", what="event-new", calendar=True)
    assert "📅 톡캘린더에도" in reply.text
    assert "한 가지 더 동의" in reply.text
    await agree(world, reply)
    await there(world, "레이드", "정기 모임", "별자리 이야기")
    listed = await minji.slash(CHAT, "notify calendar")
    assert "레이드" in listed.text
    [embed] = listed.answer.embeds
    assert "실제로 울리는지는 카카오톡 알림 설정에 따라" in embed["footer"]["text"]


async def test_taken_out_at_discord_it_is_gone_and_stays_gone(
    world: World, minji: Person, hajun: Person
) -> None:
    await agreed(world, minji)
    event = await plan(world, hajun)
    await minji.mark(event)
    await there(world, "레이드")
    await minji.press(await panel(minji, event), OUT)
    await there(world)
    await hajun.change_event(event, name="정기전")
    assert "톡캘린더에 없어요" in (await panel(minji, event)).text
    assert titles(world) == []


async def test_an_unlink_deletes_what_kkachi_has_put_in(
    world: World, minji: Person, hajun: Person
) -> None:
    await agreed(world, minji)
    world.kakao.calendars.add(account(world), "치과", world.kakao.now() + HOUR)
    await minji.press(await panel(minji, await plan(world, hajun)), PUT)
    await there(world, "레이드", "치과")
    asked = await minji.slash(CHAT, "kakao unlink")
    await minji.press(asked, "연결 끊기")
    await there(world, "치과")


async def test_erasing_deletes_it_too(world: World, minji: Person, hajun: Person) -> None:
    await agreed(world, minji)
    await minji.press(await panel(minji, await plan(world, hajun)), PUT)
    await there(world, "레이드")
    asked = await minji.slash(CHAT, "privacy delete")
    await minji.press(asked, "모두 지우기")
    await there(world)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (lambda world: world.kakao.calendar_members_only(), "카카오 앱의 멤버로 등록된 사람만"),
        (lambda world: world.kakao.offer_calendar(on=False), "운영자가 카카오 앱 설정을"),
        (lambda world: world.kakao.spend_calendar(), "내일 넣어요"),
        (lambda world: world.kakao.leave_talk(account(world)), "톡캘린더를 쓸 수 없어요"),
        (lambda world: world.kakao.down(True), "곧 톡캘린더에"),
        (
            lambda world: world.kakao.fail_next(code=-2, path="/v2/api/calendar/create"),
            "받아 주지 않았어요",
        ),
    ],
)
async def test_each_refusal_is_told(
    world: World, minji: Person, hajun: Person, trouble: Callable[[World], None], told: str
) -> None:
    await agreed(world, minji)
    event = await plan(world, hajun)
    trouble(world)
    reply = await refused(minji, event)
    assert told in reply.text
    world.kakao.down(False)


async def test_a_consent_that_was_taken_back_at_kakao_is_asked_for_anew(
    world: World, minji: Person, hajun: Person
) -> None:
    await agreed(world, minji)
    event = await plan(world, hajun)
    await minji.press(await panel(minji, event), PUT)
    world.kakao.withdraw(account(world), "talk_calendar")
    await hajun.change_event(event, name="정기전")
    await until(lambda: any("톡캘린더 동의가 없어서" in one for one in direct(world)))
    assert titles(world) == ["레이드"]


async def test_where_it_is_off_nobody_is_offered_it(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        minji = world.discord.person("민지")
        names = {one["name"] for one in world.discord.commands_for(minji, CHAT)}
        reply = await minji.slash(CHAT, "notify add", what="event-new", calendar=True)
        assert "notify list" in names
        assert "notify calendar" not in names
        assert "톡캘린더를 쓸 수 없어요" in reply.text


async def test_killed_between_create_and_answer_there_is_one_event(tmp_path: Path) -> None:
    async with open_world(tmp_path, bot=False) as world:
        world.settings["KAKAO_CALENDAR"] = "true"
        world.kakao.offer_calendar()
        world.kakao.calendar_members_only(on=False)
        minji, hajun = world.discord.person("민지"), world.discord.person("하준")
        event = await plan(world, hajun)
        process = await start_process(world.settings, tmp_path)
        await world.until_healthy()
        await world.link("민지")
        await mark_nothing(world)
        await agreed(world, minji)
        card = await panel(minji, event)
        world.kakao.slow(30.0)
        pressing = asyncio.create_task(minji.press(card, PUT))
        await there(world, "레이드")
        process.send_signal(signal.SIGKILL)
        await process.wait()
        pressing.cancel()
        with suppress(asyncio.CancelledError):
            await pressing
        world.kakao.slow(0.0)
        again = await start_process(world.settings, tmp_path)
        await world.until_healthy()
        await until(lambda: kept(tmp_path) == [shown(world)[0].id], 20)
        again.terminate()
        await again.wait()
        assert titles(world) == ["레이드"]
        assert sum(one.path.endswith("/create/event") for one in world.kakao.requests) == 1


def kept(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "kkachi.db")) as database:
        return [row[0] for row in database.execute("SELECT kakao_event_id FROM calendar_events")]
