"""SIGTERM while a lot is under way: Kkachi ends soon and quietly."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from sandbox.discord import Person
from tests.support.processes import Process, start_process
from tests.support.world import CHAT, World, open_world, until

LONGEST_STOP = 10.0
NOISE = ("Traceback", "Session is closed", "RuntimeError", " ERROR ", "never retrieved")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, bot=False) as world:
        yield world


@pytest.fixture
async def process(world: World, tmp_path: Path) -> AsyncIterator[Process]:
    """The bot as a process of its own, with rules of 민지's about a word and about reactions."""
    process = await start_process(world.settings, tmp_path)
    await world.until_healthy()
    await world.link("민지")
    await world.discord.person("민지").slash(CHAT, "highlight add", word="공지")
    await world.discord.person("민지").slash(CHAT, "highlight me", what="reaction", reactions=1)
    yield process
    if process.returncode is None:
        process.kill()
        await process.communicate()


async def pour(minji: Person, junho: Person, said: list[int]) -> None:
    """Write without a pause, and react to what was written."""
    for number in count():
        await junho.say(CHAT, f"공지 {number}")
        await junho.react(await minji.say(CHAT, f"안녕 {number}"), "👍")
        said.append(number)
        await asyncio.sleep(0)


async def stop(process: Process) -> tuple[int | None, float, str]:
    """Stop as an operator does; return the status, how long it took, and all that was printed."""
    started = time.monotonic()
    process.terminate()
    printed = b"".join(await asyncio.wait_for(process.communicate(), 2 * LONGEST_STOP))
    return process.returncode, time.monotonic() - started, printed.decode()


@pytest.mark.parametrize("hanging", [None, "/messages", ""])
async def test_a_stop_while_messages_pour_in_is_quick_and_quiet(
    world: World, process: Process, hanging: str | None
) -> None:
    said: list[int] = []
    if hanging is not None:
        world.discord.rest_hangs(at=hanging)
    people = world.discord.person("민지"), world.discord.person("준호")
    pouring = asyncio.create_task(pour(*people, said))
    await until(lambda: len(said) > 200, 20)
    status, took, printed = await stop(process)
    pouring.cancel()
    with suppress(asyncio.CancelledError):
        await pouring
    assert status == 0
    assert took < LONGEST_STOP
    assert [one for one in NOISE if one in printed] == [], printed[-2000:]


async def test_a_stop_while_it_comes_back_to_discord_is_quick_and_quiet(
    world: World, process: Process
) -> None:
    async with world.discord.away(resumable=False):
        pass
    status, took, printed = await stop(process)
    assert status == 0
    assert took < LONGEST_STOP
    assert [one for one in NOISE if one in printed] == [], printed[-2000:]
