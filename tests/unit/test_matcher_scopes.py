"""Where, by whom and in which letters rules hold: the matcher beside a slow and obvious one."""

import re
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.services.highlights.matching.matcher import Matcher
from bot.services.highlights.matching.normalise import as_written, normalise
from bot.services.highlights.matching.words import hit
from bot.services.messages.models import Author, Seen, Source
from storage.rules import EVERYWHERE, Places, Rule, RuleKind, RuleOptions

HERE, THERE = 7, 8
MINJI, JUNHO, HAJUN = 1, 2, 3
MARKET, SQUARE, THREAD, TOWN = 70, 71, 72, 700
RAIDERS, STAFF = 50, 51
WORDS = ("거래", "Rust", "art", "레이드 모집")
PIECES = (
    *WORDS,
    "rust",
    "RUST",
    "거래가",
    "start",
    "Art",
    "ＡＲＴ",
    " ",
    "\n",
    ", ",
    "는",
    "ß",
    "İ",
)

texts = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
scopes = st.builds(
    Places,
    channels=st.lists(st.sampled_from((MARKET, SQUARE)), max_size=2, unique=True).map(tuple),
    categories=st.sampled_from(((), (), (TOWN,))),
    members=st.lists(st.sampled_from((JUNHO, HAJUN)), max_size=1).map(tuple),
    roles=st.sampled_from(((), (), (RAIDERS,))),
)
options = st.builds(
    RuleOptions,
    mode=st.sampled_from(("word", "exact", "anywhere")),
    case_sensitive=st.booleans(),
    only=scopes,
    paused=st.sampled_from((False, False, True)),
)
guilds = st.sampled_from((EVERYWHERE, HERE, THERE))
kinds = st.sampled_from((RuleKind.WORD, RuleKind.WORD, RuleKind.ANY, RuleKind.MENTION))
rules = st.builds(
    lambda guild_id, kind, word, chosen: Rule(
        0, MINJI, guild_id, kind, word if kind is RuleKind.WORD else "", 0.0, chosen
    ),
    guilds, kinds, st.sampled_from(WORDS), options,
).filter(lambda rule: rule.kind is not RuleKind.ANY or not rule.options.only.is_empty)  # fmt: skip
changes = st.lists(st.tuples(st.integers(0, 30), st.none() | st.tuples(guilds, options)))
authors = st.builds(
    Author,
    st.sampled_from((JUNHO, HAJUN)),
    role_ids=st.none() | st.sets(st.sampled_from((RAIDERS, STAFF))).map(frozenset),
)
messages = st.builds(
    lambda guild_id, room, author, text, mentions: replace(
        Seen.of_text(Source(guild_id, room, 1), author.id, text, 0.0),
        author=author, mentions=mentions,
        parent_id=MARKET if room == THREAD else None, category_id=TOWN if room != SQUARE else None,
    ),
    st.sampled_from((HERE, THERE)), st.sampled_from((MARKET, SQUARE, THREAD)), authors, texts,
    st.sampled_from((frozenset[int](), frozenset({MINJI}))),
)  # fmt: skip


def obvious(rule: Rule, seen: Seen) -> bool:
    """Ask everything about one rule, the long way."""
    chosen, only = rule.options, rule.options.only
    room = seen.source.channel_id
    places = {room} | ({MARKET} if room == THREAD else set())
    in_town = room != SQUARE and TOWN in only.categories
    is_there = in_town or not places.isdisjoint(only.channels)
    roles, asks_roles = seen.author.role_ids, bool(only.roles)
    is_them = seen.author.id in only.members or (asks_roles and (roles is None or RAIDERS in roles))
    return (
        not chosen.paused
        and rule.guild_id in {EVERYWHERE, seen.guild_id}
        and (is_there or not (only.channels or only.categories))
        and (is_them or not (only.members or only.roles))
        and _is_met(rule, seen)
    )


def _is_met(rule: Rule, seen: Seen) -> bool:
    if rule.kind is RuleKind.MENTION:
        return rule.member_id in seen.mentions
    return rule.kind is RuleKind.ANY or hit(rule.text, _cased(rule, seen.text), rule.options.mode)


def _cased(rule: Rule, text: str) -> str:
    """Write something else wherever a word stands in other letters, where these matter."""
    if not rule.options.case_sensitive or not rule.text.isascii():
        return text
    wide = text.replace("ＡＲＴ", "ART")
    return re.sub(
        re.escape(rule.text), lambda one: one[0] if one[0] == rule.text else "qqqq", wide,
        flags=re.IGNORECASE,
    )  # fmt: skip


@settings(max_examples=120)
@given(
    st.lists(rules, max_size=8), st.lists(rules, max_size=8), changes, st.integers(1, 3),
    st.lists(messages, min_size=1, max_size=6),
)  # fmt: skip
def test_each_rule_is_met_where_by_whom_and_how_it_says_however_often_it_was_changed(
    loaded: list[Rule],
    added: list[Rule],
    changed: Sequence[tuple[int, tuple[int, RuleOptions] | None]],
    full: int,
    written: list[Seen],
) -> None:
    matcher = Matcher(full=full)
    kept = {number: replace(rule, id=number) for number, rule in enumerate([*loaded, *added], 1)}
    matcher.load(list(kept.values())[: len(loaded)])
    for rule in list(kept.values())[len(loaded) :]:
        matcher.add(rule)
    for number, change in changed:
        if number not in kept:
            continue
        matcher.remove(kept[number])
        if change is None:
            del kept[number]
            continue
        guild_id, chosen = change
        if kept[number].kind is RuleKind.ANY and chosen.only.is_empty:
            chosen = chosen.changed(only=kept[number].options.only)
        kept[number] = replace(kept[number], guild_id=guild_id, options=chosen)
        matcher.add(kept[number])
    for seen in written:
        met = [match.rule_id for match in matcher.matches(seen)]
        assert sorted(met) == [number for number, one in kept.items() if obvious(one, seen)]
    everywhere = {one for one in kept.values() if one.is_everywhere and not one.options.paused}
    assert matcher.members_everywhere() == ({MINJI} if everywhere else set())


@given(st.text() | texts)
def test_each_letter_as_written_stands_where_its_small_one_does(text: str) -> None:
    shown, small = as_written(text), normalise(text).text
    assert len(shown) == len(small)
    assert all(low in high.casefold() for low, high in zip(small, shown, strict=True))


def test_a_rule_that_is_changed_over_and_over_fills_no_automaton() -> None:
    matcher, rule = Matcher(full=3), Rule(1, MINJI, HERE, RuleKind.WORD, "공지", 0.0)
    for _ in range(20):
        matcher.add(rule)
        matcher.remove(rule)
    matcher.add(rule)
    matcher.add(replace(rule, id=2, text="번개"))
    assert len(matcher._segments) == 0
