"""The local Kakao's Talk Calendar."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from sandbox.kakao import Account
from tests.support.sandbox_kakao import Caller, calling

ROOT = "/v2/api/calendar"
CREATE, UPDATE = f"{ROOT}/create/event", f"{ROOT}/update/event/host"
DELETE, EVENT, EVENTS = f"{ROOT}/delete/event", f"{ROOT}/event", f"{ROOT}/events"
START = 1_780_002_000.0  # 2026-05-28T21:00:00Z, some half an hour after the caller's now
TIME = {"start_at": "2026-05-28T21:00:00Z", "end_at": "2026-05-28T23:00:00Z"}
RAID = {"title": "레이드", "time": TIME, "reminders": [10, 30]}
DAY_OF = {"from": "2026-05-28T00:00:00Z", "to": "2026-05-29T00:00:00Z"}


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with calling() as caller:
        caller.kakao.offer_calendar()
        caller.kakao.calendar_members_only(on=False)
        yield caller


@pytest.fixture
def minji(caller: Caller) -> Account:
    return caller.kakao.account("민지")


@pytest.fixture
def token(caller: Caller, minji: Account) -> str:
    return caller.kakao.token_for(minji, ("talk_calendar",))


async def _create(caller: Caller, token: str, **changes: object) -> tuple[int, Any]:
    return await caller.post(CREATE, token, event=json.dumps(RAID | changes))


async def _made(caller: Caller, token: str, **changes: object) -> str:
    return str((await _create(caller, token, **changes))[1]["event_id"])


async def test_an_event_is_in_the_calendar_once_it_is_made(caller: Caller, token: str) -> None:
    number = await _made(caller, token, description="길드", location={"name": "마실방"})

    _, listed = await caller.get(EVENTS, token, **DAY_OF)
    _, shown = await caller.get(EVENT, token, event_id=number)

    assert [(one["id"], one["title"]) for one in listed["events"]] == [(number, "레이드")]
    assert shown["event"]["reminders"] == [10, 30]
    assert shown["event"]["description"] == "길드"
    assert shown["event"]["time"]["start_at"] == TIME["start_at"]


async def test_without_the_consent_nothing_is_made(caller: Caller, minji: Account) -> None:
    token = caller.kakao.token_for(minji)

    status, body = await _create(caller, token)

    assert (status, body["code"], body["required_scopes"]) == (403, -402, ["talk_calendar"])


async def test_the_item_must_be_set_up_in_the_console(caller: Caller, token: str) -> None:
    caller.kakao.offer_calendar(on=False)

    status, body = await _create(caller, token)

    assert (status, body["code"]) == (403, -3)


async def test_before_kakaos_permission_only_members_of_the_app_may(
    caller: Caller, minji: Account, token: str
) -> None:
    caller.kakao.calendar_members_only()
    refused = await _create(caller, token)
    caller.kakao.join_team(minji)

    assert (refused[0], refused[1]["code"]) == (403, -5)
    assert (await _create(caller, token))[0] == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": None},
        {"title": ""},
        {"title": "가" * 51},
        {"description": "가" * 5001},
        {"location": {"name": "가" * 51}},
        {"location": "마실방"},
        {"time": TIME | {"start_at": "2026-05-28T21:03:00Z"}},
        {"time": TIME | {"start_at": "2026-05-28T21:00:00.000Z"}},
        {"time": TIME | {"start_at": "2026-05-29T06:00:00+09:00"}},
        {"time": TIME | {"end_at": TIME["start_at"]}},
        {"time": TIME | {"all_day": True}},
        {"time": TIME | {"time_zone": "Nowhere"}},
        {"reminders": [7]},
        {"reminders": [0]},
        {"reminders": []},
        {"reminders": [5, 5]},
        {"reminders": [5, 10, 15]},
        {"reminders": [-5]},
        {"color": "BLACK"},
        {"rrule": "FREQ=DAILY"},
    ],
)
async def test_what_kakao_does_not_take_is_refused(
    caller: Caller, token: str, wrong: dict[str, object]
) -> None:
    status, body = await _create(caller, token, **wrong)

    assert (status, body["code"]) == (400, -2)


async def test_fifty_characters_are_counted_as_code_points(caller: Caller, token: str) -> None:
    status, _ = await _create(caller, token, title="가" * 49 + "🎉")

    assert status == 200


async def test_a_lenient_kakao_rounds_and_cuts(caller: Caller, token: str) -> None:
    caller.kakao.switches.step_violation = "round-down"
    caller.kakao.switches.event_over_length = "truncate"
    time = TIME | {"start_at": "2026-05-28T21:03:00Z"}

    await _create(caller, token, title="가" * 60, time=time)

    _, listed = await caller.get(EVENTS, token, **DAY_OF)
    assert listed["events"][0]["title"] == "가" * 50
    assert listed["events"][0]["time"]["start_at"] == TIME["start_at"]


async def test_an_update_changes_only_what_it_names(caller: Caller, token: str) -> None:
    number = await _made(caller, token, description="길드")

    await caller.post(UPDATE, token, event_id=number, event='{"title": "정기전"}')

    _, shown = await caller.get(EVENT, token, event_id=number)
    assert (shown["event"]["title"], shown["event"]["description"]) == ("정기전", "길드")


@pytest.mark.parametrize("status", [404, 400])
async def test_an_event_that_is_gone_is_unknown(caller: Caller, token: str, status: int) -> None:
    caller.kakao.switches.calendar_gone_status = status
    number = await _made(caller, token)

    assert (await caller.delete(DELETE, token, event_id=number))[0] == 200
    gone = await caller.post(UPDATE, token, event_id=number, event='{"title": "정기전"}')
    assert (gone[0], gone[1]["code"]) == (status, -2)


async def test_of_events_of_others_an_app_learns_only_the_time(
    caller: Caller, minji: Account, token: str
) -> None:
    number = caller.kakao.calendars.add(minji, "치과", START)

    _, listed = await caller.get(EVENTS, token, **DAY_OF)

    assert [list(one) for one in listed["events"]] == [["time"]]
    assert (await caller.delete(DELETE, token, event_id=number))[0] == 404


async def test_a_list_is_of_a_month_at_most(caller: Caller, token: str) -> None:
    window = {"from": "2026-05-01T00:00:00Z", "to": "2026-06-02T00:00:00Z"}

    status, body = await caller.get(EVENTS, token, **window)

    assert (status, body["code"]) == (400, -2)


async def test_a_list_has_pages(caller: Caller, token: str) -> None:
    made = [await _made(caller, token, title=title) for title in ("가", "나", "다")]

    _, first = await caller.get(EVENTS, token, limit=2, **DAY_OF)
    after = first["after_url"].partition("next_page_token=")[2]
    _, second = await caller.get(EVENTS, token, next_page_token=after)

    assert [one["id"] for one in first["events"] + second["events"]] == made
    assert (first["has_next"], second["has_next"]) == (True, False)


async def test_an_app_has_three_calendars_with_names_of_their_own(
    caller: Caller, token: str
) -> None:
    create = f"{ROOT}/create/calendar"
    codes = [(await caller.post(create, token, name=name))[0] for name in "ㄱㄱㄴㄷㄹ"]

    _, listed = await caller.get(f"{ROOT}/calendars", token)

    assert codes == [200, 400, 200, 200, 400]
    assert [one["name"] for one in listed["calendars"]] == ["내 캘린더", "ㄱ", "ㄴ", "ㄷ"]


async def test_with_a_calendar_go_its_events(caller: Caller, token: str) -> None:
    _, made = await caller.post(f"{ROOT}/create/calendar", token, name="까치")
    form = {"calendar_id": made["calendar_id"], "event": json.dumps(RAID)}
    await caller.post(CREATE, token, **form)

    await caller.delete(f"{ROOT}/delete/calendar", token, calendar_id=made["calendar_id"])

    assert (await caller.get(EVENTS, token, **DAY_OF))[1]["events"] == []
    assert (await caller.post(CREATE, token, **form))[1]["code"] == -2


async def test_a_day_has_so_many_calls(caller: Caller, token: str) -> None:
    caller.kakao.spend_calendar()
    _, refused = await _create(caller, token)
    caller.wait(24 * 3600)
    caller.kakao.switches.rest_access_ttl = 10 * 24 * 3600
    later = caller.kakao.token_for(caller.kakao.account("민지"), ("talk_calendar",))

    assert refused["code"] == -10
    assert (await _create(caller, later))[0] == 200


async def test_who_has_no_talk_has_no_talk_calendar(
    caller: Caller, minji: Account, token: str
) -> None:
    caller.kakao.leave_talk(minji)

    assert (await _create(caller, token))[1]["code"] == -501


async def test_each_reminder_comes_to_the_phone_in_its_minute(
    caller: Caller, minji: Account, token: str
) -> None:
    await _create(caller, token)

    caller.wait(START - 11 * 60 - caller.kakao.now())
    early = [ring.minutes for ring in caller.kakao.calendars.of(minji).rings]
    caller.wait(60)

    assert early == [30]
    assert [ring.minutes for ring in caller.kakao.calendars.of(minji).rings] == [30, 10]


async def test_a_reminder_moves_with_its_event_and_goes_with_it(
    caller: Caller, minji: Account, token: str
) -> None:
    number = await _made(caller, token, reminders=[10])
    later = {"start_at": "2026-05-28T22:00:00Z", "end_at": "2026-05-28T23:00:00Z"}
    await caller.post(UPDATE, token, event_id=number, event=json.dumps({"time": later}))

    caller.wait(START - caller.kakao.now())
    at_first = list(caller.kakao.calendars.of(minji).rings)
    await caller.delete(DELETE, token, event_id=number)
    caller.wait(3600)

    assert at_first == []
    assert caller.kakao.calendars.of(minji).rings == []


async def test_a_reminder_that_is_set_too_late_does_not_come(
    caller: Caller, minji: Account, token: str
) -> None:
    caller.kakao.switches.ring_min_notice = 40
    await _create(caller, token)

    caller.wait(3600)

    assert caller.kakao.calendars.of(minji).rings == []


async def test_the_answer_to_a_create_can_be_lost(
    caller: Caller, minji: Account, token: str
) -> None:
    caller.kakao.lose_answers(path="/create/event")

    with pytest.raises(aiohttp.ClientError):
        await _create(caller, token)

    assert len(caller.kakao.calendars.of(minji).events) == 1
