"""The outbox sender against the local Kakao: what arrives, and what a row says when it does not."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.errors import DiscordAway, NotLinked
from bot.kakao import KakaoClient, Message, message_from
from bot.services.accounts.links import Links
from bot.services.alarms import Alarm, Trouble
from bot.services.clock import DAY, HOUR
from bot.services.deliveries.outcomes import REASONS, WAITS, may_repeat
from bot.texts import LOCALES, Locale, Texts
from storage.allowances import Claim
from storage.database import StorageError
from storage.deliveries import (
    OF_HITS,
    Chat,
    Delivery,
    DeliveryState,
    NewDelivery,
)
from storage.leases import LeaseStore, Outcome
from storage.links import LinkStore
from storage.vault import Vault
from tests.support.outbox import CARD, MINJI, NOON, World, open_outbox
from tests.support.postgres import ONLY_SQLITE
from tests.support.world import until


@pytest.fixture
async def idle(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    """The world before the sender runs."""
    async with open_outbox(tmp_path, url=database_url) as world:
        yield world


@pytest.fixture
async def world(idle: World) -> AsyncIterator[World]:
    async with idle.running():
        yield idle


async def test_a_card_arrives_in_the_members_own_chat(world: World) -> None:
    row = await world.only(await world.to_me())
    assert (row.state, row.reason, row.finished_at) == (DeliveryState.SENT, None, NOON)
    assert [message.template["text"] for message in world.kakao.outbox] == ["까치가 왔어요"]
    assert row.card is None


async def test_only_what_goes_by_itself_is_composed_right_before(idle: World) -> None:
    composed = []

    async def compose(row: Delivery) -> Message:
        composed.append(row.id)
        return message_from(CARD | {"text": "까치가 물어 왔어요"})

    idle.begin_anew(compose=compose)
    async with idle.running():
        await idle.only(await idle.to_me())
        row = await idle.only(await idle.to_me(OF_HITS))
    assert composed == [row.id]
    texts = [message.template["text"] for message in idle.kakao.outbox]
    assert texts == ["까치가 왔어요", "까치가 물어 왔어요"]


async def test_what_goes_by_itself_waits_on_where_what_is_sent_by_hand_fails(
    idle: World,
) -> None:
    async def compose(_: Delivery) -> Message:
        return message_from(CARD)

    idle.begin_anew(compose=compose)
    idle.kakao.down(True)
    async with idle.running():
        rows = [await idle.to_me(), await idle.to_me(OF_HITS)]
        for _ in range(len(WAITS) + 1):
            states = [(await idle.only(row)).state for row in rows]
            idle.let_pass(HOUR)
    assert states == [DeliveryState.FAILED, DeliveryState.QUEUED]


async def test_waiting_for_discord_grows_and_no_number_of_tries_ends_it(idle: World) -> None:
    away = True

    async def compose(_: Delivery) -> Message:
        if away:
            raise DiscordAway
        return message_from(CARD)

    idle.begin_anew(compose=compose)
    waits = []
    async with idle.running():
        forward = await idle.to_me(OF_HITS)
        for _ in range(100):
            row = await idle.only(forward)
            assert (row.state, row.reason) == (DeliveryState.QUEUED, "discord")
            waits.append(row.next_try_at - idle.clock())
            idle.let_pass(waits[-1])
        by_hand = await idle.only(await idle.to_me())
        away = False
        idle.kakao.fail_next(1, code=-1)
        idle.let_pass(120)
        row = await idle.only(forward)
        assert (row.reason, row.tries) == ("unavailable", 1)
        idle.let_pass(120)
        assert (await idle.only(forward)).state is DeliveryState.SENT
    assert by_hand.state is DeliveryState.SENT
    assert waits[0] < 4
    assert 30 < waits[-1] < 90
    assert sum(waits) > HOUR


async def test_each_friend_gets_their_own_result_from_one_call(world: World) -> None:
    results = await world.named(await world.to_friends("준호", "하준", "서연"))
    assert results == {
        "준호": ("sent", None),
        "하준": ("failed", "refused"),
        "서연": ("sent", None),
    }
    assert world.sends() == 1


async def test_a_friend_who_vanished_does_not_keep_it_from_the_others(world: World) -> None:
    world.kakao.disconnect(world.account("서연"))
    results = await world.named(await world.to_friends("준호", "서연", "지우"))
    assert results["서연"] == ("failed", "not-friend")
    assert sorted(world.readers()) == ["준호", "지우"]


async def test_when_nobody_gets_it_each_friend_has_their_own_reason(world: World) -> None:
    world.kakao.spend(world.account(), "pair", world.account("준호"))
    results = await world.named(await world.to_friends("준호", "하준"))
    assert results == {"준호": ("failed", "allowance-pair"), "하준": ("failed", "refused")}


async def test_more_than_five_friends_are_a_mistake_of_the_caller(world: World) -> None:
    for rows in ([world.row("준호")] * 6, [world.row("준호"), NewDelivery(1, Chat.ME, CARD)]):
        with pytest.raises(ValueError, match="one to five friends"):
            await world.deliveries.accept(rows)


async def test_trouble_at_kakao_is_tried_again_a_little_later(world: World) -> None:
    world.kakao.fail_next(1, code=-1)
    forward = await world.to_me()
    row = await world.only(forward)
    assert (row.state, row.reason, row.code) == (DeliveryState.QUEUED, "unavailable", -1)
    assert 1 < row.next_try_at - NOON < 3
    world.let_pass(3)
    assert (await world.only(forward)).state is DeliveryState.SENT


async def test_waits_grow_and_end_after_about_an_hour(world: World) -> None:
    world.kakao.down(True)
    forward = await world.to_friends("준호")
    waits = []
    while (row := await world.only(forward)).state is DeliveryState.QUEUED:
        waits.append(row.next_try_at - world.clock())
        world.let_pass(waits[-1])
    assert (row.state, row.reason, row.tries) == (DeliveryState.FAILED, "unavailable", 8)
    assert waits == sorted(waits)
    assert len(waits) == len(WAITS)
    assert 0.7 * HOUR < sum(waits) < 1.3 * HOUR


async def test_what_the_operator_has_mended_can_be_repeated_by_hand(world: World) -> None:
    world.kakao.fail_next(1, code=-5, status=403)
    forward = await world.to_friends("준호", "서연")
    assert set((await world.named(forward)).values()) == {("failed", "operator")}
    assert len(await world.deliveries.repeat(forward, MINJI)) == 2
    assert set((await world.named(forward)).values()) == {("sent", None)}


async def test_only_what_may_be_repeated_is(world: World) -> None:
    world.kakao.spend(world.account(), "pair", world.account("준호"))
    forward = await world.to_friends("준호", "하준", "서연")
    await world.settled(forward)
    assert await world.deliveries.repeat(forward, MINJI + 1) == []
    [again] = await world.deliveries.repeat(forward, MINJI)
    assert again.friend_name == "준호"
    await world.settled(forward)
    assert world.readers() == ["서연"]


async def test_a_token_that_dies_early_is_refreshed_once(world: World) -> None:
    world.kakao.expire_access_tokens(world.account())
    assert (await world.only(await world.to_me())).state is DeliveryState.SENT
    paths = Counter(request.path for request in world.kakao.requests)
    assert paths["/oauth/token"] == 1


async def test_ten_sends_with_a_dead_token_refresh_once(world: World) -> None:
    world.kakao.expire_access_tokens(world.account())
    forwards = await asyncio.gather(*(world.to_me() for _ in range(10)))
    states = {(await world.only(forward)).state for forward in forwards}
    assert states == {DeliveryState.SENT}
    paths = Counter(request.path for request in world.kakao.requests)
    assert paths["/oauth/token"] == 1


async def test_while_no_token_is_to_be_had_the_link_stays_and_the_card_waits(world: World) -> None:
    world.kakao.expire_access_tokens(world.account())
    world.kakao.fall_ill("hang", "/oauth/token")
    forward = await world.to_me()
    await until(lambda: any(one.path == "/oauth/token" for one in world.kakao.requests))
    world.kakao.get_well()
    row = await world.only(forward)
    assert (row.state, row.reason) == (DeliveryState.QUEUED, "unavailable")
    world.let_pass(3)
    assert (await world.only(forward)).state is DeliveryState.SENT
    assert world.broken == []


async def test_without_the_key_of_a_token_the_link_stays_and_the_card_waits(idle: World) -> None:
    sound = idle.links
    idle.links = Links(LinkStore(idle.database, Vault([b"n" * 32])), idle.client, now=idle.clock)
    idle.begin_anew()
    async with idle.running():
        forward = await idle.to_me()
        row = await idle.only(forward)
        assert (row.state, row.reason) == (DeliveryState.QUEUED, "unavailable")
    idle.links = sound
    idle.begin_anew()
    idle.let_pass(3)
    async with idle.running():
        assert (await idle.only(forward)).state is DeliveryState.SENT


async def test_dead_tokens_park_everything_until_the_member_links_again(world: World) -> None:
    world.kakao.revoke_tokens(world.account())
    forwards = await asyncio.gather(*(world.to_me() for _ in range(3)))
    rows = [await world.only(forward) for forward in forwards]
    assert {(row.state, row.reason) for row in rows} == {(DeliveryState.PARKED, "link-again")}
    assert world.broken == [MINJI]
    world.let_pass(60)
    await world.link()
    assert (await world.only(forwards[0])).state is DeliveryState.SENT


async def test_a_fresh_token_that_is_refused_too_is_the_operators_to_mend(world: World) -> None:
    world.kakao.fail_next(5, code=-401, status=401, path="/v2/api/talk")
    row = await world.only(await world.to_me())
    assert (row.state, row.reason, row.code) == (DeliveryState.QUEUED, "operator", -401)
    assert (world.sends(), world.broken) == (2, [])


async def test_a_member_who_left_at_kakao_must_link_again(world: World) -> None:
    world.kakao.fail_next(1, code=-101)
    assert (await world.only(await world.to_me())).reason == "link-again"
    assert world.broken == [MINJI]


async def test_without_a_link_nothing_is_accepted(world: World) -> None:
    await world.links.unlink(MINJI)
    with pytest.raises(NotLinked):
        await world.to_me()
    assert await world.deliveries.last(MINJI) == []


async def test_a_withdrawn_consent_parks_until_it_is_given_again(world: World) -> None:
    world.kakao.withdraw(world.account(), "talk_message")
    forward = await world.to_me()
    row = await world.only(forward)
    assert (row.state, row.reason, row.code) == (DeliveryState.PARKED, "consent", -402)
    world.let_pass(60)
    await world.link()
    assert (await world.only(forward)).state is DeliveryState.SENT


async def test_a_spent_allowance_waits_for_the_next_day_in_seoul(world: World) -> None:
    world.kakao.spend(world.account(), "pair")
    forward = await world.to_me()
    row = await world.only(forward)
    assert (row.state, row.reason, row.code) == (DeliveryState.QUEUED, "allowance-pair", -536)
    assert 12 * HOUR < row.next_try_at - NOON <= 12 * HOUR + 600
    world.let_pass(12 * HOUR + 600)
    assert (await world.only(forward)).state is DeliveryState.SENT


async def test_one_refusal_postpones_all_that_waits_for_the_same_allowance(idle: World) -> None:
    idle.kakao.spend(idle.account(), "sender")
    idle.begin_anew(concurrency=1)
    forwards = [await idle.to_me() for _ in range(5)]
    async with idle.running():
        rows = [await idle.only(forward) for forward in forwards]
    assert {row.reason for row in rows} == {"allowance-sender"}
    assert idle.sends() == 1


async def test_a_fault_of_the_application_waits_for_days_and_then_fails(world: World) -> None:
    world.kakao.fail_next(1000, code=-3, status=403, path="/v2/api/talk")
    forward = await world.to_me()
    row = await world.only(forward)
    assert (row.state, row.reason) == (DeliveryState.QUEUED, "operator")
    assert 1000 < row.next_try_at - NOON < 3000
    world.let_pass(3 * DAY)
    assert (await world.only(forward)).state is DeliveryState.FAILED


async def test_a_card_kakao_does_not_accept_fails_for_good(world: World) -> None:
    row = await world.only(await world.to_me({"object_type": "nonsense"}))
    assert (row.state, row.reason) == (DeliveryState.FAILED, "bad-card")
    assert not may_repeat(row)
    assert world.sends() == 0


async def test_a_lost_answer_is_repeated_once_to_me(world: World) -> None:
    world.kakao.lose_answers(2)
    forward = await world.to_me()
    row = await world.only(forward)
    assert (row.state, row.reason, row.repeats) == (DeliveryState.QUEUED, "lost", 1)
    world.let_pass(30)
    row = await world.only(forward)
    assert (row.state, row.reason) == (DeliveryState.UNKNOWN, "lost")
    assert world.readers() == ["민지", "민지"]


async def test_a_lost_answer_is_never_repeated_to_friends(world: World) -> None:
    world.kakao.lose_answers(1)
    forward = await world.to_friends("준호", "서연")
    assert set((await world.named(forward)).values()) == {("unknown", "lost")}
    world.let_pass(DAY)
    assert await world.deliveries.repeat(forward, MINJI) == []
    await world.settled(await world.to_me())
    assert sorted(world.readers()) == ["민지", "서연", "준호"]


@ONLY_SQLITE
async def test_after_a_kill_me_gets_it_once_more_and_friends_do_not(idle: World) -> None:
    mine, friends = await idle.to_me(), await idle.to_friends("준호", "서연")
    await idle.leases.lease(NOON, NOON + 60, 10, lambda row: idle.allowance.claims(row, NOON))
    idle.begin_anew()
    async with idle.running():
        assert set((await idle.named(friends)).values()) == {("unknown", "restart")}
        row = await idle.only(mine)
        assert (row.state, row.repeats) == (DeliveryState.SENT, 1)
    assert idle.readers() == ["민지"]


async def test_stopping_lets_a_send_finish_and_starts_no_other(idle: World) -> None:
    idle.begin_anew(concurrency=1)
    idle.kakao.slow(0.3)
    first, second = await idle.to_me(), await idle.to_me()
    async with idle.running():
        await idle.one_send()
    states = [(await idle.store.of_forward(f, MINJI))[0].state for f in (first, second)]
    assert states == [DeliveryState.SENT, DeliveryState.QUEUED]


@ONLY_SQLITE
async def test_when_results_cannot_be_recorded_sending_stops(
    idle: World, caplog: pytest.LogCaptureFixture
) -> None:
    full = (
        "CREATE TRIGGER full BEFORE UPDATE ON deliveries WHEN NEW.state = 'sent' "
        "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    )
    await idle.database.change(text(full))
    idle.begin_anew(concurrency=1)
    for _ in range(3):
        await idle.to_me()
    with pytest.raises(StorageError, match="disk full"):
        await idle.sender.run()
    assert idle.sends() == 1
    assert "sending stops" in caplog.text


@ONLY_SQLITE
async def test_a_full_disk_is_an_alarm_until_it_has_room_again(idle: World) -> None:
    full = (
        "CREATE TRIGGER full BEFORE UPDATE ON deliveries WHEN NEW.state = 'sending' "
        "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    )
    told: list[tuple[Trouble, bool]] = []

    async def hear(alarm: Trouble, begins: bool) -> None:
        told.append((alarm, begins))

    idle.begin_anew()
    idle.alarms.on_change.append(hear)
    forward = await idle.to_me()
    await idle.database.change(text(full))
    async with idle.running():
        await until(lambda: told == [(Alarm.DATABASE, True)])
        assert idle.sends() == 0
        await idle.database.change(text("DROP TRIGGER full"))
        idle.changes.work.set()
        await until(lambda: told == [(Alarm.DATABASE, True), (Alarm.DATABASE, False)])
        assert (await idle.only(forward)).state is DeliveryState.SENT


class Clumsy(LeaseStore):
    """A store that drops the first results it gets."""

    dropped = 0

    async def record(
        self,
        outcomes: Sequence[Outcome],
        *,
        unused: Sequence[Claim] = (),
        spent: Sequence[Claim] = (),
    ) -> None:
        if self.dropped < 2:
            self.dropped += 1
            raise ZeroDivisionError(outcomes)
        await super().record(outcomes, unused=unused, spent=spent)


async def test_an_unexpected_error_while_recording_frees_the_rows_without_a_restart(
    idle: World, caplog: pytest.LogCaptureFixture
) -> None:
    idle.leases = Clumsy(idle.database)
    idle.begin_anew()
    async with idle.running():
        assert await idle.named(await idle.to_friends("준호")) == {"준호": ("unknown", "restart")}
        row = await idle.only(await idle.to_me())
        assert (row.state, row.repeats) == (DeliveryState.SENT, 1)
    assert idle.readers() == ["준호", "민지", "민지"]
    assert "unexpected ZeroDivisionError at" in caplog.text


async def test_rows_that_somebody_is_at_work_on_are_not_taken_for_lost(world: World) -> None:
    world.kakao.slow(0.2)
    forward = await world.to_friends("준호")
    await world.one_send()
    world.let_pass(HOUR)
    await world.settled(await world.to_me())
    assert await world.named(forward) == {"준호": ("sent", None)}


class Buggy(KakaoClient):
    """A client with a mistake in it."""

    async def send_to_me(self, access_token: str, message: Message) -> None:
        raise ZeroDivisionError(f"{access_token} {message}")


async def test_a_mistake_of_ours_is_logged_without_texts_and_stops_nobody_else(
    idle: World, caplog: pytest.LogCaptureFixture
) -> None:
    idle.begin_anew(client=Buggy(idle.client._transport._http, idle.client._app))
    async with idle.running():
        row = await idle.only(await idle.to_me())
        assert (row.state, row.reason) == (DeliveryState.QUEUED, "lost")
        assert await idle.named(await idle.to_friends("준호")) == {"준호": ("sent", None)}
    assert "unexpected ZeroDivisionError at" in caplog.text
    assert "까치가" not in caplog.text


async def test_the_log_names_deliveries_and_nothing_else(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot.services.deliveries.sender")
    row = await world.only(await world.to_me())
    assert f"delivery {row.id}: sent (ok)" in caplog.text
    assert "까치가" not in caplog.text


async def test_an_unlink_cancels_what_waits_and_forgets_the_friends(world: World) -> None:
    sent = await world.to_friends("준호", "하준")
    await world.settled(sent)
    world.kakao.down(True)
    waiting = await world.to_friends("서연")
    await world.settled(waiting)
    await world.deliveries.cancel(MINJI)
    rows = [*await world.settled(sent), *await world.settled(waiting)]
    assert [row.state for row in rows] == ["sent", "failed", "cancelled"]
    assert {(row.friend_name, row.friend_uuid, row.card) for row in rows} == {(None, None, None)}


async def test_an_unlink_during_a_send_keeps_it_from_going_out_again(world: World) -> None:
    world.kakao.slow(0.2)
    world.kakao.fail_next(1, code=-1)
    forward = await world.to_me()
    await world.one_send()
    await world.deliveries.cancel(MINJI)
    assert (await world.only(forward)).state is DeliveryState.CANCELLED


async def test_settling_ends_with_the_result_or_with_the_time(world: World) -> None:
    world.kakao.slow(0.5)
    forward = await world.to_me()
    [row] = await world.deliveries.settle(forward, MINJI, timeout=0.05)
    assert row.state in {DeliveryState.QUEUED, DeliveryState.SENDING}
    assert (await world.only(forward)).state is DeliveryState.SENT


async def test_the_last_sends_come_newest_first(world: World) -> None:
    forwards = [await world.to_me() for _ in range(3)]
    for forward in forwards:
        await world.settled(forward)
    assert [row.forward_id for row in await world.deliveries.last(MINJI, 2)] == forwards[:0:-1]


async def test_a_day_later_nothing_is_left_of_a_card(world: World) -> None:
    forward = await world.to_friends("하준")
    assert (await world.only(forward)).card == CARD
    world.let_pass(DAY + HOUR)
    await world.settled(await world.to_me())
    assert (await world.only(forward)).card is None


@pytest.mark.parametrize("locale", LOCALES)
def test_every_reason_has_a_sentence(locale: Locale) -> None:
    texts = Texts()
    for reason in {*REASONS.values(), "restart"}:
        assert texts.say(locale, f"delivery-{reason}")
