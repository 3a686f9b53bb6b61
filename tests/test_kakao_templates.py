"""Templates print Kakao's JSON and keep Kakao's limits before any call is made."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.kakao import (
    BadRequest,
    Button,
    Content,
    Feed,
    Item,
    ItemContent,
    Link,
    Social,
    TemplateLimit,
    Text,
    template_from,
)

LINK = Link(web_url="https://kkachi.example/m/1")
BUTTON = Button(title="보기", link=LINK)
ROW = Item(item="참가비", item_op="1000")


def test_a_feed_prints_what_kakao_expects() -> None:
    feed = Feed(
        content=Content(
            title="길드 정기전",
            description="토요일 21:00",
            image_url="https://kkachi.example/raid.png",
            image_width=800,
            image_height=400,
            link=LINK,
        ),
        item_content=ItemContent(profile_text="민지의 초대", items=(ROW,), sum="합계", sum_op="1"),
        social=Social(like_count=3, view_count=0),
        buttons=(BUTTON,),
    )
    link = {"web_url": "https://kkachi.example/m/1"}
    assert feed.template_object() == {
        "object_type": "feed",
        "content": {
            "title": "길드 정기전",
            "description": "토요일 21:00",
            "image_url": "https://kkachi.example/raid.png",
            "image_width": 800,
            "image_height": 400,
            "link": link,
        },
        "item_content": {
            "profile_text": "민지의 초대",
            "items": [{"item": "참가비", "item_op": "1000"}],
            "sum": "합계",
            "sum_op": "1",
        },
        "social": {"like_count": 3, "view_count": 0},
        "buttons": [{"title": "보기", "link": link}],
    }


def test_a_text_prints_only_what_it_has() -> None:
    assert Text(text="안녕", link=LINK, button_title="보기").template_object() == {
        "object_type": "text",
        "text": "안녕",
        "link": {"web_url": "https://kkachi.example/m/1"},
        "button_title": "보기",
    }


@pytest.mark.parametrize(
    ("make", "field", "limit", "value"),
    [
        (lambda: Text(text="가" * 201, link=LINK), "Text.text", 200, 201),
        (lambda: Text(text="", link=LINK), "Text.text", 1, 0),
        (lambda: Text(text="a", link=LINK, buttons=(BUTTON,) * 3), "Text.buttons", 2, 3),
        (lambda: Text(text="a", link=LINK, button_title="a" * 9), "Text.button_title", 8, 9),
        (lambda: Button(title="아홉 글자 이름표", link=LINK), "Button.title", 8, 9),
        (lambda: Content(title="가" * 201, link=LINK), "Content.title", 200, 201),
        (lambda: Content(description="가" * 201, link=LINK), "Content.description", 200, 201),
        (lambda: Content(title="a", image_width=199, link=LINK), "Content.image_width", 200, 199),
        (lambda: Content(title="a", image_height=0, link=LINK), "Content.image_height", 200, 0),
        (lambda: Content(link=LINK), "Content.title|image_url|description", 1, 0),
        (lambda: Content(title="", link=LINK), "Content.title|image_url|description", 1, 0),
        (lambda: Link(web_url=""), "Link.web_url", 1, 0),
        (lambda: Item(item="일곱 글자예요", item_op="1"), "Item.item", 6, 7),
        (lambda: ItemContent(items=(ROW,) * 6), "ItemContent.items", 5, 6),
        (lambda: ItemContent(sum_op="1" * 12), "ItemContent.sum_op", 11, 12),
        (lambda: Social(like_count=-1), "Social.like_count", 0, -1),
    ],
)
def test_a_broken_limit_names_field_limit_and_value(
    make: Callable[[], object], field: str, limit: int, value: int
) -> None:
    with pytest.raises(TemplateLimit) as caught:
        make()
    broken = caught.value
    assert (broken.field, broken.limit, broken.value) == (field, limit, value)
    assert str(broken) == f"{field}: {value} where the limit is {limit}"


def test_a_link_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(TemplateLimit, match="web_url"):
        Link()


@pytest.mark.parametrize(
    ("stored", "place"),
    [
        ({"object_type": "text", "text": "a"}, "Text.link"),
        ({"object_type": "feed"}, "Feed.content"),
        ({"object_type": "text", "text": 5, "link": {"web_url": "a"}}, "text.text"),
        ({"object_type": "text", "text": "a", "link": {"web_url": "a"}, "x": 1}, "text.x"),
        ({"object_type": "poster"}, "object_type"),
        ({}, "object_type"),
    ],
)
def test_what_is_no_template_is_not_read_back(stored: dict[str, Any], place: str) -> None:
    with pytest.raises(BadRequest, match=place):
        template_from(stored)


def test_a_wrong_type_is_a_mistake_in_the_code_and_shows_no_text() -> None:
    with pytest.raises(ValidationError) as caught:
        Text(text=["secret words"], link=LINK)
    assert "secret words" not in str(caught.value)


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)
labels = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
sides = st.none() | st.integers(200, 10_000)
buttons = st.lists(st.builds(Button, title=labels, link=st.just(LINK)), max_size=2).map(tuple)
contents = st.builds(
    Content, title=words, description=st.none() | words, image_url=st.none() | words,
    image_width=sides, image_height=sides, link=st.just(LINK),
)  # fmt: skip
templates = st.builds(Text, text=words, link=st.just(LINK), buttons=buttons) | st.builds(
    Feed, content=contents, buttons=buttons
)


@given(templates)
def test_a_stored_template_reads_back_the_same(template: Feed | Text) -> None:
    assert template_from(template.template_object()) == template
