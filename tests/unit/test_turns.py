"""In loops over members one member's trouble costs that member's turn only."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.errors import DiscordAway
from bot.services.messages.events import EventFacts, ServerEvent
from bot.services.messages.models import Source
from bot.services.privacy.departures import Departures
from storage.departures import DepartureStore
from storage.hits import HitStore
from storage.rules import RuleKind
from storage.subscriptions import SubscriptionKind
from tests.support.discord_trouble import HURRIED
from tests.support.outbox import MINJI
from tests.support.watching import GUILD, JUNHO, HighlightsWorld, open_tower

SEOYEON, ELSEWHERE = 3, 9
DAY = 24 * 3600.0


@pytest.fixture
async def tower(tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path, HURRIED) as tower:
        await tower.link(SEOYEON)
        for member_id in (MINJI, SEOYEON):
            await tower.services.rules.add(member_id, GUILD, RuleKind.WORD, "공지")
        yield tower


async def waiting(tower: HighlightsWorld) -> list[int]:
    """Let the dispatcher run for a moment; return for whom something still waits."""
    running = asyncio.create_task(tower.services.dispatcher.run())
    await asyncio.sleep(2 * HURRIED.longest)
    running.cancel()
    return await HitStore(tower.database).members_waiting()


async def test_a_schedule_that_cannot_be_read_holds_up_nobody_else(
    tower: HighlightsWorld, caplog: pytest.LogCaptureFixture
) -> None:
    unreadable = 'INSERT INTO wishes (member_id, wishes) VALUES (1, \'{"mode": "비밀"}\')'
    await tower.database.change(text(unreadable))
    await tower.services.watch.see(tower.message())
    assert await waiting(tower) == [MINJI]
    assert "ValidationError" in caplog.text
    assert "비밀" not in caplog.text


async def test_a_server_in_an_outage_holds_up_nothing_of_others(tower: HighlightsWorld) -> None:
    tower.glass.servers.add(ELSEWHERE)
    await tower.services.rules.add(MINJI, ELSEWHERE, RuleKind.WORD, "공지")
    seen = tower.message()
    source = Source(ELSEWHERE, seen.source.channel_id, seen.source.message_id + 100)
    tower.glass.out.add(ELSEWHERE)
    for one in (seen, replace(seen, source=source)):
        await tower.services.watch.see(one)
    assert await waiting(tower) == [MINJI]
    [left] = await HitStore(tower.database).waiting(MINJI)
    assert left.guild_id == ELSEWHERE
    tower.glass.out.clear()
    tower.clock.at += 60
    await tower.services.deliveries.cancel(MINJI)
    assert await waiting(tower) == []


async def test_who_cannot_be_forgotten_holds_up_nobody_else(tower: HighlightsWorld) -> None:
    forgotten: list[int] = []

    async def forget_member(member_id: int, guild_id: int) -> None:
        del guild_id
        if member_id == MINJI:
            raise ZeroDivisionError
        forgotten.append(member_id)

    async def forget_guild(guild_id: int) -> None:
        raise AssertionError(guild_id)

    departures = Departures(
        DepartureStore(tower.database),
        tower.services.sight,
        grace_days=7,
        forget_member=forget_member,
        forget_guild=forget_guild,
        patience=HURRIED,
        now=tower.clock,
    )
    tower.glass.gone |= {MINJI, SEOYEON}
    assert await departures.look()
    tower.clock.at += 8 * DAY
    await departures.tidy()
    assert forgotten == [SEOYEON]


class Calendar:
    """One event that somebody may have marked; who, Discord says or not."""

    def __init__(self, event: ServerEvent) -> None:
        self.event = event
        self.away = True

    def upcoming(self) -> list[ServerEvent]:
        return [self.event]

    async def interested(self, guild_id: int, event_id: int) -> frozenset[int]:
        del guild_id, event_id
        if self.away:
            raise DiscordAway
        return frozenset({SEOYEON})


async def told(tower: HighlightsWorld) -> set[int]:
    """Let the notifier run for a moment; return whom it has told of something."""
    running = asyncio.create_task(tower.services.notifying.run())
    await asyncio.sleep(2 * HURRIED.longest)
    running.cancel()
    return set(await HitStore(tower.database).members_waiting())


@pytest.mark.parametrize("kind", [SubscriptionKind.EVENT_SOON, SubscriptionKind.EVENT_CHANGED])
async def test_whose_interest_nobody_knows_is_asked_about_again_and_holds_up_nobody(
    tower: HighlightsWorld, kind: SubscriptionKind
) -> None:
    now = tower.clock()
    facts = EventFacts(title="모임", starts_at=now + 60, event_id=5)
    event = ServerEvent(f"event:5:{kind}", kind, GUILD, now, facts, by=JUNHO)
    calendar = Calendar(event)
    notifying, subscriptions = tower.services.notifying, tower.services.subscriptions
    await tower.link(JUNHO)
    for member_id, interested_only in ((MINJI, True), (SEOYEON, True), (4, False)):
        await tower.link(member_id)
        await subscriptions.add(member_id, GUILD, kind, interested_only=interested_only)
    notifying.attach(calendar)
    if kind is not SubscriptionKind.EVENT_SOON:
        await notifying.tell(event)
    assert await told(tower) == {4}
    calendar.away = False
    assert await told(tower) == {4, SEOYEON}
