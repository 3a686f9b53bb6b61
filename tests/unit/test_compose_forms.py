"""What members type into forms, and the messages it makes."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.ui.form import FIELD_HINTS, HINTS, label_of
from bot.kakao import message_from
from bot.services.cards.markdown import one_line
from bot.services.compose.fields import (
    AddressField,
    Choice,
    Field,
    FieldError,
    ForApps,
    Label,
    Number,
    Page,
    PhoneAddress,
    PictureField,
    Rows,
    TextField,
    WithinAddress,
)
from bot.services.compose.forms import Form, Reading, read
from bot.services.compose.link_domains import LinkDomains
from bot.services.compose.message_types import FIELDS_IN_A_STEP, MESSAGE_TYPES, MessageType, kind_of
from bot.services.servers.settings import CustomTemplate
from bot.texts import LOCALES, Texts

SERVICES = Path(__file__).parents[2] / "bot" / "services" / "compose"
HOME = "https://kkachi.example/m/abc"
DOMAINS = LinkDomains("https://kkachi.example", ("guild.example", "https://wiki.example:8443"))
DOMAINS_SAID = "kkachi.example, guild.example, wiki.example:8443"
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
        ("content.title", "가" * 1001, "too-long", 1000, 1001),
        ("social.like_count", "많이", "number", 0, "많이"),
        ("social.like_count", "-1", "below", 0, -1),
        ("social.like_count", str(2**31), "above", 2**31 - 1, 2**31),
        ("content.image_width", "199", "below", 200, 199),
        ("content.image_height", "큼", "number", 200, "큼"),
        ("content.link.mobile_web_url", "blog", "address", 0, "blog"),
        ("content.link", "내 블로그", "address", 0, "내 블로그"),
        ("content.link", "blog", "address", 0, "blog"),
        ("content.link", "javascript:alert(1)", "address", 0, "javascript:alert(1)"),
        ("content.link", "https://guild.example@evil.example", "address", 0, ...),
        ("content.image_url", "ftp://guild.example/a.png", "address", 0, ...),
        ("item_content.items", "참가비 1000", "row", 0, "참가비 1000"),
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
        ("commerce.discount_rate", "101%", "above"),
        ("commerce.regular_price", str(2**31), "above"),
        ("commerce.regular_price", "공짜", "number"),
        ("commerce.currency_unit_position", "middle", "choice"),
    ],
)
def test_a_price_that_kakao_would_refuse_is_refused(path: str, typed: str, reason: str) -> None:
    assert [fault[:2] for fault in faults(made("commerce", **{path: typed}))] == [(path, reason)]


def test_a_reduction_is_given_in_one_way_only() -> None:
    wrong = made("commerce", commerce__discount_rate="25", commerce__fixed_discount_price="5000")
    assert faults(wrong) == [("commerce.fixed_discount_price", "either", 0, "")]


@pytest.mark.parametrize("path", ["discount_price", "fixed_discount_price"])
def test_a_reduction_is_not_above_the_price(path: str) -> None:
    typed = {"commerce.regular_price": "20000", f"commerce.{path}": "20001"}
    assert faults(made("commerce", **typed)) == [(f"commerce.{path}", "above-price", 20000, "")]
    assert made("commerce", **typed | {f"commerce.{path}": "20000"}).faults == ()


# What KakaoTalk shows otherwise


def hints(reading: Reading) -> list[tuple[str, str, Any, Any]]:
    assert reading.faults == ()
    return [(one.field.path, one.reason, one.limit, one.value) for one in reading.hints]


@pytest.mark.parametrize(
    ("path", "typed", "hint"),
    [
        ("item_content.items", "아주아주긴이름: 1", ("row-name", 6, "아주아주긴이름")),
        ("item_content.items", f"값: {'9' * 26}", ("row-value", 25, "9" * 26)),
        ("item_content.sum", "일곱 글자예요", ("cut", 6, "일곱 글자예요")),
        ("item_content.profile_text", "가" * 17, ("cut", 16, "가" * 17)),
        ("content.link", "https://news.example/1", ("elsewhere", DOMAINS_SAID, "news.example")),
    ],
)
def test_what_is_shown_otherwise_is_said_and_can_be_sent(
    path: str, typed: str, hint: tuple[str, Any, Any]
) -> None:
    assert hints(made("feed", **{path: typed})) == [(path, *hint)]


WEB, APP = "View on Web", "View on App"


@pytest.mark.parametrize(
    ("kind", "typed", "cut"),
    [
        ("feed", {"buttons.0.title": WEB, "buttons.1.title": APP}, [WEB, APP]),
        ("feed", {"buttons.0.title": WEB, "buttons.1.title": "앱"}, [WEB]),
        ("feed", {"buttons.0.title": WEB}, []),
        ("feed", {"button_title": WEB}, []),
        ("location", {"buttons.0.title": WEB}, [WEB]),
        ("location", {"button_title": WEB}, [WEB]),
        ("calendar", {"buttons.0.title": WEB}, [WEB]),
    ],
)
def test_labels_that_may_be_cut_side_by_side_are_named(
    kind: str, typed: dict[str, str], cut: list[str]
) -> None:
    said = hints(made(kind, **typed))
    assert [value for _, reason, _, value in said if reason == "label"] == cut


def test_the_usual_buttons_name_is_not_shown_beside_a_button() -> None:
    said = hints(made("text", button_title="바로 확인", buttons__0__title="참가"))
    assert said == [("button_title", "unshown", 0, "")]
    assert made("text", button_title="바로 확인").card["button_title"] == "바로 확인"


def test_a_link_can_lead_phones_elsewhere_and_open_apps() -> None:
    card = made(
        "feed",
        content__link="guild.example/pc",
        content__link__mobile_web_url="guild.example/phone",
        content__link__android_execution_params="contentId=100&buy=true",
        content__link__ios_execution_params="/contents/1",
        buttons__0__title="웹으로 이동",
        buttons__1__title="앱으로 이동",
        buttons__1__link__ios_execution_params="main",
    ).card
    whole = {
        "web_url": "https://guild.example/pc",
        "mobile_web_url": "https://guild.example/phone",
        "android_execution_params": "contentId=100&buy=true",
        "ios_execution_params": "/contents/1",
    }
    assert card["content"]["link"] == whole
    assert [one["link"] for one in card["buttons"]] == [whole, {"ios_execution_params": "main"}]


def test_a_link_that_only_phones_follow_is_said_beforehand() -> None:
    reading = made("text", link__android_execution_params="raid=7")
    assert hints(reading) == [("link", "phones-only", 0, "")]


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


def test_a_value_inside_an_address_is_form_encoded_and_one_elsewhere_is_not() -> None:
    named = CustomTemplate("레이드", 7001, ("WHO", "Q"), in_links=("Q",))
    typed = {"template_args.WHO": "민지 & 준호", "template_args.Q": "민지 & a=b/c"}
    reading = read(Form(kind_of("custom", named), HOME, typed, named), DOMAINS)
    encoded = "%EB%AF%BC%EC%A7%80+%26+a%3Db%2Fc"
    assert reading.card["template_args"] == {"WHO": "민지 & 준호", "Q": encoded}
    assert hints(reading) == [("template_args.Q", "encoded", 0, encoded)]


@given(st.text(max_size=50))
def test_whatever_is_typed_comes_back_out_of_an_address(text: str) -> None:
    named = CustomTemplate("검색", 7001, ("Q",), in_links=("Q",))
    form = Form(kind_of("custom", named), HOME, {"template_args.Q": text}, named)
    reading = read(form, DOMAINS)
    if not reading.faults:
        [value] = reading.card["template_args"].values()
        assert parse_qs(f"q={value}")["q"] == [one_line(text)]
        assert re.fullmatch(r"[\w.~+%-]+", value, re.ASCII)


def test_a_page_in_a_template_asks_for_its_arguments() -> None:
    kind = kind_of("scrape", RAID)
    typed = {"request_url": "guild.example/1", "template_id": "레이드", "template_args.WHO": "민지"}
    reading = read(Form(kind, HOME, typed, RAID), DOMAINS)
    assert faults(reading) == [("template_args.WHEN", "missing", 0, "")]
    form = Form(kind, HOME, {**typed, "template_args.WHEN": "토요일"}, RAID)
    assert read(form, DOMAINS).card == {
        "request_url": "https://guild.example/1",
        "template_id": 7001,
        "template_args": {"WHO": "민지", "WHEN": "토요일"},
    }


def test_an_argument_may_be_called_like_a_part_of_a_link() -> None:
    named = CustomTemplate("a", 1, ("mobile_web_url", "link", "title"))
    typed = {f"template_args.{name}": "값" for name in named.arguments}
    reading = read(Form(kind_of("custom", named), HOME, typed, named), DOMAINS)
    assert reading.card["template_args"] == dict.fromkeys(named.arguments, "값")


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
    wrong = made("scrape", request_url="https://news.example/1")
    assert faults(wrong) == [("request_url", "unread", DOMAINS_SAID, "news.example")]
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
    for details in (True, False):  # with one more to turn the page, on two rows of five
        assert len([step for step in kind.steps if step.details is details]) < 10
    needed = {path for path, one in kind.fields.items() if one.needed}
    assert needed <= set(kind.first)


def test_everything_that_can_be_said_about_forms_is_said_in_both_languages() -> None:
    texts = Texts()
    source = "".join(
        (SERVICES / f"{name}.py").read_text(encoding="utf-8") for name in ("forms", "fields")
    )
    saying = r'(?:FieldError|_fault|_hint|Fault)\((?:[^"\n]+, )?"([a-z-]+)"'
    reasons = set(re.findall(saying, source))
    assert {"missing", "row", "either", "elsewhere", "refused", "encoded", "label"} <= reasons
    for locale in LOCALES:
        for reason in reasons:
            texts.say(locale, f"compose-wrong-{reason}", field="f", limit=1, value="v")
        for kind in MESSAGE_TYPES.values():
            assert len(texts.say(locale, f"compose-kind-{kind.name}")) <= 45
            for step in kind.steps:
                assert len(texts.say(locale, f"compose-step-{step.name}", number=1)) <= 45
            for one in kind.fields.values():
                assert len(label_of(one, texts, locale)) <= 45
                for word in one.value.options if isinstance(one.value, Choice) else ():
                    texts.say(locale, f"compose-choice-{word}")
        for hint in {*HINTS.values(), *FIELD_HINTS.values()}:
            assert len(texts.say(locale, f"compose-hint-{hint}")) <= 100


def largest(one: Field) -> str:
    """The most that a field lets pass."""
    match one.value:
        case TextField(limit):
            return "가" * limit
        case Label(longest) | ForApps(longest) | WithinAddress(longest):
            return "가" * longest
        case Number(highest):
            return str(highest)
        case Choice(options):
            return next(iter(options))
        case Rows(limit):
            return "\n".join([f"{'이' * 6}: {'9' * 25}"] * limit)
        case Page():
            return "https://guild.example/" + "x" * 900
        case AddressField() | PictureField() | PhoneAddress():
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


TEMPLATES = st.builds(
    CustomTemplate,
    st.just("레이드"),
    st.integers(1, 2**63 - 1),
    st.just(("WHO", "WHEN", "Q")),
    st.sampled_from([(), ("Q",), ("WHO", "Q")]),
)


@settings(max_examples=100, deadline=None)
@given(TEMPLATES, st.sampled_from(["custom", "scrape"]), st.data())
def test_whatever_is_typed_into_a_template_has_a_fault_or_is_a_message_of_kakaos(
    template: CustomTemplate, name: str, data: st.DataObject
) -> None:
    kind = kind_of(name, template)
    chosen = {"template_id": template.name} if kind.takes_template else {}
    typed = data.draw(st.dictionaries(st.sampled_from(list(kind.fields)), TYPED, min_size=3))
    reading = read(Form(kind, HOME, {**typed, **chosen}, template), DOMAINS)
    if not reading.faults:
        assert message_from(reading.card).stored() == reading.card
        assert set(reading.card["template_args"]) == set(template.arguments)
    assert "refused" not in {fault.reason for fault in reading.faults}


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
