"""One member's trouble is theirs alone: a share for each, and nobody waits behind the waiting."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import NotLinked, TryLater
from bot.kakao import Message
from bot.services.accounts.links import Links, Waits
from bot.services.deliveries.slots import MEMBERS, ROWS_PER_CALL
from storage.deliveries import DeliveryState
from storage.links import LinkStore
from tests.support.outbox import MINJI, VAULT, World, card, open_outbox
from tests.support.world import until

SENT, QUEUED = DeliveryState.SENT, DeliveryState.QUEUED
OTHERS = range(100, 140)


@pytest.fixture
async def idle(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    async with open_outbox(tmp_path, url=database_url) as world:
        limits = world.kakao.switches
        limits.pair_per_day = limits.sender_per_day = limits.recipient_per_day = 10_000
        yield world


async def link(world: World, members: range, *, expired: bool = False) -> None:
    """Link strangers, of whom there is no end."""
    for member_id in members:
        world.kakao.add_account(f"{member_id}")
        await world.link(f"{member_id}", member_id)
        if expired:
            world.kakao.expire_access_tokens(world.account(f"{member_id}"))
            await expire(world, member_id)


async def expire(world: World, member_id: int) -> None:
    """Let a member need a new token, and know it."""
    links = LinkStore(world.database, VAULT)
    link = await links.get(member_id)
    assert link is not None
    await links.save_tokens(
        link,
        access_token=link.access_token,
        access_expires_at=world.clock(),
        refresh_token=None,
        refresh_expires_at=None,
    )


async def sent(world: World, member_id: int) -> int:
    rows = await world.deliveries.last(member_id, 100)
    return sum(row.state is SENT for row in rows)


async def test_one_members_hanging_forwards_do_not_hold_others(idle: World) -> None:
    await link(idle, OTHERS)
    idle.kakao.fall_ill("hang", account=idle.account())
    for _ in range(40):
        await idle.to_me()
    for member_id in OTHERS:
        await idle.to_me(member_id=member_id)
    async with idle.running():
        await until(lambda: len(idle.kakao.outbox) == len(OTHERS), 8)
        idle.kakao.get_well()


async def test_each_member_has_a_share_of_all_that_is_under_way(idle: World) -> None:
    idle.kakao.fall_ill("hang")
    idle.begin_anew(concurrency=2 * MEMBERS)
    for _ in range(10):
        await idle.to_me()
    async with idle.running():
        await until(lambda: len(idle.kakao.requests) == 2)
        await asyncio.sleep(0.1)
        assert len(idle.kakao.requests) == 2
        idle.kakao.get_well()


async def test_whoever_has_waited_longest_goes_first_but_one_of_each(idle: World) -> None:
    await link(idle, range(100, 103))
    idle.begin_anew(concurrency=1)
    for number in range(3):
        await idle.to_me(card(f"{number}"))
    for member_id in range(100, 103):
        await idle.to_me(card("0"), member_id)
    leases = await idle.leases.lease(idle.clock(), idle.clock() + 60, 4, lambda _: [], share=4)
    assert sorted(lease.rows[0].member_id for lease in leases) == [MINJI, 100, 101, 102]
    leases = await idle.leases.lease(idle.clock(), idle.clock() + 60, 4, lambda _: [], share=2)
    assert [lease.rows[0].member_id for lease in leases] == [MINJI]


async def test_no_more_calls_are_under_way_than_may_be(idle: World) -> None:
    await link(idle, OTHERS)
    idle.kakao.fall_ill("hang")
    idle.begin_anew(concurrency=4)
    for member_id in OTHERS:
        await idle.to_me(member_id=member_id)
    async with idle.running():
        await until(lambda: len(idle.kakao.requests) == 4)
        await asyncio.sleep(0.1)
        assert len(idle.kakao.requests) == 4
        idle.kakao.get_well()


async def test_rows_that_only_wait_leave_their_place_to_others_within_a_bound(
    idle: World,
) -> None:
    await link(idle, OTHERS)
    waiting: set[int] = set()
    go_on = asyncio.Event()

    async def prepare(message: Message, _token: str | None) -> Message:
        waiting.add(len(waiting))
        await go_on.wait()
        return message

    idle.begin_anew(concurrency=2, prepare=prepare)
    for member_id in OTHERS:
        await idle.to_me(member_id=member_id)
    async with idle.running():
        await until(lambda: len(waiting) == 2 * ROWS_PER_CALL)
        await asyncio.sleep(0.1)
        assert len(waiting) == 2 * ROWS_PER_CALL
        go_on.set()
        await until(lambda: len(idle.kakao.outbox) == len(OTHERS))


async def test_a_token_endpoint_that_hangs_stops_only_those_who_need_a_new_token(
    idle: World,
) -> None:
    poor = range(200, 260)
    await link(idle, OTHERS)
    await link(idle, poor, expired=True)
    idle.kakao.fall_ill("hang", "/oauth/token")
    for member_id in (*poor, *OTHERS):
        await idle.to_me(member_id=member_id)
    async with idle.running():
        await until(lambda: len(idle.kakao.outbox) == len(OTHERS), 8)
        idle.kakao.get_well()
    assert {await sent(idle, member_id) for member_id in OTHERS} == {1}


class Asking:
    """Members who ask for a token at a token endpoint that hangs."""

    def __init__(self, world: World) -> None:
        store = LinkStore(world.database, VAULT)
        self.world = world
        self.patience = 0.3
        waits = Waits(refresh=self.patience)
        self.links = Links(store, world.client, now=world.clock, waits=waits)

    async def asks(self, member_id: int) -> bool:
        """Tell whether a member got a token."""
        try:
            await self.links.fresh(member_id)
        except TryLater:
            return False
        return True

    def calls(self) -> int:
        return sum(request.path == "/oauth/token" for request in self.world.kakao.requests)


async def test_who_has_waited_in_vain_for_a_token_does_not_wait_again_at_once(
    idle: World,
) -> None:
    asking = Asking(idle)
    await expire(idle, MINJI)
    idle.kakao.fall_ill("hang", "/oauth/token")
    assert not await asking.asks(MINJI)
    async with asyncio.timeout(asking.patience):
        assert not any([await asking.asks(MINJI) for _ in range(5)])
    assert asking.calls() == 1
    idle.kakao.get_well()
    idle.clock.at += 6
    assert await asking.asks(MINJI)


async def test_nobody_waits_for_tokens_that_nobody_gets_but_one_now_and_then(
    idle: World,
) -> None:
    asking = Asking(idle)
    await link(idle, range(100, 120), expired=True)
    idle.kakao.fall_ill("hang", "/oauth/token")
    await asyncio.gather(*(asking.asks(member_id) for member_id in range(100, 105)))
    before = asking.calls()
    assert not any([await asking.asks(member_id) for member_id in range(105, 115)])
    assert asking.calls() == before
    idle.clock.at += 2
    assert not any([await asking.asks(member_id) for member_id in range(105, 115)])
    assert asking.calls() == before + 1
    idle.kakao.get_well()
    idle.clock.at += 20
    assert all([await asking.asks(member_id) for member_id in range(115, 120)])


async def test_a_link_that_is_gone_is_no_reason_to_wait(idle: World) -> None:
    asking = Asking(idle)
    with pytest.raises(NotLinked):
        await asking.asks(77)


async def test_what_waits_for_a_token_goes_within_seconds_when_there_are_tokens_again(
    idle: World,
) -> None:
    poor = range(200, 206)
    await link(idle, poor, expired=True)
    idle.kakao.fall_ill("page", "/oauth/token")
    async with idle.running():
        for member_id in poor:
            await idle.to_me(member_id=member_id)
        await idle.pass_by(1200, step=40)
        assert idle.kakao.outbox == []
        idle.kakao.get_well()
        await idle.pass_by(30)
    assert {await sent(idle, member_id) for member_id in poor} == {1}


async def test_what_is_accepted_while_stopping_waits_for_the_next_process(idle: World) -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def prepare(message: Message, _token: str | None) -> Message:
        entered.set()
        await go_on.wait()
        return message

    idle.begin_anew(prepare=prepare)
    forward = await idle.to_friends("준호")
    async with idle.running():
        await entered.wait()
        idle.changes.close()
        go_on.set()
    [row] = await idle.store.of_forward(forward, MINJI)
    assert (row.state, row.tries) == (QUEUED, 0)
    idle.begin_anew()
    async with idle.running():
        assert await idle.named(forward) == {"준호": ("sent", None)}
