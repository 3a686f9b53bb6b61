"""A message is let go only once it was judged for everybody, whatever fails meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import count
from pathlib import Path

import pytest

from bot.services.highlights.watcher import MOST_FAILURES
from bot.services.messages.models import Seen
from storage.rules import RuleKind
from storage.watermarks import WatermarkStore
from tests.support.discord_trouble import HURRIED
from tests.support.judging import (
    MINUTE,
    SEOYEON,
    alive,
    hits,
    mark,
    read,
    refuse,
    settle,
    take,
)
from tests.support.outbox import MINJI
from tests.support.watching import GUILD, ROOM, THREAD, FakeReader, HighlightsWorld

ROOMS = (ROOM, THREAD, 72)
HOUR = 3600.0


class Flawed(set[int]):
    """Fails whoever looks into it, so many times."""

    left = 0

    def __contains__(self, key: object) -> bool:
        if self.left > 0:
            self.left -= 1
            raise ZeroDivisionError
        return super().__contains__(key)


@pytest.fixture
async def glass(tmp_path: Path) -> FakeReader:
    """What is seen of Discord; an earlier life has left rules of two members."""
    glass = FakeReader()
    await settle(tmp_path, glass)
    return glass


@pytest.fixture
async def tower(tmp_path: Path, glass: FakeReader) -> AsyncIterator[HighlightsWorld]:
    async with alive(tmp_path, glass) as tower:
        yield tower


def miss(tower: HighlightsWorld, rooms: Sequence[int]) -> list[Seen]:
    """Let nobody listen while something is written in these rooms."""
    missed = [tower.message(channel=room) for room in rooms]
    tower.clock.at += MINUTE
    tower.services.catch_up.missed()
    return missed


@pytest.mark.parametrize("refused", [MINJI, SEOYEON])
async def test_a_hit_that_cannot_be_kept_is_found_again_and_nobody_elses_twice(
    tower: HighlightsWorld, refused: int
) -> None:
    await refuse(tower, refused)
    seen = tower.message()
    await tower.services.watch.see(seen)
    await read(tower)
    assert len(await hits(tower)) == 1
    await take(tower)
    await read(tower)
    await read(tower)
    number = seen.source.message_id
    assert sorted(await hits(tower)) == [(MINJI, number), (SEOYEON, number)]


async def test_it_is_tried_again_by_itself(tower: HighlightsWorld) -> None:
    judge = tower.services.watch.judge
    reading = asyncio.create_task(tower.services.catch_up.keep_reading(judge))
    await refuse(tower)
    await tower.services.watch.see(tower.message())
    await asyncio.sleep(HURRIED.longest)
    await take(tower)
    async with asyncio.timeout(20):
        while len(await hits(tower)) < 2:  # noqa: ASYNC110 - nobody sets an event for a test
            await asyncio.sleep(HURRIED.first)
    reading.cancel()


@pytest.mark.parametrize("late", [False, True], ids=["in-order", "told-late"])
async def test_a_mark_does_not_pass_what_was_not_judged_whatever_other_channels_say(
    glass: FakeReader, tmp_path: Path, *, late: bool
) -> None:
    async with alive(tmp_path, glass) as tower:
        before, failed = tower.message("먼저"), tower.message()
        others = [tower.message(channel=THREAD), tower.message("다른 방", channel=THREAD)]
        await tower.services.watch.see(before)
        if late:
            await tower.services.watch.see(others[0])
            assert await mark(tower) == others[0].source.message_id
        await refuse(tower)
        for seen in (failed, *others):
            await tower.services.watch.see(seen)
        assert await mark(tower) == before.source.message_id
        await take(tower)
    async with alive(tmp_path, glass) as again:
        again.services.catch_up.missed()
        await read(again)
        found = await hits(again)
        assert found.count((MINJI, failed.source.message_id)) == 1
        assert len(found) == 4
        assert await mark(again) >= others[1].source.message_id


@pytest.mark.parametrize("failures", [1, MOST_FAILURES - 1, MOST_FAILURES])
async def test_what_fails_for_no_known_reason_is_tried_a_few_times_and_holds_up_nothing_for_ever(
    tower: HighlightsWorld, failures: int
) -> None:
    tower.glass.hidden = flaw = Flawed()
    seen = tower.message("@민지", mentions=frozenset({MINJI}))
    await tower.services.rules.add(MINJI, GUILD, RuleKind.MENTION)
    flaw.left = failures
    await tower.services.watch.see(seen)
    for _ in range(MOST_FAILURES):
        await read(tower)
    assert bool(await hits(tower)) == (failures < MOST_FAILURES)
    assert await mark(tower) >= seen.source.message_id - 1
    last = tower.message("안녕")
    await tower.services.watch.see(last)
    assert await mark(tower) == last.source.message_id


@pytest.mark.parametrize("is_known", [True, False], ids=["first-rule", "ready"])
async def test_before_the_first_message_there_is_a_mark_as_well(
    glass: FakeReader, tmp_path: Path, *, is_known: bool
) -> None:
    async with alive(tmp_path, glass) as tower:
        if not is_known:
            await WatermarkStore(tower.database).delete_guild(GUILD)
            tower.services.catch_up.missed()
            await read(tower)
            assert await mark(tower)
        missed = tower.message()
    async with alive(tmp_path, glass) as tower:
        tower.services.catch_up.missed()
        await read(tower)
        assert await tower.services.watch.found(MINJI, missed) is not None


async def test_a_process_that_lives_for_a_few_messages_only_gets_to_the_end_in_order(
    glass: FakeReader, tmp_path: Path
) -> None:
    judged: list[int] = []
    async with alive(tmp_path, glass) as tower:
        # One room says something at the end only.
        missed = miss(tower, [*(ROOMS[1:] * 6), ROOM])
    for _ in missed:
        async with alive(tmp_path, glass) as tower:
            await live_for(tower, 2, judged)
            found = await hits(tower)
    assert judged[-1] == missed[-1].source.message_id
    assert len(judged) < 2 * len(missed)
    ids = [seen.source.message_id for seen in missed]
    assert [message_id for _, message_id in found] == [one for one in ids for _ in range(2)]
    assert set(found) == {(member_id, one) for one in ids for member_id in (MINJI, SEOYEON)}


async def live_for(life: HighlightsWorld, messages: int, judged: list[int]) -> None:
    """Catch up until so many messages were judged, and be stopped in the middle of the next."""
    enough, left = asyncio.Event(), count(messages, -1)

    async def judge(seen: Seen) -> bool:
        if next(left) == 0:
            enough.set()
            await asyncio.sleep(HOUR)
        judged.append(seen.source.message_id)
        return await life.services.watch.judge(seen)

    life.services.catch_up.missed()
    reading = asyncio.create_task(life.services.catch_up.catch_up(judge))
    waiting = asyncio.create_task(enough.wait())
    await asyncio.wait([reading, waiting], return_when=asyncio.FIRST_COMPLETED)
    await mark(life)
    for task in (reading, waiting):
        task.cancel()
    await asyncio.wait([reading, waiting])


async def test_a_new_session_in_the_middle_of_catching_up_loses_nothing_and_no_progress(
    tower: HighlightsWorld,
) -> None:
    catch_up = tower.services.catch_up
    missed = miss(tower, ROOMS * 2)

    async def judge(seen: Seen) -> bool:
        done = await tower.services.watch.judge(seen)
        if seen is missed[2]:
            missed.append(tower.message(channel=73))
            catch_up.missed()
        return done

    await catch_up.catch_up(judge)
    assert await mark(tower) >= missed[1].source.message_id
    await read(tower)
    assert len(await hits(tower)) == 2 * len(missed)
    assert await mark(tower) >= missed[-1].source.message_id - 1


async def test_discord_away_in_the_middle_of_history_keeps_what_was_read_and_loses_nothing(
    tower: HighlightsWorld,
) -> None:
    missed = miss(tower, ROOMS * 2)

    async def judge(seen: Seen) -> bool:
        tower.glass.ready = seen is not missed[2]
        return await tower.services.watch.judge(seen)

    await tower.services.catch_up.catch_up(judge)
    found = await hits(tower)
    assert 0 < len(found) < 2 * len(missed)
    assert await mark(tower) < missed[-1].source.message_id
    tower.glass.ready = True
    await read(tower)
    assert len(await hits(tower)) == 2 * len(missed)
