"""What is easily misread in a message: blanks, covers, small pictures, endings of names."""

from typing import Any

import pytest

from bot.discord.convert import seen_of
from bot.services.cards.picture import first_image
from bot.services.messages.models import Highlight, Seen
from tests.support.raw_messages import HELPER, Desk, attachment, person, raw

BOT: dict[str, Any] = {"author": person(HELPER, "도우미", bot=True)}
PROXY = "https://media.discordapp.net/external/x/https/a.example/"


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


def with_embed(desk: Desk, content: str = "", **embed: object) -> Seen:
    return seen_of(desk.read(raw(content=content, embeds=[{"type": "rich", **embed}], **BOT)))


@pytest.mark.parametrize(
    "blank", ["\u200b", "** **", "_ _", " ", "\u3164", "\u2800", "\u200e\u200f"]
)
def test_a_blank_that_fills_half_of_a_field_is_no_part_of_it(desk: Desk, blank: str) -> None:
    pairs = [(blank, "가나다"), ("탱커", blank), (blank, blank), ("힐러", "준호")]
    seen = with_embed(desk, fields=[{"name": one, "value": two} for one, two in pairs])
    assert seen.text == "가나다\n탱커\n힐러: 준호"


@pytest.mark.parametrize(
    ("content", "is_shown"),
    [
        ("||스포|| 주의", True),
        ("||https://a.example|| 주의", False),
        ("||앞|| https://a.example ||뒤||", False),
        ("https://a.example ||뒤||", True),
        ("a || b", True),
    ],
)
def test_only_a_covered_address_covers_what_is_shown_of_links(
    desk: Desk, content: str, *, is_shown: bool
) -> None:
    seen = with_embed(desk, content, title="정기 점검")
    assert ("정기 점검" in seen.text) is is_shown


@pytest.mark.parametrize(
    ("image", "thumbnail", "shown"),
    [
        (800, 80, "image"),
        (300, 1200, "image"),
        (80, 800, "thumbnail"),
        (None, 800, "thumbnail"),
        (80, None, None),
        (80, 90, None),
    ],
)
def test_the_picture_of_an_embed_is_the_one_that_is_large_enough(
    desk: Desk, image: int | None, thumbnail: int | None, shown: str | None
) -> None:
    both: dict[str, Any] = {
        name: {"url": "https://a.example", "proxy_url": PROXY + name, "width": side, "height": side}
        for name, side in (("image", image), ("thumbnail", thumbnail))
        if side is not None
    }
    found = first_image(Highlight(with_embed(desk, **both)))
    assert (found and found.url) == (shown and PROXY + shown)


@pytest.mark.parametrize(
    ("filename", "title", "name"),
    [
        ("x.PDF", "계약서.pdf", "계약서.pdf"),
        (".hwp", "회의록", "회의록.hwp"),
        ("v1.2.pdf", "보고서 v1.2", "보고서 v1.2.pdf"),
        ("_.tar.gz", "묶음.tar", "묶음.tar.gz"),
        ("unknown", "메모", "메모"),
    ],
)
def test_the_ending_of_a_files_name_stands_once(
    desk: Desk, filename: str, title: str, name: str
) -> None:
    assert seen_of(desk.read(raw(attachments=[attachment(filename, title=title)]))).text == name
