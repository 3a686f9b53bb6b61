"""Strict checks of `template_object`: what the six default templates may hold.

A template is described by small rules. Each rule takes a value and its place, and gives the
value as its reader would get it, or raises `BadTemplate` with the place and the reason. What is
only known to be shown in part, as the texts of item rows, is cut and never refused. Keys that
Kakao does not know are refused: there they would be lost without a word.
"""

import json
from collections.abc import Callable, Mapping

from sandbox.kakao.domains import is_address, is_registered
from sandbox.kakao.state import App
from sandbox.kakao.switches import Switches

Rule = Callable[[object, str], object]
Thing = dict[str, object]
ThingRule = Callable[[object, str], Thing]

TEXT_LIMIT = 200
MIN_PIXELS = 200
HIGHEST_NUMBER = 2**31 - 1


class BadTemplate(ValueError):
    """A template that Kakao refuses; the text names place and reason, never the content."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place or 'template_object'}: {reason}")


class Templates:
    """The rules of the default templates, as the app and the switches have them now."""

    def __init__(self, app: App, switches: Switches) -> None:
        self._app = app
        self._switches = switches
        self._kinds = self._build()

    def check(self, text: str) -> Thing:
        """Read a `template_object` and give it as the reader will get it."""
        try:
            template = json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise BadTemplate("", "is not JSON") from None
        if not isinstance(template, dict):
            raise BadTemplate("", "must be an object")
        kind = template.get("object_type")
        rule = self._kinds.get(kind) if isinstance(kind, str) else None
        if rule is None:
            raise BadTemplate("object_type", "is unknown")
        return rule(template, "")

    def _build(self) -> dict[str, ThingRule]:
        link, words, heading = self._link(), self._text(), self._text(TEXT_LIMIT, at_least=1)
        content = _with_something(
            _thing(
                {"link": link},
                {"title": words, "description": words, "image_url": _address}
                | {"image_width": _number(MIN_PIXELS), "image_height": _number(MIN_PIXELS)},
            )
        )
        counts = ("like_count", "comment_count", "shared_count", "view_count", "subscriber_count")
        social = _thing({}, dict.fromkeys(counts, _number()))
        title = self._text(at_least=1)
        button = _thing({"title": title, "link": link}, {})
        buttons = {"button_title": title, "buttons": _array(button, at_most=lambda: 2)}
        location_buttons = _array(button, at_most=lambda: self._switches.location_max_buttons)
        kinds: dict[str, tuple[dict[str, Rule], dict[str, Rule]]] = {
            "feed": (
                {"content": content},
                {"item_content": _item_content(), "social": social, **buttons},
            ),
            "list": (
                {"header_title": heading, "header_link": link}
                | {"contents": _array(content, at_least=2, at_most=lambda: 3)},
                buttons,
            ),
            "location": (
                {"address": self._text(at_least=1), "content": content},
                {"address_title": words, "social": social, "button_title": title}
                | {"buttons": location_buttons},
            ),
            "commerce": ({"content": content, "commerce": self._commerce()}, buttons),
            "text": ({"text": heading, "link": link}, buttons),
            "calendar": (
                {"id_type": _one_of("event", "calendar"), "id": self._text(at_least=1)}
                | {"content": content},
                {"buttons": _array(button, at_most=lambda: 1)},
            ),
        }
        return {
            kind: _thing({"object_type": _one_of(kind), **required}, optional)
            for kind, (required, optional) in kinds.items()
        }

    def _commerce(self) -> Rule:
        price = _number()
        prices = _thing(
            {"regular_price": price},
            {
                "product_name": self._text(),
                "discount_price": price,
                "discount_rate": _number(0, 100),
                "fixed_discount_price": price,
                "currency_unit": self._text(),
                "currency_unit_position": _number(0, 1),
            },
        )

        def rule(value: object, place: str) -> Thing:
            kept = prices(value, place)
            if "discount_rate" in kept and "fixed_discount_price" in kept:
                raise BadTemplate(place, "has both discount_rate and fixed_discount_price")
            return kept

        return rule

    def _text(self, at_most: int | None = None, *, at_least: int = 0) -> Rule:
        def rule(value: object, place: str) -> object:
            text = _words(value, place)
            if len(text) < at_least:
                raise BadTemplate(place, "is empty")
            if at_most is None or len(text) <= at_most:
                return text
            if self._switches.text_over_limit == "reject":
                raise BadTemplate(place, f"has {len(text)} characters of {at_most}")
            return text[:at_most]

        return rule

    def _link(self) -> Rule:
        """Links to domains the app has not registered lead to its default domain."""
        params = self._text(at_least=1)
        fields = _thing(
            {},
            {"web_url": _address, "mobile_web_url": _address}
            | {"android_execution_params": params, "ios_execution_params": params},
        )

        def rule(value: object, place: str) -> Thing:
            kept = fields(value, place)
            if not kept:
                raise BadTemplate(place, "has no address")
            return self._on_our_domains(kept)

        return rule

    def _on_our_domains(self, link: Thing) -> Thing:
        domains = self._app.product_link_domains
        for key in ("web_url", "mobile_web_url"):
            if key in link and not is_registered(self._app, str(link[key])):
                link[key] = domains[0] if domains else ""
        return {key: value for key, value in link.items() if value}


def _item_content() -> Rule:
    row = _thing({"item": _shown(6), "item_op": _shown(25)}, {})
    return _thing(
        {},
        {
            "profile_text": _shown(16),
            "profile_image_url": _address,
            "title_image_text": _shown(24),
            "title_image_url": _address,
            "title_image_category": _shown(14),
            "items": _array(row, at_most=lambda: 5),
            "sum": _shown(6),
            "sum_op": _shown(11),
        },
    )


def _thing(required: Mapping[str, Rule], optional: Mapping[str, Rule]) -> ThingRule:
    """Take an object with these keys and no others."""
    rules = {**required, **optional}

    def rule(value: object, place: str) -> Thing:
        if not isinstance(value, dict):
            raise BadTemplate(place, "must be an object")
        for key in required:
            if key not in value:
                raise BadTemplate(_join(place, key), "is missing")
        for key in value:
            if key not in rules:
                raise BadTemplate(_join(place, key), "is not known")
        return {key: rules[key](part, _join(place, key)) for key, part in value.items()}

    return rule


def _with_something(content: ThingRule) -> ThingRule:
    def rule(value: object, place: str) -> Thing:
        kept = content(value, place)
        if not any(kept.get(key) for key in ("title", "description", "image_url")):
            raise BadTemplate(place, "needs a title, a description or an image_url")
        return kept

    return rule


def _array(of: Rule, *, at_most: Callable[[], int], at_least: int = 0) -> Rule:
    def rule(value: object, place: str) -> object:
        if not isinstance(value, list):
            raise BadTemplate(place, "must be an array")
        if not at_least <= len(value) <= at_most():
            raise BadTemplate(place, f"has {len(value)} elements")
        return [of(part, f"{place}[{index}]") for index, part in enumerate(value)]

    return rule


def _shown(characters: int) -> Rule:
    """Take a text of which KakaoTalk shows only the beginning."""

    def rule(value: object, place: str) -> object:
        return _words(value, place)[:characters]

    return rule


def _number(at_least: int = 0, at_most: int = HIGHEST_NUMBER) -> Rule:
    def rule(value: object, place: str) -> object:
        if not isinstance(value, int) or isinstance(value, bool):
            raise BadTemplate(place, "must be a whole number")
        if not at_least <= value <= at_most:
            raise BadTemplate(place, "is out of range")
        return value

    return rule


def _one_of(*words: str) -> Rule:
    def rule(value: object, place: str) -> object:
        if value not in words:
            raise BadTemplate(place, f"must be one of {', '.join(words)}")
        return value

    return rule


def _address(value: object, place: str) -> object:
    if not isinstance(value, str) or not is_address(value):
        raise BadTemplate(place, "must be an http or https address")
    return value


def _words(value: object, place: str) -> str:
    if not isinstance(value, str) or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise BadTemplate(place, "must be a string")
    return value


def _join(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _no_constant(name: str) -> None:
    raise ValueError(name)
