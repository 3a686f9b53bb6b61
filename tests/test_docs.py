"""The pages made from the code are what the code says now, and links lead somewhere."""

import re
from pathlib import Path

import pytest

from bot.config import Config
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


def test_contributing_names_only_what_is_there() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Old names")[0]
    named = re.findall(r"`((?:bot|cogs|storage|sandbox|tests|docs)/[\w./-]*)`", page)
    assert len(named) > MANY
    assert [one for one in named if not (ROOT / one).exists()] == []


def test_contributing_tells_ten_typical_changes_where_to_go() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = page.partition("| to add | touch |")[2].partition("\n\n")[0]
    assert len(table.splitlines()) - 2 == 10
