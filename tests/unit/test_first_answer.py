"""What a member reads right after sending: how it went, or how it stands after a few seconds."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import Expired, NotLinked
from storage.deliveries import Chat, DeliveryState, NewDelivery
from tests.support.outbox import CARD, JUNHO, MINJI, World, open_outbox
from tests.support.world import until

ME = NewDelivery(MINJI, Chat.ME, CARD)
LONG, SHORT = 60.0, 0.05
QUEUED, PARKED, SENT = DeliveryState.QUEUED, DeliveryState.PARKED, DeliveryState.SENT


@pytest.fixture
async def idle(tmp_path: Path) -> AsyncIterator[World]:
    """민지 has linked her account, and no sender runs yet."""
    async with open_outbox(tmp_path) as world:
        world.begin_anew(patience=LONG)
        yield world


async def sent(world: World) -> DeliveryState:
    """Send a card to 민지 herself and return how it stands when she is answered."""
    async with asyncio.timeout(20):
        [row] = await world.deliveries.send([ME])
    return row.state


async def test_whoever_sends_reads_that_it_arrived(idle: World) -> None:
    async with idle.running():
        assert await sent(idle) is SENT


async def test_nobody_waits_for_longer_than_a_few_seconds(idle: World) -> None:
    idle.begin_anew(patience=SHORT)
    assert await sent(idle) is QUEUED


async def test_a_second_try_that_comes_soon_enough_is_waited_for(idle: World) -> None:
    idle.kakao.fail_next(1, code=-1, path="/v2/api/talk")
    async with idle.running():
        sending = asyncio.create_task(sent(idle))
        await idle.one_send()
        await idle.sender.rest()
        idle.let_pass(10)
        assert await sending is SENT


async def test_a_second_try_that_comes_tomorrow_is_not_waited_for(idle: World) -> None:
    idle.kakao.fail_next(1, code=-10, path="/v2/api/talk")
    async with idle.running():
        assert await sent(idle) is QUEUED


@pytest.mark.parametrize("moment", ["before", "meanwhile"])
async def test_when_kkachi_stops_whoever_waits_is_answered_at_once(
    idle: World, moment: str
) -> None:
    if moment == "before":
        idle.changes.close()
    sending = asyncio.create_task(sent(idle))
    await until(idle.changes.work.is_set)
    idle.changes.close()
    assert await sending is QUEUED


async def test_what_waits_for_a_consent_is_only_waited_for_while_somebody_is_agreeing(
    idle: World,
) -> None:
    idle.kakao.withdraw(idle.account(), "talk_message")
    async with idle.running():
        assert await sent(idle) is PARKED
        [row] = await idle.deliveries.last(MINJI)
        async with asyncio.timeout(20):
            assert await idle.deliveries.settle(row.forward_id, MINJI) == [row]
        agreeing = asyncio.create_task(
            idle.deliveries.settle(row.forward_id, MINJI, timeout=LONG, parked=True)
        )
        await asyncio.sleep(SHORT)
        assert not agreeing.done()
        idle.clock.at += 1
        await idle.link()
        async with asyncio.timeout(20):
            assert [row.state for row in await agreeing] == [SENT]


async def test_what_is_sent_already_is_not_waited_for_while_somebody_is_agreeing(
    idle: World,
) -> None:
    async with idle.running():
        assert await sent(idle) is SENT
        [row] = await idle.deliveries.last(MINJI)
        async with asyncio.timeout(20):
            await idle.deliveries.settle(row.forward_id, MINJI, timeout=LONG, parked=True)


async def test_only_ones_own_forwards_are_shown(idle: World) -> None:
    forward = await idle.to_me()
    assert await idle.deliveries.settle(forward, JUNHO) == []
    assert await idle.deliveries.last(JUNHO) == []
    assert await idle.deliveries.repeat(forward, JUNHO) == []


async def test_the_last_five_are_shown(idle: World) -> None:
    forwards = [await idle.to_me() for _ in range(7)]
    last = [row.forward_id for row in await idle.deliveries.last(MINJI)]
    assert last == forwards[:1:-1]
    assert [row.forward_id for row in await idle.deliveries.last(MINJI, 2)] == forwards[:4:-1]


async def test_a_draft_is_sent_once(idle: World) -> None:
    idle.begin_anew(patience=SHORT)
    with pytest.raises(Expired):
        await idle.deliveries.send([ME], draft_id="gone")
    assert await idle.deliveries.last(MINJI) == []
    assert not idle.changes.work.is_set()


async def test_who_is_not_linked_is_told_so_and_nothing_is_kept(idle: World) -> None:
    with pytest.raises(NotLinked):
        await idle.deliveries.send([NewDelivery(JUNHO, Chat.ME, CARD)])
    assert await idle.deliveries.last(JUNHO) == []


async def test_what_does_not_go_out_in_one_call_is_a_mistake_of_the_caller(idle: World) -> None:
    friends = [idle.row(name) for name in ("준호", "서연", "지우", "하준", "민지", "준호")]
    for rows in ([ME, ME], [ME, friends[0]], friends, [friends[0], idle.row("준호", JUNHO)]):
        with pytest.raises(ValueError, match="one to five friends"):
            await idle.deliveries.accept(rows)
    assert await idle.deliveries.accept(friends[:5])


async def test_each_forward_has_an_id_that_nobody_guesses(idle: World) -> None:
    ids = {await idle.to_me() for _ in range(3)}
    assert len(ids) == 3
    assert {len(one) for one in ids} == {24}
