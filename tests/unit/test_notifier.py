"""What happens in a server is told also when the database does not take it at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.services.messages.events import EventFacts, ServerEvent
from bot.services.subscriptions import notifier
from bot.services.subscriptions.notifier import LONGEST_FAILURE, MOST_PUT_OFF, Notifier
from storage.hits import HitStore
from storage.subscriptions import SubscriptionKind
from tests.support.discord_trouble import HURRIED
from tests.support.judging import SEOYEON, refuse, take
from tests.support.outbox import MINJI
from tests.support.watching import GUILD, ROOM, HighlightsWorld, open_tower

SECONDS = 20


@pytest.fixture
async def tower(tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path, HURRIED) as tower:
        await tower.link(SEOYEON)
        for member_id in (MINJI, SEOYEON):
            await tower.services.subscriptions.add(member_id, GUILD, SubscriptionKind.THREAD)
        yield tower


@pytest.fixture
def notifying(tower: HighlightsWorld) -> Notifier:
    return tower.services.notifying


def thread(tower: HighlightsWorld, number: int = 1) -> ServerEvent:
    facts = EventFacts(title="저녁 메뉴")
    kind = SubscriptionKind.THREAD
    return ServerEvent(f"thread:{number}", kind, GUILD, tower.clock(), facts, channel_id=ROOM)


async def told(tower: HighlightsWorld, member_id: int) -> list[str]:
    return [hit.occasion for hit in await HitStore(tower.database).waiting(member_id)]


async def until_told(tower: HighlightsWorld, member_id: int, *keys: str) -> None:
    async with asyncio.timeout(SECONDS):
        while await told(tower, member_id) != list(keys):  # noqa: ASYNC110 - nobody sets an event for a test
            await asyncio.sleep(HURRIED.first)


@asynccontextmanager
async def running(notifying: Notifier) -> AsyncIterator[None]:
    task = asyncio.create_task(notifying.run())
    yield
    task.cancel()
    await asyncio.wait([task])


async def test_what_the_database_does_not_take_is_told_once_it_does_and_nobody_else_twice(
    tower: HighlightsWorld, notifying: Notifier
) -> None:
    await refuse(tower)
    async with running(notifying):
        assert await notifying.tell(thread(tower)) == 1
        assert await told(tower, SEOYEON) == ["thread:1"]
        await asyncio.sleep(2 * HURRIED.longest)
        assert await told(tower, MINJI) == []
        await take(tower)
        await until_told(tower, MINJI, "thread:1")
    assert await told(tower, SEOYEON) == ["thread:1"]
    assert notifying._put_off == {}


async def test_who_wants_to_hear_of_it_is_asked_again_once_the_database_answers(
    tower: HighlightsWorld, notifying: Notifier, caplog: pytest.LogCaptureFixture
) -> None:
    await tower.database.change(text("ALTER TABLE subscriptions RENAME TO away"))
    async with running(notifying):
        assert await notifying.tell(thread(tower)) == 0
        await asyncio.sleep(2 * HURRIED.longest)
        await tower.database.change(text("ALTER TABLE away RENAME TO subscriptions"))
        await until_told(tower, MINJI, "thread:1")
    assert caplog.text.count("something that happened waits") == 1
    assert "저녁" not in caplog.text


async def test_of_too_many_events_the_oldest_is_lost_and_the_operator_reads_it(
    tower: HighlightsWorld, notifying: Notifier, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert MOST_PUT_OFF == 500
    monkeypatch.setattr(notifier, "MOST_PUT_OFF", 3)
    await refuse(tower)
    for number in range(4):
        await notifying.tell(thread(tower, number))
    assert "an event is lost, too many wait" in caplog.text
    await take(tower)
    async with running(notifying):
        await until_told(tower, MINJI, "thread:1", "thread:2", "thread:3")


@pytest.mark.parametrize("late", [-1, 1])
async def test_after_an_hour_without_the_database_it_is_no_news_any_more(
    tower: HighlightsWorld, notifying: Notifier, caplog: pytest.LogCaptureFixture, late: float
) -> None:
    await refuse(tower)
    await notifying.tell(thread(tower))
    tower.clock.at += LONGEST_FAILURE + late
    async with running(notifying):
        await asyncio.sleep(2 * HURRIED.longest)
    assert ("failed for too long" in caplog.text) == (late > 0)
    assert (notifying._put_off == {}) == (late > 0)
