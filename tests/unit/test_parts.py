"""What others in a message have written goes along only if it may, and is found only then."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.kakao import Feed
from bot.services.cards.cutting import piece
from bot.services.highlights.matching.patterns import Pattern
from bot.services.highlights.matching.spans import finder
from bot.services.messages.models import Author, Body, Part, PartKind, Source
from storage.rules import Rule, RuleKind, RuleOptions
from tests.support.messages import told
from tests.support.outbox import MINJI
from tests.support.watching import GUILD, ROLE, ROOM, HighlightsWorld, open_tower

SEOYEON = 3
OTHER = Author(SEOYEON, "서연", role_ids=frozenset())
BOT = Author(SEOYEON, "도우미", is_bot=True, role_ids=frozenset())


@pytest.fixture
async def tower(tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path) as tower:
        await tower.rule()
        yield tower


def quote(author: Author = OTHER) -> Part:
    return Part(Body("옛말"), PartKind.QUOTED, author)


async def words(tower: HighlightsWorld) -> str:
    """Return what the card of all that waits says."""
    card = await tower.card()
    assert isinstance(card, Feed)
    return told(card.content, "guild")


async def test_a_word_in_a_quote_is_found_and_seen(tower: HighlightsWorld) -> None:
    quoted = Part(Body("긴 이야기 " * 30 + "공지 하나"), PartKind.QUOTED, OTHER)
    assert await tower.found(tower.message("네, 봤어요", others=[quoted]))
    assert "공지 하나" in await words(tower)


async def test_nobody_is_told_of_their_own_words_because_somebody_answers_them(
    tower: HighlightsWorld,
) -> None:
    mine = Part(Body("공지 하나"), PartKind.QUOTED, Author(MINJI, "민지"))
    assert not await tower.found(tower.message("네, 봤어요", others=[mine]))
    assert await tower.found(tower.message("그 공지 봤어요", others=[mine]))


async def test_a_word_in_a_quote_that_may_not_go_along_is_not_found(
    tower: HighlightsWorld,
) -> None:
    await tower.services.optouts.set(OTHER.id, on=True)
    quoted = Part(Body("공지 하나"), PartKind.QUOTED, OTHER)
    assert not await tower.found(tower.message("네, 봤어요", others=[quoted]))


async def test_a_quote_that_may_go_along_does(tower: HighlightsWorld) -> None:
    assert await tower.found(tower.message(others=[quote()]))
    assert await words(tower) == "member 2: 공지가 있어요\n↪ 서연: 옛말"


async def test_of_whoever_opted_out_nothing_goes_along(tower: HighlightsWorld) -> None:
    assert await tower.found(tower.message(others=[quote()]))
    await tower.services.optouts.set(SEOYEON, on=True)
    assert await words(tower) == "member 2: 공지가 있어요"


@pytest.mark.parametrize("how", ["members", "roles"])
async def test_whom_the_member_ignores_is_not_quoted(tower: HighlightsWorld, how: str) -> None:
    tower.glass.role_ids[SEOYEON] = frozenset({ROLE})
    await tower.filter(ignored={how: [SEOYEON if how == "members" else ROLE]})
    unknown = replace(OTHER, role_ids=None)  # as Discord tells of what is read later
    assert await tower.found(tower.message(others=[quote(unknown)]))
    assert await words(tower) == "member 2: 공지가 있어요"


@pytest.mark.parametrize("count", [True, False])
async def test_a_bot_is_quoted_only_where_bots_count(
    tower: HighlightsWorld,
    count: bool,
) -> None:
    await tower.filter(ignore_bots=not count)
    assert await tower.found(tower.message(others=[quote(BOT)]))
    quoted = "\n↪ 도우미: 옛말" if count else ""
    assert await words(tower) == f"member 2: 공지가 있어요{quoted}"


async def test_a_line_before_carries_only_what_may_go_along(tower: HighlightsWorld) -> None:
    await tower.filter(context_lines=1)
    await tower.services.optouts.set(SEOYEON, on=True)
    original = tower.message("몰래 한 말", author_id=SEOYEON)
    tower.glass.past.clear()
    carried = Part(Body("몰래 한 말"), PartKind.FORWARDED, origin=original.source)
    tower.message("이거 봐요", others=[carried])
    assert await tower.found(tower.message())
    assert await words(tower) == "member 2: 공지가 있어요\n↑ member 2: 이거 봐요"


async def test_what_is_carried_on_is_found(tower: HighlightsWorld) -> None:
    original = tower.message("공지 하나", author_id=SEOYEON)
    carried = Part(Body("공지 하나"), PartKind.FORWARDED, origin=original.source)
    assert await tower.found(tower.message("", others=[carried]))
    assert await words(tower) == "member 2: [전달] 공지 하나"


async def test_what_is_carried_on_of_whoever_opted_out_is_not_found(
    tower: HighlightsWorld,
) -> None:
    original = tower.message("공지 하나", author_id=SEOYEON)
    carried = Part(Body("공지 하나"), PartKind.FORWARDED, origin=original.source)
    await tower.services.optouts.set(SEOYEON, on=True)
    assert not await tower.found(tower.message("", others=[carried]))
    assert await tower.found(tower.message("공지 또 하나", others=[carried]))
    assert await words(tower) == "member 2: 공지 또 하나"


async def test_whose_words_were_carried_on_may_opt_out_until_they_go(
    tower: HighlightsWorld,
) -> None:
    original = tower.message("공지 하나", author_id=SEOYEON)
    carried = Part(Body("공지 하나"), PartKind.FORWARDED, origin=original.source)
    seen = tower.message("", others=[carried])
    assert await tower.found(seen)
    await tower.services.optouts.set(SEOYEON, on=True)
    assert await tower.stopped(f"message:{seen.source.message_id}") == "matched"


async def test_of_what_nobody_knows_the_author_nobody_can_be_asked(
    tower: HighlightsWorld,
) -> None:
    carried = Part(Body("공지 하나"), PartKind.FORWARDED, origin=Source(GUILD, ROOM, 5))
    assert await tower.found(tower.message("", others=[carried]))


async def test_while_discord_cannot_be_asked_it_is_found_and_asked_about_later(
    tower: HighlightsWorld,
) -> None:
    elsewhere = GUILD + 1
    carried = Part(Body("공지 하나"), PartKind.FORWARDED, origin=Source(elsewhere, ROOM, 5))
    tower.glass.out.add(elsewhere)
    assert await tower.found(tower.message("", others=[carried]))


async def test_an_edit_is_found_once_and_a_repetition_not_at_all(tower: HighlightsWorld) -> None:
    watch = tower.services.watch
    seen = tower.message("아무 말")
    assert not await tower.found(seen)
    await watch.edited(tower.edit(seen, text="공지예요"))
    assert await watch.found(MINJI, seen) is not None
    await words(tower)
    await watch.edited(tower.edit(seen, text="공지예요!"))
    assert await tower.services.dispatcher._hits.waiting(MINJI) == []


# the piece that was found


def rule(text: str, kind: RuleKind = RuleKind.WORD, **options: object) -> Rule:
    return Rule(1, MINJI, GUILD, kind, text, 0.0, options=RuleOptions(**options))


@pytest.mark.parametrize(
    ("rules", "text", "found"),
    [
        ([rule("정산")], "그래서 정산은 일요일", "정산"),
        ([rule("정산")], "가정산은 아니고 정산!", "정산"),
        ([rule("레이드 모집")], "오늘 레이드  모집해요", "레이드  모집"),
        ([rule("rust")], "TRUST the ＲＵＳＴ", "ＲＵＳＴ"),
        ([rule("art", mode="anywhere")], "start", "art"),
        ([rule("밤 [0-9]+시", RuleKind.PATTERN)], "토요일 밤 9시 레이드", "밤 9시"),
        ([rule("없음"), rule("둘")], "하나 둘 셋", "둘"),
        ([rule("", RuleKind.MENTION)], "아무 말", None),
        ([], "아무 말", None),
    ],
)
def test_the_place_of_what_was_looked_for_is_found(
    rules: list[Rule], text: str, found: str | None
) -> None:
    patterns = {one.id: Pattern(one.text) for one in rules if one.kind is RuleKind.PATTERN}
    span = finder(rules, patterns)(text)
    assert (span and text[slice(*span)]) == found


@pytest.mark.parametrize(
    ("text", "mode", "found"),
    [
        ("내일 공지올라온대", "word", "공지"),
        ("내일 공 지 올라온대", "word", None),
        ("내일 공 지 올라온대", "anywhere", "공 지"),
        ("내일 공~지~ 올라온대", "anywhere", "공~지"),
        ("내일 고옹지!", "anywhere", "고옹지"),
    ],
)
def test_the_place_of_a_word_that_is_glued_or_spelled_out_is_found(
    text: str, mode: str, found: str | None
) -> None:
    span = finder([rule("공지", mode=mode)], {})(text)
    assert (span and text[slice(*span)]) == found


@pytest.mark.parametrize(
    ("text", "found", "shown"),
    [
        ("짧은 글", (0, 2), "짧은 글"),
        ("가나다라 " * 10, None, "가나다라 가나다라 가나다라 가나다라…"),
        ("가나다라 " * 10, (0, 4), "가나다라 가나다라 가나다라 가나다라…"),
        ("가나다라 " * 10 + "끝말", (50, 52), "…가나다라 가나다라 가나다라 끝말"),
        ("가" * 40 + "끝" + "나" * 40, (40, 41), "…" + "가" * 8 + "끝" + "나" * 9 + "…"),
        ("가나다 https://a.example/abcdefg 라마바", None, "가나다…"),
        ("가" * 10 + "\nhttps://a.example/abcdefg", None, "가" * 10 + "…"),
    ],
)
def test_a_piece_holds_what_was_found(text: str, found: tuple[int, int] | None, shown: str) -> None:
    assert piece(text, 20, found) == shown
    assert len(shown) <= 20 or text == shown
