"""What stopped a message is kept for a day: a word, bounded, and nobody's trouble."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.services.highlights.verdicts import MOST_KEPT
from storage.tables import verdicts
from tests.support.outbox import MINJI
from tests.support.watching import DAY, HighlightsWorld, open_tower


@pytest.fixture
async def tower(tmp_path: Path, database_url: str) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path, url=database_url) as tower:
        await tower.rule()
        yield tower


async def kept(tower: HighlightsWorld) -> int:
    [row] = await tower.database.all(select(func.count().label("n")).select_from(verdicts))
    return int(row["n"])


async def test_what_was_stopped_stays_so_when_nothing_would_stop_it_any_more(
    tower: HighlightsWorld,
) -> None:
    await tower.filter(ignore_words=("취소",))
    seen = tower.message("공지 취소")
    assert not await tower.found(seen)
    await tower.filter(ignore_words=())
    fate = await tower.services.watch.fate(MINJI, seen)
    assert fate.stopped is not None
    assert (fate.stopped.gate, fate.stopped.at) == ("ignore-words", tower.clock())


async def test_what_met_no_rule_and_what_was_found_is_not_kept(tower: HighlightsWorld) -> None:
    assert not await tower.found(tower.message("아무 말"))
    found = tower.message()
    assert await tower.found(found)
    assert await kept(tower) == 0
    assert (await tower.services.watch.fate(MINJI, found)).hit is not None


async def test_a_day_later_it_is_forgotten(tower: HighlightsWorld) -> None:
    await tower.filter(ignore_bots=True)
    assert not await tower.found(tower.message(is_bot=True))
    tower.clock.at += DAY + 1
    await tower.services.housekeeping.tidy()
    assert await kept(tower) == 0


async def test_erasing_a_member_erases_it_at_once(tower: HighlightsWorld) -> None:
    assert not await tower.found(tower.message(is_bot=True))
    assert await kept(tower) == 1
    await tower.services.privacy.delete(MINJI)
    assert await kept(tower) == 0


async def test_of_one_member_and_day_so_many_are_kept_and_no_more(tower: HighlightsWorld) -> None:
    noted = tower.services.watch._verdicts
    noted._kept[MINJI] = int(tower.clock() // DAY), MOST_KEPT - 1
    for _ in range(3):
        assert not await tower.found(tower.message(is_bot=True))
    assert await kept(tower) == 1
    tower.clock.at += DAY
    assert not await tower.found(tower.message(is_bot=True))
    assert await kept(tower) == 2


async def test_what_was_dropped_later_says_why(tower: HighlightsWorld) -> None:
    seen = tower.message()
    assert await tower.found(seen)
    await tower.filter(ignore_words=("공지",))
    assert await tower.stopped(f"message:{seen.source.message_id}") == "ignore-words"
    fate = await tower.services.watch.fate(MINJI, seen)
    assert fate.hit is not None
    assert fate.hit.reason == "ignore-words"


async def test_a_card_says_how_many_it_carries(tower: HighlightsWorld) -> None:
    seen = [tower.message() for _ in range(3)]
    for one in seen:
        assert await tower.found(one)
    delivery = await tower.taken()
    fate = await tower.services.watch.fate(MINJI, seen[0])
    assert fate.delivery is not None
    assert (fate.delivery.forward_id, fate.together) == (delivery.forward_id, 3)
