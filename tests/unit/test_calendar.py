"""Scheduled events in a member's Talk Calendar, whatever happens on either side."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import ConsentMissing, NotAllowed, NotLinked
from bot.services.calendar.calendar import MOST_EVENTS, CalendarFull, EventGone
from bot.services.messages.events import ServerEvent
from storage.calendar_events import TAKEN_OUT, Choice
from tests.support.calendar import HOUR, RAID, START, CalendarWorld, open_calendar
from tests.support.outbox import MINJI
from tests.support.watching import GUILD, ROOM

CREATE, UPDATE, DELETE = "/create/event", "/update/event/host", "/delete/event"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[CalendarWorld]:
    async with open_calendar(tmp_path) as world:
        yield world


# into the calendar


async def test_an_event_stands_in_the_calendar_with_place_link_and_reminder(
    world: CalendarWorld,
) -> None:
    await world.put(world.plan(text="처음 오시는 분도 **환영**해요", ends_at=START + 2 * HOUR))

    [event] = world.shown
    assert (event.title, event.start_at, event.end_at) == ("레이드", START, START + 2 * HOUR)
    assert event.details["location"] == {"name": "마실방"}
    assert event.reminders == (30,)
    assert "처음 오시는 분도 환영해요" in event.details["description"]
    assert "https://kkachi.example/m/" in event.details["description"]


async def test_a_crooked_start_is_earlier_and_a_long_title_shorter(world: CalendarWorld) -> None:
    await world.put(world.plan("가" * 99 + "🎉", starts_at=START + 180, ends_at=None))

    [event] = world.shown
    assert (event.start_at, event.end_at) == (START, START + 180 + HOUR + 120)
    assert len(event.title) == 50


async def test_the_link_in_it_leads_to_the_event(world: CalendarWorld) -> None:
    await world.put()

    address = world.shown[0].details["description"].rpartition("/m/")[2]
    assert (await world.services.jumps.follow(address)).endswith(f"/{GUILD}/{RAID}")


async def test_pressed_twice_it_stands_there_once(world: CalendarWorld) -> None:
    await world.put()
    await world.put()

    assert (world.titles, world.calls(CREATE)) == (["레이드"], 1)


async def test_reminders_are_the_members_own_choice(world: CalendarWorld) -> None:
    await world.services.calendar.choose(MINJI, Choice((10, 60)))
    await world.put()
    before = world.shown[0].reminders
    await world.services.calendar.choose(MINJI, Choice((1440,)))
    await world.services.calendar_writer.write_due()

    assert (before, world.shown[0].reminders) == ((10, 60), (1440,))


async def test_who_wants_it_apart_gets_a_calendar_of_kkachis_once(world: CalendarWorld) -> None:
    await world.services.calendar.choose(MINJI, Choice(apart=True))
    await world.put()
    await world.put(world.plan("정기 모임", 502))

    [calendar] = world.kakao.calendars.of(world.minji).calendars.values()
    assert calendar.name == "까치"
    assert {one.calendar_id for one in world.shown} == {calendar.id}


async def test_without_link_or_consent_nothing_is_asked_of_kakao(world: CalendarWorld) -> None:
    await world.link(frozenset({"profile_nickname", "talk_message"}))
    with pytest.raises(ConsentMissing) as missing:
        await world.put()
    await world.services.links.unlink(MINJI)
    with pytest.raises(NotLinked):
        await world.put()

    assert missing.value.scopes == {"talk_calendar"}
    assert world.calls(CREATE) == 0


async def test_what_the_member_does_not_see_or_has_begun_is_not_put_in(
    world: CalendarWorld,
) -> None:
    event = world.plan()
    world.reader.hidden.add(ROOM)
    with pytest.raises(EventGone):
        await world.put(event)
    world.reader.hidden.clear()
    world.clock.at += 4 * HOUR
    with pytest.raises(EventGone):
        await world.put(event)


async def test_a_servers_admins_may_forbid_it(world: CalendarWorld) -> None:
    version, _ = await world.services.settings.version_of(GUILD)
    await world.services.settings.change(GUILD, 99, version, off={"notify"})

    with pytest.raises(NotAllowed):
        await world.put()


async def test_one_member_has_so_many_and_no_more(world: CalendarWorld) -> None:
    for number in range(MOST_EVENTS):
        event = world.plan(number=600 + number)
        await world.services.calendar.put(MINJI, event, by_hand=True)

    with pytest.raises(CalendarFull):
        await world.put(world.plan(number=999))


# an answer that is lost


async def test_a_create_whose_answer_is_lost_is_looked_for_and_not_repeated(
    world: CalendarWorld,
) -> None:
    world.kakao.lose_answers(path=CREATE)
    lost = await world.put()
    world.clock.at += 31
    await world.services.calendar_writer.write_due()

    row = await world.row()
    assert (lost.kakao_event_id, lost.reason) == (None, "waiting")
    assert (world.calls(CREATE), len(world.shown), row.kakao_event_id) == (1, 1, world.shown[0].id)


async def test_a_create_that_did_nothing_is_repeated(world: CalendarWorld) -> None:
    world.kakao.fail_next(code=None, status=502, body="<html>", path="/v2/api/calendar/create")
    await world.put()
    world.clock.at += 31
    await world.services.calendar_writer.write_due()

    assert (world.calls(CREATE), world.titles) == (2, ["레이드"])


async def test_a_create_that_stays_unclear_is_not_repeated_for_ever(world: CalendarWorld) -> None:
    path = "/v2/api/calendar/create"
    world.kakao.fail_next(9, code=None, status=502, body="<html>", path=path)
    await world.put()
    for _ in range(5):
        world.clock.at += 700
        await world.services.calendar_writer.write_due()

    assert (world.calls(CREATE), (await world.row()).reason) == (2, "unclear")


async def test_of_two_events_alike_each_finds_its_own(world: CalendarWorld) -> None:
    await world.put(world.plan("레이드", 502))
    world.kakao.lose_answers(path=CREATE)
    await world.put()
    world.clock.at += 31
    await world.services.calendar_writer.write_due()

    ids = {(await world.row(number)).kakao_event_id for number in (RAID, 502)}
    assert ids == {one.id for one in world.shown}
    assert len(world.shown) == 2


async def test_killed_between_create_and_answer_there_is_one_event(world: CalendarWorld) -> None:
    event = world.plan()
    await world.services.calendar.put(MINJI, event, by_hand=True)
    world.kakao.lose_answers(path=CREATE)
    await world.services.calendar_writer.write_due()
    # What a killed process leaves: it has noted that it begins, and nothing since.
    row = await world.row()
    await world.services.calendar.wake(MINJI)
    await world.services.calendar_writer.write_due()

    assert row.creates == 1
    assert (world.calls(CREATE), len(world.shown)) == (1, 1)


async def test_cancelled_while_its_answer_is_lost_it_goes(world: CalendarWorld) -> None:
    world.kakao.lose_answers(path=CREATE)
    await world.put()
    world.cancel()
    await world.follow()

    assert (world.titles, world.calls(DELETE)) == ([], 1)


# following Discord


async def test_a_moved_event_is_moved(world: CalendarWorld) -> None:
    await world.put()
    world.plan("정기전", starts_at=START + HOUR, location="서울숲")
    await world.follow()

    [event] = world.shown
    assert (event.title, event.start_at) == ("정기전", START + HOUR)
    assert event.details["location"] == {"name": "서울숲"}
    assert world.calls(UPDATE) == 1


async def test_an_event_that_stays_as_it_is_costs_no_calls(world: CalendarWorld) -> None:
    await world.put()
    calls = len(world.kakao.requests)
    await world.follow()
    await world.follow()

    assert len(world.kakao.requests) == calls


async def test_a_cancelled_event_goes(world: CalendarWorld) -> None:
    await world.put()
    world.cancel()
    await world.follow()

    assert world.titles == []
    assert await world.services.calendar.find(MINJI, RAID) is None


async def test_while_discord_is_away_nothing_goes(world: CalendarWorld) -> None:
    await world.put()
    world.cancel()
    world.discord.away = True

    assert not await world.follow()
    assert world.titles == ["레이드"]


async def test_one_that_is_only_hidden_from_kkachi_stays(world: CalendarWorld) -> None:
    await world.put()
    del world.discord.events[RAID]
    await world.follow()

    assert world.titles == ["레이드"]


async def test_one_that_has_begun_stays_in_the_calendar(world: CalendarWorld) -> None:
    await world.put()
    world.clock.at += 3 * HOUR
    world.cancel()
    await world.follow()

    assert world.titles == ["레이드"]


async def test_whoever_no_longer_sees_an_event_has_it_no_longer(world: CalendarWorld) -> None:
    await world.put()
    world.reader.hidden.add(ROOM)
    await world.follow()

    assert world.titles == []


async def test_of_a_series_the_next_date_comes_beside_the_last(world: CalendarWorld) -> None:
    await world.put()
    world.clock.at += 5 * HOUR
    world.plan(starts_at=START + 7 * 24 * HOUR)
    await world.follow()

    assert [one.start_at for one in world.shown] == [START, START + 7 * 24 * HOUR]


async def test_what_somebody_changed_by_hand_is_left_alone(world: CalendarWorld) -> None:
    await world.put()
    world.kakao.calendars.change(world.minji, world.shown[0].id, title="꼭 가기", reminders=(5,))
    world.plan("정기전", starts_at=START + HOUR)
    await world.follow()
    world.plan("정기전!", starts_at=START + 2 * HOUR)
    await world.follow()

    [event] = world.shown
    assert (event.title, event.reminders, event.start_at) == ("꼭 가기", (5,), START + 2 * HOUR)


async def test_what_somebody_took_out_by_hand_is_not_put_back(world: CalendarWorld) -> None:
    await world.subscribe()
    world.plan()
    await world.follow()
    world.kakao.calendars.remove(world.minji, world.shown[0].id)
    world.plan("정기전")
    await world.follow()
    world.plan("정기전!")
    await world.follow()

    assert (world.titles, (await world.row()).reason) == ([], TAKEN_OUT)


async def test_taken_out_at_discord_it_can_be_put_in_again(world: CalendarWorld) -> None:
    await world.put()
    await world.services.calendar.take_out(MINJI, RAID)
    await world.services.calendar_writer.write_due()
    gone = world.titles
    await world.put()

    assert (gone, world.titles) == ([], ["레이드"])


# by subscription


async def test_a_subscription_puts_in_whatever_is_planned(world: CalendarWorld) -> None:
    await world.subscribe()
    world.plan()
    world.plan("정기 모임", 502)
    await world.follow()

    assert world.titles == ["레이드", "정기 모임"]


async def test_of_marked_events_only_those_and_only_while_marked(world: CalendarWorld) -> None:
    await world.subscribe(interested=True)
    world.plan()
    world.plan("정기 모임", 502)
    world.discord.marked[RAID] = {MINJI}
    await world.follow()
    marked = world.titles
    world.discord.marked.clear()
    await world.follow()
    unmarked = world.titles
    world.discord.marked[RAID] = {MINJI}
    await world.follow()

    assert (marked, unmarked, world.titles) == (["레이드"], [], ["레이드"])


async def test_what_was_put_in_by_hand_stays_when_it_is_not_marked(world: CalendarWorld) -> None:
    await world.subscribe(interested=True)
    await world.put()
    await world.follow()

    assert world.titles == ["레이드"]


async def test_with_the_subscription_goes_what_it_put_in(world: CalendarWorld) -> None:
    await world.subscribe()
    world.plan()
    await world.follow()
    await world.services.subscriptions.forget(member_id=MINJI)
    await world.follow()

    assert world.titles == []


# the end


async def test_with_the_link_goes_all_of_ours_and_nothing_else(world: CalendarWorld) -> None:
    world.kakao.calendars.add(world.minji, "치과", START)
    await world.put()
    await world.put(world.plan("정기 모임", 502))
    await world.services.links.unlink(MINJI)

    assert world.titles == ["치과"]
    assert await world.services.calendar.of(MINJI) == []


async def test_an_unlink_also_finds_what_was_never_answered(world: CalendarWorld) -> None:
    world.kakao.lose_answers(path=CREATE)
    await world.put()
    await world.services.links.unlink(MINJI)

    assert world.titles == []


async def test_an_unlink_does_not_wait_for_a_kakao_that_is_away(world: CalendarWorld) -> None:
    await world.put()
    world.kakao.down(True)
    await world.services.links.unlink(MINJI)

    assert await world.services.links.get(MINJI) is None
    assert await world.services.calendar.find(MINJI, RAID) is None


async def test_erased_leaves_nothing_here_and_nothing_there(world: CalendarWorld) -> None:
    await world.services.calendar.choose(MINJI, Choice((5,)))
    await world.put()
    held = (await world.services.privacy.export(MINJI, "ko"))["held"]
    await world.services.privacy.delete(MINJI)
    left = (await world.services.privacy.export(MINJI, "ko"))["held"]

    assert (len(held["calendar_events"]["rows"]), len(held["calendar_choices"]["rows"])) == (1, 1)
    assert left["calendar_events"]["rows"] == left["calendar_choices"]["rows"] == []
    assert world.titles == []


async def test_who_leaves_a_server_keeps_nothing_of_it(world: CalendarWorld) -> None:
    await world.put()
    await world.services.calendar.forget(MINJI, GUILD)
    await world.services.calendar_writer.write_due()

    assert world.titles == []


# refusals


async def test_before_kakaos_permission_it_waits_a_day(world: CalendarWorld) -> None:
    world.kakao.calendar_members_only()
    row = await world.put()
    world.kakao.join_team(world.minji)
    world.clock.at += HOUR
    world.plan(starts_at=START + 48 * HOUR)
    await world.follow()

    assert (row.reason, world.titles) == ("members-only", ["레이드"])
    assert await world.services.links.get(MINJI) is not None


async def test_a_consent_that_is_taken_back_is_told_once_and_waited_for(
    world: CalendarWorld,
) -> None:
    told: list[frozenset[str]] = []

    async def hear(member_id: int, locale: str, scopes: frozenset[str]) -> None:
        del member_id, locale
        told.append(scopes)

    world.services.links.on_consent_missing.append(hear)
    await world.put()
    world.kakao.withdraw(world.minji, "talk_calendar")
    world.plan("정기전")
    await world.follow()
    world.plan("정기전!")
    await world.follow()
    waiting = await world.row()
    await world.link()
    await world.services.calendar.wake(MINJI)
    await world.services.calendar_writer.write_due()

    assert (told, waiting.reason) == ([frozenset({"talk_calendar"})], "consent")
    assert world.titles == ["정기전!"]


async def test_a_days_calls_that_are_spent_wait_for_tomorrow(world: CalendarWorld) -> None:
    world.kakao.spend_calendar()
    row = await world.put(world.plan(starts_at=START + 48 * HOUR))
    world.clock.at += HOUR
    await world.services.calendar_writer.write_due()
    early = world.titles
    world.clock.at += 24 * HOUR
    await world.services.calendar_writer.write_due()

    assert (row.reason, early, world.titles) == ("spent", [], ["레이드"])


@pytest.mark.parametrize(
    ("code", "reason"), [(-2, "refused"), (-3, "operator"), (-501, "account"), (-9798, "waiting")]
)
async def test_each_refusal_has_its_reason(world: CalendarWorld, code: int, reason: str) -> None:
    world.kakao.fail_next(code=code, path="/v2/api/calendar/create")

    assert (await world.put()).reason == reason


async def test_a_kakao_that_is_away_is_asked_again(world: CalendarWorld) -> None:
    world.kakao.down(True)
    await world.put()
    world.kakao.down(False)
    world.clock.at += 31
    await world.services.calendar_writer.write_due()

    assert world.titles == ["레이드"]


async def test_what_is_over_is_forgotten_here_and_stays_there(world: CalendarWorld) -> None:
    await world.put()
    world.clock.at += 72 * HOUR
    await world.services.housekeeping.tidy()

    assert await world.services.calendar.find(MINJI, RAID) is None
    assert world.titles == ["레이드"]


async def test_who_agrees_while_an_event_is_put_in_does_not_wait_for_it(
    world: CalendarWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.link(frozenset({"profile_nickname", "talk_message"}))
    sees = world.services.calendar.sees

    async def agree_first(member_id: int, event: ServerEvent) -> bool:
        await world.link()
        await world.services.calendar.wake(MINJI)
        return await sees(member_id, event)

    monkeypatch.setattr(world.services.calendar, "sees", agree_first)
    await world.services.calendar.put(MINJI, world.plan(), by_hand=True)

    found = await world.services.calendar.find(MINJI, RAID)
    assert found is not None
    assert found.reason is None
    assert found.due_at is not None
