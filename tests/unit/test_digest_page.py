"""The page behind a digest: by channels, with times by its reader's clock and what called each."""

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot.kakao import List
from bot.services.clock import SEOUL
from bot.services.highlights.digests import Digest, DigestView, Item
from bot.services.messages.models import Body, Part, PartKind
from bot.texts import Locale, Texts
from bot.web.digests import Moments, grouped
from bot.web.pages import Pages
from storage.hits import MESSAGE
from storage.rules import RuleKind
from storage.subscriptions import SubscriptionKind
from tests.support.outbox import MINJI
from tests.support.watching import (
    CATEGORY,
    GUILD,
    JUNHO,
    ROOM,
    THREAD,
    HighlightsWorld,
    open_tower,
)

MADE_AT = 1_796_000_000.0  # 2026-11-30 09:53 in Seoul
DAY = 24 * 3600.0
EVERYWHERE = "#잡담 · 까치 마을"


@pytest.fixture
async def tower(tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path) as tower:
        yield tower


async def sent(tower: HighlightsWorld) -> tuple[List, DigestView]:
    """Send what waits as one card, and open its page."""
    card = await tower.card()
    assert isinstance(card, List)
    found = await tower.database.first(text("SELECT id FROM digests"))
    assert found is not None
    return card, await tower.services.digests.page(str(found["id"]))


def line(words: str, at: float, *, channel: int = ROOM, title: str = EVERYWHERE) -> Item:
    return Item(title, words, "https://k.example/m/1", at, guild_id=7, channel_id=channel)


def page(items: list[Item], locale: Locale = "ko", zone: str = "Asia/Seoul") -> str:
    pages = Pages(Texts(), "https://kkachi.example")
    digest = Digest("id", "forward", MINJI, locale, MADE_AT, MADE_AT + DAY, items)
    moments = Moments(pages.texts, ZoneInfo(zone), MADE_AT)
    return pages.digest(digest, grouped(items), moments, locale)


async def test_each_line_of_a_digest_says_which_rule_called_it(tower: HighlightsWorld) -> None:
    await tower.rule("정산")
    await tower.rule("번개")
    await tower.rule("", RuleKind.MENTION)
    assert await tower.found(tower.message("정산은 일요일"))
    assert await tower.found(tower.message("번개 하실 분? 정산은 나중에"))
    assert await tower.found(tower.message("저기요", mentions=frozenset({MINJI})))
    card, view = await sent(tower)
    assert [item.why for item in view.digest.items] == ["🔔 멘션", "🔔 정산", "🔔 정산, 번개"]
    assert [row.title for row in card.contents][1] == "member 2: 정산은 일요일"
    assert [row.description for row in card.contents][1] == "🔔 정산 · #room · guild"


async def test_the_row_of_a_long_message_holds_the_word(tower: HighlightsWorld) -> None:
    await tower.rule("번개")
    for words in ("긴 이야기 " * 40 + "번개는 일요일 " + "또 이야기 " * 20, "번개"):
        assert await tower.found(tower.message(words))
    card, view = await sent(tower)
    assert "번개는 일요일" in str(card.contents[0].title)
    assert len(str(card.contents[0].title)) <= 40
    assert "번개는 일요일" in view.digest.items[0].text


async def test_lines_stand_by_their_channels_the_oldest_of_each_first(
    tower: HighlightsWorld,
) -> None:
    await tower.rule()
    for channel in (THREAD, ROOM, THREAD):
        assert await tower.found(tower.message(channel=channel, category_id=CATEGORY))
        tower.clock.at += 60
    _, view = await sent(tower)
    groups = grouped(view.digest.items)
    assert [{one.channel_id for one in group.lines} for group in groups] == [{THREAD}, {ROOM}]
    assert [one.at for one in groups[0].lines] == sorted(one.at for one in groups[0].lines)


async def test_the_page_knows_where_its_reader_lives(tower: HighlightsWorld) -> None:
    await tower.rule()
    for _ in range(2):
        assert await tower.found(tower.message())
    _, view = await sent(tower)
    assert str(view.zone) == "Asia/Seoul"
    await tower.services.wishes.change(MINJI, time_zone="Europe/Berlin")
    again = await tower.services.digests.page(view.digest.id)
    assert str(again.zone) == "Europe/Berlin"


@pytest.mark.parametrize(
    ("zone", "made", "times"),
    [
        ("Asia/Seoul", "11월 30일 (월) 09:53에 모았어요", ["09:43", "11월 29일 (일) 21:53"]),
        (
            "Europe/Berlin",
            "11월 30일 (월) 01:53 (Europe/Berlin)에 모았어요",
            ["01:43", "11월 29일 (일) 13:53"],
        ),
    ],
)
def test_times_are_told_by_the_readers_clock_with_the_day_where_it_is_another(
    zone: str, made: str, times: list[str]
) -> None:
    items = [line("하나", MADE_AT - 600), line("둘", MADE_AT - DAY / 2)]
    shown = page(items, zone=zone)
    assert made in shown
    assert all(time in shown for time in times)


def test_the_page_reads_in_english_too() -> None:
    shown = page([line("one", MADE_AT - DAY)], "en")
    assert "Gathered Mon 30 Nov 09:53" in shown
    assert "Sun 29 Nov 09:53" in shown


def test_places_of_one_name_in_different_channels_stay_apart() -> None:
    items = [line("하나", 1.0), line("둘", 2.0, channel=THREAD), line("셋", 0.0)]
    shown = [[one.text for one in group.lines] for group in grouped(items)]
    assert shown == [["셋", "하나"], ["둘"]]


# What is asked anew when it is opened

OTHER_GUILD, ORIGIN = 8, 3


@pytest.mark.parametrize("kind", [MESSAGE, SubscriptionKind.PIN])
async def test_a_line_is_shown_while_its_authors_and_its_channel_let_it_be(
    tower: HighlightsWorld, kind: str
) -> None:
    tower.glass.servers.add(OTHER_GUILD)
    doubtful = replace(
        line("공지", 1.0), policy="full", kind=kind, author_id=JUNHO, origin_author_id=ORIGIN
    )
    sound = replace(doubtful, guild_id=OTHER_GUILD, author_id=MINJI, origin_author_id=None)
    page = Digest("id", "forward", MINJI, "ko", MADE_AT, MADE_AT + DAY, [doubtful, sound])
    opening = tower.services.digests._opening
    for junho, origin, hidden, away in product([False, True], repeat=4):
        await tower.services.optouts.set(JUNHO, on=junho)
        await tower.services.optouts.set(ORIGIN, on=origin)
        tower.glass.hidden = {ROOM} if hidden else set()
        tower.glass.out = {GUILD} if away else set()
        sound_here = replace(sound, channel_id=THREAD)
        lines = await opening.lines(replace(page, items=[doubtful, sound_here]))
        is_barred = junho or origin or (hidden and not away)
        assert (doubtful in lines.shown) is not (is_barred or away)
        assert sound_here in lines.shown
        assert lines.waiting == int(away and not is_barred)


async def test_what_only_admins_hear_of_is_shown_to_admins(tower: HighlightsWorld) -> None:
    for kind in (SubscriptionKind.BOOST, None):
        item = replace(line("부스트", 1.0), channel_id=None, kind=kind, feature="notify")
        page = Digest("id", "forward", MINJI, "ko", MADE_AT, MADE_AT + DAY, [item])
        for managers in (set[int](), {MINJI}):
            tower.glass.managers = managers
            shown = (await tower.services.digests._opening.lines(page)).shown
            assert bool(shown) is bool(managers)


async def test_lines_that_say_the_same_are_all_shown(tower: HighlightsWorld) -> None:
    item = line("같은 말", 1.0)
    page = Digest("id", "forward", MINJI, "ko", MADE_AT, MADE_AT + DAY, [item, item])
    assert (await tower.services.digests._opening.lines(page)).shown == [item, item]


async def test_who_wrote_what_a_message_forwards_can_opt_out_later(
    tower: HighlightsWorld,
) -> None:
    await tower.rule()
    origin = tower.message("공지 원문", author_id=ORIGIN)
    forwarded = Part(Body("공지 원문"), PartKind.FORWARDED, origin=origin.source)
    assert await tower.found(tower.message("공지 보세요", others=[forwarded]))
    assert await tower.found(tower.message("공지 둘"))
    _, view = await sent(tower)
    assert len(view.digest.items) == 2
    await tower.services.optouts.set(ORIGIN, on=True)
    again = await tower.services.digests.page(view.digest.id)
    assert [one.text for one in again.digest.items] == ["member 2: 공지 둘"]


async def test_an_author_who_is_erased_is_named_in_nobodys_lines(tower: HighlightsWorld) -> None:
    await tower.rule()
    for words in ("공지 하나", "공지 둘"):
        assert await tower.found(tower.message(words))
    _, view = await sent(tower)
    assert {one.author_ids for one in view.digest.items} == {(JUNHO,)}
    await tower.services.privacy.delete(JUNHO)
    again = await tower.services.digests.page(view.digest.id)
    assert {one.author_ids for one in again.digest.items} == {()}


@pytest.mark.parametrize(("locale", "says"), [("ko", "2개는 지금 볼 수"), ("en", "2 more are not")])
def test_the_page_says_how_many_lines_wait_for_discord(locale: Locale, says: str) -> None:
    items = [line("하나", MADE_AT)]
    pages, moments = Pages(Texts(), "https://kkachi.example"), Moments(Texts(), SEOUL, MADE_AT)
    digest = Digest("id", "forward", MINJI, locale, MADE_AT, MADE_AT + DAY, items)
    assert says in pages.digest(digest, grouped(items), moments, locale, waiting=2)
    assert says not in pages.digest(digest, grouped(items), moments, locale)
