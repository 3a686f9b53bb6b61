"""Loops that must not end: told of when they do, and started anew."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.services.alarms import Alarms, LoopDown, Trouble
from bot.services.operations.supervision import Restarts, Supervisor
from tests.support.world import until

Loop = Callable[[], Coroutine[Any, Any, None]]
WORDS = "준호에게만 한 말"


class Waits:
    """Sleeps not at all, and remembers for how long it should have."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


def failing(times: int, how: Loop) -> Loop:
    """Return a loop that ends so many times and then goes on for ever."""
    left = [None] * times

    async def loop() -> None:
        if left:
            left.pop()
            await how()
        else:
            await asyncio.Event().wait()

    return loop


async def broken() -> None:
    raise ValueError(WORDS)


async def returned() -> None:
    return


async def cancelled() -> None:
    raise asyncio.CancelledError


@asynccontextmanager
async def running(
    loop: Loop, *, steady: float = 60.0
) -> AsyncIterator[tuple[Supervisor, list[float]]]:
    waits = Waits()
    supervisor = Supervisor(Alarms(), Restarts(1.0, 8.0, steady), sleep=waits)
    task = asyncio.create_task(supervisor.run("a-loop", loop))
    yield supervisor, waits.seconds
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


@pytest.mark.parametrize("how", [broken, returned, cancelled])
async def test_a_loop_that_ends_is_started_anew_after_growing_waits(
    how: Loop,
) -> None:
    async with running(failing(6, how)) as (supervisor, waits):
        await until(lambda: len(waits) == 6)
        assert waits == [1, 2, 4, 8, 8, 8]
        assert supervisor.down == {"a-loop"}


async def test_after_running_well_for_a_while_the_next_wait_is_short_again() -> None:
    async def soon() -> None:
        await asyncio.sleep(0.05)
        raise ValueError

    async with running(failing(3, soon), steady=0.01) as (supervisor, waits):
        await until(lambda: len(waits) == 3)
        assert waits == [1, 1, 1]
        await until(lambda: not supervisor.down)
        assert supervisor.loops == {"a-loop"}


async def test_an_alarm_lasts_for_as_long_as_the_loop_is_down() -> None:
    told: list[tuple[Trouble, bool]] = []

    async def hear(alarm: Trouble, begins: bool) -> None:
        told.append((alarm, begins))

    async with running(failing(3, broken), steady=0.1) as (supervisor, _):
        supervisor.alarms.on_change.append(hear)
        await until(lambda: len(told) == 2)
    assert told == [(LoopDown("a-loop"), True), (LoopDown("a-loop"), False)]


async def test_the_log_says_type_and_place_and_nothing_of_what_was_written(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running(failing(1, broken)) as (_, waits):
        await until(lambda: waits)
    assert "a-loop is started anew in 1.0 s: ValueError at unit/test_supervision.py:" in caplog.text
    assert WORDS not in caplog.text


async def test_a_loop_that_somebody_else_cancels_is_started_anew() -> None:
    async with running(failing(0, broken)) as (_, waits):
        while len(waits) < 2:
            for task in asyncio.all_tasks():
                if task.get_name() == "a-loop":
                    task.cancel()
            await asyncio.sleep(0)


async def test_a_loop_that_is_over_may_end_and_a_fatal_error_is_raised() -> None:
    supervisor = Supervisor(Alarms())
    await supervisor.run("over", failing(1, returned), lambda: True)
    await supervisor.run("over", failing(1, broken), lambda: True)
    with pytest.raises(ValueError, match=WORDS):
        await supervisor.run("fatal", failing(1, broken), fatal=(ValueError,))
    assert not supervisor.down


async def test_an_alarm_that_nobody_heard_is_told_to_whoever_comes() -> None:
    alarms, told = Alarms(), []

    async def hear(alarm: Trouble, begins: bool) -> None:
        told.append((str(alarm), begins))

    alarms.begin(LoopDown("still-down"))
    alarms.begin(LoopDown("long-over"))
    alarms.end([LoopDown("long-over")])
    alarms.on_change.append(hear)
    alarms.tell_missed()
    await until(lambda: told)
    assert told == [("loop still-down", True)]
