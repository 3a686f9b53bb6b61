"""Who is looked at by the dispatcher, and when what was found for them goes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from storage.deliveries import Delivery
from storage.hits import HitStore
from storage.links import Link
from storage.rules import RuleKind
from tests.support.outbox import CARD, MINJI
from tests.support.watching import GUILD, JUNHO, HighlightsWorld, open_tower
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


# Whose cards wait


@asynccontextmanager
async def dispatching(tower: HighlightsWorld) -> AsyncIterator[None]:
    """Let the dispatcher have looked at everybody once, when the block begins."""
    running = asyncio.create_task(tower.services.dispatcher.run())
    await tower.link(JUNHO)
    await tower.services.rules.add(JUNHO, GUILD, RuleKind.WORD, "공지")
    await tower.services.watch.see(tower.message(author_id=3))
    # Whoever came later is served later: then 민지 was looked at.
    await until_none_waits(tower, JUNHO)
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])


async def until_none_waits(tower: HighlightsWorld, member_id: int) -> None:
    async with asyncio.timeout(20):
        while await HitStore(tower.database).waiting(member_id):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def link_of(tower: HighlightsWorld) -> Link:
    link = await tower.services.links.get(MINJI)
    assert link is not None
    return link


async def break_the_link(tower: HighlightsWorld) -> None:
    await tower.services.links.broke(await link_of(tower))


async def withdraw(tower: HighlightsWorld) -> None:
    await tower.services.links.consented(await link_of(tower), {"profile_nickname"})


async def be_busy(tower: HighlightsWorld) -> None:
    await on_its_way(tower)


@pytest.mark.parametrize("hold", [break_the_link, withdraw, be_busy])
async def test_what_was_found_waits_for_the_link_for_a_consent_and_for_the_card_before_it(
    tmp_path: Path, hold: Callable[[HighlightsWorld], Awaitable[None]]
) -> None:
    async with open_tower(tmp_path) as tower:
        if hold is not be_busy:
            await tower.rule()
            assert await tower.found(tower.message())
        await hold(tower)
        hits = HitStore(tower.database)
        [waits] = await hits.waiting(MINJI)
        async with dispatching(tower):
            assert waits in await hits.waiting(MINJI)
            await tower.services.deliveries.cancel(MINJI)
            await tower.link(MINJI)
            tower.services.dispatcher.wake(MINJI)
            await until_none_waits(tower, MINJI)
