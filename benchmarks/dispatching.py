"""What a round over many members costs for whom something was found, from hits to deliveries.

Both sides do the same work on databases that are filled alike; the other one looks at one member
after another, as Kkachi did until it did better.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.measure import judge
from bot.services.accounts.links import Links
from bot.services.clock import PATIENCE
from bot.services.deliveries.allowance import Allowance, KakaoLimits
from bot.services.deliveries.signals import OutboxSignals
from bot.services.highlights.days import Days
from bot.services.highlights.dispatcher import BATCH, Dispatcher
from bot.services.highlights.schedule import Schedules
from bot.services.messages.reader import DiscordReader, ReaderSlot
from storage.database import Database, open_database
from storage.deliveries import OF_HITS, DeliveryState
from storage.hits import HitState, HitStore
from storage.stores import Stores
from storage.tables import deliveries, hits, links, wishes
from storage.vault import Vault

NOON = 1_795_230_000.0  # in Seoul, 21 November 2026
WAITING, TAKEN = 3, 5
QUIET = {"quiet_from": 23 * 60, "quiet_to": 8 * 60}
FEWEST_TIMES = 5.0
MOST_SECONDS = 10.0
Row = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    members: int = 10_000
    fewer: int = 1_000
    rounds: int = 3


FULL, BRIEF = Size(), Size(members=20, fewer=2, rounds=1)


class Everywhere:
    """A Discord that shows every server."""

    async def is_in(self, _guild_id: int) -> bool:
        """Tell that Kkachi is in it."""
        return True


def _link(member_id: int) -> Row:
    return {
        "member_id": member_id,
        "kakao_id": member_id,
        "nickname": "민지",
        "scopes": ["profile_nickname", "talk_message"],
        "access_token": b"sealed",
        "access_expires_at": NOON,
        "refresh_token": b"sealed",
        "refresh_expires_at": NOON,
        "locale": "ko",
        "linked_at": NOON,
        "generation": "first",
    }


def _hit(member_id: int, number: int, state: HitState) -> Row:
    waits = state is HitState.WAITING
    return {
        "member_id": member_id,
        "occasion": f"message:{number}",
        "kind": "message",
        "priority": (member_id + number) % 4,
        "guild_id": member_id % 100,
        "channel_id": 70,
        "message_id": number,
        "rule_ids": [number],
        "state": state,
        "forward_id": None if waits else f"{member_id}-{number}",
        "found_at": NOON - number,
        "due_at": NOON - number,
    }


def _sent(member_id: int, number: int) -> Row:
    return {
        "forward_id": f"{member_id}-{number}",
        "member_id": member_id,
        "chat": "me",
        "card": OF_HITS,
        "state": DeliveryState.SENT,
        "tries": 1,
        "repeats": 0,
        "next_try_at": NOON - 7200,
        "created_at": NOON - 7200,
        "finished_at": NOON - 7200,
    }


def _of_member(member_id: int) -> Iterator[Row]:
    for number in range(WAITING):
        yield _hit(member_id, number, HitState.WAITING)
    for number in range(WAITING, WAITING + TAKEN):
        yield _hit(member_id, number, HitState.TAKEN)


async def _fill(database: Database, count: int) -> None:
    members = range(count)
    numbers = range(WAITING, WAITING + TAKEN)
    filled = {
        links: [_link(one) for one in members],
        hits: [row for one in members for row in _of_member(one)],
        deliveries: [_sent(one, number) for one in members for number in numbers],
        wishes: [{"member_id": one, "wishes": QUIET} for one in members if one % 3 == 0],
    }

    async def write(connection: AsyncConnection) -> None:
        for table, rows in filled.items():
            await connection.execute(insert(table), rows)

    await database.write(write)


def _dispatcher(database: Database, batch: int) -> Dispatcher:
    stores = Stores.of(database, Vault([bytes(32)]))
    sight = ReaderSlot()
    sight.attach(cast("DiscordReader", Everywhere()))
    allowance = Allowance(stores.allowances, KakaoLimits(), now=lambda: NOON)
    return Dispatcher(
        hits=stores.hits,
        # Nobody is asked at Kakao.
        links=Links(stores.links, cast("Any", None), now=lambda: NOON),
        days=Days(allowance, stores.deliveries, now=lambda: NOON),
        schedules=Schedules(stores.wishes, now=lambda: NOON),
        signals=OutboxSignals(),
        sight=sight,
        patience=PATIENCE,
        now=lambda: NOON,
        batch=batch,
    )


async def _seconds(count: int, batch: int) -> float:
    """Return how many CPU seconds it takes until nothing waits for so many members any more."""
    with tempfile.TemporaryDirectory() as name:
        async with open_database(f"sqlite+aiosqlite:///{Path(name) / 'kkachi.db'}") as database:
            await _fill(database, count)
            found, dispatcher = HitStore(database), _dispatcher(database, batch)
            began = time.process_time()
            running = asyncio.create_task(dispatcher.run())
            while await found.count_waiting():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.05)
            taken = time.process_time() - began
            running.cancel()
            await asyncio.wait([running])
    return taken


async def main(size: Size) -> None:
    print(f"\nA round over members for each of whom {WAITING} hits wait, in CPU seconds")
    together, apart = [], []
    for _ in range(size.rounds):
        together.append(await _seconds(size.members, BATCH))
        apart.append(await _seconds(size.fewer, 1))
    best, other = statistics.median(together), statistics.median(apart)
    ratio = (other / size.fewer) / (best / size.members)
    for title, count, taken in (
        (f"{BATCH} at a time", size.members, best),
        ("one after another", size.fewer, other),
    ):
        each = taken / count * 1e6
        print(f"  {title:<20}{count:>7,} members {taken:>8.2f} s {each:>9,.0f} µs each")
    print(f"  → {ratio:.1f} times as much one after another")
    judge({"ratio": ratio < FEWEST_TIMES, "time": best > MOST_SECONDS})
