"""No rule finds what lies outside it, or what its member may not read, whatever is written."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import NothingLeft
from bot.services.highlights.rules import DuplicateRule
from bot.services.messages.models import Seen
from storage.hits import HitStore
from storage.rules import EVERYWHERE, Places, Rule, RuleKind
from tests.support.outbox import MINJI
from tests.support.watching import (
    CATEGORY,
    GUILD,
    JUNHO,
    ROLE,
    ROOM,
    THREAD,
    FakeReader,
    HighlightsWorld,
    open_tower,
)

HAJUN = 3
MARKET, ALLEY = 75, 701
SHARED, STRANGE = 8, 9
# Each room with its server, parent and category.
ROOMS = {
    ROOM: (GUILD, None, CATEGORY),
    THREAD: (GUILD, ROOM, CATEGORY),
    MARKET: (GUILD, None, ALLEY),
    80: (SHARED, None, CATEGORY),
    90: (STRANGE, None, None),
}
KINDS = (RuleKind.WORD, RuleKind.PATTERN, RuleKind.ANY, RuleKind.MENTION)
WORDS = {RuleKind.WORD: "공지", RuleKind.PATTERN: "공지.*"}
ROLES = {JUNHO: frozenset({ROLE}), HAJUN: frozenset[int]()}


@dataclass
class Servers(FakeReader):
    """Servers in one of which 민지 is no member, and rooms of which she does not see some."""

    servers: set[int] = field(default_factory=lambda: {GUILD, SHARED, STRANGE})

    async def roles(
        self, member_id: int, guild_id: int, *, now: bool = False
    ) -> frozenset[int] | None:
        if member_id == MINJI and guild_id == STRANGE:
            return None
        return ROLES.get(member_id, await super().roles(member_id, guild_id, now=now))

    async def reads(self, member_id: int, guild_id: int, channel_id: int) -> bool:
        is_there = await super().reads(member_id, guild_id, channel_id)
        return is_there and await self.roles(member_id, guild_id) is not None


@dataclass(frozen=True)
class Wanted:
    """A rule, as a member might ask for it."""

    kind: RuleKind
    guild_id: int
    only: Places

    def is_met(self, written: "Written") -> bool:
        """Tell it the long way."""
        guild_id, *around = ROOMS[written.room]
        rooms = {written.room, *around}
        named = {*self.only.channels, *self.only.categories}
        is_there = not named or not named.isdisjoint(rooms)
        is_by = not self.only.has_people or (
            written.author in self.only.members
            or not ROLES[written.author].isdisjoint(self.only.roles)
        )
        says = {RuleKind.ANY: True, RuleKind.MENTION: written.calls}
        return (
            self.guild_id in {EVERYWHERE, guild_id}
            and is_there
            and is_by
            and says.get(self.kind, written.says)
        )


@dataclass(frozen=True)
class Written:
    """A message; `hidden` are rooms that 민지 does not see then."""

    room: int
    author: int
    says: bool
    calls: bool
    hidden: frozenset[int]


few = st.lists(st.sampled_from((ROOM, THREAD, MARKET)), max_size=2, unique=True).map(tuple)
people = st.lists(st.sampled_from((JUNHO, HAJUN)), max_size=1).map(tuple)
everywhere = st.builds(
    Wanted, st.sampled_from(KINDS), st.just(EVERYWHERE), st.builds(Places, members=people)
)
here = st.builds(
    Wanted,
    st.sampled_from(KINDS),
    st.just(GUILD),
    st.builds(
        Places,
        channels=few,
        categories=st.sampled_from(((), (ALLEY,))),
        members=people,
        roles=st.sampled_from(((), (ROLE,))),
    ),
)
rules = (here | everywhere).filter(
    lambda one: one.kind is not RuleKind.ANY or not one.only.is_empty
)
hidden = st.frozensets(st.sampled_from(list(ROOMS)), max_size=3)
messages = st.builds(
    Written,
    st.sampled_from(list(ROOMS)),
    st.sampled_from((JUNHO, HAJUN)),
    st.booleans(),
    st.booleans(),
    hidden,
)


@settings(max_examples=25, deadline=None)
@given(st.lists(rules, min_size=1, max_size=5), st.lists(messages, min_size=1, max_size=6), hidden)
def test_rules_find_what_is_within_them_and_may_be_read_and_send_what_still_may(
    migrated: Path, wanted: list[Wanted], written: list[Written], later: frozenset[int]
) -> None:
    with tempfile.TemporaryDirectory(dir=migrated.parent) as folder:
        shutil.copy(migrated, folder)
        asyncio.run(live(Path(folder), wanted, written, later))


async def live(
    folder: Path, wanted: Sequence[Wanted], written: Sequence[Written], later: frozenset[int]
) -> None:
    async with open_tower(folder) as tower:
        tower.glass = Servers()
        tower.services.sight.attach(tower.glass)
        kept = [(one, rule) for one in wanted for rule in await add(tower, one)]
        found = [(one, seen) for one in written for seen in await write(tower, kept, one)]
        tower.glass.hidden = set(later)
        if found:
            with suppress(NothingLeft):
                await tower.card()
        hits = HitStore(tower.database)
        for one, seen in found:
            hit = await hits.of_occasion(MINJI, f"message:{seen.source.message_id}")
            assert hit is not None
            assert (hit.reason is None) is (one.room not in later)


async def add(tower: HighlightsWorld, one: Wanted) -> list[Rule]:
    """Keep a rule, unless it is kept already."""
    with suppress(DuplicateRule):
        text, only = WORDS.get(one.kind, ""), one.only.model_dump()
        rules = tower.services.rules
        return [await rules.add(MINJI, one.guild_id, one.kind, text, only=only)]
    return []


async def write(
    tower: HighlightsWorld, kept: Sequence[tuple[Wanted, Rule]], one: Written
) -> list[Seen]:
    """Write a message and look at which rules it is found by; return it when it is."""
    tower.glass.hidden = set(one.hidden)
    seen = say(tower, one)
    await tower.services.watch.see(seen)
    hit = await tower.services.watch.found(MINJI, seen)
    is_read = one.room not in one.hidden and ROOMS[one.room][0] != STRANGE
    met = [rule.id for wanted, rule in kept if is_read and wanted.is_met(one)]
    assert sorted(hit.rule_ids if hit else ()) == met
    return [seen] if hit else []


def say(tower: HighlightsWorld, one: Written) -> Seen:
    guild_id, parent_id, category_id = ROOMS[one.room]
    seen = tower.message(
        "공지가 있어요" if one.says else "다른 이야기예요",
        channel=one.room,
        author_id=one.author,
        parent_id=parent_id,
        mentions=frozenset({MINJI} if one.calls else ()),
    )
    moved = replace(seen, source=replace(seen.source, guild_id=guild_id), category_id=category_id)
    del tower.glass.messages[seen.source]
    tower.glass.messages[moved.source] = tower.glass.past[-1] = moved
    return moved
