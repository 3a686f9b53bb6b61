"""What may leave a server is decided by it, at first and at every later door, by one rule."""

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from bot.errors import DiscordAway, NotAllowed, NothingLeft
from bot.services.messages.models import Seen, Source
from bot.services.servers.access import Access, LessMayLeave, PlaceOff, TooManySends
from bot.services.servers.policy import Policy, is_less
from bot.services.servers.settings import GuildSettings, Limits
from storage.digests import Item
from storage.exclusions import Exclusion, ExclusionStore
from storage.hits import HitState, HitStore
from tests.support.outbox import MINJI
from tests.support.watching import (
    CATEGORY,
    GUILD,
    JUNHO,
    ROLE,
    ROOM,
    FakeReader,
    HighlightsWorld,
    highlight,
    open_tower,
)

FEATURES = ("forward", "share", "compose")
OTHER_GUILD = 8
PLACES = st.frozensets(st.sampled_from([ROOM, CATEGORY, 99]), max_size=2)
SETTINGS = st.builds(
    GuildSettings,
    off=st.frozensets(st.sampled_from(FEATURES), max_size=1),
    only=PLACES,
    never=PLACES,
    forward_roles=st.frozensets(st.just(ROLE)),
    policy=st.sampled_from(Policy),
    policies=st.dictionaries(st.sampled_from([ROOM, CATEGORY]), st.sampled_from(Policy)),
    limits=st.builds(Limits, sends=st.none() | st.integers(0, 3)),
)


@dataclass(frozen=True)
class Load:
    """Something on its way out of a server."""

    feature: str
    policy: str | None
    guild_id: int | None = GUILD
    channel_id: int | None = ROOM


class Server:
    """Everything that access asks, in one: settings, roles, places, what was sent."""

    def __init__(self, settings: GuildSettings, role_ids: Collection[int], sent: int) -> None:
        self.settings, self.role_ids, self.sent = settings, frozenset(role_ids), sent
        self.reader = self
        self.resets_at = 0.0
        self.asked = 0

    async def of(self, guild_id: int) -> GuildSettings:
        assert guild_id == GUILD
        return self.settings

    async def check(self, *_: int) -> None:
        """Nobody is excluded."""

    async def note(self, *_: object) -> None:
        """Who uses it does not matter here."""

    async def is_in(self, guild_id: int) -> bool:
        return guild_id == GUILD

    async def left(self, _: int) -> "Server":
        return self

    async def by_hand(self, *_: object) -> int:
        return self.sent

    async def roles(self, *_: int, **__: bool) -> frozenset[int]:
        self.asked += 1
        return self.role_ids

    async def places(self, *_: int) -> tuple[int, None, int]:
        self.asked += 1
        return ROOM, None, CATEGORY

    def access(self) -> Access:
        everything: Any = self
        return Access(
            settings=everything,
            exclusions=everything,
            decisions=everything,
            memberships=everything,
            statistics=everything,
            allowance=everything,
            sight=everything,
            now=lambda: 0.0,
        )


SEEN = replace(
    Seen.of_text(Source(GUILD, ROOM, 1), JUNHO, "우리끼리 이야기", 0.0), category_id=CATEGORY
)


def verdict(work: Any) -> str | None:  # noqa: ANN401 - a coroutine of either door
    """Return what kind of no something gets, None for a yes."""
    try:
        asyncio.run(work)
    except NotAllowed as error:
        return type(error).__name__
    return None


@given(
    made=st.sampled_from(Policy),
    settings=SETTINGS,
    feature=st.sampled_from(FEATURES),
    role_ids=st.frozensets(st.just(ROLE)),
    sent=st.integers(0, 3),
)
def test_a_later_door_says_what_the_first_would_say_now(
    made: Policy, settings: GuildSettings, feature: str, role_ids: frozenset[int], sent: int
) -> None:
    server = Server(settings, role_ids, sent)
    first = verdict(_carry(server, feature))
    later = verdict(server.access().check_load(MINJI, Load(feature, made), sends=1))
    now = settings.policy_of((ROOM, None, CATEGORY))
    if is_less(now, made):
        assert later is not None
    else:
        assert later == first


async def _carry(server: Server, feature: str) -> None:
    await server.access().carried(MINJI, highlight(SEEN), SEEN.places, feature)


@given(settings=SETTINGS, role_ids=st.frozensets(st.just(ROLE)))
def test_words_of_ones_own_are_held_by_no_channel_and_no_policy(
    settings: GuildSettings, role_ids: frozenset[int]
) -> None:
    server = Server(settings, role_ids, 0)
    said = verdict(server.access().check_load(MINJI, Load("compose", None)))
    assert said in {None, "FeatureOff", "RoleNeeded"}


@given(role_ids=st.none() | st.frozensets(st.just(ROLE)))
def test_discord_is_asked_for_nothing_on_which_it_does_not_depend(
    role_ids: frozenset[int] | None,
) -> None:
    server = Server(GuildSettings(policy=Policy.EXCERPT), (), 0)
    load = Load("forward", Policy.EXCERPT)
    asyncio.run(server.access().check_load(MINJI, load, role_ids=role_ids))
    assert server.asked == 0


def test_what_is_from_direct_messages_is_asked_of_nobody() -> None:
    load = Load("forward", Policy.FULL, guild_id=None)
    assert (
        verdict(
            Server(GuildSettings(off=frozenset(FEATURES)), (), 9).access().check_load(MINJI, load)
        )
        is None
    )


# A channel that nobody can place any more


@pytest.fixture
async def tower(tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path) as tower:
        await tower.rule()
        yield tower


class Placeless(FakeReader):
    """A server whose channel is gone."""

    async def places(self, guild_id: int, channel_id: int) -> None:
        del guild_id, channel_id


@pytest.mark.parametrize(
    ("decided", "error"),
    [
        ({"only": frozenset({CATEGORY})}, PlaceOff),
        ({"never": frozenset({CATEGORY})}, PlaceOff),
        ({"policies": {ROOM: Policy.LINK}}, LessMayLeave),
        ({"limits": {"sends": 0}}, TooManySends),
        ({"policies": {CATEGORY: Policy.LINK}}, None),
    ],
)
async def test_out_of_a_channel_that_is_gone_goes_what_no_list_of_channels_holds(
    tower: HighlightsWorld, decided: dict[str, Any], error: type[Exception] | None
) -> None:
    await tower.admin(**decided)
    tower.services.sight.attach(Placeless())
    asking = tower.services.access.check_load(MINJI, Load("forward", Policy.FULL), sends=1)
    if error is None:
        await asking
    else:
        with pytest.raises(error):
            await asking


# The page behind a digest


async def digest(tower: HighlightsWorld) -> str:
    """Send two messages as one card, and return the id of its page."""
    for words in ("공지 하나", "공지 둘"):
        assert await tower.found(tower.message(words))
    row = await tower.taken()
    await tower.services.digests.compose(row)
    found = await tower.database.first(text("SELECT id FROM digests"))
    assert found is not None
    return str(found["id"])


async def shown(tower: HighlightsWorld, page: str) -> list[str]:
    return [item.text for item in (await tower.services.digests.page(page)).digest.items]


async def test_the_page_of_a_digest_lists_what_its_server_lets_out_now(
    tower: HighlightsWorld,
) -> None:
    page = await digest(tower)
    assert len(await shown(tower, page)) == 2
    for shut, open_again in (
        ({"off": frozenset({"highlight"})}, {"off": frozenset()}),
        ({"never": frozenset({CATEGORY})}, {"never": frozenset()}),
        ({"policy": Policy.LINK}, {"policy": Policy.FULL}),
        ({"rule_roles": frozenset({ROLE})}, {"rule_roles": frozenset()}),
    ):
        await tower.admin(**shut)
        assert await shown(tower, page) == [], shut
        await tower.admin(**open_again)
    await tower.services.exclusions.exclude(GUILD, MINJI, "도배")
    assert await shown(tower, page) == []
    await tower.services.exclusions.lift(GUILD, MINJI)
    assert len(await shown(tower, page)) == 2


async def test_the_page_of_a_digest_waits_for_discord(tower: HighlightsWorld) -> None:
    page = await digest(tower)
    tower.glass.ready = False
    with pytest.raises(DiscordAway):
        await shown(tower, page)
    await tower.admin(off=frozenset({"highlight"}))
    assert await shown(tower, page) == []  # a clear no needs nobody else


async def test_lines_of_before_are_asked_about_nothing(tower: HighlightsWorld) -> None:
    await tower.admin(off=frozenset({"highlight"}))
    old = Item("준호", "공지", "https://kkachi.example/m/1", 0.0)
    await tower.services.access.check_load(MINJI, old)


# Exclusions


async def test_an_excluded_member_finds_nothing_there(tower: HighlightsWorld) -> None:
    seen = tower.message()
    assert await tower.found(seen)
    await tower.services.exclusions.exclude(GUILD, MINJI, "도배")
    hit = await tower.services.watch.found(MINJI, seen)
    assert hit is not None
    assert (hit.state, hit.reason) == (HitState.DROPPED, "server")
    assert await tower.services.rules.of(MINJI) == []
    await tower.rule()
    assert not await tower.found(tower.message())
    assert (await tower.why(tower.message()))["server"] == "stop"


async def test_what_is_under_way_as_an_exclusion_comes_is_stopped(tower: HighlightsWorld) -> None:
    assert await tower.found(tower.message())
    row = await tower.taken()
    await tower.services.exclusions.exclude(GUILD, MINJI, "도배")
    with pytest.raises(NothingLeft):
        await tower.services.digests.compose(row)
    assert await HitStore(tower.database).waiting(MINJI) == []


async def test_an_exclusion_is_told_once_however_many_try(tower: HighlightsWorld) -> None:
    exclusions, told = tower.services.exclusions, []

    async def tell(exclusion: Exclusion) -> bool:
        told.append(exclusion.reason)
        return len(told) > 1

    exclusions.tellers.append(tell)
    assert not await exclusions.exclude(GUILD, MINJI, "도배")
    [untold] = await exclusions.untold(MINJI)
    await asyncio.gather(*(exclusions.tell(untold) for _ in range(5)))
    assert told == ["도배", "도배"]
    assert await exclusions.untold(MINJI) == []


async def test_an_exclusion_whose_teller_died_is_told_by_the_next(tower: HighlightsWorld) -> None:
    exclusions, begun = tower.services.exclusions, asyncio.Event()

    async def hang(_: Exclusion) -> bool:
        begun.set()
        await asyncio.sleep(60)
        return True

    async def tell(_: Exclusion) -> bool:
        return True

    exclusions.tellers.append(hang)
    telling = asyncio.create_task(exclusions.exclude(GUILD, MINJI, "도배"))
    await begun.wait()
    telling.cancel()
    await asyncio.wait([telling])
    exclusions.tellers[:] = [tell]
    [untold] = await exclusions.untold(MINJI)
    assert await exclusions.tell(untold)
    assert await exclusions.untold(MINJI) == []


async def test_a_newer_decision_is_told_though_the_one_before_was(tower: HighlightsWorld) -> None:
    store = ExclusionStore(tower.database)
    first = Exclusion(GUILD, MINJI, "도배", 1.0)
    await store.put(first)
    await store.put(Exclusion(GUILD, MINJI, "또 도배", 2.0))
    await store.mark_told(first)
    assert [one.reason for one in await store.untold()] == ["또 도배"]
    assert await store.get(OTHER_GUILD, MINJI) is None
