"""Many members are looked at together: whose hits go first, and whose trouble is whose."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.services.deliveries.sender import TROUBLE_WAIT
from bot.services.highlights.dispatcher import BUSY_WAIT, UNREADABLE_WAIT
from storage.database import StorageError, open_database
from storage.deliveries import OF_HITS, Chat, DeliveryStore, NewDelivery
from storage.hits import Hit, HitStore, Priority
from storage.taking import Bundle
from tests.support.outbox import CARD, MINJI, NOON
from tests.support.postgres import ONLY_SQLITE
from tests.support.watching import DAY, GUILD, HighlightsWorld, open_tower

MENTION, REPLY, WORD, EVENT = Priority
MEMBERS = range(10, 15)
BAD = 12


@pytest.fixture
async def tower(database_url: str, tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    """Five members, for each of whom a word was found."""
    async with open_tower(tmp_path, url=database_url) as tower:
        for member_id in MEMBERS:
            await tower.link(member_id)
            await found(tower, member_id)
        yield tower


@pytest.fixture
async def last_call(database_url: str, tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    """Two members right before the end of a day, on which the app may send one message more."""
    async with open_tower(tmp_path, url=database_url, app_daily=1) as tower:
        for member_id, priority in ((10, WORD), (11, MENTION)):
            await tower.link(member_id)
            await found(tower, member_id, priority)
        tower.clock.at = tower.services.allowance.limits.day_ends(NOON) - 60
        yield tower


async def found(
    tower: HighlightsWorld, member_id: int, priority: Priority = WORD, at: float = NOON
) -> None:
    """Let something be found for a member, and the dispatcher know."""
    number = next(tower.numbers)
    occasion = f"message:{number}"
    hit = Hit(member_id, occasion, "message", priority, GUILD, at, at, 70, number)
    assert await HitStore(tower.database).add(hit)
    tower.services.dispatcher.wake(member_id)


async def going(tower: HighlightsWorld) -> list[int]:
    """Return whose deliveries go out, in their order."""
    rows = await tower.database.all(
        text("SELECT member_id FROM deliveries WHERE state = 'queued' ORDER BY next_try_at, id")
    )
    return [row["member_id"] for row in rows]


async def look(tower: HighlightsWorld) -> list[int]:
    """Let the dispatcher look at everybody once; return whose deliveries go out."""
    await tower.services.dispatcher._round()
    return await going(tower)


def times(tower: HighlightsWorld) -> dict[int, float]:
    """When the dispatcher looks at whom again, seconds from now."""
    return {one: at - tower.clock() for one, at in tower.services.dispatcher._times.items()}


def bundle(hits: Sequence[Hit]) -> Bundle:
    """Return a delivery of a member's hits."""
    return Bundle(NewDelivery(hits[0].member_id, Chat.ME, OF_HITS), [hit.id for hit in hits])


class Meanwhile(HitStore):
    """Something happens after hits were read, before they are written."""

    happens: Callable[[], Awaitable[object]]

    async def take_all(self, bundles: Sequence[Bundle], at: float) -> dict[int, str]:
        await self.happens()
        return await super().take_all(bundles, at)


def meanwhile(tower: HighlightsWorld, happens: Callable[[], Awaitable[object]]) -> None:
    hits = Meanwhile(tower.database)
    hits.happens = happens
    tower.services.dispatcher._hits = hits


# The order


@pytest.mark.parametrize("batch", [2, 500])
@ONLY_SQLITE
async def test_the_most_urgent_go_first_and_of_them_the_oldest(
    tower: HighlightsWorld, batch: int
) -> None:
    tower.services.dispatcher._batch = batch
    more = {10: EVENT, 11: MENTION, 12: WORD, 13: REPLY, 14: MENTION}
    for member_id, priority in more.items():
        await found(tower, member_id, priority, at=NOON - member_id)
    assert await look(tower) == [14, 11, 13, 12, 10]


@ONLY_SQLITE
async def test_who_becomes_urgent_meanwhile_does_not_wait_for_everybody_before(
    tower: HighlightsWorld,
) -> None:
    tower.services.dispatcher._batch = 1
    for member_id in range(100, 140):
        await tower.link(member_id)
        await found(tower, member_id)
    await look(tower)
    await found(tower, 139, MENTION)
    assert (await look(tower))[10] == 139


# Whose trouble it is


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE links SET scopes = '5' WHERE member_id = 12",
        "INSERT INTO wishes (member_id, wishes) VALUES (12, '{\"mode\": 5}')",
    ],
)
async def test_a_row_that_cannot_be_read_costs_its_member_only(
    tower: HighlightsWorld, spoil: str
) -> None:
    await tower.database.change(text(spoil))
    assert await look(tower) == [10, 11, 13, 14]
    assert times(tower)[BAD] == UNREADABLE_WAIT


async def test_what_cannot_be_written_for_one_member_is_written_for_all_others(
    tower: HighlightsWorld, caplog: pytest.LogCaptureFixture
) -> None:
    former = NewDelivery(BAD, Chat.FRIEND, CARD)
    await DeliveryStore(tower.database).accept("former", [former], at=NOON + DAY)
    one = "CREATE UNIQUE INDEX trouble ON deliveries (member_id) WHERE member_id = 12"
    await tower.database.change(text(one))
    assert await look(tower) == [10, 11, 13, 14, BAD]  # the former one
    assert times(tower)[BAD] == TROUBLE_WAIT
    assert caplog.text.count("hits wait, the database fails") == 1
    await tower.database.change(text("DROP INDEX trouble"))
    tower.clock.at += TROUBLE_WAIT
    assert await look(tower) == [10, 11, 13, 14, BAD, BAD]


async def test_while_the_database_fails_all_wait_and_nothing_is_lost(
    tower: HighlightsWorld, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails() -> None:
        raise StorageError("disk full")

    meanwhile(tower, fails)
    assert await look(tower) == []
    assert set(times(tower).values()) == {TROUBLE_WAIT}
    assert caplog.text.count("disk full") == 1
    tower.services.dispatcher._hits = HitStore(tower.database)
    tower.clock.at += TROUBLE_WAIT
    assert await look(tower) == list(MEMBERS)


async def test_a_mistake_of_our_own_about_one_member_holds_up_nobody_else(
    tower: HighlightsWorld, caplog: pytest.LogCaptureFixture
) -> None:
    shown = tower.glass.is_in
    await tower.database.change(text("UPDATE hits SET guild_id = 9 WHERE member_id = 12"))

    async def is_in(guild_id: int) -> bool:
        if guild_id != GUILD:
            raise ZeroDivisionError("비밀")
        return await shown(guild_id)

    tower.glass.is_in = is_in  # type: ignore[method-assign]  # a reader with a mistake in it
    assert await look(tower) == [10, 11, 13, 14]
    assert times(tower)[BAD] == BUSY_WAIT
    assert "ZeroDivisionError at" in caplog.text
    assert "비밀" not in caplog.text


# What happens between reading and writing


async def test_who_links_another_account_meanwhile_gets_it_there(tower: HighlightsWorld) -> None:
    meanwhile(tower, lambda: tower.link(BAD, account=99))
    assert sorted(await look(tower)) == list(MEMBERS)
    stands = (
        "SELECT count(*) AS n FROM deliveries AS d JOIN links AS l"
        " ON l.member_id = d.member_id AND l.generation = d.link_generation"
    )
    assert await tower.database.all(text(stands)) == [{"n": len(MEMBERS)}]


async def test_to_who_is_erased_meanwhile_nothing_goes(tower: HighlightsWorld) -> None:
    meanwhile(tower, lambda: tower.services.privacy.delete(BAD))
    assert await look(tower) == [10, 11, 13, 14]
    assert BAD not in times(tower)
    traces = text("SELECT id FROM hits WHERE member_id = 12")
    assert await tower.database.all(traces) == []


@ONLY_SQLITE
async def test_who_is_forgotten_before_their_turn_is_not_looked_at(tower: HighlightsWorld) -> None:
    tower.services.dispatcher._batch = 1
    meanwhile(tower, lambda: tower.services.dispatcher.forget(BAD))
    assert await look(tower) == [10, 11, 13, 14]
    assert set(times(tower)) == {10, 11, 13, 14}


async def test_who_is_woken_meanwhile_is_looked_at_again_at_once(tower: HighlightsWorld) -> None:
    async def wake() -> None:
        tower.services.dispatcher.wake(BAD)

    meanwhile(tower, wake)
    await look(tower)
    assert [one for one, wait in times(tower).items() if wait < BUSY_WAIT] == [BAD]


async def test_what_is_gone_meanwhile_makes_no_delivery(tower: HighlightsWorld) -> None:
    gone = text("UPDATE hits SET state = 'dropped' WHERE member_id = 12")
    meanwhile(tower, lambda: tower.database.change(gone))
    assert await look(tower) == [10, 11, 13, 14]


async def test_whose_hits_another_process_takes_meanwhile_has_one_delivery_under_way(
    tower: HighlightsWorld,
) -> None:
    other, row = HitStore(tower.database), NewDelivery(BAD, Chat.ME, OF_HITS)

    async def take_one_of_two() -> None:
        [_, second] = await other.waiting(BAD)
        assert await other.take([second.id], row, NOON)

    await found(tower, BAD)
    meanwhile(tower, take_one_of_two)
    assert sorted(await look(tower)) == list(MEMBERS)
    assert len(await other.waiting(BAD)) == 1


# What all of them share


async def test_the_last_message_of_the_app_goes_to_who_needs_it_most(
    last_call: HighlightsWorld,
) -> None:
    assert await look(last_call) == [11]
    assert times(last_call) == {11: BUSY_WAIT, 10: 60}


async def test_what_was_accepted_already_is_not_promised_again(last_call: HighlightsWorld) -> None:
    by_hand = NewDelivery(MINJI, Chat.ME, CARD)
    await DeliveryStore(last_call.database).accept("by hand", [by_hand], at=last_call.clock())
    assert await look(last_call) == [MINJI]
    assert times(last_call) == {11: 60, 10: 60}


@ONLY_SQLITE
async def test_who_cannot_get_anything_is_not_looked_at_again(tower: HighlightsWorld) -> None:
    for change in (
        "UPDATE links SET broken_at = 1 WHERE member_id = 10",
        "UPDATE links SET scopes = '[\"friends\"]' WHERE member_id = 11",
        "DELETE FROM links WHERE member_id = 12",
    ):
        await tower.database.change(text(change))
    assert await look(tower) == [13, 14]
    assert set(times(tower)) == {13, 14}


async def test_of_two_processes_that_look_at_once_each_member_gets_one(
    postgresql: str, tmp_path: Path
) -> None:
    many = range(100, 160)
    async with (
        open_tower(tmp_path, url=postgresql) as one,
        open_database(postgresql, exclusive=False) as database,
    ):
        for member_id in many:
            await one.link(member_id)
        for number in range(5):
            for member_id in many:
                await found(one, member_id, at=NOON + number)
        first, second = HitStore(one.database), HitStore(database)
        waiting = await first.waiting_for(many)
        halves = (
            [bundle(hits[::2]) for hits in waiting.values()],
            [bundle(hits[1::2]) for hits in reversed(waiting.values())],
        )
        await asyncio.gather(
            *(
                store.take_all(half, NOON)
                for store, half in zip((first, second), halves, strict=True)
            )
        )
        assert sorted(await going(one)) == list(many)
