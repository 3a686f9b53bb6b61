"""Message templates in Kakao's words, with Kakao's limits.

    Feed(
        content=Content(title="길드 정기전", link=link),
        buttons=(Button(title="보기", link=link),),
    ).template_object()

A template that Kakao would refuse or cut cannot be made: the constructor raises `TemplateLimit`,
which names field, limit and value. Kakao documents mostly what it *shows*; the limits here follow
that, so that nobody's text is cut unseen.

Fields: https://developers.kakao.com/docs/en/message-template/default.
"""

from collections.abc import Sized
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from bot.kakao.errors import BadRequest, TemplateLimit

TEXT_LIMIT = 200
LABEL_LIMIT = 8  # longer labels are cut where two buttons stand side by side
BUTTONS_LIMIT = 2
ITEMS_LIMIT = 5
IMAGE_SIDE = 200

Label = Annotated[str, Field(min_length=1, max_length=LABEL_LIMIT)]
Side = Annotated[int, Field(ge=IMAGE_SIDE)]
Count = Annotated[int, Field(ge=0)]
Address = Annotated[str, Field(min_length=1)]


class Part(BaseModel):
    """Anything a template is made of."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="wrap")
    @classmethod
    def _name_the_limit(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(data)
        except ValidationError as error:
            broken = _limit(cls.__name__, error.errors(include_url=False)[0])
            if broken is None:
                raise
            raise broken from None

    def _needs_one_of(self, *fields: str) -> None:
        if not any(getattr(self, field) for field in fields):
            raise TemplateLimit(f"{type(self).__name__}.{'|'.join(fields)}", limit=1, value=0)


class Link(Part):
    """Where a click leads; Kakao opens only domains that are registered for the app."""

    web_url: Address | None = None
    mobile_web_url: Address | None = None
    android_execution_params: Address | None = None
    ios_execution_params: Address | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        self._needs_one_of(*type(self).model_fields)
        return self


class Button(Part):
    """A button below a card."""

    title: Label
    link: Link


Buttons = Annotated[
    tuple[Button, ...], Field(max_length=BUTTONS_LIMIT, exclude_if=lambda buttons: not buttons)
]


class Content(Part):
    """Picture, title and description; at least one of them, and always a link.

    KakaoTalk shows about four lines of title and description together.
    """

    title: Annotated[str, Field(max_length=TEXT_LIMIT)] | None = None
    description: Annotated[str, Field(max_length=TEXT_LIMIT)] | None = None
    image_url: Address | None = None
    image_width: Side | None = None
    image_height: Side | None = None
    link: Link

    @model_validator(mode="after")
    def _shows_something(self) -> Self:
        self._needs_one_of("title", "image_url", "description")
        return self


class Item(Part):
    """A row of an item list: a name and what stands beside it."""

    item: Annotated[str, Field(min_length=1, max_length=6)]
    item_op: Annotated[str, Field(min_length=1, max_length=25)]


class ItemContent(Part):
    """A header, a list of items and a sum above a feed's content."""

    profile_text: Annotated[str, Field(max_length=16)] | None = None
    profile_image_url: Address | None = None
    title_image_text: Annotated[str, Field(max_length=24)] | None = None
    title_image_url: Address | None = None
    title_image_category: Annotated[str, Field(max_length=14)] | None = None
    items: tuple[Item, ...] = Field(
        default=(), max_length=ITEMS_LIMIT, exclude_if=lambda items: not items
    )
    sum: Annotated[str, Field(max_length=6)] | None = None
    sum_op: Annotated[str, Field(max_length=11)] | None = None


class Social(Part):
    """Counters; KakaoTalk shows the first three of those that are set."""

    like_count: Count | None = None
    comment_count: Count | None = None
    shared_count: Count | None = None
    view_count: Count | None = None
    subscriber_count: Count | None = None


class BaseTemplate(Part):
    """What all templates can do."""

    def template_object(self) -> dict[str, Any]:
        """Return the JSON that Kakao expects; absent fields are left out."""
        return self.model_dump(mode="json", exclude_none=True)


class Feed(BaseTemplate):
    """One card: a picture, a title, a description and up to two buttons."""

    object_type: Literal["feed"] = "feed"
    content: Content
    item_content: ItemContent | None = None
    social: Social | None = None
    button_title: Label | None = None
    buttons: Buttons = ()


class Text(BaseTemplate):
    """Plain text of up to 200 characters with a link."""

    object_type: Literal["text"] = "text"
    text: Annotated[str, Field(min_length=1, max_length=TEXT_LIMIT)]
    link: Link
    button_title: Label | None = None
    buttons: Buttons = ()


Template = Annotated[Feed | Text, Field(discriminator="object_type")]


def template_from(template_object: dict[str, Any]) -> Template:
    """Read back what `template_object()` printed; raises BadRequest for anything else."""
    try:
        return _reader.validate_python(template_object)
    except ValidationError as error:
        place = ".".join(map(str, error.errors(include_url=False)[0]["loc"]))
        raise BadRequest(reason=f"not a template: {place or 'object_type'}") from None


_reader: TypeAdapter[Template] = TypeAdapter(Template)


def _limit(part: str, error: ErrorDetails) -> TemplateLimit | None:
    """Translate what pydantic found; None when it is no matter of limits."""
    field = ".".join(map(str, (part, *error["loc"])))
    if error["type"] == "missing":
        return TemplateLimit(field, limit=1, value=0)
    for bound in ("max_length", "min_length", "ge"):
        if (limit := error.get("ctx", {}).get(bound)) is not None:
            return TemplateLimit(field, limit, _measure(error["input"]))
    return None


def _measure(value: object) -> int:
    if isinstance(value, Sized):
        return len(value)
    return value if isinstance(value, int) else 0
