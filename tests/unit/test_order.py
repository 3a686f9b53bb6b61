"""Messages are judged in order in each channel; one that takes long holds up no other channel."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.services.highlights import under_way
from bot.services.highlights.matching.matcher import Matcher
from bot.services.highlights.under_way import MOST_IN_CHANNEL
from bot.services.highlights.watcher import MOST_FAILURES
from bot.services.messages.models import Seen
from tests.support.judging import alive, hits, mark, read, refuse, settle, take
from tests.support.outbox import MINJI
from tests.support.watching import ROOM, THREAD, FakeReader, HighlightsWorld

SECONDS = 20
ELSEWHERE = 72


@dataclass
class SlowReader(FakeReader):
    """Answers nothing about members in a channel that is slow, until that ends."""

    slow: set[int] = field(default_factory=set)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    answering: asyncio.Event = field(default_factory=asyncio.Event)

    async def reads(self, member_id: int, guild_id: int, channel_id: int) -> bool:
        if channel_id in self.slow:
            self.asked.set()
            await self.answering.wait()
        return await super().reads(member_id, guild_id, channel_id)

    def answer(self) -> None:
        self.slow.clear()
        self.answering.set()


@pytest.fixture
async def glass(tmp_path: Path) -> SlowReader:
    glass = SlowReader()
    await settle(tmp_path, glass)
    glass.slow.add(ROOM)
    return glass


@pytest.fixture
async def tower(tmp_path: Path, glass: SlowReader) -> AsyncIterator[HighlightsWorld]:
    async with alive(tmp_path, glass) as tower:
        yield tower


def see(tower: HighlightsWorld, seen: Seen) -> asyncio.Task[None]:
    return asyncio.create_task(tower.services.watch.see(seen))


@asynccontextmanager
async def slowly(tower: HighlightsWorld, glass: SlowReader) -> AsyncIterator[Seen]:
    """Let a message hang in a channel while the block runs; it is killed with the block."""
    seen = tower.message("느린 공지")
    task = see(tower, seen)
    async with asyncio.timeout(SECONDS):
        await glass.asked.wait()
    yield seen
    task.cancel()
    await asyncio.wait([task])


async def judged(tower: HighlightsWorld, seen: Seen) -> None:
    """Let a message come, and see that it waits for no other."""
    async with asyncio.timeout(SECONDS):
        await tower.services.watch.see(seen)


async def found(tower: HighlightsWorld) -> list[int]:
    """Return the messages that were found for 민지, in this order."""
    return [message_id for member_id, message_id in await hits(tower) if member_id == MINJI]


def number(seen: Seen) -> int:
    return seen.source.message_id


async def test_a_question_that_hangs_in_one_channel_holds_up_no_other(
    tower: HighlightsWorld, glass: SlowReader
) -> None:
    async with slowly(tower, glass):
        other = tower.message(channel=THREAD)
        await judged(tower, other)
        assert await found(tower) == [number(other)]


async def test_in_a_channel_messages_are_found_as_they_were_written(
    tower: HighlightsWorld, glass: SlowReader
) -> None:
    written = [tower.message() for _ in range(3)]
    tasks = [see(tower, seen) for seen in written]
    await glass.asked.wait()
    glass.answer()
    await asyncio.gather(*tasks)
    assert await found(tower) == [number(seen) for seen in written]


async def test_a_mark_stays_below_what_is_still_judged(
    tower: HighlightsWorld, glass: SlowReader
) -> None:
    before = tower.message("먼저", channel=THREAD)
    await judged(tower, before)
    slow = tower.message()
    task = see(tower, slow)
    await glass.asked.wait()
    later = tower.message(channel=THREAD)
    await judged(tower, later)
    assert await mark(tower) == number(slow) - 1
    glass.answer()
    await task
    last = tower.message("끝", channel=THREAD)
    await judged(tower, last)
    assert await mark(tower) == number(last)


@pytest.mark.parametrize("session", [False, True], ids=["same-session", "new-session"])
async def test_a_process_that_is_killed_while_one_channel_hangs_loses_nothing(
    tmp_path: Path, glass: SlowReader, *, session: bool
) -> None:
    async with alive(tmp_path, glass) as tower, slowly(tower, glass) as slow:
        if session:
            tower.services.catch_up.missed()
        other = tower.message(channel=THREAD)
        await judged(tower, other)
        assert await found(tower) == [number(other)]
        assert await mark(tower) < number(slow)
    glass.answer()
    async with alive(tmp_path, glass) as again:
        again.services.catch_up.missed()
        await read(again)
        assert await found(again) == [number(other), number(slow)]
        assert await mark(again) >= number(other)


async def test_a_new_session_meanwhile_finds_it_once(
    tower: HighlightsWorld, glass: SlowReader
) -> None:
    slow = tower.message()
    task = see(tower, slow)
    await glass.asked.wait()
    tower.services.catch_up.missed()
    reading = asyncio.create_task(read(tower))
    await judged(tower, tower.message("안녕", channel=THREAD))
    assert await mark(tower) < number(slow)
    glass.answer()
    await asyncio.gather(task, reading)
    assert await found(tower) == [number(slow)]
    assert await mark(tower) >= number(slow)


async def test_what_fails_after_later_messages_were_judged_is_judged_again(
    tmp_path: Path, glass: SlowReader
) -> None:
    async with alive(tmp_path, glass) as tower:
        slow = tower.message()
        task = see(tower, slow)
        await glass.asked.wait()
        other = tower.message(channel=THREAD)
        await judged(tower, other)
        await refuse(tower)
        glass.answer()
        await task
        assert await mark(tower) == number(slow) - 1
        await take(tower)
    async with alive(tmp_path, glass) as again:
        again.services.catch_up.missed()
        await read(again)
        assert sorted(await found(again)) == [number(slow), number(other)]


async def test_what_is_cancelled_is_judged_again(tower: HighlightsWorld, glass: SlowReader) -> None:
    async with slowly(tower, glass) as slow:
        pass
    await judged(tower, tower.message("안녕", channel=THREAD))
    assert await mark(tower) == number(slow) - 1
    glass.answer()
    await read(tower)
    assert await found(tower) == [number(slow)]


async def test_of_too_many_messages_none_is_lost_and_no_other_channel_waits(
    tower: HighlightsWorld, glass: SlowReader
) -> None:
    written = [tower.message() for _ in range(MOST_IN_CHANNEL + 50)]
    tasks = [see(tower, seen) for seen in written]
    await glass.asked.wait()
    other = tower.message(channel=THREAD)
    await judged(tower, other)
    assert sum(not task.done() for task in tasks) == MOST_IN_CHANNEL
    assert await mark(tower) == number(written[0]) - 1
    glass.answer()
    await asyncio.gather(*tasks)
    assert await mark(tower) == number(written[MOST_IN_CHANNEL]) - 1
    await read(tower)
    assert await found(tower) == [number(other), *map(number, written)]
    last = tower.message("끝", channel=THREAD)
    await judged(tower, last)
    assert await mark(tower) == number(last)


async def test_a_server_has_a_bounded_number_of_messages_under_way(
    tower: HighlightsWorld, glass: SlowReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = range(1000, 1002)
    # As many as there may be take longer than a hundred other tests.
    monkeypatch.setattr(under_way, "MOST", len(rooms) * MOST_IN_CHANNEL)
    glass.slow |= set(rooms)
    written = [tower.message(channel=room) for room in rooms for _ in range(MOST_IN_CHANNEL)]
    tasks = [see(tower, seen) for seen in written]
    await glass.asked.wait()
    more = tower.message(channel=ELSEWHERE)
    await judged(tower, more)
    assert await found(tower) == []
    glass.answer()
    await asyncio.gather(*tasks)
    await read(tower)
    assert set(await found(tower)) == {number(seen) for seen in (*written, more)}


async def test_a_message_that_fails_as_a_whole_is_given_up_in_the_end(
    tower: HighlightsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []

    def fail(_: Matcher, seen: Seen) -> list[object]:
        looked.append(number(seen))
        raise ZeroDivisionError

    monkeypatch.setattr(Matcher, "matches", fail)
    seen = tower.message()
    await judged(tower, seen)
    assert await mark(tower) == number(seen) - 1
    for _ in range(MOST_FAILURES):
        await read(tower)
    assert looked == [number(seen)] * MOST_FAILURES
    assert await mark(tower) == number(seen)
