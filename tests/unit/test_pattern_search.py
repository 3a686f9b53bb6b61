"""Patterns beside everything else: whose are run, at whose cost, and what is said of those left."""

import asyncio
from base64 import b64decode
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from bot.services.accounts.linked import LINKED_SECONDS, NOT_LINKED_SECONDS, LinkedMembers
from bot.services.highlights import pattern_search
from bot.services.highlights.matching.patterns import BadPattern, Pattern
from bot.services.highlights.pattern_budget import BURST, PER_MESSAGE, RATE, PatternBudget, Share
from bot.services.messages.models import Seen
from storage.database import StorageError
from storage.links import LinkStore
from storage.rules import RuleKind
from storage.vault import Vault
from tests.support.outbox import MINJI, VAULT, Clock
from tests.support.watching import GUILD, JUNHO, HighlightsWorld, open_tower
from tests.support.world import TOKEN_KEY, until

ACCOUNTS = range(100, 108)
EXPENSIVE = [f"a[ab]{{{450 + number}}}c" for number in range(4)]
WORST = "a" * 4000
CHEAP = "번개 ?[0-9]+시"
TOO_LARGE = r"((\pL{10}){10}){10}"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path) as world:
        yield world


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """How often patterns of each size were looked for in a text."""
    found, counted = Pattern.found, Counter[int]()

    def count(self: Pattern, text: str) -> bool:
        if text:
            counted[self.size] += 1
        return found(self, text)

    monkeypatch.setattr(Pattern, "found", count)
    return counted


async def add(world: HighlightsWorld, members: Sequence[int]) -> None:
    """Give each of these members four expensive patterns."""
    for member_id in members:
        for text in EXPENSIVE:
            await world.services.rules.add(member_id, GUILD, RuleKind.PATTERN, text)


async def linked(world: HighlightsWorld, *members: int) -> None:
    for member_id in members:
        await world.link(member_id)
        await world.services.linked.changed(member_id)


def links(world: HighlightsWorld) -> LinkStore:
    return LinkStore(world.database, Vault([b64decode(TOKEN_KEY)]))


async def is_found(world: HighlightsWorld, member_id: int, seen: Seen) -> bool:
    return await world.services.watch.found(member_id, seen) is not None


# who has linked


async def test_patterns_of_those_who_have_not_linked_are_not_run(
    world: HighlightsWorld, run: Counter[int]
) -> None:
    await add(world, ACCOUNTS)
    for _ in range(5):
        await world.services.watch.see(world.message(WORST))
    assert run.total() == 0


async def test_a_pattern_is_kept_and_found_from_the_moment_its_member_links(
    world: HighlightsWorld,
) -> None:
    await world.services.rules.add(JUNHO, GUILD, RuleKind.PATTERN, CHEAP)
    before = world.message("번개 7시", author_id=MINJI)
    await world.services.watch.see(before)
    assert not await is_found(world, JUNHO, before)
    await linked(world, JUNHO)
    after = world.message("번개 8시", author_id=MINJI)
    await world.services.watch.see(after)
    assert await is_found(world, JUNHO, after)
    await world.services.links.unlink(JUNHO)
    assert await world.services.linked.among([JUNHO]) == frozenset()


async def test_nobody_asks_discord_about_words_of_those_who_have_not_linked(
    world: HighlightsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.services.rules.add(JUNHO, GUILD, RuleKind.WORD, "공지")
    monkeypatch.setattr(world.glass, "reads", None)
    seen = world.message("공지", author_id=MINJI)
    assert await world.services.watch.judge(seen)
    assert not await is_found(world, JUNHO, seen)


async def test_a_link_that_is_broken_or_without_consents_is_a_link(
    world: HighlightsWorld,
) -> None:
    store = links(world)
    link = await store.get(MINJI)
    assert link is not None
    await store.withdraw(link, link.scopes)
    await store.mark_broken(link, 1.0)
    assert await LinkedMembers(store).among([MINJI, JUNHO]) == {MINJI}


async def test_a_link_of_another_process_is_noticed_within_a_second_and_its_end_within_a_minute(
    world: HighlightsWorld,
) -> None:
    clock, store = Clock(0.0), links(world)
    members = LinkedMembers(store, now=clock)
    assert await members.among([JUNHO]) == set()
    await world.link(JUNHO)
    assert await members.among([JUNHO]) == set()
    clock.at += NOT_LINKED_SECONDS
    assert await members.among([JUNHO]) == {JUNHO}
    await store.delete(JUNHO, 1.0)
    assert await members.among([JUNHO]) == {JUNHO}
    clock.at += LINKED_SECONDS
    assert await members.among([JUNHO]) == set()


async def test_thousands_of_members_are_asked_about_and_asked_about_once(
    world: HighlightsWorld,
) -> None:
    store = links(world)
    members = LinkedMembers(store, now=Clock(0.0))
    assert await members.among(range(3000)) == {MINJI}
    await store.delete(MINJI, 1.0)
    assert await members.among(range(3000)) == {MINJI}


class Away(LinkStore):
    """A table that cannot be read."""

    async def linked(self, member_ids: Sequence[int]) -> frozenset[int]:
        raise StorageError(f"away: {len(member_ids)} members")


async def test_who_cannot_be_asked_about_counts_as_linked_for_a_moment(
    world: HighlightsWorld,
) -> None:
    clock = Clock(0.0)
    members = LinkedMembers(Away(world.database, VAULT), now=clock)
    assert await members.among([MINJI]) == {MINJI}
    assert members._answer(MINJI, clock.at + NOT_LINKED_SECONDS) is None


# whose time it is


@pytest.fixture
def budget() -> tuple[PatternBudget, Clock]:
    clock = Clock(0.0)
    return PatternBudget(now=clock), clock


def test_whoever_has_spent_what_is_theirs_waits_when_their_server_has(
    budget: tuple[PatternBudget, Clock],
) -> None:
    spending, clock = budget
    share = Share(GUILD, 10)
    spending.spend(share, MINJI, BURST, BURST)
    assert spending.is_within(share, MINJI, 0.0)
    spending.spend(share, MINJI, 0.1, 0.1)
    assert not spending.is_within(share, MINJI, 0.0)
    assert spending.is_within(share, JUNHO, 0.0)
    assert spending.is_within(Share(GUILD + 1, 10), MINJI, 0.0)
    clock.at += spending.wait(share, MINJI) + 1e-9
    assert spending.is_within(share, MINJI, 0.0)


def test_one_message_takes_so_much_and_then_only_what_is_everybodys_own(
    budget: tuple[PatternBudget, Clock],
) -> None:
    spending, _ = budget
    share = Share(GUILD, 10)
    spending.spend(share, MINJI, BURST / 9, BURST / 9)
    assert spending.is_within(share, MINJI, 0.0)
    assert not spending.is_within(share, MINJI, PER_MESSAGE)
    assert spending.is_within(share, JUNHO, PER_MESSAGE)


def test_over_a_long_time_a_server_gets_its_rate_however_many_ask(
    budget: tuple[PatternBudget, Clock],
) -> None:
    spending, clock = budget
    share, spent = Share(GUILD, 8), 0.0
    for _ in range(10_000):
        clock.at += 0.1
        for member_id in ACCOUNTS:
            if spending.is_within(share, member_id, 0.0):
                spending.spend(share, member_id, 0.03, 0.03)
                spent += 0.03
    assert spent <= 2 * RATE * clock.at


async def test_expensive_patterns_wait_and_are_skipped_and_a_cheap_one_is_found_in_time(
    world: HighlightsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pattern_search, "LONGEST_WAIT", 0.2)
    await linked(world, *ACCOUNTS)
    await add(world, ACCOUNTS)
    await world.services.rules.add(MINJI, GUILD, RuleKind.PATTERN, CHEAP)
    flood = [world.message(f"{WORST} 번개 {number}시") for number in range(30)]
    await asyncio.gather(*map(world.services.watch.see, flood))
    for seen in flood:
        assert await is_found(world, MINJI, seen)
        assert world.services.patterns.delay(MINJI, seen) is None
    delays = {(one, seen): world.services.patterns.delay for one in ACCOUNTS for seen in flood}
    await until(lambda: any(ask(*key) == "skipped" for key, ask in delays.items()), 20.0)


async def test_what_had_to_wait_is_found_late(
    world: HighlightsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pattern_search, "SHORTEST_WAIT", 0.01)
    await world.rule(CHEAP, RuleKind.PATTERN)
    share, spending = Share(GUILD, 1), world.services.patterns._budget
    spending.spend(share, MINJI, BURST + 0.05, BURST + 0.05)
    seen = world.message("번개 7시")
    await world.services.watch.see(seen)
    assert not await is_found(world, MINJI, seen)
    async with asyncio.timeout(20):
        while not await is_found(world, MINJI, seen):  # noqa: ASYNC110 - nobody sets an event
            await asyncio.sleep(0.05)
    assert world.services.patterns.delay(MINJI, seen) is None


async def test_no_more_than_so_many_messages_wait_for_a_member(world: HighlightsWorld) -> None:
    await world.rule(CHEAP, RuleKind.PATTERN)
    skipped: list[None] = []
    world.services.patterns.on_skipped.append(lambda: skipped.append(None))
    world.services.patterns._budget.spend(Share(GUILD, 1), MINJI, 1.0, 1.0)
    messages = [world.message("번개 7시") for _ in range(pattern_search.MOST_LATE + 3)]
    for seen in messages:
        await world.services.watch.see(seen)
    await asyncio.sleep(0)
    delays = [world.services.patterns.delay(MINJI, seen) for seen in messages]
    assert delays == ["late"] * pattern_search.MOST_LATE + ["skipped"] * 3
    assert len(skipped) == 3
    await world.services.watch.forget(MINJI)
    assert world.services.patterns.delay(MINJI, messages[-1]) is None


async def test_why_and_test_look_for_ones_own_patterns_only(
    world: HighlightsWorld, run: Counter[int]
) -> None:
    await linked(world, *ACCOUNTS)
    await add(world, ACCOUNTS)
    own = await world.services.rules.add(JUNHO, GUILD, RuleKind.PATTERN, CHEAP)
    seen = world.message("번개 7시", author_id=MINJI)
    assert [one.rule_id for one in await world.services.watch.matches(JUNHO, seen)] == [own.id]
    verdicts = [one async for one in world.services.watch.explain(JUNHO, seen)]
    assert (verdicts[0].outcome, verdicts[-1].gate, verdicts[-1].outcome) == (
        "pass",
        "link",
        "stop",
    )
    assert run == {Pattern(CHEAP).size: 2}


# adding


async def test_whoever_adds_many_patterns_waits_for_themselves(world: HighlightsWorld) -> None:
    done: list[int] = []

    async def one(member_id: int, text: str) -> None:
        with suppress(BadPattern):
            await world.services.rules.add(member_id, GUILD, RuleKind.PATTERN, text)
        done.append(member_id)

    many = [one(JUNHO, f"{TOO_LARGE}{number}") for number in range(30)]
    await asyncio.gather(*many, one(MINJI, CHEAP))
    assert done.index(MINJI) < 15
