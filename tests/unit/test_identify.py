"""Shards come to Discord in turn: those of one key one after the other, the others together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.discord.identify import IdentifyTurns
from bot.services.locks import KeyedLocks


class Turns:
    """Turns of one process, and who has taken one so far."""

    def __init__(self) -> None:
        self._locks = KeyedLocks[str]()
        self.taken: list[str] = []

    @asynccontextmanager
    async def of(self, name: str) -> AsyncIterator[None]:
        async with self._locks.of(name):
            self.taken.append(name)
            yield


async def test_shards_of_different_keys_come_together() -> None:
    turns = Turns()
    identifying = IdentifyTurns(turns.of, pause=3600)
    identifying.at_once = 16
    async with asyncio.timeout(10):
        for shard in range(16):
            await identifying.wait(shard)
    assert turns.taken == [f"identify {key}" for key in range(16)]
    identifying.close()


async def test_a_shard_that_no_longer_waits_takes_no_turn_from_others() -> None:
    turns = Turns()
    identifying = IdentifyTurns(turns.of, pause=0.05)
    await identifying.wait(0)
    gone = [asyncio.create_task(identifying.wait(0)) for _ in range(3)]
    await asyncio.sleep(0)
    for task in gone:
        task.cancel()
    await asyncio.wait(gone)
    await identifying.wait(0)
    assert turns.taken == ["identify 0"] * 2
    identifying.close()
