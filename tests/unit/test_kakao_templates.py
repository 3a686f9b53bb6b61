"""Templates print Kakao's JSON and keep Kakao's limits before any call is made."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from bot.kakao import (
    AddressRefused,
    BadRequest,
    Button,
    Calendar,
    Commerce,
    Content,
    CustomMessage,
    Feed,
    Item,
    ItemContent,
    Link,
    List,
    Location,
    Product,
    Social,
    Template,
    TemplateLimit,
    Text,
    message_from,
)
from bot.kakao.parts import Part

SITE = "https://kkachi.example/m/1"
BOT = "https://bot.example.com"
LINK = Link(web_url=SITE)
LINKED = {"web_url": SITE}
BUTTON = Button(title="보기", link=LINK)
ROW = Item(item="참가비", item_op="1000")


def both(path: str) -> Link:
    return Link(web_url=f"{BOT}/{path}", mobile_web_url=f"{BOT}/{path}")


def on_the_web(path: str) -> Link:
    return Link(web_url=f"{BOT}/{path}")


TEXT = Text(text="오늘 밤 9시 레이드 참가하실 분!", link=both("raid/7"), button_title="참가하기")
FEED = Feed(
    content=Content(
        title="길드 정기전",
        description="토요일 21:00, 자리 3개 남음",
        image_url=f"{BOT}/i/raid.png",
        image_width=800,
        image_height=400,
        link=both("e/1"),
    ),
    item_content=ItemContent(
        profile_text="민지의 초대",
        items=(Item(item="참가비", item_op="1000"), Item(item="상금", item_op="5000")),
        sum="합계",
        sum_op="6000",
    ),
    social=Social(like_count=3, comment_count=1, view_count=20),
    buttons=(
        Button(title="참가", link=both("e/1?a=y")),
        Button(title="거절", link=both("e/1?a=n")),
    ),
)
LIST = List(
    header_title="이번 주 일정",
    header_link=both("week"),
    contents=(
        Content(title="월 21:00", description="연습", link=on_the_web("e/1")),
        Content(title="수 21:00", description="정기전", link=on_the_web("e/2")),
    ),
    button_title="전체 보기",
)
LOCATION = Location(
    address="경기 성남시 분당구 판교역로 235",
    address_title="모임 장소",
    content=Content(title="정모", description="6월 6일 14시", link=both("m/1")),
    social=Social(like_count=2),
)
COMMERCE = Commerce(
    content=Content(title="길드 티셔츠", image_url=f"{BOT}/i/t.png", link=on_the_web("t")),
    commerce=Product(
        product_name="티셔츠",
        regular_price=20000,
        discount_price=15000,
        discount_rate=25,
        currency_unit="원",
        currency_unit_position=0,
    ),
    buttons=(Button(title="보기", link=on_the_web("t")),),
)
CALENDAR = Calendar(
    id_type="event",
    id="event-public-id",
    content=Content(title="정기전", description="토 21:00", link=on_the_web("e/1")),
)
PRINTED = {
    TEXT: """
{"object_type":"text","text":"오늘 밤 9시 레이드 참가하실 분!",
 "link":{"web_url":"https://bot.example.com/raid/7","mobile_web_url":"https://bot.example.com/raid/7"},
 "button_title":"참가하기"}""",
    FEED: """
{
  "object_type": "feed",
  "content": {
    "title": "길드 정기전",
    "description": "토요일 21:00, 자리 3개 남음",
    "image_url": "https://bot.example.com/i/raid.png",
    "image_width": 800, "image_height": 400,
    "link": {"web_url": "https://bot.example.com/e/1", "mobile_web_url": "https://bot.example.com/e/1"}
  },
  "item_content": {
    "profile_text": "민지의 초대",
    "items": [{"item": "참가비", "item_op": "1000"}, {"item": "상금", "item_op": "5000"}],
    "sum": "합계", "sum_op": "6000"
  },
  "social": {"like_count": 3, "comment_count": 1, "view_count": 20},
  "buttons": [
    {"title": "참가", "link": {"web_url": "https://bot.example.com/e/1?a=y", "mobile_web_url": "https://bot.example.com/e/1?a=y"}},
    {"title": "거절", "link": {"web_url": "https://bot.example.com/e/1?a=n", "mobile_web_url": "https://bot.example.com/e/1?a=n"}}
  ]
}""",
    LIST: """
{
  "object_type": "list",
  "header_title": "이번 주 일정",
  "header_link": {"web_url": "https://bot.example.com/week", "mobile_web_url": "https://bot.example.com/week"},
  "contents": [
    {"title": "월 21:00", "description": "연습", "link": {"web_url": "https://bot.example.com/e/1"}},
    {"title": "수 21:00", "description": "정기전", "link": {"web_url": "https://bot.example.com/e/2"}}
  ],
  "button_title": "전체 보기"
}""",
    LOCATION: """
{"object_type":"location","address":"경기 성남시 분당구 판교역로 235","address_title":"모임 장소",
 "content":{"title":"정모","description":"6월 6일 14시","link":{"web_url":"https://bot.example.com/m/1","mobile_web_url":"https://bot.example.com/m/1"}},
 "social":{"like_count":2}}""",
    COMMERCE: """
{"object_type":"commerce",
 "content":{"title":"길드 티셔츠","image_url":"https://bot.example.com/i/t.png","link":{"web_url":"https://bot.example.com/t"}},
 "commerce":{"product_name":"티셔츠","regular_price":20000,"discount_price":15000,"discount_rate":25,"currency_unit":"원","currency_unit_position":0},
 "buttons":[{"title":"보기","link":{"web_url":"https://bot.example.com/t"}}]}""",
    CALENDAR: """
{"object_type":"calendar","id_type":"event","id":"event-public-id",
 "content":{"title":"정기전","description":"토 21:00","link":{"web_url":"https://bot.example.com/e/1"}}}""",
}  # fmt: skip


@pytest.mark.parametrize("template", PRINTED, ids=lambda template: template.object_type)
def test_a_template_prints_the_json_of_kakaos_example(template: Template) -> None:
    assert template.template_object() == json.loads(PRINTED[template])
    assert message_from(json.loads(PRINTED[template])) == template


def test_the_keys_stand_in_the_order_of_kakaos_documents() -> None:
    printed = FEED.form()["template_object"]
    assert printed == json.dumps(json.loads(PRINTED[FEED]), ensure_ascii=False)


def test_a_link_carries_the_parameters_of_the_app() -> None:
    link = Link(android_execution_params="raid=7&from=talk", ios_execution_params="raid=7")
    assert Text(text="a", link=link).template_object()["link"] == {
        "android_execution_params": "raid=7&from=talk",
        "ios_execution_params": "raid=7",
    }


CONTENT = Content(title="a", link=LINK)
TWICE = "discount_rate|fixed_discount_price"


def week(**changes: object) -> List:
    facts: dict[str, object] = {"header_title": "a", "header_link": LINK}
    return List.model_validate(facts | {"contents": (CONTENT,) * 2} | changes)


def place(**changes: object) -> Location:
    return Location.model_validate({"address": "a", "content": CONTENT} | changes)


def price(**changes: object) -> Product:
    return Product.model_validate({"regular_price": 100} | changes)


def event(**changes: object) -> Calendar:
    facts: dict[str, object] = {"id_type": "event", "id": "a", "content": CONTENT}
    return Calendar.model_validate(facts | changes)


@pytest.mark.parametrize(
    ("make", "field", "limit", "value"),
    [
        (lambda: Text(text="가" * 201, link=LINK), "Text.text", 200, 201),
        (lambda: Text(text="", link=LINK), "Text.text", 1, 0),
        (lambda: Text(text="a", link=LINK, buttons=(BUTTON,) * 3), "Text.buttons", 2, 3),
        (lambda: Button(title="", link=LINK), "Button.title", 1, 0),
        (lambda: Content(title="a", image_width=199, link=LINK), "Content.image_width", 200, 199),
        (lambda: Content(title="a", image_height=0, link=LINK), "Content.image_height", 200, 0),
        (lambda: Content(link=LINK), "Content.title|image_url|description", 1, 0),
        (lambda: Content(title="", link=LINK), "Content.title|image_url|description", 1, 0),
        (lambda: Link(web_url=""), "Link.web_url", 1, 0),
        (lambda: Item(item="", item_op="1"), "Item.item", 1, 0),
        (lambda: ItemContent(items=(ROW,) * 6), "ItemContent.items", 5, 6),
        (lambda: Social(like_count=-1), "Social.like_count", 0, -1),
        (lambda: Social(view_count=2**31), "Social.view_count", 2**31 - 1, 2**31),
        (lambda: week(header_title="가" * 201), "List.header_title", 200, 201),
        (lambda: week(contents=(CONTENT,)), "List.contents", 2, 1),
        (lambda: week(contents=(CONTENT,) * 4), "List.contents", 3, 4),
        (lambda: week(buttons=(BUTTON,) * 3), "List.buttons", 2, 3),
        (lambda: place(address=""), "Location.address", 1, 0),
        (lambda: place(buttons=(BUTTON,) * 2), "Location.buttons", 1, 2),
        (lambda: Product(regular_price=-1), "Product.regular_price", 0, -1),
        (lambda: Product(regular_price=2**31), "Product.regular_price", 2**31 - 1, 2**31),
        (lambda: price(discount_price=101), "Product.discount_price", 100, 101),
        (lambda: price(fixed_discount_price=101), "Product.fixed_discount_price", 100, 101),
        (lambda: price(discount_rate=101), "Product.discount_rate", 100, 101),
        (lambda: price(discount_rate=5, fixed_discount_price=0), f"Product.{TWICE}", 1, 2),
        (lambda: event(id=""), "Calendar.id", 1, 0),
        (lambda: event(buttons=(BUTTON,) * 2), "Calendar.buttons", 1, 2),
        (lambda: CustomMessage(template_id=0), "CustomMessage.template_id", 1, 0),
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
        ({"object_type": "text", "text": 5, "link": LINKED}, "Text.text"),
        ({"object_type": "text", "text": "a", "link": LINKED, "x": 1}, "Text.x"),
        ({"object_type": "poster"}, "object_type"),
        ({"object_type": ["text"]}, "object_type"),
        ({}, "object_type"),
        ({"template_id": "seven"}, "CustomMessage.template_id"),
        ({"template_id": 7, "template_args": {"A": 1}}, "CustomMessage.template_args.A"),
        ({"request_url": SITE, "object_type": "text", "text": "a", "link": LINKED}, "Text.request"),
        ({"request_url": "ftp://kkachi.example"}, "ScrapMessage.request_url"),
    ],
)
def test_what_is_no_message_is_not_read_back(stored: dict[str, Any], place: str) -> None:
    with pytest.raises(BadRequest, match=place):
        message_from(stored)


def test_a_wrong_type_is_a_mistake_in_the_code_and_shows_no_text() -> None:
    with pytest.raises(ValidationError) as caught:
        Text(text=["secret words"], link=LINK)
    assert "secret words" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "kkachi.example",
        "ftp://kkachi.example",
        "javascript:alert(1)",
        "https://",
        "https://a b.example",
        "https://[",
        "https://kkachi.example:port/",
        "https://kkachi.example/\n",
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        Link(web_url=address)
    assert caught.value.field == "Link.web_url"
    assert address not in str(caught.value)


def test_half_a_character_is_no_text() -> None:
    with pytest.raises(ValidationError):
        Text(text="\ud83d", link=LINK)


def test_fit_cuts_what_is_too_long() -> None:
    fitted = Feed.fit(
        content={"title": "가" * 201, "description": "짧은 글", "link": LINK},
        buttons=[Button.fit(title="원문을 보러 가기", link=LINK)] * 3,
    )
    assert fitted == Feed(
        content=Content(title="가" * 199 + "…", description="짧은 글", link=LINK),
        buttons=(Button(title="원문을 보러…", link=LINK),) * 2,
    )


def test_fit_leaves_alone_what_fits() -> None:
    assert Feed.fit(**FEED.template_object()) == FEED


def test_fit_never_tears_a_character_apart() -> None:
    family = "👨\u200d👩\u200d👧"
    assert Button.fit(title=family * 2, link=LINK).title == family + "…"


@pytest.mark.parametrize(
    "fields",
    [
        {"regular_price": -1},
        {"regular_price": 2**31},
        {"regular_price": 1, "discount_price": 2},
        {"regular_price": 1, "discount_rate": 101},
        {},
    ],
)
def test_fit_changes_no_number_and_invents_nothing(fields: dict[str, object]) -> None:
    with pytest.raises(TemplateLimit):
        Product.fit(**fields)


def test_all_limits_are_kept_outside_fit_even_after_it() -> None:
    Text.fit(text="가" * 201, link=LINK)
    with pytest.raises(TemplateLimit):
        Text(text="가" * 201, link=LINK)


@pytest.mark.parametrize(
    "part",
    [
        Button(title="View on Web", link=LINK),
        Content(title="가" * 201, description="나" * 201, link=LINK),
        Item(item="일곱 글자예요", item_op="9" * 26),
        ItemContent(profile_text="가" * 17, sum="일곱 글자예요", sum_op="1" * 12),
        Product(regular_price=2**31 - 1, product_name="가" * 201, currency_unit="가" * 9),
    ],
    ids=lambda part: type(part).__name__,
)
def test_what_kakao_only_shows_in_part_can_be_sent_and_is_cut_by_fit(part: Part) -> None:
    fitted = type(part).fit(**part.model_dump(exclude_none=True))
    texts = {name: value for name, value in part if isinstance(value, str)}
    assert all(getattr(fitted, name).endswith("…") for name, text in texts.items() if len(text) > 9)
    assert type(part).model_validate(part.model_dump()) == part
