"""What can be sent: a default template, a custom template of the app, or a page that Kakao reads.

`stored()` gives any of them as plain JSON, `message_from` reads it back, and `for_sharing` gives
the object for Kakao's JavaScript SDK.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import quote, urlencode

from pydantic import Field, ValidationError

from bot.kakao.errors import BadRequest
from bot.kakao.parts import Address, Part
from bot.kakao.templates import (
    BaseTemplate,
    Calendar,
    Commerce,
    Feed,
    List,
    Location,
    Template,
    Text,
)

# Who asks, in the words of Kakao's own SDK; the web sharer checks the origin in it.
WEB_SHARER = "sdk/2.8.3 os/javascript sdk_type/javascript lang/ko-KR device/web"

TemplateId = Annotated[int, Field(ge=1, le=2**63 - 1)]
TemplateArgs = Annotated[
    dict[Annotated[str, Field(min_length=1)], str], Field(exclude_if=lambda args: not args)
]


class _BuiltAtKakao(Part):
    endpoint: ClassVar[str]

    def stored(self) -> dict[str, Any]:
        """Return what `message_from` reads back."""
        return self.model_dump(mode="json", exclude_none=True)

    def form(self) -> dict[str, str]:
        """Return the fields of the request."""
        return {name: _field(value) for name, value in self.stored().items()}


class CustomMessage(_BuiltAtKakao):
    """A template that was built in Kakao's message template tool, with its arguments.

    An argument `KEY` takes the place of `${KEY}`; where one is missing the reader sees `${KEY}`.
    In an address a value must be percent-encoded by the caller.
    """

    endpoint: ClassVar = "send"
    template_id: TemplateId
    template_args: TemplateArgs = Field(default_factory=dict)


class ScrapMessage(_BuiltAtKakao):
    """A page of a registered domain: Kakao reads its Open Graph tags and makes the card.

    With `template_id` they go into that template; arguments cannot override what was read.
    """

    endpoint: ClassVar = "scrap/send"
    request_url: Address
    template_id: TemplateId | None = None
    template_args: TemplateArgs = Field(default_factory=dict)


Message = Template | CustomMessage | ScrapMessage

TEMPLATES: Mapping[str, type[Template]] = {
    "feed": Feed,
    "list": List,
    "location": Location,
    "commerce": Commerce,
    "text": Text,
    "calendar": Calendar,
}


def message_from(stored: Mapping[str, Any]) -> Message:
    """Read back what `stored()` gave; raises BadRequest for anything else."""
    model = _model_of(stored)
    if model is None:
        raise BadRequest(reason="not a message: object_type")
    try:
        return model.model_validate(stored)
    except ValidationError as error:
        place = ".".join(map(str, error.errors(include_url=False)[0]["loc"]))
        raise BadRequest(reason=f"not a message: {model.__name__}.{place}") from None


def for_sharing(message: Message) -> dict[str, Any]:
    """Return what `Kakao.Share.sendDefault`, `sendCustom` or `sendScrap` takes."""
    stored = message.stored()
    if isinstance(message, BaseTemplate):
        return {_camel(key): _in_camels(value) for key, value in stored.items()}
    return {_camel(key): value for key, value in stored.items()}  # the arguments keep their names


def web_sharer(message: Message, *, app_key: str, origin: str, callback: str) -> str:
    """Return the query of Kakao's web sharer, which needs no script: a GET to its easylink.

    `origin` is that of the page, `callback` JSON of what Kakao's share webhook gives back.
    """
    stored = message.stored()
    params = {"template_object": stored} if isinstance(message, BaseTemplate) else stored
    return urlencode(
        {
            "app_key": app_key,
            "ka": f"{WEB_SHARER} origin/{quote(origin, safe='')}",
            "validation_action": action_of(message),
            "validation_params": _json({"link_ver": "4.0", **params}),
            "lcba": callback,
        }
    )


def action_of(message: Message) -> Literal["default", "custom", "scrap"]:
    """Return what Kakao calls this kind of message when it is shared."""
    if isinstance(message, BaseTemplate):
        return "default"
    return "custom" if isinstance(message, CustomMessage) else "scrap"


def _model_of(stored: Mapping[str, Any]) -> type[Message] | None:
    if "object_type" in stored:
        kind = stored["object_type"]
        return TEMPLATES.get(kind) if isinstance(kind, str) else None
    if "request_url" in stored:
        return ScrapMessage
    return CustomMessage if "template_id" in stored else None


def _field(value: object) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _in_camels(value: object) -> object:
    match value:
        case dict():
            return {_camel(key): _in_camels(part) for key, part in value.items()}
        case list():
            return [_in_camels(part) for part in value]
        case _:
            return value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))
