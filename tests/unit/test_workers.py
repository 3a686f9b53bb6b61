"""Several processes on one database: who is dead, and who was only stopped for a while."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from bot.kakao import Message
from bot.services.processes.worker import Worker
from sandbox.demo.people import add_people
from sandbox.kakao import LocalKakao
from storage.deliveries import Chat, DeliveryState
from storage.duties import GATEWAY, SENDER, Duties, Shards
from storage.workers import ShardsTaken, WorkerStore
from tests.support.outbox import JUNHO, MINJI, Clock, World, card, opened
from tests.support.world import until

SENT, QUEUED, UNKNOWN = DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.UNKNOWN


@dataclass
class Both:
    """Two processes on one database; the first holds on right before it calls Kakao.

    While a process is stopped its clock stands still.
    """

    first: World
    second: World
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.second.starts = 10
        self.second.begin_anew()
        self.first.begin_anew(prepare=self._hold_on)

    async def _hold_on(self, message: Message, _token: str | None) -> Message:
        self.reached.set()
        await self.go_on.wait()
        return message

    async def pass_by(self, seconds: int, *worlds: World) -> None:
        """Let time pass for some of them."""
        for _ in range(seconds):
            for world in worlds:
                world.let_pass(1)
                await world.worker.beat()
            await self.second.sender.rest()

    def wake(self) -> None:
        """Let the first process see what time it is."""
        self.first.clock.at = self.second.clock.at
        self.go_on.set()


async def leased(world: World, forward: str) -> None:
    """Let a process take a forward and do nothing about it."""
    await world.worker.beat()
    now = world.clock()
    [lease] = await world.leases.lease(now, now + 60, 1, lambda _: [], worker=world.worker.id)
    assert lease.rows[0].forward_id == forward


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    clock = Clock()
    kakao = LocalKakao(add_people, now=clock)
    async with (
        kakao.serve(),
        opened(kakao, kakao.url, tmp_path, Clock(), exclusive=False) as first,
        opened(kakao, kakao.url, tmp_path, clock, exclusive=False) as second,
    ):
        await first.link()
        yield Both(first, second)


async def state(world: World, forward: str) -> DeliveryState:
    [row] = await world.store.of_forward(forward, MINJI)
    return row.state


async def test_what_a_killed_process_leaves_is_taken_up_after_six_seconds(both: Both) -> None:
    mine, friends = await both.first.to_me(), await both.first.to_friends("준호")
    async with both.first.running():
        await asyncio.wait_for(both.reached.wait(), 10)
        async with both.second.running():
            await both.pass_by(5, both.second)
            assert {await state(both.second, one) for one in (mine, friends)} == {"sending"}
            await both.pass_by(2, both.second)
            assert await state(both.second, friends) is UNKNOWN
            assert await state(both.second, mine) is SENT
        both.go_on.set()
    assert both.first.readers() == ["민지"]


async def test_a_process_that_was_stopped_and_comes_back_sends_nothing_that_it_took(
    both: Both,
) -> None:
    forwards = [await both.first.to_me(), await both.first.to_friends("준호", "서연")]
    async with both.first.running():
        await asyncio.wait_for(both.reached.wait(), 10)
        async with both.second.running():
            await both.pass_by(10, both.second)
            both.wake()
            await both.first.worker.beat()
            await both.first.sender.rest()
            assert both.first.readers() == ["민지"]
            assert await both.second.named(forwards[1]) == {
                "준호": ("unknown", "restart"),
                "서연": ("unknown", "restart"),
            }


async def test_a_process_that_was_stopped_too_shortly_to_be_missed_puts_back_what_it_took(
    both: Both,
) -> None:
    forward = await both.first.to_friends("준호")
    async with both.first.running():
        await asyncio.wait_for(both.reached.wait(), 10)
        both.second.clock.at += 5
        both.wake()
        assert await both.first.named(forward) == {"준호": ("sent", None)}
    [row] = await both.first.store.of_forward(forward, MINJI)
    assert (row.tries, row.repeats) == (1, 0)
    assert both.first.readers() == ["준호"]


async def test_what_a_living_process_is_at_work_on_is_left_to_it(both: Both) -> None:
    forward = await both.first.to_friends("준호")
    async with both.first.running():
        await asyncio.wait_for(both.reached.wait(), 10)
        async with both.second.running():
            await both.pass_by(40, both.first, both.second)
            assert await state(both.second, forward) == "sending"
            both.go_on.set()
            assert await both.first.named(forward) == {"준호": ("sent", None)}


async def test_a_process_settles_what_it_dropped_itself_at_once(both: Both) -> None:
    first = both.first
    forward = await first.to_friends("준호")
    await leased(first, forward)
    async with first.running():
        assert await first.named(forward) == {"준호": ("unknown", "restart")}


async def test_a_process_that_ends_is_not_waited_for(both: Both) -> None:
    first, second = both.first, both.second
    beating = asyncio.create_task(first.worker.run())
    await until(first.worker.lives)
    forward = await first.to_me()
    await leased(first, forward)
    async with second.running():
        beating.cancel()
        await asyncio.wait([beating])
        await both.pass_by(1, second)
        assert await state(second, forward) is SENT


async def test_the_dead_are_forgotten(both: Both) -> None:
    await both.first.worker.beat()
    async with both.second.running():
        await both.pass_by(8, both.second)
    rows = await both.second.database.all(text("SELECT id FROM workers"))
    assert [row["id"] for row in rows] == [both.second.worker.id]


async def test_two_processes_send_each_card_once(both: Both) -> None:
    both.go_on.set()
    first, second = both.first, both.second
    await first.link("준호", JUNHO)
    async with first.running(), second.running():
        for number in range(10):
            await first.to_me(card(f"{number}"))
            await second.to_me(card(f"{number}"), JUNHO)
            await both.pass_by(1, first, second)
        await both.pass_by(2, first, second)
    assert len(first.arrived()) == 20
    assert set(first.arrived().values()) == {1}
    rows = [row for one in (MINJI, JUNHO) for row in await first.store.last(one, 100)]
    assert {(row.state, row.chat, row.worker) for row in rows} == {(SENT, Chat.ME, None)}


GATEWAY_ONLY = frozenset({GATEWAY})


def process(world: World, number: int, shards: str, roles: frozenset[str] = GATEWAY_ONLY) -> Worker:
    """Be one of several processes on this database."""
    duties = Duties(roles, Shards.read(shards))
    store = WorkerStore(world.database)
    return Worker(store, now=world.clock, random=Random(number), duties=duties)


async def test_two_living_processes_never_listen_to_the_same_servers(both: Both) -> None:
    world = both.first
    await process(world, 1, "0-4/10").beat()
    for taken in ("4/10", "0-9/10", "3-5/10", "0/2", "0/1"):
        with pytest.raises(ShardsTaken, match="0-4/10"):
            await process(world, 2, taken).beat()
    await process(world, 3, "5-9/10").beat()
    await process(world, 4, "0-4/10", frozenset({SENDER})).beat()
    world.clock.at += 7
    await process(world, 5, "0/1").beat()


async def test_a_process_that_was_silent_takes_its_servers_again_unless_others_have_them(
    both: Both,
) -> None:
    world = both.first
    mine = process(world, 1, "0/2")
    await mine.beat()
    before = mine.id
    world.clock.at += 5
    await mine.beat()
    assert mine.id != before
    world.clock.at += 7
    await process(world, 2, "0/2").beat()
    with pytest.raises(ShardsTaken):
        await mine.beat()


async def test_the_oldest_process_with_a_role_leads_it_until_it_is_dead(both: Both) -> None:
    world = both.first
    gateway = process(world, 1, "0/2")
    senders = [process(world, number, "0/1", frozenset({SENDER})) for number in (2, 3)]

    async def beat(*workers: Worker) -> list[tuple[bool, bool]]:
        world.clock.at += 2
        for one in workers:
            await one.beat()
        return [(one.leads(), one.leads(SENDER)) for one in (gateway, *senders)]

    for newcomer in (gateway, *senders):
        await newcomer.beat()
        world.clock.at += 0.5
    assert await beat(gateway, *senders) == [(True, False), (False, True), (False, False)]
    for _ in range(3):
        await beat(senders[1])
    assert await beat(senders[1]) == [(False, False), (False, False), (True, True)]
