"""The kinds of messages a member can write: which fields each has, and in which steps.

A kind is data: `bot.services.compose.forms` makes a message of what was typed into its fields.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.kakao.parts import (
    CATEGORY_SHOWN,
    PERCENT,
    PROFILE_SHOWN,
    REDUCTIONS,
    ROWS_TITLE_SHOWN,
    SUM_NAME_SHOWN,
    SUM_SHOWN,
    TEXT_LIMIT,
)
from bot.services.compose.fields import (
    LONGEST_LINE,
    AddressField,
    Choice,
    Field,
    ForApps,
    Label,
    Number,
    Page,
    PhoneAddress,
    PictureField,
    Rows,
    Side,
    TextField,
    WithinAddress,
)
from bot.services.servers.settings import CustomTemplate

FIELDS_IN_A_STEP = 5  # that Discord shows in one modal
TEMPLATE = "template_id"
BUTTON_TITLE = "button_title"
PRICE = "commerce.regular_price"


@dataclass(frozen=True, slots=True)
class Step:
    """Fields that are filled in together; `name` and `number` say what they are.

    Those of `details` are asked for only when somebody wants them.
    """

    name: str
    fields: tuple[Field, ...]
    number: int = 1
    details: bool = False


@dataclass(frozen=True, slots=True)
class MessageType:
    """A kind of message: the step that begins it, then those that add to it.

    `fixed` is what every message of the kind holds. `contents` are the places of cards within
    it, the first `needed` of which must be there; `link` is where a click leads when nothing
    else is said. Of the fields in `either` only one may be filled in, and none of `reduced` may
    be above the price. `own_buttons` are those that KakaoTalk itself puts beside the others. One
    that `takes_template` can be shown in a custom template.
    """

    name: str
    first: tuple[str, ...]
    steps: tuple[Step, ...]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    contents: tuple[str, ...] = ()
    needed: int = 1
    link: str | None = None
    either: tuple[str, ...] = ()
    reduced: tuple[str, ...] = ()
    own_buttons: int = 0
    takes_template: bool = False

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
            Field(f"buttons.{number}.title", Label()),
            Field(f"buttons.{number}.link", AddressField()),
        )
    )


def _more_about(link: str) -> tuple[Field, ...]:
    """Return what can be said about a link beyond its address; most of them need nothing of it."""
    return (
        Field(f"{link}.mobile_web_url", PhoneAddress()),
        Field(f"{link}.android_execution_params", ForApps()),
        Field(f"{link}.ios_execution_params", ForApps()),
    )


def _shown(characters: int) -> TextField:
    return TextField(LONGEST_LINE, shown=characters)


def _sides(base: str) -> tuple[Field, ...]:
    return Field(f"{base}.image_width", Side()), Field(f"{base}.image_height", Side())


def _details(*buttons: int) -> tuple[Step, ...]:
    """Return steps that say more about the links of buttons."""
    return tuple(
        Step("button-details", _more_about(f"buttons.{number - 1}.link"), number, details=True)
        for number in buttons
    )


TITLE, DESCRIPTION, PICTURE, LINK = _content("content")
TEXT_STEP = Step("text", (TITLE, DESCRIPTION))
PICTURE_STEP = Step("picture", (PICTURE, *_sides("content")))
SOCIAL_STEP = Step(
    "social",
    tuple(
        Field(f"social.{name}_count", Number())
        for name in ("like", "comment", "shared", "view", "subscriber")
    ),
)
ITEMS_STEP = Step(
    "items",
    (
        Field("item_content.items", Rows()),
        Field("item_content.sum", _shown(SUM_NAME_SHOWN)),
        Field("item_content.sum_op", _shown(SUM_SHOWN)),
    ),
)
HEADING_STEP = Step(
    "heading",
    (
        Field("item_content.profile_text", _shown(PROFILE_SHOWN)),
        Field("item_content.profile_image_url", PictureField()),
        Field("item_content.title_image_text", _shown(ROWS_TITLE_SHOWN)),
        Field("item_content.title_image_url", PictureField()),
        Field("item_content.title_image_category", _shown(CATEGORY_SHOWN)),
    ),
)
PRICES = (
    Field("commerce.product_name"),
    Field(PRICE, Number(), needed=True),
    Field("commerce.discount_price", Number()),
    Field("commerce.discount_rate", Number(PERCENT)),
    Field("commerce.fixed_discount_price", Number()),
)
CURRENCY_STEP = Step(
    "currency",
    (
        Field("commerce.currency_unit", TextField(LONGEST_LINE)),
        Field("commerce.currency_unit_position", Choice({"after": 0, "before": 1})),
    ),
)
PAGE = Field("request_url", Page(), needed=True)
ADDRESS = Field("address", needed=True)
EVENT = (
    Field("id_type", Choice({"event": "event", "calendar": "calendar"}), needed=True),
    Field("id", needed=True),
)
CONTENT = tuple(one.path for one in (TITLE, DESCRIPTION, LINK))
ROWS = ("contents.0", "contents.1", "contents.2")


def _link_step(link: Field, buttons: int = 2) -> Step:
    return Step("link", (link, *_buttons(buttons)))


def _row_details(row: str) -> tuple[Field, ...]:
    return (*_more_about(f"{row}.link"), *_sides(row))


def _link_details(link: str) -> Step:
    fields = (*_more_about(link), Field(BUTTON_TITLE, Label()))
    return Step("link-details", fields, details=True)


MESSAGE_TYPES: Mapping[str, MessageType] = {
    kind.name: kind
    for kind in (
        MessageType(
            "feed",
            CONTENT,
            (
                TEXT_STEP,
                PICTURE_STEP,
                _link_step(LINK),
                ITEMS_STEP,
                HEADING_STEP,
                SOCIAL_STEP,
                _link_details("content.link"),
                *_details(1, 2),
            ),
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
                    (
                        Field("header_title", TextField(TEXT_LIMIT), needed=True),
                        Field("header_link", AddressField()),
                        *_more_about("header_link"),
                    ),
                ),
                *(Step("row", _content(row), number) for number, row in enumerate(ROWS, 1)),
                Step("buttons", (*_buttons(2), Field(BUTTON_TITLE, Label()))),
                *(
                    Step("row-details", _row_details(row), number, details=True)
                    for number, row in enumerate(ROWS, 1)
                ),
                *_details(1, 2),
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
                _link_details("content.link"),
                *_details(1),
            ),
            {"object_type": "location"},
            contents=("content",),
            link="content.link",
            own_buttons=1,
        ),
        MessageType(
            "commerce",
            ("content.title", PRICE, "commerce.discount_price", "content.link"),
            (
                TEXT_STEP,
                Step("price", PRICES),
                CURRENCY_STEP,
                PICTURE_STEP,
                _link_step(LINK),
                _link_details("content.link"),
                *_details(1, 2),
            ),
            {"object_type": "commerce"},
            contents=("content",),
            link="content.link",
            either=("commerce.discount_rate", "commerce.fixed_discount_price"),
            reduced=tuple(f"commerce.{name}" for name in REDUCTIONS),
        ),
        MessageType(
            "text",
            ("text", "link", "buttons.0.title"),
            (
                Step("text", (Field("text", TextField(TEXT_LIMIT, lines=True), needed=True),)),
                _link_step(Field("link", AddressField())),
                _link_details("link"),
                *_details(1, 2),
            ),
            {"object_type": "text"},
            link="link",
        ),
        MessageType(
            "calendar",
            ("id_type", "id", *CONTENT),
            (
                Step("event", EVENT),
                TEXT_STEP,
                PICTURE_STEP,
                _link_step(LINK, buttons=1),
                Step("link-details", _more_about("content.link"), details=True),
                *_details(1),
            ),
            {"object_type": "calendar"},
            contents=("content",),
            link="content.link",
            own_buttons=1,
        ),
        MessageType("custom", (), ()),
        MessageType("scrape", (PAGE.path,), (Step("page", (PAGE,)),), takes_template=True),
    )
}


def kind_of(
    name: str, template: CustomTemplate | None = None, offered: Sequence[CustomTemplate] = ()
) -> MessageType:
    """Return a kind by its name.

    A custom template's has a field for each argument, and so has a page's that is shown in a
    template: one of those that are `offered`, where there are any.
    """
    kind = MESSAGE_TYPES[name]
    known = offered or ((template,) if template else ())
    if not known:
        return kind
    steps = () if template is None else _arguments(template)
    if kind.takes_template:
        choice = Choice({one.name: one.template_id for one in known}, are_names=True)
        field = Field(TEMPLATE, choice)
        return replace(
            kind, first=(PAGE.path, TEMPLATE), steps=(Step("page", (PAGE, field)), *steps)
        )
    first = tuple(one.path for one in steps[0].fields) if steps else ()
    return replace(kind, first=first, steps=steps, fixed={TEMPLATE: known[0].template_id})


def _arguments(template: CustomTemplate) -> tuple[Step, ...]:
    fields = [_argument(name, template) for name in template.arguments]
    starts = range(0, len(fields), FIELDS_IN_A_STEP)
    groups = [tuple(fields[start : start + FIELDS_IN_A_STEP]) for start in starts]
    return tuple(Step("arguments", group, number) for number, group in enumerate(groups, 1))


def _argument(name: str, template: CustomTemplate) -> Field:
    value = WithinAddress() if name in template.in_links else TextField(lines=True)
    return Field(f"template_args.{name}", value, needed=True, label=name)
