"""What Kakao lets be sent in a day: counted, believed when Kakao says so, and kept."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.kakao import Message
from bot.services.clock import DAY, HOUR
from bot.services.deliveries.allowance import KakaoLimits
from sandbox.demo.people import add_people
from sandbox.kakao import LocalKakao
from storage.deliveries import Delivery, DeliveryState
from tests.support.outbox import JUNHO, MINJI, NOON, Clock, World, open_outbox, opened
from tests.support.postgres import ONLY_SQLITE

TOMORROW = NOON + 12 * HOUR  # the midnight after NOON
SPREAD = 600
SENT, QUEUED, FAILED = DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.FAILED


@pytest.fixture
async def idle(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    """The world before the sender runs, with Kakao's own limits."""
    async with open_outbox(tmp_path, KakaoLimits(), url=database_url) as world:
        yield world


@pytest.fixture
async def world(idle: World) -> AsyncIterator[World]:
    async with idle.running():
        yield idle


def generous(world: World) -> None:
    """Let Kakao allow more than it says, so that only our own count holds anything back."""
    limits = world.kakao.switches
    limits.app_per_day = limits.pair_per_day = 10_000
    limits.sender_per_day = limits.recipient_per_day = 10_000


async def left(world: World, member_id: int = MINJI) -> tuple[int, int]:
    """What a member may still send to "Me" and to friends."""
    allowance = await world.allowance.left(member_id)
    return allowance.me, allowance.friends


async def all_settled(world: World, forwards: list[str]) -> list[Delivery]:
    return [row for forward in forwards for row in await world.settled(forward)]


async def many_to_me(world: World, count: int) -> list[Delivery]:
    forwards = await asyncio.gather(*(world.to_me() for _ in range(count)))
    return await all_settled(world, forwards)


# Counting


async def test_each_send_leaves_one_less_until_the_next_day(world: World) -> None:
    assert await left(world) == (20, 100)
    await many_to_me(world, 3)
    await world.settled(await world.to_friends("준호", "서연"))
    assert await left(world) == (17, 95)
    assert await world.allowance.sent_today(MINJI) == 5
    world.let_pass(12 * HOUR)
    assert await left(world) == (20, 100)
    assert await world.allowance.sent_today(MINJI) == 0


async def test_sixteen_at_once_do_not_pass_the_limit_together(world: World) -> None:
    generous(world)
    rows = await many_to_me(world, 33)
    assert [row.state for row in rows].count(SENT) == world.sends() == 20
    waiting = [row for row in rows if row.state is QUEUED]
    assert {(row.reason, row.code) for row in waiting} == {("allowance-pair", None)}
    assert all(TOMORROW < row.next_try_at <= TOMORROW + SPREAD for row in waiting)
    assert await left(world) == (0, 80)


async def test_what_waited_goes_out_by_itself_when_the_day_is_new(world: World) -> None:
    generous(world)
    rows = await many_to_me(world, 25)
    world.let_pass(12 * HOUR + SPREAD)
    rows = await all_settled(world, [row.forward_id for row in rows])
    assert {row.state for row in rows} == {SENT}
    assert await left(world) == (15, 95)


async def test_what_has_not_arrived_is_not_counted(world: World) -> None:
    world.kakao.fail_next(2, code=-1)
    await world.settled(await world.to_me())
    await world.settled(await world.to_friends("준호"))
    await world.settled(await world.to_friends("하준"))
    world.kakao.withdraw(world.account(), "talk_message")
    await world.settled(await world.to_me())
    assert await left(world) == (20, 100)


async def test_what_may_have_arrived_is_counted_each_time(world: World) -> None:
    world.kakao.lose_answers(3)
    await world.settled(await world.to_friends("준호"))
    forward = await world.to_me()
    await world.settled(forward)
    world.let_pass(30)
    assert (await world.only(forward)).state is DeliveryState.UNKNOWN
    assert await left(world) == (18, 97)


async def test_a_friend_gets_no_more_from_all_members_together(idle: World) -> None:
    idle.limits = KakaoLimits(recipient=2)
    idle.begin_anew()
    await idle.link("준호", JUNHO)
    async with idle.running():
        await idle.settled(await idle.to_friends("서연"))
        await idle.settled(await idle.to_friends("서연", member_id=JUNHO), JUNHO)
        assert await idle.named(await idle.to_friends("서연", "지우")) == {
            "서연": ("failed", "allowance-recipient"),
            "지우": ("sent", None),
        }
    assert idle.sends() == 3


async def test_whoever_has_spent_their_allowance_touches_nobody_elses(world: World) -> None:
    await world.link("준호", JUNHO)
    await many_to_me(world, 22)
    row = await world.only(await world.to_me(member_id=JUNHO), JUNHO)
    assert row.state is SENT
    assert await left(world, JUNHO) == (19, 99)


# Believing Kakao


async def test_what_kakao_says_is_spent_is_not_tried_again_that_day(world: World) -> None:
    world.kakao.spend(world.account(), "pair")
    first = await world.only(await world.to_me())
    second = await world.only(await world.to_me())
    assert (first.reason, first.code) == ("allowance-pair", -536)
    assert (second.reason, second.code) == ("allowance-pair", None)
    assert world.sends() == 1
    assert await left(world) == (0, 100)
    world.let_pass(12 * HOUR + SPREAD)
    assert (await world.only(second.forward_id)).state is SENT
    assert await left(world) == (18, 98)


async def test_a_spent_app_holds_everybody_back_until_the_next_day(world: World) -> None:
    await world.link("준호", JUNHO)
    world.kakao.spend(None, "app")
    mine = await world.only(await world.to_me())
    his = await world.only(await world.to_me(member_id=JUNHO), JUNHO)
    assert mine.reason == his.reason == "allowance-app"
    assert world.sends() == 1
    assert await left(world, JUNHO) == (0, 0)
    world.let_pass(12 * HOUR + SPREAD)
    assert (await world.only(his.forward_id, JUNHO)).state is SENT


async def test_a_spent_month_waits_for_the_next_one(world: World) -> None:
    world.kakao.fail_next(1, code=-531)
    row = await world.only(await world.to_me())
    september = datetime(2026, 8, 31, 15, tzinfo=UTC).timestamp()  # midnight in Seoul
    assert (row.state, row.reason) == (QUEUED, "allowance-month")
    assert september < row.next_try_at <= september + SPREAD


async def test_a_friend_whose_allowance_is_spent_can_be_sent_to_again_from_then_on(
    world: World,
) -> None:
    world.kakao.spend(world.account(), "pair", world.account("준호"))
    forward = await world.to_friends("준호")
    row = await world.only(forward)
    assert (row.state, row.reason, row.next_try_at) == (FAILED, "allowance-pair", TOMORROW)
    await world.deliveries.repeat(forward, MINJI)
    assert (await world.only(forward)).next_try_at == TOMORROW
    assert world.sends() == 1
    world.let_pass(12 * HOUR)
    await world.deliveries.repeat(forward, MINJI)
    assert (await world.only(forward)).state is SENT


async def test_a_card_is_kept_for_as_long_as_it_can_be_sent_again(world: World) -> None:
    world.kakao.spend(world.account(), "pair", world.account("준호"))
    forward = await world.to_friends("준호")
    await world.settled(forward)
    world.let_pass(DAY + HOUR)
    await world.settled(await world.to_me())
    assert (await world.only(forward)).card is not None
    world.let_pass(12 * HOUR)
    await world.settled(await world.to_me())
    assert (await world.only(forward)).card is None


async def test_an_answer_after_midnight_to_a_send_of_yesterday_spends_yesterday(
    idle: World,
) -> None:
    idle.clock.at = TOMORROW - 1
    idle.kakao.spend(idle.account(), "pair")
    idle.kakao.slow(0.2)
    async with idle.running():
        forward = await idle.to_me()
        await idle.one_send()
        idle.clock.at = TOMORROW + 1
        row = await idle.only(forward)
    assert TOMORROW < row.next_try_at <= TOMORROW + SPREAD
    assert await left(idle) == (20, 100)


# Keeping


async def test_a_new_process_goes_on_counting(tmp_path: Path) -> None:
    clock = Clock()
    kakao = LocalKakao(add_people, now=clock)
    async with kakao.serve():
        async with opened(kakao, kakao.url, tmp_path, clock, KakaoLimits()) as world:
            await world.link()
            async with world.running():
                await many_to_me(world, 3)
        async with opened(kakao, kakao.url, tmp_path, clock, KakaoLimits()) as world:
            assert await left(world) == (17, 97)


@ONLY_SQLITE
async def test_what_a_kill_leaves_in_doubt_stays_counted(idle: World) -> None:
    forwards = [await idle.to_me(), await idle.to_friends("준호")]
    claims = idle.allowance.claims
    await idle.leases.lease(NOON, NOON + 60, 10, lambda row: claims(row, NOON))
    idle.begin_anew()
    assert await left(idle) == (19, 98)
    async with idle.running():
        states = [row.state for row in await all_settled(idle, forwards)]
    assert states == [SENT, DeliveryState.UNKNOWN]
    assert await left(idle) == (18, 97)


async def test_after_an_unlink_nothing_says_who_sent_to_whom(world: World) -> None:
    await world.settled(await world.to_me())
    await world.settled(await world.to_friends("준호"))
    await world.links.unlink(MINJI)
    rows = await world.database.all(text("SELECT kind, subject FROM allowances"))
    kinds = {row["kind"]: row["subject"] for row in rows}
    assert set(kinds) == {"app", "recipient"}
    assert world.account("준호").uuid not in str(rows)
    assert str(world.account("준호").id) not in str(rows)


async def test_an_unlink_during_a_send_leaves_no_count_behind(idle: World) -> None:
    idle.kakao.slow(0.2)
    idle.kakao.fail_next(1, code=-5, status=403)
    async with idle.running():
        forward = await idle.to_friends("준호")
        await idle.one_send()
        await idle.links.unlink(MINJI)
        await idle.settled(forward)
    assert await left(idle) == (20, 100)


async def test_counts_of_past_days_are_erased(world: World) -> None:
    await many_to_me(world, 1)
    world.let_pass(3 * DAY)
    await many_to_me(world, 1)
    of_people = "SELECT DISTINCT day FROM allowances WHERE kind <> 'app'"
    rows = await world.database.all(text(of_people))
    assert [row["day"] for row in rows] == [world.limits.day(world.clock())]


async def test_what_the_app_has_used_is_known_for_thirty_days(world: World) -> None:
    await many_to_me(world, 3)
    world.let_pass(29 * DAY)
    await many_to_me(world, 6)
    shares = await world.allowance.of_app_lately(30)
    assert [shares[0], *shares[-1:]] == [3 / 30_000, 6 / 30_000]
    assert sum(shares[1:-1]) == 0
    world.let_pass(2 * DAY)
    await many_to_me(world, 1)
    rows = await world.database.all(text("SELECT day FROM allowances WHERE kind = 'app'"))
    assert len(rows) == 2


# Kakao's calendar


@pytest.mark.parametrize("hour", [0, 9, 23])
def test_the_day_ends_at_the_hour_that_the_operator_sets(hour: int) -> None:
    limits = KakaoLimits(reset_hour=hour)
    reset = TOMORROW + hour * HOUR
    assert limits.day_ends(reset - 1) == reset
    assert limits.day_ends(reset) == reset + DAY
    assert limits.day(reset) == limits.day(reset - 1) + 1


@pytest.mark.parametrize("month", range(1, 13))
def test_the_month_ends_in_seoul(month: int) -> None:
    seoul = timedelta(hours=9)
    ends = datetime(2026 + month // 12, month % 12 + 1, 1, tzinfo=UTC) - seoul
    for at in (datetime(2026, month, 1, tzinfo=UTC) - seoul, ends - timedelta(seconds=1)):
        assert KakaoLimits().month_ends(at.timestamp()) == ends.timestamp()


# What happens to a message right before it goes out


async def test_a_message_is_prepared_once_right_before_it_goes_out(idle: World) -> None:
    prepared = []

    async def prepare(message: Message, access_token: str | None) -> Message:
        prepared.append((access_token, idle.sends()))
        return message

    idle.begin_anew(prepare=prepare)
    idle.kakao.expire_access_tokens(idle.account())
    async with idle.running():
        assert (await idle.only(await idle.to_me())).state is SENT
    [(token, sends_before)] = prepared
    assert token
    assert sends_before == 0


async def test_when_preparing_fails_nothing_is_sent_and_it_is_tried_again(idle: World) -> None:
    async def prepare(_message: Message, _token: str | None) -> Message:
        raise ZeroDivisionError

    idle.begin_anew(prepare=prepare)
    async with idle.running():
        row = await idle.only(await idle.to_friends("준호"))
    assert (row.state, row.reason) == (QUEUED, "unavailable")
    assert idle.sends() == 0
    assert await left(idle) == (20, 100)
