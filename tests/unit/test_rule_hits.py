"""How often each rule has hit: a number for the member, and nobody's trace."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.rule_hits import RuleHitStore
from storage.rules import RuleKind
from storage.tables import rule_hits
from tests.support.outbox import MINJI
from tests.support.watching import DAY, GUILD, HighlightsWorld, open_tower


@pytest.fixture
async def tower(tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path) as tower:
        yield tower


async def hits(tower: HighlightsWorld) -> dict[int, int]:
    return await RuleHitStore(tower.database).of_week(MINJI, tower.clock())


async def test_each_message_counts_once_for_every_rule_it_meets(tower: HighlightsWorld) -> None:
    first, second = await tower.rule("공지"), await tower.rule("이벤트")
    seen = tower.message("공지: 이벤트가 열려요")
    await tower.found(seen)
    await tower.found(seen)
    await tower.found(tower.message("공지예요"))
    assert await hits(tower) == {first.id: 2, second.id: 1}


async def test_a_rule_that_finds_what_waits_already_is_counted_too(tower: HighlightsWorld) -> None:
    first = await tower.rule("공지")
    seen = tower.message("공지: 이벤트가 열려요")
    await tower.found(seen)
    second = await tower.rule("이벤트")
    await tower.found(seen)
    assert await hits(tower) == {first.id: 1, second.id: 1}


async def test_what_is_older_than_a_week_is_neither_shown_nor_kept(tower: HighlightsWorld) -> None:
    rule = await tower.rule("공지")
    await tower.found(tower.message("공지"))
    tower.clock.at += 6 * DAY
    assert await hits(tower) == {rule.id: 1}
    tower.clock.at += DAY
    assert await hits(tower) == {}
    tower.clock.at += DAY
    await tower.services.housekeeping.tidy()
    assert await tower.database.all(rule_hits.select()) == []


@pytest.mark.parametrize("how", ["removed", "forgotten", "erased"])
async def test_nothing_is_left_of_a_rule_that_is_gone(tower: HighlightsWorld, how: str) -> None:
    rule = await tower.services.rules.add(MINJI, GUILD, RuleKind.WORD, "공지")
    await tower.found(tower.message("공지"))
    match how:
        case "removed":
            await tower.services.rules.remove(MINJI, rule.id)
        case "forgotten":
            await tower.services.rules.forget(member_id=MINJI, guild_id=GUILD)
        case _:
            await tower.services.privacy.delete(MINJI)
    assert await tower.database.all(rule_hits.select()) == []
