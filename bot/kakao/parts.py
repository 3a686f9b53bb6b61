"""What message templates are made of, in Kakao's words and with Kakao's limits.

Kakao documents mostly what it *shows*, not what it refuses. So a text that is longer than what is
shown can be sent, `fit` cuts it, and only what Kakao says it does not take is refused.

Fields: https://developers.kakao.com/docs/en/message-template/default.
"""

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from bot.kakao.bubble import LABEL_BESIDE
from bot.kakao.cutting import cut
from bot.kakao.errors import AddressRefused, BadRequest, TemplateLimit

TEXT_LIMIT = 200  # documented for a text and a list's header; what `fit` leaves of others
PROFILE_SHOWN, ROWS_TITLE_SHOWN, CATEGORY_SHOWN = 16, 24, 14
ROW_NAME_SHOWN, ROW_VALUE_SHOWN = 6, 25  # a value on two lines
SUM_NAME_SHOWN, SUM_SHOWN = 6, 11
BUTTONS_LIMIT = 2
ITEMS_LIMIT = 5
SMALLEST_IMAGE = 200  # pixels of each side
PERCENT = 100
REDUCTIONS = ("discount_price", "fixed_discount_price")  # none above the price
HIGHEST_NUMBER = 2**31 - 1  # an integer of Kakao's SDKs; nothing lower is documented

FIT = object()


@dataclass(frozen=True, slots=True)
class Shown:
    """How much of a text KakaoTalk shows: more can be sent, and is cut by `fit`."""

    limit: int

    def __get_pydantic_core_schema__(
        self, kind: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._hold, handler(kind))

    def _hold(self, value: str | Sequence[Any], info: ValidationInfo) -> str | Sequence[Any]:
        if len(value) <= self.limit:
            return value
        if info.context is not FIT:
            return self._beyond(value)
        return cut(value, self.limit) if isinstance(value, str) else value[: self.limit]

    def _beyond(self, value: str | Sequence[Any]) -> str | Sequence[Any]:
        return value


@dataclass(frozen=True, slots=True)
class Most(Shown):
    """How much of a text or a list Kakao takes: more is refused, and cut by `fit`."""

    def _beyond(self, value: str | Sequence[Any]) -> str | Sequence[Any]:
        del value
        raise PydanticCustomError("too_long", "too long", {"max_length": self.limit})


def is_address(value: str) -> bool:
    """Tell whether Kakao would take it as the address of a page or a picture."""
    if not value.isprintable() or " " in value:
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _address(value: str) -> str:
    if not is_address(value):
        raise PydanticCustomError("address", "not an http or https address")
    return value


Words = Annotated[str, Field(min_length=1), Most(TEXT_LIMIT)]
Name = Annotated[str, Field(min_length=1), Shown(TEXT_LIMIT)]
Lines = Annotated[str, Shown(TEXT_LIMIT)]
Label = Annotated[str, Field(min_length=1), Shown(LABEL_BESIDE)]
Side = Annotated[int, Field(ge=SMALLEST_IMAGE, le=HIGHEST_NUMBER)]
Count = Annotated[int, Field(ge=0, le=HIGHEST_NUMBER)]
Address = Annotated[str, Field(min_length=1), AfterValidator(_address)]
Params = Annotated[str, Field(min_length=1)]


class Part(BaseModel):
    """Anything a message is made of."""

    # Building the checks of all of them takes a tenth of the start: the first of each kind waits.
    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )

    @classmethod
    def fit(cls, **fields: object) -> Self:
        """Make one whose texts and lists are cut where KakaoTalk would cut them.

        Numbers are never changed: one that is out of range is refused, as is what is missing.
        """
        return cls.model_validate(fields, context=FIT)

    @model_validator(mode="wrap")
    @classmethod
    def _name_the_limit(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(data)
        except ValidationError as error:
            broken = _refusal(cls.__name__, error.errors(include_url=False)[0])
            if broken is None:
                raise
            raise broken from None

    def _needs_one_of(self, *fields: str) -> None:
        if not any(getattr(self, field) for field in fields):
            raise TemplateLimit(f"{type(self).__name__}.{'|'.join(fields)}", limit=1, value=0)


class Link(Part):
    """Where a click leads.

    KakaoTalk takes the parameters of the app first, then `mobile_web_url`, then `web_url`, which
    is the one for computers. It opens only domains that are registered for the app.
    """

    web_url: Address | None = None
    mobile_web_url: Address | None = None
    android_execution_params: Params | None = None
    ios_execution_params: Params | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        self._needs_one_of(*type(self).model_fields)
        return self


class Button(Part):
    """A button below a card."""

    title: Label
    link: Link


Buttons = Annotated[
    tuple[Button, ...], Most(BUTTONS_LIMIT), Field(exclude_if=lambda buttons: not buttons)
]
# Beside the one that KakaoTalk itself puts there: Kakao's SDKs name one as the most.
OneButton = Annotated[tuple[Button, ...], Most(1), Field(exclude_if=lambda buttons: not buttons)]


class Content(Part):
    """Picture, title and description; at least one of them, and always a link.

    KakaoTalk shows about four lines of title and description together.
    """

    title: Lines | None = None
    description: Lines | None = None
    image_url: Address | None = None
    image_width: Side | None = None
    image_height: Side | None = None
    link: Link

    @model_validator(mode="after")
    def _shows_something(self) -> Self:
        self._needs_one_of("title", "image_url", "description")
        return self


class Item(Part):
    """A row of an item list: a name and what stands beside it, on two lines at most."""

    item: Annotated[str, Field(min_length=1), Shown(ROW_NAME_SHOWN)]
    item_op: Annotated[str, Field(min_length=1), Shown(ROW_VALUE_SHOWN)]


class ItemContent(Part):
    """A header, a list of items and a sum above a feed's content."""

    profile_text: Annotated[str, Shown(PROFILE_SHOWN)] | None = None
    profile_image_url: Address | None = None
    title_image_text: Annotated[str, Shown(ROWS_TITLE_SHOWN)] | None = None
    title_image_url: Address | None = None
    title_image_category: Annotated[str, Shown(CATEGORY_SHOWN)] | None = None
    items: Annotated[tuple[Item, ...], Most(ITEMS_LIMIT)] = Field(
        default=(), exclude_if=lambda items: not items
    )
    sum: Annotated[str, Shown(SUM_NAME_SHOWN)] | None = None
    sum_op: Annotated[str, Shown(SUM_SHOWN)] | None = None


class Social(Part):
    """Counters; KakaoTalk shows the first three of those that are set."""

    like_count: Count | None = None
    comment_count: Count | None = None
    shared_count: Count | None = None
    view_count: Count | None = None
    subscriber_count: Count | None = None


class Product(Part):
    """What something costs: the price, and the reduced one with its rate or with its amount.

    Neither the reduced price nor the amount may be above the price: nobody could read that card.
    """

    product_name: Lines | None = None
    regular_price: Count
    discount_price: Count | None = None
    discount_rate: Annotated[int, Field(ge=0, le=PERCENT)] | None = None
    fixed_discount_price: Count | None = None
    currency_unit: Lines | None = None
    currency_unit_position: Literal[0, 1] | None = None

    @model_validator(mode="after")
    def _is_reduced(self) -> Self:
        for name in REDUCTIONS:
            reduction = getattr(self, name)
            if reduction is not None and reduction > self.regular_price:
                raise TemplateLimit(f"Product.{name}", self.regular_price, reduction)
        return self

    @model_validator(mode="after")
    def _is_reduced_in_one_way(self) -> Self:
        if self.discount_rate is not None and self.fixed_discount_price is not None:
            raise TemplateLimit("Product.discount_rate|fixed_discount_price", limit=1, value=2)
        return self


def _refusal(part: str, error: ErrorDetails) -> BadRequest | None:
    """Translate what pydantic found; None when it is no matter of Kakao's limits."""
    field = ".".join(map(str, (part, *error["loc"])))
    if error["type"] == "address":
        return AddressRefused(field)
    if error["type"] == "missing":
        return TemplateLimit(field, limit=1, value=0)
    for bound in ("max_length", "min_length", "ge", "le"):
        if (limit := error.get("ctx", {}).get(bound)) is not None:
            return TemplateLimit(field, limit, _measure(error["input"]))
    return None


def _measure(value: object) -> int:
    if isinstance(value, Sized):
        return len(value)
    return value if isinstance(value, int) else 0
