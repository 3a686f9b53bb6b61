"""The pages made from the code are what the code says now, and links lead somewhere."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config
from bot.services.highlights.matching.words import Mode, hit
from bot.texts import LOCALES, Locale
from docs.make_reference import (
    COMMANDS,
    HERE,
    MEANINGS,
    SETTINGS,
    commands_page,
    registered,
    settings_page,
)

ROOT = Path(__file__).parents[1]
MANY = 40
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
FAULTS = [HERE / "reliability.md", HERE / "reliability.ko.md"]
KAKAO = [HERE / "kakao.md", HERE / "kakao.ko.md"]
KOREAN = [HERE / "korean.md", HERE / "korean.ko.md"]
FOUND_LINE = re.compile(
    r"^\| `(.+?)` \| `(.+?)` \| ([✓–]) \| ([✓–]) \| ([✓–]) \| (.+) \|$", re.MULTILINE
)
FOUND_BY: tuple[Mode, ...] = ("word", "exact", "anywhere")
THREATS = [HERE / "threats.md", HERE / "threats.ko.md"]
# What is held by no test says that nothing stops it, or whose matter it is.
UNHELD = ("nothing", "not:", "see RFC", "TLS", "막지 못해요", "못 해요", "해당 없음", "RFC 9700")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_page_of_commands_is_what_is_registered(locale: Locale) -> None:
    page = (HERE / COMMANDS[locale]).read_text(encoding="utf-8")
    assert page == commands_page(locale, await registered()), "run make docs"


@pytest.mark.parametrize("locale", LOCALES)
def test_the_page_of_settings_is_what_is_read(locale: Locale) -> None:
    page = (HERE / SETTINGS[locale]).read_text(encoding="utf-8")
    assert page == settings_page(locale), "run make docs"
    assert set(MEANINGS) == set(Config.model_fields)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [one for one in links if not (page.parent / one).exists()] == []


@pytest.mark.parametrize("page", [one for one in PAGES if one.parent == HERE], ids=lambda p: p.name)
def test_every_page_is_there_in_both_languages(page: Path) -> None:
    name = page.name
    other = name.replace(".ko.md", ".md") if ".ko." in name else name.replace(".md", ".ko.md")
    assert (page.parent / other).exists()


@pytest.mark.parametrize("page", KAKAO, ids=lambda page: page.name)
async def test_the_table_of_kakaos_features_names_commands_and_settings_that_there_are(
    page: Path,
) -> None:
    commands, settings = named_of_kakao(page)
    assert len(commands) > 10
    assert commands <= {path for one in await registered() for path in paths_of(one)}
    assert settings <= {name.upper() for name in Config.model_fields}


def test_both_tables_of_kakaos_features_name_the_same() -> None:
    english, korean = map(named_of_kakao, KAKAO)
    assert english == korean


@pytest.mark.parametrize("name", ["README.md", "README.ko.md", "docs/setup.md", "docs/setup.ko.md"])
def test_whoever_sets_kkachi_up_finds_the_table_of_kakaos_features(name: str) -> None:
    assert ("kakao.ko.md)" if ".ko." in name else "kakao.md)") in (ROOT / name).read_text("utf-8")


def named_of_kakao(page: Path) -> tuple[set[str], set[str]]:
    """Return the commands and the settings that the page names."""
    text = page.read_text(encoding="utf-8")
    return set(re.findall(r"`/([a-z][a-z ]*)`", text)), set(re.findall(r"`([A-Z][A-Z_]+)`", text))


def paths_of(command: Mapping[str, Any]) -> Iterator[str]:
    """Return each way to call a command: `kakao link`."""
    below = [one for one in command.get("options", []) if one["type"] in {1, 2}]
    if not below:
        yield command["name"]
    for one in below:
        yield from (f"{command['name']} {path}" for path in paths_of(one))


def test_contributing_names_only_what_is_there() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Old names")[0]
    named = re.findall(r"`((?:bot|cogs|storage|sandbox|tests|docs)/[\w./-]*)`", page)
    assert len(named) > MANY
    assert [one for one in named if not (ROOT / one).exists()] == []


def test_contributing_tells_ten_typical_changes_where_to_go() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = page.partition("| to add | touch |")[2].partition("\n\n")[0]
    assert len(table.splitlines()) - 2 == 10


def faults(page: Path) -> list[list[tuple[str, str]]]:
    """Return the tests that each fault of the page names, without the table of places."""
    text = page.read_text(encoding="utf-8").partition("\n## ")[2].partition("\n## ")[2]
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    return [TEST.findall(row) for row in rows if not row.endswith((" tests |", " 테스트 |"))]


@cache
def written_in(file: str) -> set[str]:
    nodes = ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8")))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in nodes if isinstance(node, kinds)}


@pytest.mark.parametrize("page", THREATS, ids=lambda page: page.name)
def test_every_threat_is_held_by_tests_that_there_are_or_says_that_nothing_stops_it(
    page: Path,
) -> None:
    rows = threats(page)
    named = {one for _, tests in rows for one in tests}
    assert len(named) > MANY
    assert [said for said, tests in rows if not tests and not said.startswith(UNHELD)] == []
    assert [(file, test) for file, test in named if test not in written_in(file)] == []


def test_both_pages_of_threats_name_the_same_tests() -> None:
    english, korean = ([tests for _, tests in threats(page)] for page in THREATS)
    assert english == korean


def threats(page: Path) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what stops each threat of the page, and the tests that it names."""
    lines = page.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ")]
    rows = [row for row in rows if not row.endswith((" tests |", " 테스트 |"))]
    return [(row.split("|")[2].strip(), TEST.findall(row)) for row in rows]


@pytest.mark.parametrize("page", FAULTS, ids=lambda page: page.name)
def test_every_fault_names_tests_that_there_are(page: Path) -> None:
    rows = faults(page)
    named = {one for row in rows for one in row}
    assert len(named) > MANY
    assert all(rows)
    assert [(file, test) for file, test in named if test not in written_in(file)] == []


def test_both_pages_of_faults_name_the_same_tests() -> None:
    english, korean = map(faults, FAULTS)
    assert english == korean


@pytest.mark.parametrize("locale", LOCALES)
def test_alarms_are_quoted_as_they_are_told(locale: Locale) -> None:
    page = (HERE / f"reliability{'.ko' if locale == 'ko' else ''}.md").read_text(encoding="utf-8")
    told = (ROOT / "bot/locales" / locale / "alarms.ftl").read_text(encoding="utf-8")
    quoted = re.findall(r"🚨 \*([^*|]+)\*", page)
    assert len(quoted) > 4
    assert [one for one in quoted if one not in told] == []


@pytest.mark.parametrize("page", KOREAN, ids=lambda page: page.name)
def test_each_line_of_the_page_of_korean_is_found_as_it_says(page: Path) -> None:
    lines = FOUND_LINE.findall(page.read_text("utf-8"))
    assert len(lines) == MANY
    said = {(word, text): tuple(marks) for word, text, *marks, _ in lines}
    found = {
        (word, text): tuple("✓" if hit(word, text, mode) else "–" for mode in FOUND_BY)
        for word, text in said
    }
    assert said == found


def test_both_pages_of_korean_have_the_same_lines() -> None:
    english, korean = (
        [one[:5] for one in FOUND_LINE.findall(page.read_text("utf-8"))] for page in KOREAN
    )
    assert english == korean
