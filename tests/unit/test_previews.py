"""A card as Discord shows it before it is sent: KakaoTalk's parts, in KakaoTalk's order."""

from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.ui.card_embed import card_preview
from bot.kakao import CustomMessage, ScrapMessage
from bot.texts import LOCALES, Locale
from tests.support.cards import LINK, PLACE, every_card
from tests.support.linking import texts
from tests.support.markup import live

PICTURE = "https://cdn.example/a.png"
KINDS = list(every_card(PICTURE))
MOST_EMBEDS, MOST_TEXT = 10, 6000
TEXTS = texts()
JSON = dict[str, Any]


def preview(card: JSON, locale: Locale = "ko") -> list[discord.Embed]:
    return card_preview(card, TEXTS, locale)


def of(kind: str, locale: Locale = "ko") -> list[discord.Embed]:
    return preview(every_card(PICTURE)[kind], locale)


def lines(embed: discord.Embed) -> list[str]:
    return [line for line in (embed.description or "").splitlines() if line]


def test_a_feed_stands_there_from_its_profile_down_to_its_buttons() -> None:
    picture, rest = of("feed")
    assert (picture.author.name, picture.author.icon_url) == ("민지의 초대", PICTURE)
    assert (picture.image.url, picture.description) == (PICTURE, None)
    assert rest.thumbnail.url == PICTURE
    *before, description, counts, buttons = lines(rest)
    assert before == [
        *("**참가 안내**", "-# 토요일", "참가비  ·  1,000원", "상금  ·  5,000원"),
        *("합계  ·  **6,000원**", "**길드 정기전**"),
    ]
    assert description.startswith("토요일 밤 아홉 시에")
    assert description.endswith("…")
    assert counts == "좋아요 0  댓글 1  공유 4"
    assert buttons == "**[ 웹에서 자세히 ]**  **[ 참가 ]**"


def test_a_list_has_its_rows_below_its_header_and_their_pictures_beside_them() -> None:
    header, first, second, buttons = of("list")
    assert lines(header) == ["**이번 주 일정**"]
    assert lines(first)[0] == "**월 21:00**"
    assert (first.thumbnail.url, second.thumbnail.url) == (PICTURE, None)
    assert lines(second) == ["**수 21:00**"]
    assert lines(buttons) == ["**[ 전체 보기 ]**"]


def test_a_location_does_not_say_its_address_and_has_a_button_for_the_map() -> None:
    picture, rest = of("location")
    shown = str([picture.to_dict(), rest.to_dict()])
    assert PLACE not in shown
    assert "모임 장소" not in shown
    assert lines(rest)[-2:] == ["구독 7", "**[ 자세히 보기 ]**  **[ 위치 보기 ]**"]


def test_what_costs_something_shows_its_prices_in_place_of_a_description() -> None:
    _, rest = of("commerce")
    assert lines(rest)[:3] == ["-# 티셔츠", "**길드 정기전**", "25% **15,000원** ~~20,000원~~"]
    assert "토요일" not in (rest.description or "")


@pytest.mark.parametrize(
    ("prices", "shown"),
    [
        ({"regular_price": 15000}, "**15,000원**"),
        (
            {"regular_price": 20, "discount_price": 15, "fixed_discount_price": 5}
            | {"currency_unit": "$", "currency_unit_position": 1},
            "-$5 **$15** ~~$20~~",
        ),
        ({"regular_price": 20000, "discount_price": 0}, "**0원** ~~20,000원~~"),
    ],
)
def test_prices_are_written_as_kakaotalk_writes_them(prices: JSON, shown: str) -> None:
    [goods] = preview({"object_type": "commerce", "content": {"link": LINK}, "commerce": prices})
    assert lines(goods)[0] == shown


def test_a_text_is_whole_and_keeps_its_asterisks() -> None:
    [text] = preview({"object_type": "text", "text": "*선착순*\n" * 20, "link": LINK})
    assert lines(text)[:-1] == [r"\*선착순\*"] * 20


@pytest.mark.parametrize(
    ("id_type", "label"), [("event", "일정 추가"), ("calendar", "캘린더 구독")]
)
def test_an_event_shows_no_number_and_the_button_that_keeps_it(id_type: str, label: str) -> None:
    _, rest = preview(every_card(PICTURE)["calendar"] | {"id_type": id_type})
    assert "nobody-knows" not in str(rest.to_dict())
    assert lines(rest)[-1] == f"**[ 웹에서 자세히 ]**  **[ {label} ]**"


def test_two_long_labels_are_cut_and_one_alone_is_not() -> None:
    label = "웹에서 더 자세히 보기"
    card = {"object_type": "text", "text": "가", "link": LINK}
    [one] = preview(card | {"button_title": label})
    [two] = preview(card | {"buttons": [{"title": label}, {"title": "참가"}]})
    assert lines(one)[-1] == f"**[ {label} ]**"
    assert lines(two)[-1] == "**[ 웹에서 더 자세… ]**  **[ 참가 ]**"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_last_line_says_how_it_differs(kind: str, locale: Locale) -> None:
    *above, last = of(kind, locale)
    assert last.footer.text == TEXTS.say(locale, "bubble-differs")
    assert [embed.footer.text for embed in above] == [None] * len(above)


@pytest.mark.parametrize(
    ("card", "shown"),
    [
        (
            CustomMessage(template_id=7, template_args={"NAME": "민지"}).stored(),
            ["**사용자 정의 템플릿 #7**", "**NAME** 민지"],
        ),
        (
            ScrapMessage(request_url="https://kkachi.example/raid").stored(),
            ["**페이지**", "<https://kkachi.example/raid>"],
        ),
        (
            {
                "request_url": "https://kkachi.example/",
                "template_id": 7,
                "template_args": {"A": "가"},
            },
            ["**페이지**", "<https://kkachi.example/>", "**A** 가"],
        ),
    ],
    ids=["custom", "scrap", "scrap in a custom template"],
)
def test_what_kakao_makes_itself_is_named_and_not_drawn(card: JSON, shown: list[str]) -> None:
    [made] = preview(card)
    assert lines(made) == shown
    assert made.footer.text != TEXTS.say("ko", "bubble-differs")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("locale", LOCALES)
def test_a_card_that_was_only_begun_can_be_shown(kind: str, locale: Locale) -> None:
    begun: list[JSON] = [{"object_type": kind}, {"object_type": kind, "content": {}}]
    begun.append({"object_type": kind, "contents": [{}, {"title": "가"}]})
    for card in ({}, *begun):
        for embed in preview(card, locale):
            assert embed.description or embed.image.url or embed.thumbnail.url


def with_words(part: Any, words: str) -> Any:  # noqa: ANN401 - whatever a card's JSON holds
    """Return a card all of whose texts are these words."""
    if isinstance(part, dict):
        return {
            name: value
            if name.endswith(("_url", "object_type", "id_type"))
            else with_words(value, words)
            for name, value in part.items()
        }
    if isinstance(part, list):
        return [with_words(one, words) for one in part]
    return words if isinstance(part, str) else part


@pytest.mark.parametrize("kind", KINDS)
@given(words=st.text(alphabet="*_~`|>#-@<[]()\\가a1.\n", min_size=1, max_size=200))
def test_whatever_is_written_fits_into_discord_and_does_nothing_there(
    kind: str, words: str
) -> None:
    card = every_card(PICTURE)[kind]
    embeds = preview(with_words(card, f"가{words}"))
    assert len(embeds) <= MOST_EMBEDS
    assert sum(map(len, embeds)) <= MOST_TEXT
    marks = [live(embed.description or "") for embed in embeds]
    assert marks == [live(embed.description or "") for embed in preview(with_words(card, "가"))]
