"""A flood of somebody's word: one card, a bound on it, its author named, room for all else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from bot.errors import DiscordAway
from bot.kakao import List
from bot.services.highlights.days import BY_HAND
from bot.services.highlights.digests import Flood
from storage.deliveries import Delivery, DeliveryStore
from storage.hits import Hit, HitStore, Priority
from storage.tables import deliveries, hits, jumps
from storage.taking import MOST_TOGETHER
from tests.support.outbox import MINJI, NOON
from tests.support.watching import GUILD, JUNHO, ROOM, HighlightsWorld, open_tower

MANY = 14_000
QUIET_ROOM, OTHER = 75, 9


@pytest.fixture
async def tower(tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path) as tower:
        await tower.rule()
        yield tower


async def flood(tower: HighlightsWorld, count: int, *, author_id: int = JUNHO) -> None:
    """Let so many messages be found; one by one that takes a minute."""
    numbers = [tower.message(author_id=author_id).source.message_id for _ in range(count)]
    [rule] = await tower.services.rules.of(MINJI, GUILD)
    rows = [
        {
            "member_id": MINJI,
            "occasion": f"message:{number}",
            "kind": "message",
            "priority": Priority.WORD,
            "guild_id": GUILD,
            "channel_id": ROOM,
            "message_id": number,
            "rule_ids": [rule.id],
            "state": "waiting",
            "found_at": NOON,
            "due_at": NOON,
        }
        for number in numbers
    ]
    await tower.database.write(lambda connection: connection.execute(insert(hits), rows))


async def find(tower: HighlightsWorld, priority: Priority, room: int = QUIET_ROOM) -> str:
    """Let something else be found, later than all before it; gives its occasion."""
    number = tower.message("다른 공지", channel=room, author_id=OTHER).source.message_id
    occasion = f"message:{number}"
    [rule] = await tower.services.rules.of(MINJI, GUILD)
    at = NOON + 1
    hit = Hit(MINJI, occasion, "message", priority, GUILD, at, at, room, number, (rule.id,))
    assert await HitStore(tower.database).add(hit)
    tower.clock.at = NOON + 2
    return occasion


async def count(tower: HighlightsWorld, query: object) -> int:
    [row] = await tower.database.all(query)  # type: ignore[arg-type] # a select
    return int(row["n"])


async def look(tower: HighlightsWorld) -> None:
    """Let the dispatcher look at 민지's hits once."""
    tower.services.dispatcher.wake(MINJI)
    await tower.services.dispatcher._round()


async def going(tower: HighlightsWorld) -> Delivery:
    """Return the only delivery there is."""
    [row] = await tower.database.all(select(deliveries.c.forward_id))
    [delivery] = await DeliveryStore(tower.database).of_forward(row["forward_id"], MINJI)
    return delivery


async def state(tower: HighlightsWorld, occasion: str) -> str:
    hit = await HitStore(tower.database).of_occasion(MINJI, occasion)
    assert hit is not None
    return hit.state


async def test_one_card_stands_for_a_flood_and_the_rest_is_counted_and_not_sent_later(
    tower: HighlightsWorld,
) -> None:
    await flood(tower, MANY)
    await look(tower)
    delivery = await going(tower)
    left_out = await HitStore(tower.database).count_left_out(delivery.forward_id)
    assert left_out == MANY - MOST_TOGETHER
    assert await tower.services.dispatcher._hits.members_waiting() == []
    card = await tower.services.digests.compose(delivery)
    assert isinstance(card, List)
    assert card.header_title == "까치가 소식 14,000개를 모아 왔어요"
    page = str(card.header_link.web_url)
    digest = (await tower.services.digests.page(page.rpartition("/")[2])).digest
    assert (len(digest.items), digest.left_out) == (MOST_TOGETHER, left_out)
    assert await count(tower, select(func.count().label("n")).select_from(jumps)) == MOST_TOGETHER


async def test_a_flood_in_one_channel_costs_nothing_that_was_found_elsewhere(
    tower: HighlightsWorld,
) -> None:
    await flood(tower, 1000)
    event = await find(tower, Priority.EVENT)
    mention = await find(tower, Priority.MENTION, ROOM)
    await look(tower)
    assert await state(tower, event) == "taken"
    assert await state(tower, mention) == "taken"


async def test_whoever_floods_is_named_once_and_ignored_at_one_press(
    tower: HighlightsWorld,
) -> None:
    told: list[Flood] = []

    async def tell(flood: Flood) -> None:
        told.append(flood)

    tower.services.digests.on_flood.append(tell)
    await flood(tower, MOST_TOGETHER + 50)
    await find(tower, Priority.WORD)
    await look(tower)
    delivery = await going(tower)
    for _ in range(2):
        await tower.services.digests.compose(delivery)
    total = MOST_TOGETHER + 51
    assert told == [Flood(MINJI, "ko", GUILD, JUNHO, f"member {JUNHO}", total)]
    await tower.services.rules.ignore_author(MINJI, GUILD, JUNHO)
    assert not await tower.found(tower.message())
    assert await tower.found(tower.message(author_id=OTHER))


async def test_many_people_who_write_a_word_are_no_flood_by_one(tower: HighlightsWorld) -> None:
    told: list[Flood] = []

    async def tell(flood: Flood) -> None:
        told.append(flood)

    tower.services.digests.on_flood.append(tell)
    for author_id in range(10, 15):
        await flood(tower, 60, author_id=author_id)
    await look(tower)
    delivery = await going(tower)
    await tower.services.digests.compose(delivery)
    assert told == []


async def test_what_was_judged_before_discord_went_away_is_not_judged_again(
    tower: HighlightsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    await flood(tower, 3)
    delivery = await tower.taken()
    gates, judged = tower.services.gates, 0
    judge = gates.judge

    async def torn(*about: object) -> object:
        nonlocal judged
        judged += 1
        if judged == 3:
            raise DiscordAway
        hit, _ = await judge(*about)  # type: ignore[arg-type] # handed through
        return hit, "muted"

    monkeypatch.setattr(gates, "judge", torn)
    with pytest.raises(DiscordAway):
        await tower.services.digests.compose(delivery)
    monkeypatch.undo()
    assert len(await HitStore(tower.database).of_forward(delivery.forward_id)) == 1


async def test_some_of_a_days_messages_are_kept_for_what_is_sent_by_hand(
    tower: HighlightsWorld,
) -> None:
    left = await tower.services.allowance.left(MINJI)
    today = await tower.services.dispatcher._days.today([MINJI])
    day = today.of(MINJI)
    assert (day.left, day.limit) == (left.me - BY_HAND, left.me_limit - BY_HAND)
