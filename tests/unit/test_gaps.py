"""What was missed is read until nothing is left, whatever Discord does meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from bot.errors import DiscordAway
from bot.services.highlights.catch_up import first_id_at
from bot.services.highlights.gaps import Gaps
from storage.watermarks import WatermarkStore
from tests.support.discord_trouble import HURRIED
from tests.support.watching import GUILD, open_tower

HERE, THERE = 7, 8
HOUR = 3600.0


@dataclass
class Rooms:
    """Rooms with messages by number; those that fail show nothing beyond a message."""

    messages: dict[int, list[int]]
    failing: dict[int, int] = field(default_factory=dict)
    error: type[Exception] = DiscordAway
    hidden: set[int] = field(default_factory=set)
    since: list[float] = field(default_factory=list)
    looked: list[int] = field(default_factory=list)

    async def find(self, guild_id: int, since: float) -> Mapping[int, int]:
        if guild_id in self.hidden:
            raise DiscordAway
        self.since.append(since)
        return dict.fromkeys(self.messages, 0)

    async def history(
        self, guild_id: int, room_id: int, after: int
    ) -> AsyncIterator[tuple[int, int]]:
        del guild_id
        for number in self.messages[room_id]:
            if number > self.failing.get(room_id, number):
                raise self.error
            if number > after:
                yield number, number

    async def see(self, number: int) -> bool:
        self.looked.append(number)
        return True


@pytest.fixture
def gaps() -> Gaps:
    return Gaps(HURRIED)


@pytest.mark.parametrize("error", [DiscordAway, ZeroDivisionError])
async def test_a_room_that_fails_goes_on_where_it_was_and_holds_up_no_other(
    gaps: Gaps, error: type[Exception]
) -> None:
    rooms = Rooms({1: [11, 12, 13], 2: [21, 22]}, failing={1: 11}, error=error)
    gaps.open(HERE, 0.0)
    await gaps.read(rooms.find, rooms.history, rooms.see)
    assert rooms.looked == [11, 21, 22]
    assert HERE in gaps
    rooms.failing.clear()
    await gaps.read(rooms.find, rooms.history, rooms.see)
    assert rooms.looked == [11, 21, 22, 12, 13]
    assert HERE not in gaps


async def test_a_server_that_is_not_shown_holds_up_no_other(gaps: Gaps) -> None:
    rooms = Rooms({1: [11]}, hidden={HERE})
    gaps.open(HERE, 0.0)
    gaps.open(THERE, 0.0)
    await gaps.read(rooms.find, rooms.history, rooms.see)
    assert (HERE in gaps, THERE in gaps) == (True, False)


async def test_a_gap_that_is_opened_again_keeps_where_it_began(gaps: Gaps) -> None:
    rooms = Rooms({1: [11, 12]}, failing={1: 11})
    gaps.open(HERE, 100.0)
    await gaps.read(rooms.find, rooms.history, rooms.see)
    gaps.open(HERE, 200.0)
    rooms.failing.clear()
    await gaps.read(rooms.find, rooms.history, rooms.see)
    assert rooms.since == [100.0, 100.0]
    assert set(rooms.looked) == {11, 12}
    assert HERE not in gaps


async def test_what_was_put_back_is_read_also_when_a_new_session_sees_nothing_new_there(
    gaps: Gaps,
) -> None:
    rooms, nothing = Rooms({1: [11, 12]}), Rooms({})
    gaps.put_back(HERE, 1, 11, 0.0)
    gaps.open(HERE, 100.0)
    await gaps.read(nothing.find, rooms.history, rooms.see)
    assert nothing.since == [0.0]
    assert rooms.looked == [12]
    assert HERE not in gaps


async def test_it_is_tried_again_by_itself_and_at_once_when_woken(gaps: Gaps) -> None:
    rooms = Rooms({1: [11]}, hidden={HERE})
    reading = asyncio.create_task(gaps.run(rooms.find, rooms.history, rooms.see))
    gaps.open(HERE, 0.0)
    await asyncio.sleep(HURRIED.longest)
    assert HERE in gaps
    rooms.hidden.clear()
    gaps.wake()
    await asyncio.sleep(0)
    await asyncio.sleep(HURRIED.longest)
    assert rooms.looked == [11]
    reading.cancel()


async def test_an_hour_counts_from_when_it_was_missed_however_long_discord_is_away(
    tmp_path: Path,
) -> None:
    async with open_tower(tmp_path) as tower:
        tower.numbers = count(first_id_at(tower.clock()))
        await tower.rule()
        assert await tower.found(tower.message("먼저 공지"))
        missed = tower.message("놓친 공지")
        catch_up, see = tower.services.catch_up, tower.services.watch.judge
        catch_up.missed()
        tower.glass.ready = False
        await catch_up.catch_up(see)
        tower.clock.at += 5 * HOUR
        catch_up.missed()
        await catch_up.catch_up(see)
        tower.glass.ready = True
        await catch_up.catch_up(see)
        assert await tower.services.watch.found(1, missed) is not None


async def test_what_is_heard_while_a_gap_is_open_does_not_move_the_mark(tmp_path: Path) -> None:
    async with open_tower(tmp_path) as tower:
        catch_up, marks = tower.services.catch_up, WatermarkStore(tower.database)
        await tower.rule()
        for text in ("먼저", "그다음"):
            seen = tower.message(text)
            await tower.services.watch.see(seen)
        await catch_up.catch_up(tower.services.watch.judge)
        catch_up.missed()
        tower.glass.ready = False
        await tower.services.watch.see(tower.message("그 사이"))
        await catch_up.catch_up(tower.services.watch.judge)
        running = asyncio.create_task(catch_up.run())
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])
        assert await marks.get(GUILD) == seen.source.message_id
