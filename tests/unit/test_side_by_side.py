"""Members whose rules one message meets are asked about side by side, but not all at once."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from bot.services.highlights.watcher import SIDE_BY_SIDE
from storage.rules import RuleKind
from tests.support.watching import GUILD, FakeReader, open_tower

MEMBERS = range(101, 131)


@dataclass
class SlowReader(FakeReader):
    """Takes its time for each member, and counts how many are asked about at once."""

    asked: int = 0
    most: int = 0

    async def reads(self, member_id: int, guild_id: int, channel_id: int) -> bool:
        self.asked += 1
        self.most = max(self.most, self.asked)
        await asyncio.sleep(0.01)
        self.asked -= 1
        return await super().reads(member_id, guild_id, channel_id)


async def test_the_members_of_one_hit_are_asked_about_ten_at_a_time(tmp_path: Path) -> None:
    async with open_tower(tmp_path) as tower:
        reader = SlowReader()
        tower.services.sight.attach(reader)
        for member_id in MEMBERS:
            await tower.link(member_id)
            await tower.services.rules.add(member_id, GUILD, RuleKind.WORD, "공지")
        seen = tower.message()
        await tower.services.watch.see(seen)
        assert 1 < reader.most <= SIDE_BY_SIDE
        found = [await tower.services.watch.found(one, seen) for one in MEMBERS]
        assert None not in found
