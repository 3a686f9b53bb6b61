"""A message as Discord writes it becomes parts, each with its words, its author, its covers."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.convert import seen_of
from bot.services.cards.message import message_card
from bot.services.cards.picture import first_image
from bot.services.highlights.edits import OLDEST, Edits
from bot.services.highlights.matching.spans import finder
from bot.services.highlights.matching.words import hit
from bot.services.messages.models import (
    Author,
    Body,
    Embed,
    File,
    Highlight,
    PartKind,
    Poll,
    Seen,
)
from bot.texts import Texts
from storage.rules import Rule, RuleKind, RuleOptions
from tests.support.messages import AT, forwarded, message, quoted, told
from tests.support.raw_messages import (
    CELLAR,
    FIRST,
    GUILD,
    HELPER,
    POST,
    ROOM,
    Desk,
    attachment,
    person,
    raw,
)

TEXTS = Texts()
SIZE = {"width": 1280, "height": 720}


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


def said(seen: Seen, highlight: Highlight | None = None) -> str:
    """Return what a card says of a message."""
    shown = highlight or Highlight(seen, "까치 마을", "잡담")
    feed = message_card(shown, note=None, link="https://k.example", locale="ko", texts=TEXTS)
    return told(feed.content)


# kinds of messages

READ = {0, 19, 20, 23, 46}
SYSTEM = {
    *(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 22, 24, 25, 26, 27, 28, 29, 31),
    *(32, 36, 37, 38, 39, 44, 55, 63, 999),
}


@pytest.mark.parametrize("kind", sorted(READ))
def test_what_somebody_wrote_is_read(desk: Desk, kind: int) -> None:
    seen = seen_of(desk.read(raw(type=kind, content="안녕")))
    assert not seen.system
    assert seen.text == "안녕"


@pytest.mark.parametrize("kind", sorted(SYSTEM))
def test_what_discord_itself_wrote_is_refused(desk: Desk, kind: int) -> None:
    assert seen_of(desk.read(raw(type=kind, content="안녕"))).system


def test_the_first_message_of_a_thread_is_read_as_the_one_it_stands_for(desk: Desk) -> None:
    pointer = {"type": 0, "message_id": str(FIRST), "channel_id": str(ROOM), "guild_id": str(GUILD)}
    first = raw(0, content="회식 장소 정해요", author=person(HELPER, "지우"))
    seen = seen_of(desk.read(raw(type=21, message_reference=pointer, referenced_message=first)))
    assert (seen.text, seen.author.name, seen.system) == ("회식 장소 정해요", "지우", False)
    gone = raw(type=21, message_reference=pointer, referenced_message=None)
    assert seen_of(desk.read(gone)).system


def test_the_title_of_a_post_is_read_with_its_first_message_only(desk: Desk) -> None:
    assert (
        seen_of(desk.read(raw(POST - FIRST, room=POST, content="손!"))).text == "토요일 번개\n손!"
    )
    assert seen_of(desk.read(raw(2, room=POST, content="저요"))).text == "저요"


def test_how_a_poll_has_ended_is_read(desk: Desk) -> None:
    facts = {"poll_question_text": "번개?", "victor_answer_text": "간다", "total_votes": "2"}
    fields = [{"name": name, "value": value} for name, value in facts.items()]
    seen = seen_of(desk.read(raw(type=46, embeds=[{"type": "poll_result", "fields": fields}])))
    assert seen.text == "번개?\n간다"
    assert said(seen) == "준호: 📊 투표가 끝났어요: 번개?\n간다"


@pytest.mark.parametrize(
    ("flags", "author", "is_bot"),
    [
        (0, person(HELPER, bot=True), True),
        (2, person(HELPER, bot=True), False),
        (1, person(HELPER, bot=True), True),
        (0, person(), False),
    ],
)
def test_what_a_followed_channel_brings_is_by_people(
    desk: Desk, flags: int, author: dict[str, Any], is_bot: bool
) -> None:
    assert seen_of(desk.read(raw(flags=flags, author=author))).author.is_bot is is_bot


# parts and covers


def parts(seen: Seen) -> list[tuple[PartKind, str]]:
    return [(part.kind, part.body.text) for part in seen.parts]


def test_a_quote_and_what_is_carried_on_are_parts_of_their_own(desk: Desk) -> None:
    pointer = {"type": 0, "message_id": str(FIRST), "channel_id": str(ROOM)}
    first = raw(0, content="질문", author=person(HELPER, "지우"))
    answer = raw(type=19, content="답", message_reference=pointer, referenced_message=first)
    seen = seen_of(desk.read(answer))
    assert parts(seen) == [(PartKind.QUOTED, "질문"), (PartKind.WRITTEN, "답")]
    assert seen.parts[0].author == Author(HELPER, "지우")
    assert seen.text == "질문\n답"
    there = pointer | {"type": 1, "channel_id": str(CELLAR), "guild_id": str(GUILD)}
    carried = raw(content="봐요", message_reference=there, message_snapshots=[{"message": first}])
    seen = seen_of(desk.read(carried))
    assert parts(seen) == [(PartKind.FORWARDED, "질문"), (PartKind.WRITTEN, "봐요")]
    assert seen.parts[0].origin is not None
    assert seen.parts[0].age_restricted
    assert "질문" not in said(seen)


DISPLAY = {"type": 10, "content": "범인은 집사다"}
MEDIA = {"url": "https://x.example/a.png", "proxy_url": "https://media.discordapp.net/a.png"}
ITEM = {"media": MEDIA | SIZE, "spoiler": False, "description": None}


def laid_out(*components: object) -> dict[str, Any]:
    return raw(flags=1 << 15, components=list(components), author=person(HELPER, bot=True))


@pytest.mark.parametrize("inside", [DISPLAY, {"type": 9, "components": [DISPLAY]}])
def test_what_stands_in_a_covered_container_is_in_no_part(
    desk: Desk, inside: dict[str, Any]
) -> None:
    inner = inside | {"accessory": {"type": 11, "media": MEDIA | SIZE, "spoiler": False}}
    items = {"type": 12, "items": [ITEM]}
    covered = {"type": 17, "spoiler": True, "components": [inner, items]}
    seen = seen_of(desk.read(laid_out(covered)))
    assert "집사" not in repr(seen)
    assert first_image(Highlight(seen)) is None
    assert said(seen).startswith("준호: (스포일러)")
    open_one = seen_of(desk.read(laid_out(covered | {"spoiler": False})))
    assert open_one.text == "범인은 집사다"
    assert first_image(Highlight(open_one)) is not None


@pytest.mark.parametrize(
    ("about", "is_shown"),
    [
        ({}, True),
        ({"content_type": "image/png"}, True),
        ({"content_type": "image/png; charset=x"}, True),
        ({"content_type": "text/plain"}, False),
        ({"width": None, "height": None}, False),
        ({"filename": "photo.bin"}, False),
        ({"filename": "SPOILER_photo.png"}, False),
        ({"flags": 1 << 3}, False),
    ],
)
def test_a_picture_is_known_by_its_kind_or_its_ending_and_size(
    desk: Desk, about: dict[str, Any], is_shown: bool
) -> None:
    photo = attachment("photo.PNG", **(SIZE | about))
    picture = first_image(Highlight(seen_of(desk.read(raw(attachments=[photo])))))
    assert (picture is not None) is is_shown


@pytest.mark.parametrize(
    ("filename", "title", "name"),
    [
        ("2026_.pdf", "2026 정기총회 회의록", "2026 정기총회 회의록.pdf"),
        ("a.pdf", None, "a.pdf"),
        ("_.tar.gz", "묶음.tar.gz", "묶음.tar.gz"),
        ("unknown", "이름만", "이름만"),
    ],
)
def test_a_file_has_the_name_that_somebody_gave_it(
    desk: Desk, filename: str, title: str | None, name: str
) -> None:
    seen = seen_of(desk.read(raw(attachments=[attachment(filename, title=title)])))
    assert seen.text == name
    assert said(seen) == f"준호: 📎 {name}"


# edits


def test_a_preview_is_no_change_and_other_words_are_one(desk: Desk) -> None:
    now = desk.read(raw()).created_at.timestamp()
    edits = Edits(lambda: now)
    address, title = "https://a.example", {"title": "번개", "url": "https://a.example"}
    edits.note(seen_of(desk.read(raw(content=address))))
    for kind in ("link", "rich", "article", "video"):
        shown = raw(content=address, embeds=[title | {"type": kind}])
        assert not edits.is_change(seen_of(desk.read(shown)))
    bot = person(HELPER, bot=True)
    assert edits.is_change(seen_of(desk.read(raw(author=bot, embeds=[title | {"type": "rich"}]))))
    assert edits.is_change(seen_of(desk.read(raw(content="다른 말"))))
    assert not Edits(lambda: now + OLDEST + 1).is_change(seen_of(desk.read(raw(content="a"))))


# one reading: what is seen can be found, and what is found can be seen

LETTERS = "가나다라마바사아자차카타파하"
words = st.text(LETTERS, min_size=2, max_size=5)
phrases = st.lists(words, min_size=1, max_size=60).map(" ".join)
short = st.lists(words, min_size=1, max_size=2).map(" ".join)
files = st.builds(
    File, words, st.just("https://cdn.example/f"), st.just("text/plain"), spoiler=st.booleans()
)
embeds = st.builds(
    Embed, short, phrases, short, st.lists(st.tuples(short, short), max_size=2).map(tuple),
    footer=short, is_preview=st.booleans(),
)  # fmt: skip
bodies = st.builds(
    Body,
    text=phrases,
    files=st.lists(files, max_size=3).map(tuple),
    embeds=st.lists(embeds, max_size=2).map(tuple),
    stickers=st.lists(words, max_size=2).map(tuple),
    poll=st.none() | st.builds(Poll, short, st.lists(short, max_size=3).map(tuple)),
    covered=st.booleans(),
)
others = st.builds(forwarded, bodies) | st.builds(quoted, bodies)
messages = st.builds(message, bodies, others) | st.builds(message, bodies)


def looking_for(word: str, seen: Seen) -> str:
    """Return the card that a rule about a word brings."""
    rule = Rule(1, 1, GUILD, RuleKind.WORD, word, AT, options=RuleOptions(mode="anywhere"))
    feed = message_card(
        Highlight(seen), note=None, link="https://k.example", locale="ko", texts=TEXTS,
        find=finder([rule], {}),
    )  # fmt: skip
    return told(feed.content)


@settings(max_examples=150, deadline=None)
@given(messages, st.randoms(use_true_random=False))
def test_every_word_that_is_found_can_be_seen(seen: Seen, chance: Any) -> None:  # noqa: ANN401 - draws anything
    word = chance.choice(seen.text.split())
    assert word in looking_for(word, seen)


@settings(max_examples=150, deadline=None)
@given(messages)
def test_every_word_that_is_seen_can_be_found(seen: Seen) -> None:
    for word in re.findall(f"[{LETTERS}]{{2,}}", said(seen)):
        assert hit(word, seen.text, "anywhere"), word


def test_a_word_that_is_covered_is_neither() -> None:
    covered = Body(
        "앞 뒤", (File("비밀.pdf", "https://cdn.example/f", spoiler=True),), covered=True
    )
    seen = message(covered, forwarded(Body("비밀"), age_restricted=True))
    assert not hit("비밀", seen.text)
    assert "비밀" not in said(seen)


marks = st.sampled_from(["`", "``", "```", "||", "|", " 비밀 ", "\n", "a", "*", "\\", "> ", "# "])


@settings(max_examples=300, deadline=None)
@given(st.lists(marks, max_size=14).map("".join))
def test_no_word_is_found_that_bars_or_code_keep_from_being_seen(text: str) -> None:
    seen = message(Body(text))
    assert not hit("비밀", seen.text, "anywhere") or "비밀" in said(seen)


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("앞 ||비밀|| 뒤", False),
        ("||비밀\n둘째|| 뒤", False),
        ("비밀 ||다른 말||", True),
        ("||하나|| 비밀 ||둘||", True),
        ("||비밀", True),
        ("\\||비밀||", True),
        ("a || 비밀", True),
        ("\\\\||비밀||", False),
        ("`a || 비밀 || b`", True),
        ("```\na || 비밀 || b\n```", True),
        ("```\n*a || 비밀 || b_c\n```", True),
        ("||`비밀`||", False),
        ("`a` ||비밀|| `b`", False),
        ("*`a* ||비밀|| b`", False),
    ],
)
def test_a_word_under_a_spoiler_is_found_no_more_than_it_is_seen(text: str, is_found: bool) -> None:
    for body in (Body(text), Body(embeds=(Embed(description=text),))):
        seen = message(body)
        assert hit("비밀", seen.text, "anywhere") is is_found
        assert ("비밀" in said(seen)) is is_found
