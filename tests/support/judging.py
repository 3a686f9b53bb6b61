"""Lives of the services, one after the other, on one database and one made-up Discord."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import text

from bot.services.highlights.catch_up import first_id_at
from storage.rules import RuleKind
from storage.watermarks import WatermarkStore
from tests.support.discord_trouble import HURRIED
from tests.support.outbox import MINJI, NOON
from tests.support.watching import GUILD, FakeReader, HighlightsWorld, open_tower

SEOYEON = 3
MINUTE = 60.0


@asynccontextmanager
async def alive(folder: Path, glass: FakeReader) -> AsyncIterator[HighlightsWorld]:
    """Live for a while, some minutes after whatever was written before."""
    async with open_tower(folder, HURRIED) as tower:
        tower.glass = glass
        tower.services.sight.attach(glass)
        tower.clock.at = max((one.created_at for one in glass.past), default=NOON) + MINUTE
        tower.numbers = count(first_id_at(tower.clock()) + 1)
        await tower.services.rules.index.load()
        yield tower


async def settle(folder: Path, glass: FakeReader) -> None:
    """Live once, and leave rules of two members."""
    async with alive(folder, glass) as tower:
        await tower.link(SEOYEON)
        for member_id in (MINJI, SEOYEON):
            await tower.services.rules.add(member_id, GUILD, RuleKind.WORD, "공지")


async def refuse(tower: HighlightsWorld, member_id: int = MINJI) -> None:
    """Let the database take no hit of a member."""
    when = f"BEFORE INSERT ON hits WHEN NEW.member_id = {member_id}"
    refusing = f"CREATE TRIGGER refusing {when} BEGIN SELECT RAISE(ABORT, 'locked'); END"
    await tower.database.change(text(refusing))


async def take(tower: HighlightsWorld) -> None:
    await tower.database.change(text("DROP TRIGGER refusing"))


async def read(tower: HighlightsWorld) -> None:
    await tower.services.catch_up.catch_up(tower.services.watch.judge)


async def mark(tower: HighlightsWorld) -> int:
    """Return up to where a process that ends now has judged."""
    running = asyncio.create_task(tower.services.catch_up.run())
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait([running])
    return await WatermarkStore(tower.database).get(GUILD) or 0


async def hits(tower: HighlightsWorld) -> list[tuple[int, int]]:
    rows = await tower.database.all(text("SELECT member_id, message_id FROM hits ORDER BY id"))
    return [(row["member_id"], row["message_id"]) for row in rows]
