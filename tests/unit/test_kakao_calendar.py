"""The client for Talk Calendar against a local Kakao, over real sockets."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.kakao import (
    AppAllowanceSpent,
    AppFault,
    BadRequest,
    ConsentMissing,
    Event,
    KakaoApp,
    KakaoCalendar,
    KakaoClient,
    LimitBroken,
    LostAnswer,
    open_http,
)
from sandbox.demo.people import add_people
from sandbox.kakao import Account, LocalKakao
from tests.support.kakao_answers import CALLBACK

NOW = 1_795_176_000.0
START = NOW + 3600.0
RAID = Event(
    "레이드", START, START + 7200, place="마실방", description="https://kkachi.example/m/1"
)


@dataclass
class World:
    """A local Kakao, the client for it, and the token of a member who has agreed."""

    kakao: LocalKakao
    calendar: KakaoCalendar
    token: str

    @property
    def minji(self) -> Account:
        return self.kakao.account("민지")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    kakao = LocalKakao(add_people, now=lambda: NOW)
    kakao.offer_calendar()
    kakao.calendar_members_only(on=False)
    app = kakao.app
    async with kakao.serve(), open_http() as http:
        client = KakaoClient(
            http,
            KakaoApp(app.rest_api_key, app.client_secret, CALLBACK, kakao.url, kakao.url),
        )
        token = kakao.token_for(kakao.account("민지"), ("talk_calendar",))
        yield World(kakao, client.calendar, token)


async def test_an_event_comes_back_as_it_was_written(world: World) -> None:
    number = await world.calendar.create_event(world.token, RAID)

    kept = await world.calendar.event(world.token, number)

    assert (kept.id, kept.differs(RAID)) == (number, frozenset())


async def test_an_event_without_a_place_has_none(world: World) -> None:
    event = Event("레이드", START, START + 300)

    number = await world.calendar.create_event(world.token, event)

    assert "location" not in world.kakao.calendars.of(world.minji).events[number].details
    assert not (await world.calendar.event(world.token, number)).differs(event)


async def test_an_update_touches_nothing_else(world: World) -> None:
    number = await world.calendar.create_event(world.token, RAID)
    world.kakao.calendars.change(world.minji, number, reminders=(60,))
    later = Event("정기전", START + 3600, START + 7200)

    await world.calendar.update_event(world.token, number, later, {"time", "place"})

    kept = await world.calendar.event(world.token, number)
    assert (kept.title, kept.place, kept.start_at) == ("레이드", "", START + 3600)
    assert kept.reminders == (60,)


async def test_what_somebody_changed_by_hand_is_seen(world: World) -> None:
    number = await world.calendar.create_event(world.token, RAID)
    world.kakao.calendars.change(world.minji, number, title="꼭 가기")

    assert (await world.calendar.event(world.token, number)).differs(RAID) == {"title"}


async def test_a_list_has_our_events_by_title_and_others_by_time(world: World) -> None:
    number = await world.calendar.create_event(world.token, RAID)
    world.kakao.calendars.add(world.minji, "치과", START)

    found = await world.calendar.events(world.token, START, START + 300)

    assert sorted((one.id, one.title) for one in found) == [("", ""), (number, "레이드")]


async def test_a_long_list_is_read_to_its_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.kakao.calendar.PER_PAGE", 1)
    for _ in range(3):
        await world.calendar.create_event(world.token, RAID)

    assert len(await world.calendar.events(world.token, START, START + 300)) == 3


async def test_an_event_that_is_gone_is_a_bad_request(world: World) -> None:
    number = await world.calendar.create_event(world.token, RAID)
    await world.calendar.delete_event(world.token, number)

    with pytest.raises(BadRequest):
        await world.calendar.event(world.token, number)
    with pytest.raises(BadRequest):
        await world.calendar.delete_event(world.token, number)


async def test_a_create_whose_answer_is_lost_may_have_worked(world: World) -> None:
    world.kakao.lose_answers(path="/create/event")

    with pytest.raises(LostAnswer):
        await world.calendar.create_event(world.token, RAID)

    [found] = await world.calendar.events(world.token, START, START + 300)
    assert found.title == "레이드"


async def test_a_calendar_of_ours_is_found_again(world: World) -> None:
    number = await world.calendar.create_calendar(world.token, "까치")

    listed = {one.name: one.id for one in await world.calendar.calendars(world.token)}

    assert listed["까치"] == number


async def test_each_refusal_has_its_error(world: World) -> None:
    strange = world.kakao.token_for(world.kakao.account("준호"))
    with pytest.raises(ConsentMissing) as missing:
        await world.calendar.create_event(strange, RAID)
    world.kakao.calendar_members_only()
    with pytest.raises(AppFault):
        await world.calendar.create_event(world.token, RAID)
    world.kakao.calendar_members_only(on=False)
    world.kakao.spend_calendar()
    with pytest.raises(AppAllowanceSpent):
        await world.calendar.create_event(world.token, RAID)

    assert missing.value.required_scopes == {"talk_calendar"}


def test_an_event_is_made_to_fit() -> None:
    event = Event.fit("가" * 60, START + 200, START + 250, reminders=[60, 30, 60])

    assert (len(event.title), event.start_at, event.end_at) == (50, START, START + 300)
    assert event.reminders == (30, 60)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "가" * 51},
        {"start_at": START + 1},
        {"end_at": START},
        {"place": "가" * 51},
        {"description": "가" * 5001},
        {"reminders": ()},
        {"reminders": (0,)},
        {"reminders": (7,)},
        {"reminders": (5, 10, 15)},
    ],
)
def test_what_kakao_does_not_take_cannot_be_made(wrong: dict[str, object]) -> None:
    facts: dict[str, object] = {"title": "레이드", "start_at": START, "end_at": START + 300}

    with pytest.raises(LimitBroken):
        Event(**facts | wrong)  # type: ignore[arg-type] # wrong on purpose
