"""Locks by key: one after the other for the same key, side by side for others, and none left."""

import asyncio

import pytest

from bot.services.locks import KeyedLocks


@pytest.fixture
def locks() -> KeyedLocks[int]:
    return KeyedLocks()


async def settle() -> None:
    """Let everything run until it waits."""
    for _ in range(5):
        await asyncio.sleep(0)


async def hold(locks: KeyedLocks[int], key: int, said: list[str], until: asyncio.Event) -> None:
    async with locks.of(key):
        said.append(f"{key} in")
        await until.wait()
        said.append(f"{key} out")


async def test_the_same_key_waits_and_another_does_not(locks: KeyedLocks[int]) -> None:
    said: list[str] = []
    done = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for key in (1, 1, 2):
            tasks.create_task(hold(locks, key, said, done))
        await settle()
        assert said == ["1 in", "2 in"]
        done.set()
    assert [one for one in said if one.startswith("1")] == ["1 in", "1 out"] * 2


async def test_who_comes_between_two_turns_does_not_take_one_of_their_own(
    locks: KeyedLocks[int],
) -> None:
    said: list[str] = []
    first, others = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hold(locks, 1, said, first))
        tasks.create_task(hold(locks, 1, said, others))
        await settle()
        first.set()
        await asyncio.sleep(0)
        assert not locks.of(1).locked(), "the first one is gone and the second not in yet"
        tasks.create_task(hold(locks, 1, said, others))
        await settle()
        assert said == ["1 in", "1 out", "1 in"]
        others.set()
    assert said[3:] == ["1 out", "1 in", "1 out"]


async def test_who_is_cancelled_while_waiting_stands_in_nobodys_way(
    locks: KeyedLocks[int],
) -> None:
    said: list[str] = []
    done = asyncio.Event()
    holder, cancelled, waiting = (asyncio.create_task(hold(locks, 1, said, done)) for _ in range(3))
    await settle()
    cancelled.cancel()
    await settle()
    done.set()
    await asyncio.gather(holder, waiting)
    assert said == ["1 in", "1 out"] * 2
    with pytest.raises(asyncio.CancelledError):
        await cancelled


async def test_who_is_cancelled_inside_lets_the_next_one_in(locks: KeyedLocks[int]) -> None:
    said: list[str] = []
    never, done = asyncio.Event(), asyncio.Event()
    holder = asyncio.create_task(hold(locks, 1, said, never))
    waiting = asyncio.create_task(hold(locks, 1, said, done))
    await settle()
    holder.cancel()
    done.set()
    await waiting
    assert said == ["1 in", "1 in", "1 out"]


async def test_who_fails_inside_lets_the_next_one_in(locks: KeyedLocks[int]) -> None:
    with pytest.raises(ZeroDivisionError):
        async with locks.of(1):
            raise ZeroDivisionError
    assert not locks.of(1).locked()


async def test_nothing_is_left_of_a_hundred_thousand_keys(locks: KeyedLocks[int]) -> None:
    for key in range(100_000):
        async with locks.of(key):
            assert len(locks) == 1
    assert len(locks) == 0


async def test_nothing_is_left_after_a_crowd_of_whom_some_are_cancelled(
    locks: KeyedLocks[int],
) -> None:
    said: list[str] = []
    done = asyncio.Event()
    tasks = [asyncio.create_task(hold(locks, one % 100, said, done)) for one in range(1_000)]
    await settle()
    assert len(locks) == 100
    for task in tasks[::3]:
        task.cancel()
    done.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    # What a cancelled one raised holds on to its lock for as long as somebody reads it.
    del task, tasks
    await settle()
    assert len(locks) == 0
