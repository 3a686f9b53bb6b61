"""Rules of their own place and people, for one server and for all of them."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import replace
from itertools import count, product
from pathlib import Path
from typing import Any

import pytest

from bot.errors import UserError
from bot.services.highlights.catch_up import first_id_at
from bot.services.highlights.filters import Filter
from bot.services.highlights.rules import (
    MOST_EVERYWHERE,
    DuplicateRule,
    PatternsTooLarge,
    PlaceEverywhere,
    RuleAboutNothing,
    RuleAmbiguous,
    RuleUnknown,
    TooManyPlaces,
    TooManyRules,
)
from bot.services.highlights.trial import try_out
from bot.services.messages.models import Author, Seen
from storage.hits import HitStore
from storage.rule_hits import RuleHitStore
from storage.rules import EVERYWHERE, Rule, RuleKind
from tests.support.outbox import MINJI
from tests.support.watching import (
    CATEGORY,
    DAY,
    GUILD,
    JUNHO,
    ROLE,
    ROOM,
    THREAD,
    HighlightsWorld,
    open_tower,
)

ELSEWHERE, BOT, MARKET = 8, 5, 75
GRACE = 8 * DAY


@pytest.fixture
async def tower(tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path) as tower:
        tower.glass.servers.add(ELSEWHERE)
        yield tower


async def everywhere(tower: HighlightsWorld, text: str = "공지", **options: object) -> Rule:
    kind = RuleKind.WORD if text else RuleKind.ANY
    return await tower.services.rules.add(MINJI, EVERYWHERE, kind, text, **options)


def elsewhere(tower: HighlightsWorld, seen: Seen) -> Seen:
    """Write the same in another server."""
    moved = replace(seen, source=replace(seen.source, guild_id=ELSEWHERE))
    tower.glass.messages[moved.source] = moved
    tower.glass.past[-1] = moved
    return moved


def by(tower: HighlightsWorld, author: Author, text: str = "공지") -> Seen:
    return tower.edit(tower.message(text, author_id=author.id), author=author)


async def rules_of(tower: HighlightsWorld, seen: Seen) -> Collection[int]:
    """Return which rules have found a message."""
    await tower.services.watch.see(seen)
    hit = await tower.services.watch.found(MINJI, seen)
    return hit.rule_ids if hit else ()


# its own place and people


@pytest.mark.parametrize(
    ("only", "about", "is_found"),
    [
        ({"channels": (ROOM,)}, {}, True),
        ({"channels": (ROOM,)}, {"channel": THREAD, "parent_id": ROOM}, True),
        ({"channels": (THREAD,)}, {"channel": THREAD, "parent_id": ROOM}, True),
        ({"channels": (MARKET,)}, {}, False),
        ({"channels": (MARKET, ROOM)}, {}, True),
        ({"channels": (MARKET,), "categories": (CATEGORY,)}, {}, True),
        ({"members": (JUNHO,)}, {}, True),
        ({"members": (99,)}, {}, False),
        ({"channels": (ROOM,), "members": (99,)}, {}, False),
        ({"channels": (MARKET,), "members": (JUNHO,)}, {}, False),
        ({"members": (99,), "roles": (ROLE,)}, {"author_role_ids": frozenset({ROLE})}, True),
        ({"roles": (ROLE,)}, {"author_role_ids": frozenset({1})}, False),
    ],
)
@pytest.mark.parametrize("kind", [RuleKind.WORD, RuleKind.PATTERN, RuleKind.ANY, RuleKind.MENTION])
async def test_a_rule_hits_only_where_and_by_whom_it_says(
    tower: HighlightsWorld,
    kind: RuleKind,
    only: dict[str, tuple[int, ...]],
    about: dict[str, object],
    is_found: bool,
) -> None:
    text = "공지" if kind in {RuleKind.WORD, RuleKind.PATTERN} else ""
    await tower.rule(text, kind, only=only)
    tower.glass.role_ids[JUNHO] = about.get("author_role_ids")  # type: ignore[assignment] # as given
    seen = tower.message(mentions=frozenset({MINJI}), **about)  # type: ignore[arg-type] # by name
    assert await tower.found(seen) is is_found


async def test_whose_role_cannot_be_asked_now_is_heard_of_when_it_can(
    tower: HighlightsWorld,
) -> None:
    await tower.rule("공지", only={"roles": (ROLE,)})
    tower.glass.role_ids |= {JUNHO: frozenset({ROLE}), 3: frozenset()}
    tower.glass.ready = False
    theirs, others = tower.message(), tower.message(author_id=3)
    assert [await tower.found(seen) for seen in (theirs, others)] == [True, True]
    tower.glass.ready = True
    await tower.card()
    hits = [await tower.services.watch.found(MINJI, seen) for seen in (theirs, others)]
    assert [hit and hit.reason for hit in hits] == [None, "matched"]


async def test_a_rule_changed_to_another_place_lets_what_waits_go(tower: HighlightsWorld) -> None:
    rule = await tower.rule("공지")
    seen = tower.message()
    assert await tower.found(seen)
    await tower.services.rules.change(MINJI, rule.id, only={"channels": (MARKET,)})
    assert await tower.stopped(f"message:{seen.source.message_id}") == "matched"


async def test_more_than_one_rule_about_me_holds_in_places_of_its_own(
    tower: HighlightsWorld,
) -> None:
    first = await tower.rule("", RuleKind.MENTION, only={"channels": (ROOM,)})
    second = await tower.rule("", RuleKind.MENTION, only={"channels": (MARKET,)})
    called = frozenset({MINJI})
    assert await rules_of(tower, tower.message(mentions=called)) == (first.id,)
    assert await rules_of(tower, tower.message(mentions=called, channel=MARKET)) == (second.id,)
    await tower.services.rules.remove(MINJI, first.id)
    assert await rules_of(tower, tower.message(mentions=called)) == ()


async def test_reactions_are_counted_by_the_rule_of_the_place(tower: HighlightsWorld) -> None:
    few = await tower.rule("", RuleKind.REACTION, threshold=2, only={"channels": (MARKET,)})
    many = await tower.rule("", RuleKind.REACTION, threshold=5)
    watch = tower.services.watch
    for room, reactions, met in ((MARKET, 2, (few.id,)), (ROOM, 2, ()), (ROOM, 5, (many.id,))):
        seen = tower.message(author_id=MINJI, channel=room)
        await watch.react(seen, reactions)
        hit = await watch.found(MINJI, seen)
        assert (hit.rule_ids if hit else ()) == met


# bots, webhooks and followed channels

HUMAN = Author(JUNHO, "준호")
ROBOT = Author(BOT, "봇", is_bot=True)
WEBHOOK = Author(6, "웹훅", is_bot=True, is_webhook=True)
NEWS = Author(9, "공지", is_followed=True)


@pytest.mark.parametrize(
    ("chosen", "heard"),
    [
        ({}, [HUMAN, NEWS]),
        ({"ignore_bots": False}, [HUMAN, ROBOT, NEWS]),
        ({"ignore_webhooks": False}, [HUMAN, WEBHOOK, NEWS]),
        ({"ignore_followed": True}, [HUMAN]),
    ],
)
async def test_bots_webhooks_and_followed_channels_are_counted_apart(
    tower: HighlightsWorld, chosen: dict[str, bool], heard: list[Author]
) -> None:
    await tower.rule("공지")
    await tower.filter(**chosen)
    authors = [HUMAN, ROBOT, WEBHOOK, NEWS]
    assert [one for one in authors if await tower.found(by(tower, one))] == heard


@pytest.mark.parametrize(
    ("kept", "bots", "webhooks", "followed"),
    [
        ({}, True, True, False),
        ({"ignore_bots": True}, True, True, False),
        ({"ignore_bots": False}, False, False, False),
        ({"ignore_bots": False, "ignore_webhooks": True}, False, True, False),
    ],
)
def test_a_filter_of_an_earlier_release_counts_webhooks_as_it_counted_bots(
    kept: dict[str, bool], bots: bool, webhooks: bool, followed: bool
) -> None:
    read = Filter.model_validate(kept)
    assert (read.ignore_bots, read.ignore_webhooks, read.ignore_followed) == (
        bots,
        webhooks,
        followed,
    )


@pytest.mark.parametrize("author", [ROBOT, WEBHOOK])
async def test_a_bot_that_a_rule_names_is_heard_by_that_rule_alone(
    tower: HighlightsWorld, author: Author
) -> None:
    await tower.rule("공지")
    named = await tower.rule("", RuleKind.ANY, only={"members": (author.id,)})
    assert await rules_of(tower, by(tower, author)) == (named.id,)
    another = by(tower, replace(author, id=99))
    assert await rules_of(tower, another) == ()
    assert (await tower.verdict(another, "bot")).outcome == "stop"


# for all servers


@pytest.mark.parametrize("kind", [RuleKind.WORD, RuleKind.PATTERN, RuleKind.MENTION, RuleKind.ANY])
async def test_a_rule_for_all_servers_sees_nothing_that_its_member_may_not(
    tower: HighlightsWorld, kind: RuleKind
) -> None:
    only = {"members": (JUNHO,)} if kind is RuleKind.ANY else {}
    text = "공지" if kind in {RuleKind.WORD, RuleKind.PATTERN} else ""
    await tower.services.rules.add(MINJI, EVERYWHERE, kind, text, only=only)
    settings = tower.services.settings
    for is_member, sees, is_on, ignores in product((True, False), repeat=4):
        tower.glass.role_ids[MINJI] = frozenset() if is_member else None
        tower.services.watch._presence.forget(MINJI)
        tower.glass.hidden = set() if sees and is_member else {ROOM}
        version, _ = await settings.version_of(ELSEWHERE)
        off = frozenset() if is_on else frozenset({"highlight"})
        await settings.change(ELSEWHERE, 99, version, off=off)
        ignored = Filter().changed(ignored={"members": (JUNHO,) if ignores else ()})
        await tower.services.rules.set_filter(MINJI, ELSEWHERE, ignored)
        seen = elsewhere(tower, tower.message(mentions=frozenset({MINJI})))
        assert await tower.found(seen) is (is_member and sees and is_on and not ignores)


async def test_the_admins_of_a_server_see_whom_a_rule_for_all_of_them_serves_there(
    tower: HighlightsWorld,
) -> None:
    await everywhere(tower)
    access = tower.services.access
    assert not await access.is_known(ELSEWHERE, MINJI)
    assert await tower.found(elsewhere(tower, tower.message()))
    assert await access.is_known(ELSEWHERE, MINJI)


async def test_a_stranger_costs_a_server_no_search_and_no_question_each_time(
    tower: HighlightsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tower.services.rules.add(MINJI, EVERYWHERE, RuleKind.PATTERN, "공지")
    tower.glass.role_ids[MINJI] = None
    asked: list[int] = []
    roles = tower.glass.roles

    async def counted(member_id: int, guild_id: int, *, now: bool = False) -> frozenset[int] | None:
        asked.append(guild_id)
        return await roles(member_id, guild_id, now=now)

    monkeypatch.setattr(tower.glass, "roles", counted)
    for _ in range(5):
        assert (await tower.services.patterns.find(elsewhere(tower, tower.message()))).matches == []
    assert asked == [ELSEWHERE]
    tower.glass.role_ids[MINJI] = frozenset()
    await tower.services.watch.see(elsewhere(tower, tower.message("저 왔어요", author_id=MINJI)))
    found = await tower.services.patterns.find(elsewhere(tower, tower.message()))
    assert [one.member_id for one in found.matches] == [MINJI]


async def test_what_an_outage_hid_is_read_in_the_servers_where_somebody_is(
    tower: HighlightsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = 9
    tower.numbers = count(first_id_at(tower.clock()) + 1)
    tower.glass.servers.add(nowhere)
    rule = await everywhere(tower)
    missed = elsewhere(tower, tower.message())
    stranger = replace(missed, source=replace(missed.source, guild_id=nowhere))
    tower.glass.past.append(stranger)
    read: list[int] = []
    rooms, roles = tower.glass.rooms, tower.glass.roles

    async def by_server(
        member_id: int, guild_id: int, *, now: bool = False
    ) -> frozenset[int] | None:
        known = await roles(member_id, guild_id, now=now)
        return None if guild_id == nowhere else known

    def noted(guild_id: int, after: int) -> Sequence[int]:
        read.append(guild_id)
        return rooms(guild_id, after)

    monkeypatch.setattr(tower.glass, "roles", by_server)
    monkeypatch.setattr(tower.glass, "rooms", noted)
    tower.services.catch_up.missed()
    await tower.services.catch_up.catch_up(tower.services.watch.judge)
    assert read == [GUILD, ELSEWHERE]
    hit = await tower.services.watch.found(MINJI, missed)
    assert hit is not None
    assert hit.rule_ids == (rule.id,)


async def test_who_leaves_a_server_or_sees_kkachi_leave_keeps_what_holds_in_all(
    tower: HighlightsWorld,
) -> None:
    kept, leaving = await everywhere(tower), tower.services.leaving
    await tower.rule("모집")
    tower.glass.gone.add(MINJI)
    assert await leaving.look()
    tower.clock.at += GRACE
    await leaving.tidy()
    assert [rule.id for rule in await tower.services.rules.of(MINJI)] == [kept.id]
    tower.glass.gone.clear()
    tower.glass.servers.clear()
    assert await leaving.look()
    tower.clock.at += GRACE
    await leaving.tidy()
    assert [rule.id for rule in await tower.services.rules.of(MINJI)] == [kept.id]
    await tower.services.privacy.delete(MINJI)
    assert await tower.services.rules.of(MINJI) == []
    assert not tower.services.rules.index.watch(ELSEWHERE)


async def test_no_server_is_looked_at_for_rules_that_are_gone(tower: HighlightsWorld) -> None:
    rules = tower.services.rules
    assert not rules.index.watch(ELSEWHERE)
    rule = await everywhere(tower)
    assert rules.index.watch(ELSEWHERE)
    await rules.change(MINJI, rule.id, guild_id=GUILD)
    assert (rules.index.watch(GUILD), rules.index.watch(ELSEWHERE)) == (True, False)


# what is refused


async def test_rules_for_all_servers_have_a_bound_of_their_own(tower: HighlightsWorld) -> None:
    await tower.admin(limits={"rules": 1})
    await tower.rule("여기")
    for number in range(MOST_EVERYWHERE):
        await everywhere(tower, f"단어{number}")
    with pytest.raises(TooManyRules):
        await everywhere(tower, "하나만")
    with pytest.raises(TooManyRules):
        await tower.rule("하나만")


@pytest.mark.parametrize(
    ("guild_id", "options", "refused"),
    [
        (GUILD, {}, RuleAboutNothing),
        (EVERYWHERE, {"only": {"channels": (ROOM,)}}, PlaceEverywhere),
        (EVERYWHERE, {"only": {"roles": (ROLE,), "members": (JUNHO,)}}, PlaceEverywhere),
        (GUILD, {"only": {"members": tuple(range(1, 27))}}, TooManyPlaces),
    ],
)
async def test_a_rule_that_says_too_little_or_too_much_is_refused(
    tower: HighlightsWorld, guild_id: int, options: dict[str, Any], refused: type[UserError]
) -> None:
    with pytest.raises(refused):
        await tower.services.rules.add(MINJI, guild_id, RuleKind.ANY, "", **options)
    rule = await tower.rule("", RuleKind.ANY, only={"members": (JUNHO,)})
    with pytest.raises(refused):
        await tower.services.rules.change(
            MINJI, rule.id, guild_id=guild_id, **({"only": {}} | options)
        )


async def test_the_same_words_in_other_places_or_letters_are_no_duplicate(
    tower: HighlightsWorld,
) -> None:
    await tower.rule("us", only={"channels": (ROOM,)})
    await tower.rule("us", only={"channels": (MARKET,)})
    await tower.rule("US", case_sensitive=True, only={"channels": (ROOM,)})
    again: dict[str, Any] = {"case_sensitive": True, "only": {"channels": (ROOM,)}}
    with pytest.raises(DuplicateRule):
        await tower.rule("US", **again)
    both = await tower.rule("us", only={"channels": (MARKET, ROOM)})
    with pytest.raises(DuplicateRule):
        await tower.rule("us", only={"channels": (ROOM, MARKET)})
    with pytest.raises(DuplicateRule):
        await tower.services.rules.change(MINJI, both.id, only={"channels": (MARKET,)})


async def test_patterns_are_bounded_in_every_server_also_when_they_move_or_go_on(
    tower: HighlightsWorld,
) -> None:
    rules = tower.services.rules
    large = [f"{letter}[ab]{{400}}z" for letter in "cdefgh"]
    for text in large[:2]:
        await rules.add(MINJI, ELSEWHERE, RuleKind.PATTERN, text)
    for text in large[2:4]:
        await rules.add(MINJI, EVERYWHERE, RuleKind.PATTERN, text)
    with pytest.raises(PatternsTooLarge):
        await rules.add(MINJI, EVERYWHERE, RuleKind.PATTERN, large[4])
    here = await rules.add(MINJI, GUILD, RuleKind.PATTERN, large[4])
    with pytest.raises(PatternsTooLarge):
        await rules.change(MINJI, here.id, guild_id=EVERYWHERE)
    await rules.pause(MINJI, here.id, on=True)
    for text in (large[5], "i[ab]{400}z"):
        await rules.add(MINJI, GUILD, RuleKind.PATTERN, text)
    with pytest.raises(PatternsTooLarge):
        await rules.pause(MINJI, here.id, on=False)


# changing and finding them


async def test_a_changed_rule_keeps_its_number_and_what_it_has_found(
    tower: HighlightsWorld,
) -> None:
    rules, rule = tower.services.rules, await tower.rule("Rust")
    assert await tower.found(tower.message("rust 좋아요"))
    changed = await rules.change(
        MINJI, rule.id, mode="anywhere", cooldown=60, name="러스트", case_sensitive=True
    )
    assert (changed.id, changed.options.name) == (rule.id, "러스트")
    assert await rules.one(MINJI, rule.id) == changed
    assert await RuleHitStore(tower.database).of_week(MINJI, tower.clock()) == {rule.id: 1}
    tower.clock.at += 3600
    assert [await tower.found(tower.message(text)) for text in ("trusty", "xRusty")] == [
        False,
        True,
    ]


async def test_a_paused_rule_finds_nothing_also_after_a_restart(
    tower: HighlightsWorld,
) -> None:
    rules, rule = tower.services.rules, await tower.rule("공지")
    waits = tower.message()
    assert await tower.found(waits)
    await rules.pause(MINJI, rule.id, on=True)
    assert not await tower.found(tower.message())
    assert await tower.stopped(f"message:{waits.source.message_id}") == "matched"
    await rules.index.load()
    assert not await tower.found(tower.message())
    await rules.pause(MINJI, rule.id, on=False)
    assert await tower.found(tower.message())


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("공지", 0),
        (" 공지 ", 0),
        ("장터", 1),
        ("2", 1),
        ("rust", 2),
        ("3", 2),
        ("거래소", 3),
        ("4", 3),
    ],
)
async def test_a_rule_is_found_by_its_words_its_name_or_its_number(
    tower: HighlightsWorld, typed: str, found: int
) -> None:
    mine = [await tower.rule("공지"), await tower.rule("거래", name="장터")]
    mine += [await tower.rule("Rust"), await everywhere(tower, "거래소")]
    assert await tower.services.rules.find(MINJI, GUILD, typed) == mine[found]


@pytest.mark.parametrize(
    ("typed", "refused"),
    [("거래", RuleAmbiguous), ("없는 말", RuleUnknown), ("0", RuleUnknown), ("9", RuleUnknown)],
)
async def test_what_may_mean_several_rules_or_none_is_told(
    tower: HighlightsWorld, typed: str, refused: type[UserError]
) -> None:
    await tower.rule("거래", only={"channels": (ROOM,)})
    await tower.rule("거래", only={"channels": (MARKET,)})
    with pytest.raises(refused):
        await tower.services.rules.find(MINJI, GUILD, typed)


async def test_what_names_places_of_its_server_is_not_copied_to_another(
    tower: HighlightsWorld,
) -> None:
    await tower.rule("거래", only={"channels": (ROOM,)})
    await tower.rule("공지", only={"members": (JUNHO,)}, name="준호", cooldown=60)
    await everywhere(tower, "어디나")
    copied = await tower.services.rules.copy(MINJI, GUILD, ELSEWHERE)
    assert (copied.added, copied.skipped, copied.left) == (1, 0, 1)
    [rule] = await tower.services.rules.of(MINJI, ELSEWHERE)
    assert (rule.text, rule.options.name, rule.options.cooldown) == ("공지", "준호", 60)
    assert rule.options.only.members == (JUNHO,)


async def test_a_trial_tells_of_rules_that_look_elsewhere(tower: HighlightsWorld) -> None:
    there = await tower.rule("거래", only={"channels": (MARKET,)})
    cased = await tower.rule("Rust", case_sensitive=True)
    seen = tower.message("거래할 사람? rust 책이에요")
    watch, rules = tower.services.watch, tower.services.rules
    trial = await try_out(rules, MINJI, seen, await watch.matches(MINJI, seen))
    assert (trial.hits, trial.elsewhere, trial.near) == ([], [there, cased], [])


async def test_several_choices_of_a_filter_must_all_fit_and_one_of_each_does(
    tower: HighlightsWorld,
) -> None:
    await tower.rule("공지")
    await tower.filter(only={"channels": (ROOM, MARKET), "members": (JUNHO,)})
    cases = [(ROOM, JUNHO), (MARKET, JUNHO), (ROOM, 3), (76, JUNHO)]
    seen = [tower.message(channel=room, author_id=author) for room, author in cases]
    assert [await tower.found(one) for one in seen] == [True, True, False, False]
    assert len(await HitStore(tower.database).waiting(MINJI)) == 2
