"""Members whose rules one message meets are asked about side by side, but not all at once."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from bot.discord.limits import MEMBERS_ASKED_FOR
from bot.services.highlights.watcher import SIDE_BY_SIDE
from storage.rules import RuleKind
from tests.support.watching import GUILD, FakeReader, open_tower

MEMBERS = range(101, 101 + SIDE_BY_SIDE + 30)


@dataclass
class PatientReader(FakeReader):
    """Answers once it was asked about so many members, and counts how many wait at most."""

    asked: int = 0
    most: int = 0
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def reads(self, member_id: int, guild_id: int, channel_id: int) -> bool:
        self.asked += 1
        self.most = max(self.most, self.asked)
        if self.most == SIDE_BY_SIDE:
            self.enough.set()
        await self.enough.wait()
        await asyncio.sleep(0)
        self.asked -= 1
        return await super().reads(member_id, guild_id, channel_id)


async def test_the_members_of_one_hit_are_asked_about_a_hundred_at_a_time(tmp_path: Path) -> None:
    async with open_tower(tmp_path) as tower:
        reader = PatientReader()
        tower.services.sight.attach(reader)
        for member_id in MEMBERS:
            await tower.link(member_id)
            await tower.services.rules.add(member_id, GUILD, RuleKind.WORD, "공지")
        seen = tower.message()
        async with asyncio.timeout(20):
            await tower.services.watch.see(seen)
        assert reader.most == SIDE_BY_SIDE == MEMBERS_ASKED_FOR
        found = [await tower.services.watch.found(one, seen) for one in MEMBERS]
        assert None not in found
