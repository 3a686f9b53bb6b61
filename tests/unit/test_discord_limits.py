"""Every text that Discord limits fits in both languages, with the longest values it can get."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl

from bot.texts import LOCALES, Locale, Texts, catalogue_files
from docs.make_reference import registered
from tests.support.shown_texts import ANY, Code, Shown

IDS = dict.fromkeys(
    ("compose", "forward", "help", "highlight", "kakao", "notify", "privacy", "settings", "share"),
    10**19,
)
TEXTS = Texts(IDS)
# The longest that each argument gets in labels, titles and placeholders.
LONGEST = {
    "count": "1,000",
    "hours": ", ".join(f"{hour}-{hour + 1}" for hour in range(0, 24, 3)),
    "limit": "1,000",
    "minutes": "720",
    "nickname": "닉" * 64,  # escaped; Kakao allows 20 characters
    "number": "99",
    "of": "Link of button 2",
    "page": "100",
    "pages": "100",
}
# What is somebody's own words and is not cut here, because it is limited where it is taken in.
LIMITED_ELSEWHERE = {
    "one.name": "a template's name in this server has at most 100 characters",
    "word": "so has the same name in a form",
    "profile": "a card's profile text has at most 200 characters (KakaoTalk cuts it at 16)",
}
NAME, LINE = 32, 100
SHOWN = sorted(set(Code("cogs", "bot/discord").limited()), key=lambda one: (one.place, one.value))


@cache
def patterns(locale: Locale) -> dict[str, ftl.Pattern]:
    """Return every text of a language by its key."""
    found: dict[str, ftl.Pattern] = {}
    for path in catalogue_files(locale):
        for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
            if isinstance(entry, ftl.Message):
                texts = {entry.id.name: entry.value}
                texts |= {f"{entry.id.name}.{one.id.name}": one.value for one in entry.attributes}
                found |= {key: text for key, text in texts.items() if text is not None}
    return found


def name(shown: Shown) -> str:
    return f"{shown.place} {shown.value}"


def keys_of(shown: Shown) -> list[str]:
    meant = re.compile(r"[\w-]+".join(map(re.escape, shown.value.split(ANY))))
    return [key for key in patterns("en") if meant.fullmatch(key)]


def below(node: ftl.BaseNode) -> Iterator[ftl.BaseNode]:
    yield node
    for child in vars(node).values():
        for item in child if isinstance(child, list) else [child]:
            if isinstance(item, ftl.BaseNode):
                yield from below(item)


def forms(key: str, locale: Locale) -> Iterator[str]:
    """Yield what a text may become with its longest arguments, in each of its branches."""
    parts = list(below(patterns(locale)[key]))
    names = {one.id.name for one in parts if isinstance(one, ftl.VariableReference)}
    branches = {
        one.key.name
        for one in parts
        if isinstance(one, ftl.Variant) and isinstance(one.key, ftl.Identifier)
    }
    for row in product(*([LONGEST[name], *branches] for name in names)):
        yield TEXTS.say(locale, key, **dict(zip(names, row, strict=True)))


def test_what_cannot_be_followed_is_cut_or_limited_where_it_is_taken_in() -> None:
    uncut = {one.value for one in SHOWN if one.kind == "foreign" and not one.is_cut}
    assert uncut == set(LIMITED_ELSEWHERE)


def test_written_words_fit() -> None:
    words = [one for one in SHOWN if one.kind == "words"]
    assert [one for one in words if len(one.value) > one.limit] == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("shown", [one for one in SHOWN if one.kind == "key"], ids=name)
def test_a_label_title_or_placeholder_fits(shown: Shown, locale: Locale) -> None:
    keys = keys_of(shown)
    assert keys, "no such text"
    for key in keys:
        for text in forms(key, locale):
            assert len(text) <= shown.limit, key
            assert "</" not in text, f"{key}: Discord shows no mention of a command there"


async def test_commands_options_and_choices_fit() -> None:
    for part, most in named(await registered()):
        names = [part["name"], *part["name_localizations"].values()]
        assert [one for one in names if not 0 < len(one) <= most] == []
        described = [
            part.get("description", ""),
            *part.get("description_localizations", {}).values(),
        ]
        assert [one for one in described if len(one) > LINE] == []


def named(parts: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], int]]:
    """Yield all that has a name in Discord's picker, with the most characters of the name."""
    for part in parts:
        yield part, NAME
        yield from ((choice, LINE) for choice in part.get("choices", ()))
        yield from named(part.get("options", ()))
