"""What members type into forms, and the messages it makes."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.kakao import message_from
from bot.services.compose.fields import (
    AddressField,
    Choice,
    Field,
    FieldError,
    Number,
    Page,
    PictureField,
    Rows,
    TextField,
)
from bot.services.compose.forms import Form, Reading, read
from bot.services.compose.link_domains import LinkDomains
from bot.services.compose.message_types import FIELDS_IN_A_STEP, MESSAGE_TYPES, MessageType, kind_of
from bot.services.servers.settings import CustomTemplate
from bot.texts import LOCALES, Texts

SERVICES = Path(__file__).parents[2] / "bot" / "services" / "compose"
HOME = "https://kkachi.example/m/abc"
DOMAINS = LinkDomains("https://kkachi.example", ("guild.example", "https://wiki.example:8443"))
RAID = CustomTemplate("레이드", 7001, ("WHO", "WHEN"))
ESSENTIALS: dict[str, dict[str, str]] = {
    "feed": {"content.title": "길드 정기전"},
    "list": {
        "header_title": "이번 주 일정",
        "contents.0.title": "월 21:00",
        "contents.1.title": "수 21:00",
    },
    "location": {"address": "경기 성남시 분당구 판교역로 235", "content.title": "정모"},
    "commerce": {"content.title": "길드 티셔츠", "commerce.regular_price": "20,000원"},
    "text": {"text": "오늘 밤 9시!"},
    "calendar": {"id_type": "event", "id": "event-1", "content.title": "정기전"},
    "scrape": {"request_url": "guild.example/notice/1"},
}


def made(kind: str, **given: str) -> Reading:
    """The message of a kind's essentials and more; dots of the paths are written as `__`."""
    typed = {path.replace("__", "."): text for path, text in given.items()}
    return read(Form(kind_of(kind), HOME, {**ESSENTIALS.get(kind, {}), **typed}), DOMAINS)


def faults(reading: Reading) -> list[tuple[str, str, Any, Any]]:
    return [(one.field.path, one.reason, one.limit, one.value) for one in reading.faults]


def link(address: str = HOME) -> dict[str, str]:
    return {"web_url": address, "mobile_web_url": address}


@pytest.mark.parametrize("kind", ESSENTIALS)
def test_the_essentials_of_every_kind_make_a_message_of_kakaos(kind: str) -> None:
    reading = made(kind)
    assert reading.faults == ()
    assert message_from(reading.card).stored() == reading.card


@pytest.mark.parametrize("kind", ESSENTIALS)
def test_an_empty_form_says_what_is_missing_and_can_be_shown_all_the_same(kind: str) -> None:
    reading = read(Form(kind_of(kind), HOME), DOMAINS)
    assert {fault.reason for fault in reading.faults} <= {"missing", "nothing-shown"}
    assert reading.faults
    assert isinstance(reading.card, dict)


def test_a_full_feed_is_kakaos_own_example() -> None:
    reading = made(
        "feed",
        content__description="토요일 21:00\n자리 3개 남음",
        content__image_url="https://cdn.example/raid.png",
        content__link="guild.example/e/1",
        item_content__profile_text="민지의 초대",
        item_content__items="참가비: 1000\n\n상금： 5000",
        item_content__sum="합계",
        item_content__sum_op="6000",
        social__like_count="3",
        social__view_count="2,000",
        buttons__0__title="참가",
        buttons__0__link="https://guild.example/e/1?a=y",
        buttons__1__title="거절",
    )
    assert reading.faults == ()
    assert reading.card == {
        "object_type": "feed",
        "content": {
            "title": "길드 정기전",
            "description": "토요일 21:00\n자리 3개 남음",
            "image_url": "https://cdn.example/raid.png",
            "link": link("https://guild.example/e/1"),
        },
        "item_content": {
            "profile_text": "민지의 초대",
            "items": [{"item": "참가비", "item_op": "1000"}, {"item": "상금", "item_op": "5000"}],
            "sum": "합계",
            "sum_op": "6000",
        },
        "social": {"like_count": 3, "view_count": 2000},
        "buttons": [
            {"title": "참가", "link": link("https://guild.example/e/1?a=y")},
            {"title": "거절", "link": link("https://guild.example/e/1")},
        ],
    }


def test_a_card_without_an_address_leads_home_and_its_parts_to_where_it_leads() -> None:
    card = made("list", header_link="guild.example/week", contents__1__link="guild.example/2").card
    assert card["header_link"] == link("https://guild.example/week")
    assert [row["link"] for row in card["contents"]] == [
        link("https://guild.example/week"),
        link("https://guild.example/2"),
    ]
    assert made("text").card["link"] == link()


def test_the_third_row_of_a_list_is_there_only_when_it_says_something() -> None:
    assert len(made("list").card["contents"]) == 2
    assert len(made("list", contents__2__description="뒤풀이").card["contents"]) == 3
    wrong = made("list", contents__2__link="guild.example")
    assert faults(wrong) == [("contents.2.title", "nothing-shown", 0, "")]


def test_a_button_needs_a_name_before_it_leads_anywhere() -> None:
    wrong = made("feed", buttons__0__link="guild.example")
    assert faults(wrong) == [("buttons.0.title", "missing", 0, "")]


@pytest.mark.parametrize(
    ("path", "typed", "reason", "limit", "value"),
    [
        ("content.title", "가" * 201, "too-long", 200, 201),
        ("buttons.0.title", "참가할게요정말로요", "too-long", 8, 9),
        ("social.like_count", "많이", "number", 2**31 - 1, "많이"),
        ("social.like_count", "-1", "range", 2**31 - 1, -1),
        ("content.link", "내 블로그", "address", 0, "내 블로그"),
        ("content.link", "blog", "address", 0, "blog"),
        ("content.link", "javascript:alert(1)", "address", 0, "javascript:alert(1)"),
        ("content.link", "https://guild.example@evil.example", "address", 0, ...),
        ("content.image_url", "ftp://guild.example/a.png", "address", 0, ...),
        ("item_content.items", "참가비 1000", "row", 0, "참가비 1000"),
        ("item_content.items", "아주아주긴이름: 1", "row-name", 6, "아주아주긴이름"),
        ("item_content.items", f"값: {'9' * 26}", "row-value", 25, "9" * 26),
        ("item_content.items", "\n".join(["가: 1"] * 6), "rows", 5, 6),
        ("item_content.items", "가:", "row", 0, "가:"),
    ],
)
def test_what_is_wrong_is_named_with_its_limit_and_value(
    path: str, typed: str, reason: str, limit: int, value: object
) -> None:
    [fault] = faults(made("feed", **{path: typed}))
    assert fault == (path, reason, limit, typed if value is ... else value)


@pytest.mark.parametrize(
    ("path", "typed", "reason"),
    [
        ("commerce.discount_rate", "101%", "range"),
        ("commerce.regular_price", "100000000", "range"),
        ("commerce.regular_price", "공짜", "number"),
        ("commerce.currency_unit_position", "middle", "choice"),
    ],
)
def test_a_price_that_kakao_would_refuse_is_refused(path: str, typed: str, reason: str) -> None:
    assert [fault[:2] for fault in faults(made("commerce", **{path: typed}))] == [(path, reason)]


def test_a_reduction_is_given_in_one_way_only() -> None:
    wrong = made("commerce", commerce__discount_rate="25", commerce__fixed_discount_price="5000")
    assert faults(wrong) == [("commerce.fixed_discount_price", "either", 0, "")]


def test_what_nobody_can_see_does_not_fill_a_field() -> None:
    assert faults(made("text", text="\u200b \u2060")) == [("text", "missing", 0, "")]


def test_every_blank_of_a_custom_template_must_be_filled_in() -> None:
    form = Form(kind_of("custom", RAID), HOME, {"template_args.WHO": "민지"}, RAID)
    reading = read(form, DOMAINS)
    assert faults(reading) == [("template_args.WHEN", "missing", 0, "")]
    filled = replace(form, given={**form.given, "template_args.WHEN": "토요일"})
    assert read(filled, DOMAINS) == Reading(
        {"template_id": 7001, "template_args": {"WHO": "민지", "WHEN": "토요일"}}
    )


def test_a_custom_template_without_blanks_needs_nothing() -> None:
    plain = CustomTemplate("공지", 7002, ())
    kind = kind_of("custom", plain)
    assert kind.beginning.fields == ()
    assert read(Form(kind, HOME, {}, plain), DOMAINS) == Reading({"template_id": 7002})


def test_many_blanks_are_asked_for_five_at_a_time() -> None:
    many = CustomTemplate("표", 7003, tuple(f"KEY_{number}" for number in range(12)))
    kind = kind_of("custom", many)
    assert [len(step.fields) for step in kind.steps] == [5, 5, 2]
    assert len(kind.beginning.fields) == 5


# Domains


def test_a_page_of_a_domain_that_is_not_registered_is_refused_beforehand() -> None:
    known = "kkachi.example, guild.example, wiki.example:8443"
    wrong = made("scrape", request_url="https://news.example/1")
    assert faults(wrong) == [("request_url", "unread", known, "news.example")]
    assert made("scrape", request_url="https://wiki.example:8443/x").faults == ()


def test_a_link_to_another_domain_is_allowed_but_said_beforehand() -> None:
    reading = made("feed", content__link="https://news.example/1")
    assert reading.faults == ()
    assert [(hint.field.path, hint.reason, hint.value) for hint in reading.hints] == [
        ("content.link", "elsewhere", "news.example")
    ]
    assert made("feed", content__image_url="https://news.example/1.png").hints == ()


@pytest.mark.parametrize(
    ("address", "opens"),
    [
        ("https://kkachi.example/m/1", True),
        ("https://KKACHI.example:443/", True),
        ("http://kkachi.example/", False),
        ("https://sub.kkachi.example/", False),
        ("https://kkachi.example.evil.example/", False),
        ("http://guild.example/", True),
        ("https://guild.example/", True),
        ("https://guild.example:8443/", False),
        ("https://wiki.example:8443/", True),
        ("https://wiki.example/", False),
    ],
)
def test_a_domain_is_known_by_scheme_host_and_port(address: str, opens: bool) -> None:
    assert DOMAINS.opens(address) is opens


# What the data must keep to


@pytest.mark.parametrize("kind", MESSAGE_TYPES.values(), ids=MESSAGE_TYPES)
def test_every_step_fits_into_a_modal_and_all_of_them_onto_the_panel(kind: MessageType) -> None:
    assert all(1 <= len(step.fields) <= FIELDS_IN_A_STEP for step in kind.steps)
    assert len(kind.beginning.fields) <= FIELDS_IN_A_STEP
    assert len(kind.steps) <= 10
    needed = {path for path, one in kind.fields.items() if one.needed}
    assert needed <= set(kind.first)


def test_everything_that_can_be_said_about_forms_is_said_in_both_languages() -> None:
    texts = Texts()
    source = "".join(
        (SERVICES / f"{name}.py").read_text(encoding="utf-8") for name in ("forms", "fields")
    )
    reasons = set(re.findall(r'Wrong\("([a-z-]+)"', source)) | {
        *("missing", "nothing-shown", "either", "elsewhere", "refused")
    }
    for locale in LOCALES:
        for reason in reasons:
            texts.say(locale, f"compose-wrong-{reason}", field="f", limit=1, value="v")
        for kind in MESSAGE_TYPES.values():
            assert len(texts.say(locale, f"compose-kind-{kind.name}")) <= 45
            for step in kind.steps:
                assert len(texts.say(locale, f"compose-step-{step.name}", number=1)) <= 45
            for one in kind.fields.values():
                label = texts.say(locale, f"compose-field-{one.name}", number=one.number)
                assert len(label) <= 45
                for word in one.value.options if isinstance(one.value, Choice) else ():
                    texts.say(locale, f"compose-choice-{word}")
        for hint in ("link", "picture", "page", "rows"):
            assert len(texts.say(locale, f"compose-hint-{hint}")) <= 100


def largest(one: Field) -> str:
    """The most that a field lets pass."""
    match one.value:
        case TextField(limit):
            return "가" * limit
        case Number(highest):
            return str(highest)
        case Choice(options):
            return next(iter(options))
        case Rows(limit):
            return "\n".join([f"{'이' * 6}: {'9' * 25}"] * limit)
        case Page():
            return "https://guild.example/" + "x" * 900
        case AddressField() | PictureField():
            return "https://elsewhere.example/" + "x" * 900
    raise AssertionError(one)


@pytest.mark.parametrize("kind", ESSENTIALS)
def test_kakaos_rules_take_the_most_that_ours_let_pass(kind: str) -> None:
    fields = kind_of(kind).fields
    typed = {path: largest(one) for path, one in fields.items()}
    for path in kind_of(kind).either[1:]:
        del typed[path]
    reading = read(Form(kind_of(kind), HOME, typed), DOMAINS)
    assert faults(reading) == []
    assert message_from(reading.card).stored() == reading.card


TYPED = st.one_of(
    st.text(max_size=210),
    st.integers(-5, 10**9).map(str),
    st.sampled_from(["guild.example/1", "https://a.example", "가: 1\n나: 2", "event", "before"]),
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_typed_either_has_a_fault_or_is_a_message_of_kakaos(
    data: st.DataObject,
) -> None:
    kind = kind_of(data.draw(st.sampled_from(list(ESSENTIALS))))
    typed = data.draw(st.dictionaries(st.sampled_from(list(kind.fields)), TYPED))
    given_now = {**ESSENTIALS[kind.name], **typed}
    reading = read(Form(kind, HOME, given_now), DOMAINS)
    if not reading.faults:
        assert message_from(reading.card).stored() == reading.card
    assert "refused" not in {fault.reason for fault in reading.faults}


def test_a_value_is_quoted_only_as_far_as_it_is_of_use() -> None:
    with pytest.raises(FieldError) as wrong:
        Rows().read("x" * 300)
    assert len(str(wrong.value.value)) == 60
