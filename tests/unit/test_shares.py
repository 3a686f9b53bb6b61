"""The parts of servers in the app's daily allowance: fair, and nothing is wasted."""

from collections.abc import Mapping
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.services.decisions import Decisions
from bot.services.deliveries.allowance import Allowance, KakaoLimits
from bot.services.deliveries.server_shares import ServerShares
from storage.allowances import AllowanceStore
from storage.database import open_database
from storage.decisions import DecisionKind, DecisionStore
from storage.deliveries import Chat, DeliveryState, NewDelivery
from tests.support.outbox import CARD, MINJI, World, open_outbox

VILLAGE, TOWN, HAMLET = 10, 20, 30
DAY = 24 * 3600.0


def shares(
    used: Mapping[int, int],
    *,
    limit: int = 90,
    rest: float = 1.0,
    percents: Mapping[int, int] | None = None,
) -> ServerShares:
    left = limit - sum(used.values())
    return ServerShares(limit, left, used, frozenset(used), percents or {}, rest)


def test_servers_have_equal_parts_and_a_new_one_gets_its_own() -> None:
    assert shares({VILLAGE: 1, TOWN: 1}).part(VILLAGE) == 45
    assert shares({VILLAGE: 1, TOWN: 1}).part(HAMLET) == 30


def test_a_server_alone_may_use_everything() -> None:
    assert shares({VILLAGE: 50}).most(VILLAGE) == 90


def test_a_server_does_not_use_what_others_have_not_had_of_their_part() -> None:
    both = shares({VILLAGE: 50, TOWN: 0})
    assert both.most(VILLAGE) == 45
    assert both.most(TOWN) == 45


def test_what_is_kept_for_others_shrinks_with_the_day_until_nothing_is() -> None:
    most = [shares({VILLAGE: 45, TOWN: 0}, rest=rest).most(VILLAGE) for rest in (1, 0.5, 0.1, 0)]
    assert most == [45, 68, 86, 90]


def test_the_operators_parts_come_first_and_the_rest_is_equal() -> None:
    given = shares({VILLAGE: 1, TOWN: 1, HAMLET: 1}, limit=100, percents={VILLAGE: 50})
    assert [given.part(one) for one in (VILLAGE, TOWN, HAMLET)] == [50, 25, 25]


@given(
    used=st.dictionaries(st.integers(1, 9), st.integers(0, 100), min_size=1),
    rest=st.floats(0, 1),
    percents=st.dictionaries(st.integers(1, 9), st.integers(0, 11)),
)
def test_no_server_is_kept_from_its_part_and_the_parts_are_no_more_than_the_whole(
    used: dict[int, int], rest: float, percents: dict[int, int]
) -> None:
    found = shares(used, limit=1000, rest=rest, percents=percents)
    assert sum(found.part(one) for one in used) <= 1000
    assert all(found.most(one) >= found.part(one) for one in used)


async def send(world: World, guild_id: int, count: int) -> list[DeliveryState]:
    """Send so much out of a server and return how it went."""
    forwards = [
        await world.deliveries.accept([NewDelivery(MINJI, Chat.ME, CARD, guild_id=guild_id)])
        for _ in range(count)
    ]
    return [(await world.only(forward)).state for forward in forwards]


async def test_a_busy_server_waits_while_the_others_part_is_kept_and_then_goes_on(
    tmp_path: Path,
) -> None:
    limits = KakaoLimits(app=8, sender=100, recipient=100, pair=100)
    async with open_outbox(tmp_path, limits) as world, world.running():
        assert await send(world, TOWN, 1) == [DeliveryState.SENT]
        world.let_pass(10)
        states = await send(world, VILLAGE, 7)
        waiting = states.count(DeliveryState.QUEUED)
        assert states.count(DeliveryState.SENT) == 7 - waiting
        assert waiting == 1
        rows = await world.deliveries.last(MINJI, 10)
        assert {row.reason for row in rows if row.state is DeliveryState.QUEUED} == {
            "allowance-server"
        }
        assert await send(world, TOWN, 1) == [DeliveryState.SENT]


async def test_the_count_of_servers_is_nobodys_own(tmp_path: Path) -> None:
    async with open_outbox(tmp_path) as world, world.running():
        await send(world, MINJI, 2)
        store = AllowanceStore(world.database)
        await world.links.unlink(MINJI)
        assert list((await store.by_server(0)).values()) == [2]


async def test_the_operators_parts_are_read_from_what_was_decided(tmp_path: Path) -> None:
    async with open_database(f"sqlite+aiosqlite:///{tmp_path}/kkachi.db") as database:
        decisions = Decisions(DecisionStore(database), now=lambda: 0.0)
        await decisions.set_share(VILLAGE, 25)

        async def percents() -> Mapping[int, int]:
            return (await decisions.now()).shares

        allowance = Allowance(
            AllowanceStore(database), KakaoLimits(), now=lambda: DAY, percents=percents
        )
        assert (await allowance.shares()).part(VILLAGE) == 7500
        assert (await decisions.now()).of(DecisionKind.SHARE) == {VILLAGE}
