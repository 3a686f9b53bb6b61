"""What the operator decides: who may, who may not, and since when everybody knows."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import Barred, Maintenance
from bot.services.decisions import (
    MOST_LISTED,
    DecisionKind,
    Decisions,
    ListFull,
    SharesFull,
)
from bot.services.servers.settings import OPERATOR, Settings
from storage.database import Database, open_database
from storage.decisions import DecisionStore
from storage.departures import DepartureStore
from storage.personal import PersonalStore
from storage.settings import SettingsStore

VILLAGE, TOWN = 10, 20
MINJI, JUNHO = 1, 2


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(f"sqlite+aiosqlite:///{tmp_path}/kkachi.db") as opened:
        yield opened


@pytest.fixture
def decisions(database: Database) -> Decisions:
    return Decisions(DecisionStore(database), now=lambda: 0.0)


async def admitted(decisions: Decisions, member_id: int, guild_id: int | None) -> bool:
    try:
        await decisions.check(member_id, guild_id)
    except Barred:
        return False
    return True


async def test_everybody_may_while_nothing_is_decided(decisions: Decisions) -> None:
    assert await admitted(decisions, MINJI, VILLAGE)
    await decisions.check_open()


@pytest.mark.parametrize("guild_id", [VILLAGE, None])
async def test_a_blocked_member_may_not_in_a_server_or_outside(
    decisions: Decisions, guild_id: int | None
) -> None:
    await decisions.change(DecisionKind.MEMBER_BLOCKED, added=[MINJI])
    assert not await admitted(decisions, MINJI, guild_id)
    assert await admitted(decisions, JUNHO, guild_id)
    await decisions.change(DecisionKind.MEMBER_BLOCKED, removed=[MINJI])
    assert await admitted(decisions, MINJI, guild_id)


async def test_with_a_list_of_who_may_nobody_else_may_and_a_block_counts_more(
    decisions: Decisions,
) -> None:
    await decisions.change(DecisionKind.SERVER_ALLOWED, added=[VILLAGE])
    assert await admitted(decisions, MINJI, VILLAGE)
    assert not await admitted(decisions, MINJI, TOWN)
    await decisions.change(DecisionKind.SERVER_BLOCKED, added=[VILLAGE])
    assert not await admitted(decisions, MINJI, VILLAGE)


async def test_maintenance_refuses_until_it_is_over_and_wakes_those_who_wait(
    decisions: Decisions,
) -> None:
    woken = []
    decisions.on_changed.append(lambda: woken.append(True))
    await decisions.set_maintenance(on=True)
    with pytest.raises(Maintenance):
        await decisions.check_open()
    await decisions.set_maintenance(on=False)
    await decisions.check_open()
    assert woken == [True, True]


async def test_lists_and_parts_have_an_end(decisions: Decisions) -> None:
    with pytest.raises(ListFull):
        await decisions.change(DecisionKind.SERVER_BLOCKED, added=range(1, MOST_LISTED + 2))
    await decisions.set_share(VILLAGE, 60)
    with pytest.raises(SharesFull):
        await decisions.set_share(TOWN, 41)
    await decisions.set_share(VILLAGE, None)
    await decisions.set_share(TOWN, 100)
    assert (await decisions.now()).shares == {TOWN: 100}


async def test_servers_start_from_the_operators_settings_until_they_change_their_own(
    database: Database,
) -> None:
    settings = Settings(SettingsStore(database), lambda: 0.0)
    await settings.change(OPERATOR, MINJI, 0, off={"share"}, language="en")
    assert (await settings.version_of(VILLAGE)) == (0, await settings.of(OPERATOR))
    await settings.change(VILLAGE, JUNHO, 0, off=set())
    version, _ = await settings.version_of(OPERATOR)
    await settings.change(OPERATOR, MINJI, version, off={"compose"})
    assert (await settings.of(VILLAGE)).off == frozenset()
    assert (await settings.of(VILLAGE)).language == "en"
    assert (await settings.of(TOWN)).off == {"compose"}


async def test_the_operators_settings_are_no_server_that_can_be_left(database: Database) -> None:
    settings = Settings(SettingsStore(database), lambda: 0.0)
    await settings.change(OPERATOR, MINJI, 0, off={"share"})
    assert await DepartureStore(database).servers() == []


async def test_a_block_is_shown_to_its_member_and_outlives_their_erasing(
    database: Database, decisions: Decisions
) -> None:
    await decisions.change(DecisionKind.MEMBER_BLOCKED, added=[MINJI])
    personal = PersonalStore(database)
    shown = (await personal.all(MINJI))["decisions"]
    assert [one["kind"] for one in shown] == ["member-blocked"]
    await personal.erase(MINJI)
    assert not await admitted(Decisions(DecisionStore(database), now=lambda: 0.0), MINJI, None)
