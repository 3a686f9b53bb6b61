"""A member links another account: what was accepted goes out by the link it was for, or not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import NotLinked
from bot.kakao import Message
from storage.deliveries import OF_HITS, Chat, Delivery, DeliveryState, NewDelivery
from storage.digests import Digest, DigestStore
from storage.hits import Hit, HitState, HitStore, Priority
from storage.leases import Outcome
from storage.links import Link, LinkStore
from tests.support.outbox import ALL_SCOPES, MINJI, NOON, VAULT, World, open_outbox
from tests.support.postgres import ONLY_SQLITE
from tests.support.world import until

UNLINK = "/v1/user/unlink"
QUEUED, PARKED, CANCELLED = DeliveryState.QUEUED, DeliveryState.PARKED, DeliveryState.CANCELLED


@pytest.fixture
async def idle(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    """민지 has linked her account, and no sender runs yet."""
    async with open_outbox(tmp_path, url=database_url) as world:
        yield world


def senders(world: World) -> list[str]:
    """In whose names messages went out."""
    return [message.sender.name for message in world.kakao.outbox]


@asynccontextmanager
async def moving_to(world: World, name: str) -> AsyncIterator[None]:
    """Be in the middle of linking another account: Kakao does not answer about the former one."""
    world.kakao.fall_ill("hang", UNLINK)
    moving = asyncio.create_task(world.link(name))
    await until(lambda: any(request.path == UNLINK for request in world.kakao.requests))
    try:
        yield
    finally:
        world.kakao.get_well()
        await moving


async def states(world: World, *forwards: str) -> set[DeliveryState]:
    return {row.state for one in forwards for row in await world.settled(one)}


# The window


async def test_cards_that_wait_do_not_go_to_the_other_accounts_chat(idle: World) -> None:
    waiting = [await idle.to_me() for _ in range(4)]
    async with moving_to(idle, "준호"), idle.running():
        assert await states(idle, *waiting) == {CANCELLED}
    assert senders(idle) == []


async def test_a_send_to_friends_does_not_leave_in_the_other_accounts_name(idle: World) -> None:
    waiting = await idle.to_friends("서연")
    async with moving_to(idle, "준호"), idle.running():
        [row] = await idle.settled(waiting)
        assert (row.state, row.friend_name, row.card) == (CANCELLED, None, None)
    assert senders(idle) == []


@ONLY_SQLITE
async def test_after_a_kill_in_the_middle_nothing_goes_out_in_the_wrong_name(idle: World) -> None:
    mine, friends = await idle.to_me(), await idle.to_friends("서연")
    await idle.leases.lease(NOON, NOON + 60, 1, lambda row: idle.allowance.claims(row, NOON))
    async with moving_to(idle, "준호"):
        idle.begin_anew()
        async with idle.running():
            assert await states(idle, mine, friends) == {CANCELLED}
    assert senders(idle) == []


async def test_whoever_watches_a_forward_hears_at_once_that_it_is_cancelled(idle: World) -> None:
    waiting = await idle.to_me()
    with idle.changes.follow(waiting, MINJI) as changed:
        await idle.link("준호")
        assert changed.is_set()


# Under way


class Pausing:
    """Makes pictures ready, which takes until the test says so."""

    def __init__(self) -> None:
        self.began, self.over = asyncio.Event(), asyncio.Event()

    async def __call__(self, message: Message, access_token: str | None) -> Message:
        del access_token
        self.began.set()
        await self.over.wait()
        return message


@pytest.mark.parametrize("name", ["민지", "준호"])
async def test_right_before_the_call_the_link_is_looked_at_once_more(
    idle: World, name: str
) -> None:
    pausing = Pausing()
    idle.begin_anew(prepare=pausing)
    async with idle.running():
        forward = await idle.to_friends("서연")
        await pausing.began.wait()
        await idle.link(name)
        pausing.over.set()
        state = (await idle.only(forward)).state
    assert (state, senders(idle)) == (
        (DeliveryState.SENT, ["민지"]) if name == "민지" else (CANCELLED, [])
    )


async def test_a_token_that_the_move_has_killed_is_not_renewed_by_the_other_account(
    idle: World,
) -> None:
    idle.kakao.slow(0.2)
    idle.kakao.fail_next(1, code=-401, status=401, path="/v1/api/talk")
    async with idle.running():
        forward = await idle.to_friends("서연")
        await idle.one_send()
        await idle.link("준호")
        assert (await idle.only(forward)).state is CANCELLED
    assert senders(idle) == []


async def test_between_two_friends_who_are_asked_for_one_by_one_the_link_is_looked_at(
    idle: World,
) -> None:
    idle.kakao.disconnect(idle.account("지우"))
    idle.kakao.slow(0.1)
    async with idle.running():
        forward = await idle.to_friends("서연", "준호", "지우")
        await until(lambda: idle.sends() == 2)
        await idle.link("준호")
        rows = await idle.settled(forward)
    assert [row.state for row in rows] == [DeliveryState.SENT, CANCELLED, CANCELLED]
    assert senders(idle) == ["민지"]


# What waits for the member, and comes back by buttons


async def parked(world: World, scope: str) -> tuple[str, str]:
    """Let two forwards wait for a consent."""
    world.kakao.withdraw(world.account(), scope)
    forwards = await world.to_me(), await world.to_friends("서연")
    async with world.running():
        assert await states(world, *forwards) == {PARKED}
    world.let_pass(60)
    world.begin_anew()
    return forwards


async def test_what_waits_for_a_consent_is_not_freed_by_another_account(idle: World) -> None:
    forwards = await parked(idle, "talk_message")
    await idle.link("준호")
    async with idle.running():
        assert await states(idle, *forwards) == {CANCELLED}
    assert senders(idle) == []


async def test_what_waits_for_a_consent_goes_out_by_the_same_account(idle: World) -> None:
    forwards = await parked(idle, "talk_message")
    await idle.link("민지")
    async with idle.running():
        assert await states(idle, *forwards) == {DeliveryState.SENT}
    assert senders(idle) == ["민지", "민지"]


async def test_after_link_again_what_waited_goes_out_also_after_a_kill(idle: World) -> None:
    """There is no listener whose work a kill could undo: storing the link frees what waits."""
    idle.kakao.revoke_tokens(idle.account())
    forward = await idle.to_me()
    async with idle.running():
        assert (await idle.only(forward)).reason == "link-again"
    idle.links.on_deliveries_changed.clear()
    await idle.link("민지")
    idle.begin_anew()
    async with idle.running():
        assert (await idle.only(forward)).state is DeliveryState.SENT


async def test_what_failed_for_some_friends_is_not_repeated_by_another_account(
    idle: World,
) -> None:
    idle.kakao.fail_next(1, code=-5, status=403)
    forward = await idle.to_friends("서연")
    async with idle.running():
        assert (await idle.only(forward)).reason == "operator"
        await idle.link("준호")
        assert await idle.deliveries.repeat(forward, MINJI) == []
        assert await idle.store.requeue([row.id for row in await idle.settled(forward)], 0) == []
    assert senders(idle) == []


async def test_what_an_unlink_has_cancelled_stays_cancelled_when_the_same_account_comes_back(
    idle: World,
) -> None:
    mine, friends = await idle.to_me(), await idle.to_friends("서연")
    await idle.links.unlink(MINJI)
    await idle.link("민지")
    async with idle.running():
        assert await states(idle, mine, friends) == {CANCELLED}
    assert senders(idle) == []


async def test_a_card_that_was_made_for_a_link_that_is_gone_is_left_to_no_later_one(
    idle: World,
) -> None:
    """Whatever has kept it from being cancelled: the row names a link that nobody has."""
    forward = await idle.to_me()
    store = LinkStore(idle.database, VAULT)
    former = await store.get(MINJI)
    assert former is not None
    await store.delete(MINJI, NOON)
    [row] = await idle.store.of_forward(forward, MINJI)
    await idle.link("민지")
    with pytest.raises(NotLinked):
        await idle.links.fresh(MINJI, row.link_generation)
    assert (await idle.links.fresh(MINJI)).generation != former.generation == row.link_generation


async def test_unlinking_cancels_before_kakao_is_asked(idle: World) -> None:
    waiting = await idle.to_me()
    idle.kakao.fall_ill("hang", UNLINK)
    leaving = asyncio.create_task(idle.links.unlink(MINJI))
    await until(lambda: any(request.path == UNLINK for request in idle.kakao.requests))
    async with idle.running():
        assert await states(idle, waiting) == {CANCELLED}
    idle.kakao.get_well()
    await leaving
    assert senders(idle) == []


# What was found belongs to the member


HIT = Hit(MINJI, "message:1", "message", Priority.WORD, 7, NOON, NOON, 70, 1)
AUTOMATIC = NewDelivery(MINJI, Chat.ME, OF_HITS)


async def taken(world: World) -> tuple[HitStore, str]:
    """Let something that was found be on its way."""
    hits = HitStore(world.database)
    await hits.add(HIT)
    [hit] = await hits.waiting(MINJI)
    forward = await hits.take([hit.id], AUTOMATIC, NOON)
    assert forward is not None
    return hits, forward


async def test_what_was_found_waits_for_the_next_account(idle: World) -> None:
    hits, forward = await taken(idle)
    await idle.link("준호")
    assert await states(idle, forward) == {CANCELLED}
    [hit] = await hits.waiting(MINJI)
    assert (hit.state, hit.forward_id) == (HitState.WAITING, None)


async def test_what_was_found_and_was_just_going_out_waits_for_the_next_account_too(
    idle: World,
) -> None:
    hits, _ = await taken(idle)
    [lease] = await idle.leases.lease(NOON, NOON + 60, 1, lambda _: [])
    await idle.link("준호")
    assert await hits.waiting(MINJI) == []
    stopped = Outcome(lease.rows[0], PARKED, NOON, "not-linked")
    await idle.leases.record([stopped])
    assert [hit.occasion for hit in await hits.waiting(MINJI)] == [HIT.occasion]


async def test_what_may_have_arrived_in_the_former_chat_does_not_come_once_more(
    idle: World,
) -> None:
    hits, _ = await taken(idle)
    [lease] = await idle.leases.lease(NOON, NOON + 60, 1, lambda _: [])
    await idle.link("준호")
    await idle.leases.record([Outcome(lease.rows[0], QUEUED, NOON, "lost", repeats=1)])
    assert await idle.leases.recover(NOON) == []
    assert await hits.waiting(MINJI) == []


@pytest.mark.parametrize("name", ["준호", None])
async def test_the_page_behind_a_digest_goes_with_the_account_it_was_sent_to(
    idle: World, name: str | None
) -> None:
    digests = DigestStore(idle.database)
    await digests.put(Digest("page", "forward", MINJI, "ko", NOON, NOON + 60))
    await (idle.links.unlink(MINJI) if name is None else idle.link(name))
    assert await digests.find("page") is None


async def test_what_was_found_goes_with_an_unlink(idle: World) -> None:
    hits, _ = await taken(idle)
    await hits.add(replace(HIT, occasion="message:2"))
    await idle.links.unlink(MINJI)
    assert await hits.waiting(MINJI) == []
    assert await hits.of_occasion(MINJI, HIT.occasion) is None


async def test_without_a_link_nothing_that_was_found_becomes_a_delivery(idle: World) -> None:
    await idle.links.unlink(MINJI)
    hits = HitStore(idle.database)
    await hits.add(HIT)
    [hit] = await hits.waiting(MINJI)
    assert await hits.take([hit.id], AUTOMATIC, NOON) is None
    assert await hits.waiting(MINJI) == [hit]


# What the former account's answers mean for the next one


LATE = 1.5


async def late(world: World, *, code: int, name: str = "준호", to: str = "") -> Delivery:
    """Let Kakao refuse a send only after another account has been linked; returns the next row."""
    world.kakao.slow(LATE)
    world.kakao.fail_next(1, code=code, path="/v")
    forward = await (world.to_friends(to) if to else world.to_me())
    await world.one_send()
    world.kakao.slow(0)
    world.clock.at += 1
    await world.link(name)
    following = await world.to_me()
    await world.settled(forward)
    return await world.only(following)


async def link_of(world: World) -> Link:
    link = await world.links.get(MINJI)
    assert link is not None
    return link


@pytest.mark.parametrize("name", ["민지", "준호"])
async def test_a_late_not_linked_breaks_no_link_that_was_made_meanwhile(
    idle: World, name: str
) -> None:
    async with idle.running():
        assert (await late(idle, code=-101, name=name)).state is DeliveryState.SENT
    assert idle.broken == []
    assert (await link_of(idle)).broken_at is None


@pytest.mark.parametrize("name", ["민지", "준호"])
async def test_a_late_missing_consent_is_not_one_of_the_link_that_was_made_meanwhile(
    idle: World, name: str
) -> None:
    async with idle.running():
        assert (await late(idle, code=-402, name=name)).state is DeliveryState.SENT
    assert (await link_of(idle)).scopes == ALL_SCOPES


@pytest.mark.parametrize(("code", "to"), [(-532, ""), (-532, "서연"), (-531, ""), (-536, "")])
async def test_an_allowance_that_the_former_account_has_spent_is_not_the_next_ones(
    idle: World, code: int, to: str
) -> None:
    async with idle.running():
        row = await late(idle, code=code, to=to)
    assert (row.state, row.reason) == (DeliveryState.SENT, None)
    left = await idle.allowance.left(MINJI)
    assert left.me == left.me_limit - 1


async def test_what_the_former_account_has_sent_is_not_counted_for_the_next_one(
    idle: World,
) -> None:
    async with idle.running():
        await idle.settled(await idle.to_me())
        await idle.settled(await idle.to_friends("서연"))
    await idle.link("준호")
    assert await idle.allowance.sent_today(MINJI) == 0


async def test_what_is_queued_by_hand_carries_the_link_it_was_accepted_for(idle: World) -> None:
    generations = []
    for name in ("민지", "민지", "준호"):
        await idle.link(name)
        [row] = await idle.store.of_forward(await idle.to_me(), MINJI)
        assert row.link_generation == (await link_of(idle)).generation
        generations.append(row.link_generation)
    assert generations[0] == generations[1] != generations[2]
