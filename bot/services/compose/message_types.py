"""The kinds of messages a member can write: which fields each has, and in which steps.

A kind is data: `bot.services.compose.forms` makes a message of what was typed into its fields.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.kakao.parts import HIGHEST_PRICE, LABEL_LIMIT, PERCENT, TEXT_LIMIT
from bot.services.compose.fields import (
    AddressField,
    Choice,
    Field,
    Number,
    Page,
    PictureField,
    Rows,
    TextField,
    Value,
)
from bot.services.servers.settings import CustomTemplate

FIELDS_IN_A_STEP = 5  # that Discord shows in one modal
ARGUMENT_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Step:
    """Fields that are filled in together; `name` and `number` say what they are."""

    name: str
    fields: tuple[Field, ...]
    number: int = 1


@dataclass(frozen=True, slots=True)
class MessageType:
    """A kind of message: the step that begins it, then those that add to it.

    `fixed` is what every message of the kind holds. `contents` are the places of cards within
    it, the first `needed` of which must be there; `link` is where a click leads when nothing
    else is said. Of the fields in `either` only one may be filled in.
    """

    name: str
    first: tuple[str, ...]
    steps: tuple[Step, ...]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    contents: tuple[str, ...] = ()
    needed: int = 1
    link: str | None = None
    either: tuple[str, ...] = ()

    @property
    def fields(self) -> dict[str, Field]:
        """All fields by their paths."""
        return {one.path: one for step in self.steps for one in step.fields}

    @property
    def beginning(self) -> Step:
        """The fields that are asked for first."""
        return Step("beginning", tuple(self.fields[path] for path in self.first))

    @property
    def picture(self) -> str | None:
        """The path of its first picture, None when it has none."""
        pictures = (
            path for path, one in self.fields.items() if isinstance(one.value, PictureField)
        )
        return next(pictures, None)


def _content(base: str) -> tuple[Field, ...]:
    return (
        Field(f"{base}.title"),
        Field(f"{base}.description", TextField(lines=True)),
        Field(f"{base}.image_url", PictureField()),
        Field(f"{base}.link", AddressField()),
    )


def _buttons(most: int) -> tuple[Field, ...]:
    return tuple(
        one
        for number in range(most)
        for one in (
            Field(f"buttons.{number}.title", TextField(LABEL_LIMIT)),
            Field(f"buttons.{number}.link", AddressField()),
        )
    )


def _numbers(base: str, names: Iterable[str], highest: int | None = None) -> tuple[Field, ...]:
    value: Value = Number() if highest is None else Number(highest)
    return tuple(Field(f"{base}.{name}", value) for name in names)


TITLE, DESCRIPTION, PICTURE, LINK = _content("content")
TEXT_STEP = Step("text", (TITLE, DESCRIPTION))
PICTURE_STEP = Step("picture", (PICTURE,))
SOCIAL_STEP = Step(
    "social",
    _numbers(
        "social",
        ("like_count", "comment_count", "shared_count", "view_count", "subscriber_count"),
    ),
)
ITEMS_STEP = Step(
    "items",
    (
        Field("item_content.items", Rows()),
        Field("item_content.sum", TextField(6)),
        Field("item_content.sum_op", TextField(11)),
    ),
)
HEADING_STEP = Step(
    "heading",
    (
        Field("item_content.profile_text", TextField(16)),
        Field("item_content.profile_image_url", PictureField()),
        Field("item_content.title_image_text", TextField(24)),
        Field("item_content.title_image_url", PictureField()),
        Field("item_content.title_image_category", TextField(14)),
    ),
)
PRICES = (
    Field("commerce.product_name"),
    Field("commerce.regular_price", Number(HIGHEST_PRICE), needed=True),
    Field("commerce.discount_price", Number(HIGHEST_PRICE)),
    Field("commerce.discount_rate", Number(PERCENT)),
    Field("commerce.fixed_discount_price", Number(HIGHEST_PRICE)),
)
CURRENCY_STEP = Step(
    "currency",
    (
        Field("commerce.currency_unit", TextField(8)),
        Field("commerce.currency_unit_position", Choice({"after": 0, "before": 1})),
    ),
)
ADDRESS = Field("address", needed=True)
EVENT = (
    Field("id_type", Choice({"event": "event", "calendar": "calendar"}), needed=True),
    Field("id", needed=True),
)
CONTENT = tuple(one.path for one in (TITLE, DESCRIPTION, LINK))
ROWS = ("contents.0", "contents.1", "contents.2")


def _link_step(link: Field, buttons: int = 2) -> Step:
    return Step("link", (link, *_buttons(buttons)))


MESSAGE_TYPES: Mapping[str, MessageType] = {
    kind.name: kind
    for kind in (
        MessageType(
            "feed",
            CONTENT,
            (TEXT_STEP, PICTURE_STEP, _link_step(LINK), ITEMS_STEP, HEADING_STEP, SOCIAL_STEP),
            {"object_type": "feed"},
            contents=("content",),
            link="content.link",
        ),
        MessageType(
            "list",
            ("header_title", *(f"{row}.title" for row in ROWS)),
            (
                Step(
                    "header",
                    (Field("header_title", needed=True), Field("header_link", AddressField())),
                ),
                *(Step("row", _content(row), number) for number, row in enumerate(ROWS, 1)),
                Step("buttons", _buttons(2)),
            ),
            {"object_type": "list"},
            contents=ROWS,
            needed=2,
            link="header_link",
        ),
        MessageType(
            "location",
            ("address", "address_title", *CONTENT),
            (
                Step("place", (ADDRESS, Field("address_title"))),
                TEXT_STEP,
                PICTURE_STEP,
                _link_step(LINK, buttons=1),
                SOCIAL_STEP,
            ),
            {"object_type": "location"},
            contents=("content",),
            link="content.link",
        ),
        MessageType(
            "commerce",
            ("content.title", "commerce.regular_price", "commerce.discount_price", "content.link"),
            (
                TEXT_STEP,
                Step("price", PRICES),
                CURRENCY_STEP,
                PICTURE_STEP,
                _link_step(LINK),
            ),
            {"object_type": "commerce"},
            contents=("content",),
            link="content.link",
            either=("commerce.discount_rate", "commerce.fixed_discount_price"),
        ),
        MessageType(
            "text",
            ("text", "link", "buttons.0.title"),
            (
                Step("text", (Field("text", TextField(TEXT_LIMIT, lines=True), needed=True),)),
                _link_step(Field("link", AddressField())),
            ),
            {"object_type": "text"},
            link="link",
        ),
        MessageType(
            "calendar",
            ("id_type", "id", *CONTENT),
            (Step("event", EVENT), TEXT_STEP, PICTURE_STEP, _link_step(LINK, buttons=1)),
            {"object_type": "calendar"},
            contents=("content",),
            link="content.link",
        ),
        MessageType("custom", (), ()),
        MessageType(
            "scrape",
            ("request_url",),
            (Step("page", (Field("request_url", Page(), needed=True),)),),
        ),
    )
}


def kind_of(name: str, template: CustomTemplate | None = None) -> MessageType:
    """Return a kind by its name; a custom template's own has a field for each argument."""
    kind = MESSAGE_TYPES[name]
    if template is None:
        return kind
    arguments = [
        Field(
            f"template_args.{name}", TextField(ARGUMENT_LIMIT, lines=True), needed=True, label=name
        )
        for name in template.arguments
    ]
    groups = [
        tuple(arguments[start : start + FIELDS_IN_A_STEP])
        for start in range(0, len(arguments), FIELDS_IN_A_STEP)
    ]
    return replace(
        kind,
        first=tuple(one.path for one in groups[0]) if groups else (),
        steps=tuple(Step("arguments", group, number) for number, group in enumerate(groups, 1)),
        fixed={"template_id": template.template_id},
    )
