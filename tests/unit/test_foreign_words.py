"""Words of others in Kkachi's own messages: whatever they are, they stay words."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest
from fluent.syntax import FluentParser, visitor
from fluent.syntax import ast as fluent
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.words import code, plain, plain_lines, sentence
from bot.errors import Marked, UserError
from bot.services.cards.markdown import clean, name_line, one_line
from bot.texts import LOCALES, Locale, Texts, catalogue_files, with_particle
from tests.support.markup import as_shown, live

ROOT = Path(__file__).parents[2]
HOSTILE = (
    "[무료](https://evil.example) [a]](https://b.example) <@1> <@&2> <#3> <t:1:R> </go:4> "
    "@everyone "
    "||x|| **b** __u__ ~~s~~ `c` ```d``` \\[e](https://f.example) <https://g.example> discord.gg/h"
)
STARTS = (
    "# 큰 글씨",
    "-# 작은 글씨",
    "> 인용",
    ">>> 인용",
    "- 목록",
    "* 목록",
    "1. 목록",
    "2. ",
    "12345. 목록",
    "- # 제목",
)
# By these names the catalogues take words that somebody outside wrote.
FOREIGN_NAMES = """
arguments author channel features field guild kind member name names nickname parent place query
reason server text title value words
"""
# Numbers, times, marks, mentions, and sentences of ours that were made plain where they were made.
OUR_NAMES = """
1 added address all answer arrived chats code contact count date day days emoji end error failed
file files folder gate grace host hours items left length limit lines linked megabytes minutes mode
moment month more most needed note now number of operator page pages part peer question receipts
redirect roles rows rule rules scheme seconds sends sent setting share shown since skipped start
state status subscriptions tables texts time today told unknown until url used version waiting
wanted weekday what when where who why year zone
"""
FOREIGN, OURS = frozenset(FOREIGN_NAMES.split()), frozenset(OUR_NAMES.split())
# Kakao's own texts, and pages where Jinja escapes: no markup of Discord's is read there.
ELSEWHERE = ("card-", "notify-card-", "page-", "digest-", "doctor-")


@pytest.mark.parametrize(
    "words", [HOSTILE, *STARTS, HOSTILE[::-1], "\\" * 7 + "[a](https://b.example)"]
)
def test_words_of_others_do_nothing_at_discord_and_read_as_they_are(words: str) -> None:
    assert live(plain(words)) == []
    assert as_shown(plain(words)) == one_line(words)


@given(st.text() | st.lists(st.sampled_from([*HOSTILE.split(), *STARTS, "\\", "\n"])).map("".join))
def test_any_words_do_nothing_and_read_as_they_are(words: str) -> None:
    assert live(plain(words)) == []
    assert as_shown(plain(words)) == one_line(words)
    assert as_shown(plain_lines(words)) == clean(words)


@given(st.text(st.sampled_from("a[]()*_ 가")), st.integers(2, 30))
def test_what_is_cut_keeps_its_escapes_whole_and_its_bound(words: str, limit: int) -> None:
    shown = plain(words, limit)
    assert len(shown) <= limit
    assert live(shown) == []


def test_a_piece_of_code_cannot_be_left() -> None:
    assert code("a``` [b](https://c.example) `d") == "`aˋˋˋ [b](https://c.example) ˋd`"
    assert code("") == "` `"


def test_a_particle_fits_the_name_that_is_seen_not_the_backslashes() -> None:
    assert with_particle(plain("민지(봇)"), "이") == f"{plain('민지(봇)')}가"
    assert with_particle(plain("지훈*"), "이") == f"{plain('지훈*')}이"


def test_a_mistake_quotes_others_as_words_and_our_own_mentions_as_mentions() -> None:
    class Wrong(UserError):
        key = "error-template-unknown"

    foreign = sentence(Texts(), "ko", Wrong(name="[a](https://b.example)"))
    assert live(foreign) == []
    assert "<@&5>" in sentence(Texts(), "ko", Wrong(name=Marked("<@&5>")))


def test_names_on_cards_hold_no_address_that_kakaotalk_would_open() -> None:
    assert "evil.example" not in name_line("evil.example 관리자")
    assert "://" not in name_line("https://evil.example")
    assert name_line("v1.5 공지. 끝") == "v1.5 공지. 끝"


class _Variables(visitor.Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: fluent.VariableReference) -> None:  # noqa: N802 - its name
        self.names.add(node.id.name)


def entries(locale: Locale) -> Iterator[tuple[str, set[str]]]:
    """Yield every text of a language with the names of what it takes."""
    for path in catalogue_files(locale):
        for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(entry, fluent.Message):
                continue
            for suffix, pattern in [
                ("", entry.value),
                *((f".{one.id.name}", one.value) for one in entry.attributes),
            ]:
                if pattern is not None:
                    found = _Variables()
                    found.visit(pattern)
                    yield entry.id.name + suffix, found.names


@pytest.mark.parametrize("locale", LOCALES)
def test_no_text_of_the_catalogue_lets_words_of_others_act(locale: Locale) -> None:
    texts, seen = Texts(), set[str]()
    for key, names in entries(locale):
        seen |= names
        if not names & FOREIGN or key.startswith(ELSEWHERE):
            continue
        ours = dict.fromkeys(names - FOREIGN, 1)
        calm = texts.say(locale, key, **ours, **dict.fromkeys(names & FOREIGN, "말"))
        for words in (HOSTILE, *STARTS):
            shown = texts.say(locale, key, **ours, **dict.fromkeys(names & FOREIGN, plain(words)))
            assert live(shown) == live(calm), key
    assert seen <= FOREIGN | OURS, "say which of these hold words of others"


Function = ast.FunctionDef | ast.AsyncFunctionDef


def calls_with_words_of_others() -> Iterator[tuple[str, Function, ast.keyword]]:
    for path in sorted(
        path for one in ("bot/discord", "cogs") for path in (ROOT / one).rglob("*.py")
    ):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, Function):
                for call in filter(_says, ast.walk(function)):
                    for given in call.keywords:
                        if given.arg in FOREIGN:
                            yield f"{path.relative_to(ROOT)}:{call.lineno}", function, given


def _says(node: ast.AST) -> TypeGuard[ast.Call]:
    names = {"say", "text", "_say", "say_in"}
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr in names


def _calls(tree: ast.AST) -> set[str]:
    """Return the names of all that is called, or handed to `map`, in a piece of code."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def _made_from(name: str, function: ast.AST) -> set[str]:
    return {
        called
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        and any(isinstance(one, ast.Name) and one.id == name for one in node.targets)
        for called in _calls(node.value)
    }


def test_whoever_says_words_of_others_at_discord_makes_them_plain_first() -> None:
    raw = [
        where
        for where, function, given in calls_with_words_of_others()
        if not {"plain", "plain_lines", "code", "Marked", "say", "text"}
        & (
            _made_from(given.value.id, function)
            if isinstance(given.value, ast.Name)
            else _calls(given.value)
        )
    ]
    assert raw == []


def test_discords_own_escaper_is_used_nowhere() -> None:
    users = [
        path
        for folder in ("bot", "cogs")
        for path in (ROOT / folder).rglob("*.py")
        if "escape_markdown" in path.read_text(encoding="utf-8")
    ]
    assert users == []
