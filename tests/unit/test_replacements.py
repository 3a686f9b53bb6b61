"""Which message stands in place of which: what is said decides, where and when."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.services.clock import Patience
from bot.services.messages.models import Seen, message_address
from storage.hits import HitStore
from tests.support.linking import until
from tests.support.outbox import MINJI
from tests.support.watching import ROOM, HighlightsWorld, open_tower

WEBHOOK = 900
TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


async def outcome(world: HighlightsWorld, written: Seen, copy: Seen, order: str) -> int | None:
    """Let all this be told in an order; return the message that waits for 민지 then."""
    for step in order:
        if step == "w":
            await world.services.watch.see(written)
        elif step == "c":
            await world.services.replacements.came(copy)
            await world.services.watch.see(copy)
        else:
            await world.services.watch.deleted([written.source.message_id])
    waiting = await HitStore(world.database).waiting(MINJI)
    assert len(waiting) <= 1
    return waiting[0].message_id if waiting else None


@settings(max_examples=12, deadline=None)
@given(before=TEXT, said=TEXT, after=TEXT, order=st.sampled_from([*permutations("wcd")]))
def test_whatever_marks_stood_around_it_and_whatever_is_told_first_the_copy_is_carried(
    migrated: Path, before: str, said: str, after: str, order: tuple[str, ...]
) -> None:
    async def run() -> None:
        with TemporaryDirectory(dir=migrated.parent) as folder:
            shutil.copy(migrated, folder)
            async with open_tower(Path(folder)) as world:
                await world.rule()
                said_here = f"공지 {said}"
                written = world.message(f"{before} {said_here} {after}")
                copy = world.message(said_here, author_id=WEBHOOK, is_bot=True)
                assert await outcome(world, written, copy, "".join(order)) == copy.source.message_id

    asyncio.run(run())


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path) as world:
        await world.rule()
        yield world


@pytest.mark.parametrize(
    ("text", "channel", "seconds"),
    [("공지 다른 말", ROOM, 1.0), ("공지", ROOM + 5, 1.0), ("공지", ROOM, 31.0), ("", ROOM, 1.0)],
    ids=["other words", "another channel", "too late", "nothing said"],
)
async def test_what_only_resembles_it_takes_no_place(
    world: HighlightsWorld, text: str, channel: int, seconds: float
) -> None:
    written = world.message("공지 나갑니다")
    copy = world.message(text, channel=channel, author_id=WEBHOOK, is_bot=True)
    copy = replace(copy, created_at=written.created_at + seconds)
    assert await outcome(world, written, copy, "wcd") is None


async def test_a_message_that_stays_is_carried_itself(world: HighlightsWorld) -> None:
    written = world.message("L: 공지 나갑니다")
    copy = world.message("공지 나갑니다", author_id=WEBHOOK, is_bot=True)
    assert await outcome(world, written, copy, "wc") == written.source.message_id


async def test_of_two_alike_each_is_followed_by_its_own(world: HighlightsWorld) -> None:
    first, second = world.message("L: 공지"), world.message("L: 공지")
    await world.services.watch.see(first)
    await world.services.watch.see(second)
    copies = [world.message("공지", author_id=WEBHOOK, is_bot=True) for _ in range(2)]
    for copy in copies:
        await world.services.replacements.came(copy)
    await world.services.watch.deleted([first.source.message_id, second.source.message_id])
    waiting = await HitStore(world.database).waiting(MINJI)
    assert {one.message_id for one in waiting} == {one.source.message_id for one in copies}


async def test_of_two_that_are_judged_late_each_is_followed_by_its_own(
    world: HighlightsWorld,
) -> None:
    written = [world.message("L: 공지") for _ in range(2)]
    copies = [world.message("공지", author_id=WEBHOOK, is_bot=True) for _ in range(2)]
    for copy in copies:
        await world.services.replacements.came(copy)
    await world.services.watch.deleted([one.source.message_id for one in written])
    for one in written:
        await world.services.watch.see(one)
    waiting = await HitStore(world.database).waiting(MINJI)
    assert {one.message_id for one in waiting} == {one.source.message_id for one in copies}


async def test_what_was_being_made_of_it_meanwhile_follows_soon(tmp_path: Path) -> None:
    async with open_tower(tmp_path, Patience(first=0.05)) as world:
        await world.rule()
        written = world.message("L: 공지")
        copy = world.message("공지", author_id=WEBHOOK, is_bot=True)
        await outcome(world, written, copy, "wcd")
        address = await world.services.jumps.open(MINJI, written.source)
        jump_id = address.rpartition("/")[2]

        async def follows() -> bool:
            found = await world.services.jumps.follow(jump_id)
            return found == message_address(copy.source)

        assert not await follows()
        await until(follows)


async def test_whoever_is_erased_stands_behind_no_hit(world: HighlightsWorld) -> None:
    written = world.message("L: 공지")
    copy = world.message("공지", author_id=WEBHOOK, is_bot=True)
    await outcome(world, written, copy, "wcd")
    [hit] = await HitStore(world.database).waiting(MINJI)
    assert hit.author_id == written.author_id
    await world.services.privacy.delete(written.author_id)
    [hit] = await HitStore(world.database).waiting(MINJI)
    assert hit.author_id is None
