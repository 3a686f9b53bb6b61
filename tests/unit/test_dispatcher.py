"""The dispatcher is woken also for the member whom it is just looking at."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest

from storage.deliveries import Delivery
from storage.hits import HitStore
from tests.support.outbox import CARD, MINJI
from tests.support.watching import HighlightsWorld, open_tower
from tests.support.world import until


class SlowHits(HitStore):
    """Says that a delivery is on its way, and counts who asks; the first one has to wait."""

    asked = 0
    ended: asyncio.Event

    async def busy(self, member_ids: Collection[int]) -> set[int]:
        self.asked += 1
        busy = await super().busy(member_ids)
        await self.ended.wait()
        return busy


async def on_its_way(tower: HighlightsWorld) -> Delivery:
    """Let one hit of 민지's be on its way, and another one wait."""
    await tower.rule()
    assert await tower.found(tower.message())
    taken = await tower.taken()
    assert await tower.found(tower.message())
    return taken


@pytest.mark.parametrize("by_hand", [False, True])
async def test_a_delivery_that_ends_while_its_member_is_looked_at_leads_to_a_look_at_once(
    tmp_path: Path, by_hand: bool
) -> None:
    async with open_tower(tmp_path) as tower:
        hits, services = SlowHits(tower.database), tower.services
        hits.ended = asyncio.Event()
        services.dispatcher._hits = hits
        row = await on_its_way(tower)
        running = asyncio.create_task(services.dispatcher.run())
        await until(lambda: hits.asked == 1)
        services.dispatcher._signals.changed([replace(row, card=CARD) if by_hand else row])
        hits.ended.set()
        await until(lambda: hits.asked == 2)
        running.cancel()


async def test_who_is_looked_at_when_the_loop_is_killed_is_looked_at_again(tmp_path: Path) -> None:
    async with open_tower(tmp_path) as tower:
        hits, services = SlowHits(tower.database), tower.services
        hits.ended = asyncio.Event()
        services.dispatcher._hits = hits
        await on_its_way(tower)
        running = asyncio.create_task(services.dispatcher.run())
        await until(lambda: hits.asked == 1)
        running.cancel()
        await asyncio.wait([running])
        assert MINJI in services.dispatcher._times
