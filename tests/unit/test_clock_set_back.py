"""The clock is set back, by a day in most tests: what waited for a time goes on all the same."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from bot.services.accounts.friends import Friends
from bot.services.clock import DAY, HOUR, MINUTE, has_passed, is_too_far
from bot.services.deliveries.allowance import KakaoLimits
from bot.services.messages.events import EventFacts, ServerEvent
from storage.deliveries import DeliveryState
from storage.subscriptions import SubscriptionKind
from tests.support.outbox import MINJI, World, open_outbox
from tests.support.watching import GUILD, ROOM, HighlightsWorld, open_tower
from tests.support.world import CHAT, open_world
from tests.support.world import World as Village
from tests.support.world import until as until_true
from tests.unit.test_images import Studio, studio
from tests.unit.test_webhooks import Office, office

__all__ = ["office", "studio"]  # fixtures

SENT, QUEUED, PARKED = DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.PARKED
spans = st.floats(1, 40 * DAY)


@pytest.fixture
async def idle(tmp_path: Path) -> AsyncIterator[World]:
    async with open_outbox(tmp_path, KakaoLimits()) as world:
        yield world


@pytest.fixture
async def world(idle: World) -> AsyncIterator[World]:
    async with idle.running():
        yield idle


@pytest.fixture
async def tower(tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path) as tower:
        await tower.rule()
        yield tower


@given(spans, spans, spans)
def test_no_wait_lasts_longer_than_itself_after_the_clock_was_set_back(
    length: float, gone: float, back: float
) -> None:
    now = gone - back
    if not has_passed(0.0, length, now):
        assert 0 <= length - now <= length
    if gone < length and not is_too_far(0.0, length, now):
        assert length - now <= 2 * length


async def until(come: Callable[[], Awaitable[object]]) -> None:
    """Wait until something has become true."""
    async with asyncio.timeout(20):
        while not await come():  # noqa: ASYNC110 - nobody sets an event for a test
            await asyncio.sleep(0.01)


# Deliveries


async def goes_out(world: World, forward: str) -> None:
    async def sent() -> bool:
        return (await world.only(forward)).state is SENT

    await until(sent)


async def test_a_retry_does_not_wait_for_the_day_to_come_back(world: World) -> None:
    world.kakao.fail_next(1, code=-1)
    forward = await world.to_me()
    assert (await world.only(forward)).state is QUEUED
    world.let_pass(-DAY)
    await goes_out(world, forward)


async def test_a_retry_goes_out_when_the_clock_was_set_back_before_the_start(idle: World) -> None:
    idle.kakao.fail_next(1, code=-1)
    async with idle.running():
        forward = await idle.to_me()
        assert (await idle.only(forward)).state is QUEUED
    idle.clock.at -= DAY
    idle.begin_anew()
    async with idle.running():
        await goes_out(idle, forward)


async def test_what_was_accepted_right_before_goes_out(idle: World) -> None:
    forward = await idle.to_me()
    idle.clock.at -= 20 * MINUTE
    async with idle.running():
        await goes_out(idle, forward)


async def test_a_retry_that_is_not_due_yet_stays_so_when_the_clock_moves_little(
    world: World,
) -> None:
    world.kakao.down(True)
    forward = await world.to_me()
    for _ in range(5):
        row = await world.only(forward)
        world.let_pass(row.next_try_at - world.clock())
    row, sends = await world.only(forward), world.sends()
    world.let_pass(-1)
    await asyncio.sleep(0.1)
    assert await world.only(forward) == row
    assert world.sends() == sends


async def test_nobody_waits_for_a_day_of_kakaos_that_is_not_the_next(world: World) -> None:
    world.clock.at += DAY
    world.kakao.spend(world.account(), "sender")
    forward = await world.to_me()
    assert (await world.only(forward)).reason == "allowance-sender"
    world.let_pass(-DAY)
    await goes_out(world, forward)


async def test_a_day_that_was_spent_by_a_wrong_clock_is_not_spent_when_it_comes(
    world: World,
) -> None:
    world.clock.at += DAY
    world.kakao.spend(world.account(), "sender")
    await world.settled(await world.to_me())
    assert (await world.allowance.left(MINJI)).me == 0
    world.let_pass(-DAY)
    await world.settled(await world.to_me())
    world.clock.at += DAY
    assert (await world.allowance.left(MINJI)).me > 0


async def test_a_link_made_ahead_does_not_make_refused_sends_go_round(world: World) -> None:
    world.clock.at += DAY
    await world.link()
    world.let_pass(-DAY)
    world.kakao.withdraw(world.account(), "talk_message")
    row = await world.only(await world.to_me())
    await asyncio.sleep(0.1)
    assert (row.state, row.reason) == (PARKED, "consent")
    assert world.sends() == 1
    link = await world.links.get(MINJI)
    assert link is not None
    assert "talk_message" not in link.scopes


async def test_the_list_of_friends_is_read_anew(world: World) -> None:
    friends = Friends(world.links, world.client, now=world.clock)
    await friends.of(MINJI)
    asked = len(world.kakao.requests)
    world.clock.at -= DAY
    await friends.of(MINJI)
    assert len(world.kakao.requests) > asked


# Hits


@asynccontextmanager
async def dispatching(tower: HighlightsWorld) -> AsyncIterator[None]:
    task = asyncio.create_task(tower.services.dispatcher.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def waiting(tower: HighlightsWorld) -> int:
    row = await tower.database.first(text("SELECT count(*) AS n FROM hits WHERE state = 'waiting'"))
    return int(row["n"]) if row else 0


async def taken(tower: HighlightsWorld) -> None:
    """Wait until nothing waits, and let all of it arrive."""

    async def nothing_waits() -> bool:
        return not await waiting(tower)

    await until(nothing_waits)
    await tower.database.change(text("UPDATE deliveries SET state = 'sent'"))


async def test_a_hit_that_waits_for_the_morning_is_planned_anew(tower: HighlightsWorld) -> None:
    await tower.services.wishes.change(MINJI, quiet_from=0, quiet_to=23 * 60)
    async with dispatching(tower):
        assert await tower.found(tower.message())
        await asyncio.sleep(0.1)
        tower.clock.at -= 13 * HOUR  # in Seoul it is 23:00 then
        await taken(tower)


@pytest.mark.parametrize("running", [True, False])
async def test_a_hit_that_waits_whether_the_member_is_there_is_due(
    tower: HighlightsWorld, *, running: bool
) -> None:
    await tower.filter(active_delay=300)
    assert await tower.found(tower.message())
    if not running:
        tower.clock.at -= DAY
    async with dispatching(tower):
        await asyncio.sleep(0.1)
        assert await waiting(tower) == running
        if running:
            tower.clock.at -= DAY
        await taken(tower)


async def test_what_went_out_before_neither_holds_cards_for_a_day_nor_is_forgotten(
    tower: HighlightsWorld,
) -> None:
    async with dispatching(tower):
        for _ in range(3):
            assert await tower.found(tower.message())
            await taken(tower)
            tower.clock.at += 1
        tower.clock.at -= DAY
        await asyncio.sleep(1.1)
        assert await tower.found(tower.message())
        await asyncio.sleep(0.1)
        assert await waiting(tower) == 1
        tower.clock.at += MINUTE
        await taken(tower)


async def test_a_rule_cools_down_no_longer_than_wished(tower: HighlightsWorld) -> None:
    await tower.filter(cooldown=600)
    assert await tower.found(tower.message())
    tower.clock.at -= DAY
    assert await tower.found(tower.message())


async def test_who_wrote_ahead_is_not_there_for_a_day(tower: HighlightsWorld) -> None:
    await tower.filter(active_delay=300)
    await tower.services.watch.see(tower.message("안녕", author_id=MINJI))
    assert not await tower.found(tower.message())
    tower.clock.at -= DAY
    assert await tower.found(tower.message())


async def test_a_pause_of_an_hour_does_not_last_for_a_day(tower: HighlightsWorld) -> None:
    now = tower.clock()
    await tower.filter(paused_from=now, paused_until=now + HOUR)
    assert not await tower.found(tower.message())
    tower.clock.at -= DAY
    assert await tower.found(tower.message())


async def test_a_long_pause_outlives_a_clock_that_is_set_right(tower: HighlightsWorld) -> None:
    now = tower.clock()
    await tower.filter(paused_from=now, paused_until=now + 30 * DAY)
    await tower.services.wishes.change(MINJI, dnd_from=now, dnd_until=now + 30 * DAY)
    tower.clock.at -= DAY
    assert not await tower.found(tower.message())
    assert (await tower.verdict(tower.message(), "quiet")).outcome == "wait"


async def test_do_not_disturb_for_two_hours_does_not_last_for_a_day(
    tower: HighlightsWorld,
) -> None:
    now = tower.clock()
    await tower.services.wishes.change(MINJI, dnd_from=now, dnd_until=now + 2 * HOUR)
    assert (await tower.verdict(tower.message(), "quiet")).outcome == "wait"
    tower.clock.at -= DAY
    assert (await tower.verdict(tower.message(), "quiet")).outcome == "pass"


async def test_a_subscription_made_ahead_hears_of_what_happens_now(tower: HighlightsWorld) -> None:
    subscriptions = tower.services.subscriptions
    await subscriptions.add(MINJI, GUILD, SubscriptionKind.PIN)
    tower.clock.at -= DAY
    pin = ServerEvent("pin:1", SubscriptionKind.PIN, GUILD, tower.clock(), EventFacts(), ROOM)
    assert len(await subscriptions.wanting(pin)) == 1


async def test_it_is_looked_for_who_has_left(tower: HighlightsWorld) -> None:
    leaving = tower.services.leaving
    leaving._looked_at = tower.clock()
    tower.clock.at -= DAY
    tower.glass.gone.add(MINJI)
    task = asyncio.create_task(leaving.run())
    await until(lambda: tower.database.first(text("SELECT * FROM departures")))
    task.cancel()
    await asyncio.wait([task])


async def test_who_uses_kkachi_in_a_server_is_noted(tower: HighlightsWorld) -> None:
    access = tower.services.access
    await access.check(MINJI, GUILD, "highlight", [])
    tower.clock.at -= DAY
    await access.check(MINJI, GUILD, "highlight", [])
    row = await tower.database.first(text("SELECT seen_at FROM memberships"))
    assert row == {"seen_at": tower.clock()}


# Kakao


async def test_a_link_made_ahead_is_undone_when_kakao_says_so(office: Office) -> None:
    office.house.clock.passes(DAY)
    await office.house.link()
    office.house.clock.passes(-DAY)
    await office.house.kakao.unlink_at_kakao(office.minji)
    assert await office.link() is None


async def test_kakaos_keys_are_asked_for(office: Office) -> None:
    await office.event("tokens-revoked")
    office.house.clock.passes(-2 * DAY)
    await office.event("tokens-revoked")
    assert office.asked_for_keys == 2


async def test_a_picture_is_not_believed_in_for_longer_than_kakao_keeps_it(
    studio: Studio,
) -> None:
    await studio.content(studio.photo)
    studio.clock.passes(-DAY)
    await studio.content(studio.photo)
    assert studio.uploads == 2


# The whole program


async def arrived(village: Village, count: int) -> None:
    await until_true(lambda: len(village.kakao.outbox) == count)


async def test_cards_of_rules_and_by_hand_arrive_as_soon_as_ever(tmp_path: Path) -> None:
    async with open_world(tmp_path) as village:
        minji, junho = village.discord.person("민지"), village.discord.person("준호")
        await village.link("민지")
        await minji.slash(CHAT, "highlight add", word="공지")
        for number in range(3):
            await junho.say(CHAT, f"공지 {number}")
            await arrived(village, number + 1)
        village.ahead -= DAY
        message = await junho.say(CHAT, "공지가 또 있어요")
        await village.until_waiting(1)
        await minji.menu(CHAT, "Send to my KakaoTalk", message)
        await arrived(village, 4)
        village.ahead += MINUTE + 1
        await arrived(village, 5)
