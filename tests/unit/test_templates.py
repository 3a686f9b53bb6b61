"""Whatever passes our check, the strict check of the local Kakao accepts."""

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.kakao import BadRequest, BaseTemplate, Text, message_from
from bot.kakao.messages import TEMPLATES
from sandbox.demo.people import add_people
from sandbox.kakao import LocalKakao
from sandbox.kakao.templates import Templates

DOMAIN = "https://kkachi.example"
ALPHABET = st.characters(exclude_categories=["Cs"])
Raw = st.SearchStrategy[Any]
Place = tuple[Any, Any]  # a container and the key of something in it


def strict() -> Templates:
    kakao = LocalKakao(add_people)
    kakao.app.product_link_domains.append(DOMAIN)
    kakao.switches.text_over_limit = "reject"
    return Templates(kakao.app, kakao.switches)


SANDBOX = strict()


def some(required: Mapping[str, Raw], optional: Mapping[str, Raw]) -> Raw:
    return st.fixed_dictionaries(dict(required), optional=dict(optional))


def text(limit: int) -> Raw:
    return st.text(ALPHABET, min_size=1, max_size=limit) | ALPHABET.map(
        lambda letter: letter * limit
    )


def many(part: Raw, least: int, most: int) -> Raw:
    return st.lists(part, min_size=least, max_size=most)


counts = ("like_count", "comment_count", "shared_count", "view_count", "subscriber_count")
params = ("android_execution_params", "ios_execution_params")
address = st.text("aZ0-_%?&=#가🙂", max_size=9).map(f"{DOMAIN}/".__add__)
side = st.integers(200, 4000)
number = st.integers(0, 2**31 - 1)
link = some({"web_url": address}, {"mobile_web_url": address} | dict.fromkeys(params, text(5)))
content = some(
    {"title": text(200), "link": link},
    {"description": text(200), "image_url": address, "image_width": side, "image_height": side},
)
social = {"social": some({}, dict.fromkeys(counts, number))}
item = some({"item": text(9), "item_op": text(30)}, {})
item_content = some(
    {"items": many(item, 1, 5)},
    {"profile_text": text(16), "profile_image_url": address, "title_image_text": text(24)}
    | {"title_image_url": address, "title_image_category": text(14)}
    | {"sum": text(6), "sum_op": text(11)},
)
product = number.flatmap(
    lambda price: some(
        {"regular_price": st.just(price)},
        {"product_name": text(200), "discount_price": st.integers(0, price)}
        | {"discount_rate": st.integers(0, 100), "currency_unit": text(30)}
        | {"currency_unit_position": st.integers(0, 1)},
    )
)
button = some({"title": text(30), "link": link}, {})
button_title = {"button_title": text(30)}
one_button = {"buttons": many(button, 1, 1)}
buttons = button_title | {"buttons": many(button, 1, 2)}
event = {"id_type": st.sampled_from(["event", "calendar"]), "id": text(99), "content": content}
week = {"header_title": text(200), "header_link": link, "contents": many(content, 2, 3)}
kinds = {
    "feed": some({"content": content}, {"item_content": item_content} | social | buttons),
    "list": some(week, buttons),
    "location": some(
        {"address": text(200), "content": content},
        {"address_title": text(200)} | social | button_title | one_button,
    ),
    "commerce": some({"content": content, "commerce": product}, buttons),
    "text": some({"text": text(200), "link": link}, buttons),
    "calendar": some(event, one_button),
}
good = st.one_of([raw.map({"object_type": kind}.__or__) for kind, raw in kinds.items()])


def places(thing: dict[str, Any] | list[Any]) -> Iterator[Place]:
    inside = thing.items() if isinstance(thing, dict) else enumerate(thing)
    for key, part in inside:
        if key != "object_type":
            yield thing, key
        if isinstance(part, dict | list):
            yield from places(part)


def otherwise(value: object) -> Raw:
    """Return values that may be just too much or too little where this one stands."""
    match value:
        case str():
            return st.text(max_size=30) | st.sampled_from([f"{value}!", f"{value} ", "", None, 5])
        case int():
            return st.sampled_from(
                [0, 1, 200, 199, "7", None, True, 1.5, -1, 101, 10**8, 2**31, 2**64]
            )
        case list():
            return st.sampled_from([value * 2, value[1:], []])
        case _:
            return st.sampled_from([{}, None, []])


@st.composite
def doubtful(draw: st.DrawFn) -> dict[str, Any]:
    """Return a good template in which one thing or two are changed or gone."""
    template: dict[str, Any] = copy.deepcopy(draw(good))
    for _ in range(draw(st.integers(1, 2))):
        # Reversed, since small examples take the first one.
        left = list(places(template))[::-1]
        if not left:
            break
        container, key = draw(st.sampled_from(left))
        if isinstance(container, dict) and draw(st.integers(0, 4)) == 0:
            del container[key]
        else:
            container[key] = draw(otherwise(container[key]))
    return template


def accepted(template: object) -> bool:
    """Ask the local Kakao, and read back what we would have stored."""
    assert isinstance(template, BaseTemplate)
    SANDBOX.check(template.form()["template_object"])
    return message_from(json.loads(json.dumps(template.stored()))) == template


@given(good)
def test_what_is_within_the_limits_is_printed_as_it_is_and_accepted(raw: dict[str, Any]) -> None:
    template = message_from(raw)
    assert template.stored() == raw
    assert accepted(template)


@given(doubtful())
def test_whatever_passes_our_check_the_sandbox_accepts(raw: dict[str, Any]) -> None:
    try:
        template = message_from(raw)
    except BadRequest:
        return
    assert accepted(template)


@given(doubtful())
def test_what_fit_has_cut_the_sandbox_accepts(raw: dict[str, Any]) -> None:
    try:
        template = TEMPLATES[raw["object_type"]].fit(**raw)
    except (BadRequest, ValueError):
        return
    assert accepted(template)


@given(many(button, 3, 4), ALPHABET)
def test_fit_cuts_any_text_and_any_list(buttons: list[dict[str, object]], letter: str) -> None:
    template = Text.fit(text=letter * 201, link={"web_url": DOMAIN}, buttons=buttons)
    assert accepted(template)
    assert len(template.buttons) == 2
    assert 0 < len(template.text) <= 200
