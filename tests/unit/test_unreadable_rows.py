"""A row that cannot be read costs whoever it belongs to, and nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.services.highlights.schedule import Schedule
from bot.services.messages.events import EventFacts, ServerEvent
from storage.database import Database
from storage.deliveries import DeliveryState
from storage.drafts import Draft, DraftStore, Pick
from storage.hits import Hit, HitStore, Priority
from storage.reading import Unreadable, _tell
from storage.settings import SettingsStore
from storage.shares import Share, ShareStore
from storage.subscriptions import SubscriptionKind
from tests.support.outbox import CARD, MINJI, NOON, World, open_outbox
from tests.support.watching import GUILD, JUNHO, HighlightsWorld, open_tower

WORDS = "준호에게만 한 말"
NO_JSON = ("{broken", "5", '"words"', "[]", "null", "[" * 100_000, "CAST(x'ff' AS TEXT)", "x'ff'")


@pytest.fixture(autouse=True)
def _told_anew() -> None:
    """Every row that cannot be read is told of once in the life of a process."""
    _tell.cache_clear()


@pytest.fixture
async def tower(tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path) as tower:
        yield tower


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_outbox(tmp_path) as world:
        yield world


async def spoil(database: Database, table: str, column: str, value: str, where: str = "1") -> None:
    """Let a column hold a value, as JSON or as SQL if it is no text."""
    shown = value if value.startswith(("x'", "CAST")) else f"'{value}'"
    await database.change(text(f"UPDATE {table} SET {column} = {shown} WHERE {where}"))  # noqa: S608 - of this file


@pytest.mark.parametrize("value", [*NO_JSON, '{"mode": "never"}', '{"time_zone": "Mars"}'])
async def test_wishes_that_cannot_be_read_keep_their_member_waiting_until_set_anew(
    tower: HighlightsWorld, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    wishes = tower.services.wishes
    for member_id in (MINJI, JUNHO):
        await wishes.change(member_id, minutes=45)
    await spoil(tower.database, "wishes", "wishes", value, f"member_id = {MINJI}")
    for _ in range(2):
        with pytest.raises(Unreadable):
            await wishes.of(MINJI)
    assert (await wishes.of(JUNHO)).minutes == 45
    assert caplog.text.count(f"wishes {MINJI} cannot be read") == 1
    assert value not in caplog.text
    assert await wishes.change(MINJI, minutes=20) == Schedule(minutes=20)


@pytest.mark.parametrize("value", [*NO_JSON, '{"cooldown": -1}', '{"ignored": 7}'])
async def test_a_filter_that_cannot_be_read_finds_nothing_for_its_member_only(
    tower: HighlightsWorld, value: str
) -> None:
    await tower.rule()
    await tower.filter(active_delay=60)
    await spoil(tower.database, "filters", "filter", value)
    seen = tower.message()
    assert not await tower.found(seen)
    await tower.services.rules.index.load()
    with pytest.raises(Unreadable):
        await tower.services.rules.filter(MINJI, GUILD)


@pytest.mark.parametrize(("table", "column"), [("filters", "filter"), ("settings", "settings")])
async def test_what_waits_and_cannot_be_judged_any_more_holds_up_nothing_else(
    tower: HighlightsWorld, table: str, column: str
) -> None:
    await tower.rule()
    await tower.filter(cooldown=1)
    await tower.admin(never={7})
    event = ServerEvent(
        "e:1", SubscriptionKind.EVENT_NEW, GUILD + 1, NOON, EventFacts(title="모임")
    )
    await tower.services.subscriptions.add(MINJI, GUILD + 1, event.kind)
    seen = tower.message()
    assert await tower.found(seen)
    assert await tower.services.notifying.tell(event) == 1
    await spoil(tower.database, table, column, "[]")
    tower.services.settings._known.drop(GUILD)
    assert "모임" in str((await tower.card()).stored())
    hit = await tower.services.watch.found(MINJI, seen)
    assert hit is not None
    assert hit.reason == "unreadable"


async def test_facts_that_cannot_be_read_cost_their_own_event(tower: HighlightsWorld) -> None:
    for number in (1, 2):
        facts = EventFacts(title=f"모임 {number}")
        event = ServerEvent(f"e:{number}", SubscriptionKind.EVENT_NEW, GUILD, NOON, facts)
        await tower.services.subscriptions.add(MINJI, GUILD, event.kind)
        assert await tower.services.notifying.tell(event) == 1
    await spoil(tower.database, "hits", "facts", '{"names": 7}', "occasion = 'e:1'")
    assert "모임 2" in str((await tower.card()).stored())


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("options", value) for value in NO_JSON),
        *(("options", '{"mode": "loud"}'), ("options", '{"threshold": "many"}'), ("kind", "smell")),
        ("text", "x'ff'"),
    ],
)
async def test_a_rule_that_cannot_be_read_is_not_looked_for_and_all_others_are(
    tower: HighlightsWorld, column: str, value: str
) -> None:
    bad = await tower.rule("소식")
    await tower.rule("공지")
    await spoil(tower.database, "rules", column, value, f"id = {bad.id}")
    await tower.services.rules.index.load()
    assert [rule.text for rule in await tower.services.rules.of(MINJI, GUILD)] == ["공지"]
    assert await tower.found(tower.message("공지가 있어요"))


@pytest.mark.parametrize("value", [*NO_JSON, '{"policy": "loud"}', '{"limits": 3}'])
async def test_of_a_server_whose_settings_cannot_be_read_nothing_leaves(
    tower: HighlightsWorld, value: str
) -> None:
    await tower.rule()
    await tower.admin(never={7})
    await spoil(tower.database, "settings", "settings", value)
    tower.services.settings._known.drop(GUILD)
    assert not await tower.found(tower.message())
    with pytest.raises(Unreadable):
        await tower.services.settings.of(GUILD)
    assert (await tower.services.settings.of(GUILD + 1)).policy == "full"


async def test_a_recorded_change_that_cannot_be_read_hides_no_other(
    tower: HighlightsWorld,
) -> None:
    await tower.admin(never={7})
    await tower.admin(never={8})
    await spoil(tower.database, "setting_changes", "before", "{broken", "version = 1")
    assert [one.version for one in await tower.services.settings.changes(GUILD)] == [2]
    with pytest.raises(Unreadable):
        await SettingsStore(tower.database).change(GUILD, 1)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("options", value) for value in NO_JSON),
        *(("options", '{"minutes": 0}'), ("options", '{"tags": "all"}'), ("kind", "smell")),
    ],
)
async def test_a_subscription_that_cannot_be_read_costs_its_member_only(
    tower: HighlightsWorld, column: str, value: str
) -> None:
    subscriptions = tower.services.subscriptions
    for member_id in (MINJI, JUNHO):
        await subscriptions.add(member_id, GUILD, SubscriptionKind.THREAD)
    await spoil(tower.database, "subscriptions", column, value, f"member_id = {MINJI}")
    subscriptions._known.drop(GUILD)
    event = ServerEvent("thread:1", SubscriptionKind.THREAD, GUILD, NOON)
    assert [one.member_id for one in await subscriptions.wanting(event)] == [JUNHO]
    assert await subscriptions.of(MINJI) == []
    await subscriptions.add(MINJI, GUILD, SubscriptionKind.THREAD)
    assert len(await subscriptions.wanting(event)) == 2


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("rule_ids", value) for value in NO_JSON if value != "[]"),
        *(("facts", value) for value in ("{broken", "5", "[]")),
        *(("priority", "first"), ("state", "lost")),
    ],
)
async def test_a_hit_that_cannot_be_read_leaves_the_others_their_way(
    tower: HighlightsWorld, column: str, value: str
) -> None:
    hits = HitStore(tower.database)
    for number in (1, 2):
        hit = Hit(
            MINJI, f"message:{number}", "message", Priority.WORD, GUILD, NOON, NOON, 70, number
        )
        await hits.add(hit)
    await spoil(tower.database, "hits", column, value, "message_id = 1")
    assert [hit.message_id for hit in await hits.waiting(MINJI)] == [2]
    assert await hits.last_found(MINJI, 70, 5) is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("card", value) for value in NO_JSON if value != "null"),
        *(("required_scopes", "{broken"), ("required_scopes", "5"), ("chat", "nobody")),
    ],
)
async def test_a_delivery_that_cannot_be_read_ends_and_all_others_go_out(
    world: World, column: str, value: str
) -> None:
    bad, good = await world.to_me(), await world.to_me()
    await spoil(world.database, "deliveries", column, value, f"forward_id = '{bad}'")
    async with world.running():
        assert (await world.only(good)).state is DeliveryState.SENT
        await world.settled(good)
    ended = await world.database.all(
        text("SELECT state, reason, card FROM deliveries WHERE id = 1")
    )
    assert ended == [{"state": "failed", "reason": "unreadable", "card": None}]
    assert world.sends() == 1


async def test_drafts_shares_and_links_that_cannot_be_read_say_so(world: World) -> None:
    picks = (Pick("u", WORDS),)
    draft = Draft("d", MINJI, CARD, None, None, None, "ko", NOON, NOON + 60, picks)
    drafts, shares = DraftStore(world.database), ShareStore(world.database)
    await drafts.add(draft)
    await shares.add(Share("a-secret-nonce", MINJI, "ko", CARD, NOON, NOON + 60))
    for table, column in (("drafts", "picks"), ("shares", "message"), ("links", "scopes")):
        await spoil(world.database, table, column, "{broken")
    with pytest.raises(Unreadable):
        await drafts.get("d")
    with pytest.raises(Unreadable, match="of member 1 cannot be read"):
        await shares.find("a-secret-nonce")
    with pytest.raises(Unreadable):
        await world.links.get(MINJI)
