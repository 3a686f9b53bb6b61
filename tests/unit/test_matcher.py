"""The matcher beside a slow and obvious one."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.services.highlights.matching.matcher import Matcher, text_of
from bot.services.highlights.matching.patterns import (
    BackReference,
    BadPattern,
    LookAround,
    Pattern,
    PatternMatchesNothing,
    PatternTooLarge,
    plain,
)
from bot.services.highlights.matching.words import hit
from bot.services.messages.models import Seen, Source
from storage.rules import EVERYWHERE, Rule, RuleKind, RuleOptions

HERE, THERE = 7, 8
MINJI, JUNHO = 1, 2
WORDS = (
    "공지",
    "지도",
    "배",
    "차",
    "3차",
    "레이드 모집",
    "레이드모집",
    "art",
    "Rust",
    "c++",
    "밤 9시",
    "ㅋㅋ",
)
PIECES = (
    *WORDS,
    *("공 지", "고옹지", "공ㅈ지", "공지올라왔다", "레이ㄷ", "레이드갈사람", "지도앱켜", "배고파"),
    *("공지가", "메시지도", "배터리", "택배", "차라리", "13차", "start", "레이드모집", "RUST"),
    *(
        " ",
        " ",
        ", ",
        "\n",
        "**",
        "`",
        "[",
        "]",
        "는",
        "까지도",
        "!",
        "https://kkachi.example/공지",
    ),
    *(
        "\ud83d",
        "ß",
        "İ",
        "<@123456789012345678>",
        "<:공지:123456789012345678>",
        "\u200b",
        "ａｒｔ",
        "공지",
    ),
)
texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
rule_words = st.sampled_from(WORDS)
modes = st.sampled_from(["word", "exact", "anywhere"])
places = st.sampled_from([HERE, THERE])
chosen = st.lists(st.tuples(places, rule_words, modes), max_size=20)
edits = st.lists(st.none() | st.tuples(places, rule_words, modes), max_size=30)


def rule(
    number: int,
    text: str,
    *,
    guild: int = HERE,
    member: int = MINJI,
    kind: RuleKind = RuleKind.WORD,
    mode: str = "word",
) -> Rule:
    return Rule(number, member, guild, kind, text, 0.0, options=RuleOptions(mode=mode))


def seen(text: str = "", *, guild: int = HERE, **about: object) -> Seen:
    seen = Seen.of_text(Source(guild, 70, 700), JUNHO, text, 0.0)
    return replace(seen, **about)  # type: ignore[arg-type] # fields by name


def met(matcher: Matcher, message: Seen) -> set[int]:
    met = {match.rule_id for match in matcher.matches(message)}
    for patterns in matcher.patterns(message.guild_id).values():
        met |= {rule_id for rule_id, one in patterns.items() if one.found(plain(text_of(message)))}
    return met


def obvious(rules: Sequence[Rule], message: Seen) -> set[int]:
    """Look for each rule of the server by itself."""
    return {
        one.id
        for one in rules
        if one.guild_id == message.guild_id and hit(one.text, message.text, one.options.mode)
    }


@settings(max_examples=150)
@given(chosen, edits, st.integers(1, 4), st.lists(texts, min_size=1, max_size=4))
def test_it_agrees_with_looking_for_each_rule_by_itself(
    loaded: list[tuple[int, str, str]],
    edited: list[tuple[int, str, str] | None],
    full: int,
    written: list[str],
) -> None:
    matcher = Matcher(full=full)
    rules = [rule(n, word, guild=g, mode=mode) for n, (g, word, mode) in enumerate(loaded)]
    matcher.load(rules)
    for number, edit in enumerate(edited, 1000):
        if edit is not None:
            guild, word, mode = edit
            rules.append(rule(number, word, guild=guild, mode=mode))
            matcher.add(rules[-1])
        elif rules:
            matcher.remove(rules.pop(len(rules) // 2))
    for text in written:
        for guild in (HERE, THERE):
            message = seen(text, guild=guild)
            assert met(matcher, message) == obvious(rules, message)


def test_a_rule_counts_from_the_next_message_on() -> None:
    matcher = Matcher()
    matcher.load([rule(1, "공지")])
    assert met(matcher, seen("정전 공지")) == {1}
    added = rule(2, "정전")
    matcher.add(added)
    assert met(matcher, seen("정전 공지")) == {1, 2}
    matcher.remove(added)
    assert met(matcher, seen("정전 공지")) == {1}


def test_rules_of_other_servers_are_not_met() -> None:
    matcher = Matcher()
    matcher.load([rule(1, "공지"), rule(2, "공지", guild=THERE)])
    assert met(matcher, seen("공지")) == {1}
    assert met(matcher, seen("공지", guild=THERE)) == {2}
    assert met(matcher, seen("공지", guild=9)) == set()


def test_mentions_and_replies_meet_the_rules_of_those_they_are_about() -> None:
    matcher = Matcher()
    matcher.load(
        [
            rule(1, "", kind=RuleKind.MENTION),
            rule(2, "", kind=RuleKind.REPLY),
            rule(3, "", kind=RuleKind.MENTION, member=JUNHO),
            rule(4, "", kind=RuleKind.ROLE),
            rule(5, "", kind=RuleKind.MENTION, guild=THERE),
        ]
    )
    assert met(matcher, seen(mentions=frozenset({MINJI}))) == {1}
    assert met(matcher, seen(mentions=frozenset({MINJI, JUNHO, 99}))) == {1, 3}
    assert met(matcher, seen(reply_to=MINJI)) == {2}
    assert met(matcher, seen(reply_to=99)) == set()
    assert met(matcher, seen(role_mentions=frozenset({5}))) == {4}
    assert matcher.guilds() == {HERE, THERE}


def test_a_pattern_is_met_whatever_the_case_and_form() -> None:
    matcher = Matcher()
    matcher.add(rule(1, r"(?:밤|저녁) ?\d+시", kind=RuleKind.PATTERN))
    matcher.add(rule(2, "raid[0-9]", kind=RuleKind.PATTERN))
    assert met(matcher, seen("오늘 저녁 8시에 봐요")) == {1}
    assert met(matcher, seen("밤9시")) == {1}
    assert met(matcher, seen("RAID7 시작")) == {2}
    assert met(matcher, seen("낮 2시")) == set()


def test_patterns_and_plain_rules_that_are_removed_are_met_no_more() -> None:
    matcher = Matcher()
    rules = [
        rule(1, "공지", kind=RuleKind.PATTERN),
        rule(2, "공지", kind=RuleKind.PATTERN, guild=THERE),
        rule(3, "", kind=RuleKind.MENTION),
        rule(4, "", kind=RuleKind.ROLE),
        rule(5, "", kind=RuleKind.REPLY),
    ]
    for one in rules:
        matcher.add(one)
    message = seen(
        "공지", mentions=frozenset({MINJI}), role_mentions=frozenset({5}), reply_to=MINJI
    )
    assert met(matcher, message) == {1, 3, 4, 5}
    for one in rules:
        matcher.remove(one)
    assert met(matcher, message) == set()
    assert matcher.guilds() == set()


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("a(?=b)", LookAround),
        ("(?<!a)b", LookAround),
        ("(?<=a)b", LookAround),
        ("a(?!b)", LookAround),
        (r"(a)\1", BackReference),
        (r"(?P<a>b)(?P=a)", BackReference),
        (r"(?<a>b)\k<a>", BackReference),
        (r"a\q", BadPattern),
        (r"(a\Z", BadPattern),
        ("[(?=", BadPattern),
        ("\ud83d", BadPattern),
        ("(?:.?){300}a", PatternTooLarge),
        ("a*", PatternMatchesNothing),
        ("", PatternMatchesNothing),
        ("a{1001}", PatternTooLarge),
        ("x" * 201, PatternTooLarge),
        ("(((a{30}){30}){30})", PatternTooLarge),
        ("[a", BadPattern),
        ("(?P<a", BadPattern),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_with_its_reason(
    pattern: str, reason: type[BadPattern]
) -> None:
    with pytest.raises(reason) as caught:
        Pattern(pattern)
    assert type(caught.value) is reason


@pytest.mark.parametrize(
    "pattern", ["(a|aa)+$", "(.*)(.*)(.*)(.*)z", "(x+x+)+y", "([a-zA-Z]+)*$b", "[ab]*a[ab]{200}c"]
)
def test_a_hostile_pattern_ends_on_a_hostile_text(pattern: str) -> None:
    found = Pattern(pattern)
    for text in ("a" * 6000 + "!", "x" * 6000, "ab" * 3000):
        assert not found.found(plain(text))


def test_a_pattern_that_was_allowed_once_does_not_keep_others_from_being_loaded() -> None:
    matcher = Matcher()
    refused = rule(1, "(?:.?){300}a", kind=RuleKind.PATTERN)
    matcher.load([refused, rule(2, "공지", kind=RuleKind.PATTERN), rule(3, "공지")])
    assert met(matcher, seen("공지")) == {2, 3}


def test_it_agrees_beyond_what_the_small_automaton_takes() -> None:
    matcher = Matcher()
    rules = [rule(n, f"{WORDS[n % len(WORDS)]}{n // 40}", guild=n % 5 + 1) for n in range(1100)]
    matcher.load(rules[:50])
    for one in rules[50:]:
        matcher.add(one)
    for one in rules[::3]:
        matcher.remove(one)
    kept = [one for n, one in enumerate(rules) if n % 3]
    for guild in range(1, 6):
        for number in range(28):
            message = seen(", ".join(f"{word}{number}" for word in WORDS), guild=guild)
            assert met(matcher, message) == obvious(kept, message)


def test_of_an_endless_text_only_the_beginning_is_looked_at() -> None:
    matcher = Matcher()
    matcher.add(rule(1, "끝"))
    assert met(matcher, seen("가 " * 4000 + "끝")) == set()


def test_letters_spaced_out_are_met_in_every_server_by_a_rule_for_all_of_them() -> None:
    matcher = Matcher()
    matcher.add(rule(1, "번개", guild=EVERYWHERE, mode="anywhere"))
    matcher.add(rule(2, "번개", guild=EVERYWHERE))
    assert met(matcher, seen("번 개 치자", guild=THERE)) == {1}


def test_a_rule_that_cares_for_capitals_finds_no_typos() -> None:
    matcher = Matcher()
    options = RuleOptions(mode="anywhere", case_sensitive=True)
    matcher.add(replace(rule(1, "Raid"), options=options))
    assert met(matcher, seen("PreRaid")) == {1}
    assert met(matcher, seen("R a i d")) == set()


def test_no_form_of_a_word_is_met_once_its_rule_is_removed() -> None:
    matcher = Matcher()
    typos = rule(1, "이벤트", mode="anywhere")
    matcher.add(typos)
    assert met(matcher, seen("이벤ㅌ 언제")) == {1}
    matcher.remove(typos)
    matcher.add(rule(2, "공지"))
    assert met(matcher, seen("이벤ㅌ 언제 이벤트")) == set()
