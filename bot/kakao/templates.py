"""The six default templates in Kakao's words, with Kakao's limits.

    Feed(
        content=Content(title="길드 정기전", link=link),
        buttons=(Button(title="보기", link=link),),
    ).template_object()

A template that Kakao would refuse cannot be made: the constructor raises `TemplateLimit`, which
names field, limit and value. `Feed.fit(…)` takes the same and cuts what KakaoTalk would not show.

Fields: https://developers.kakao.com/docs/en/message-template/default.
"""

import json
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from bot.kakao.parts import (
    Buttons,
    Content,
    ItemContent,
    Label,
    Link,
    Most,
    Name,
    OneButton,
    Part,
    Product,
    Social,
    Words,
)


class BaseTemplate(Part):
    """What all default templates can do."""

    endpoint: ClassVar = "default/send"

    def template_object(self) -> dict[str, Any]:
        """Return the JSON that Kakao expects; absent fields are left out."""
        return self.model_dump(mode="json", exclude_none=True)

    def stored(self) -> dict[str, Any]:
        """Return what `message_from` reads back."""
        return self.template_object()

    def form(self) -> dict[str, str]:
        """Return the fields of the request."""
        return {"template_object": json.dumps(self.template_object(), ensure_ascii=False)}


class Feed(BaseTemplate):
    """One card: a picture, a title, a description and up to two buttons."""

    object_type: Literal["feed"] = "feed"
    content: Content
    item_content: ItemContent | None = None
    social: Social | None = None
    button_title: Label | None = None
    buttons: Buttons = ()


class List(BaseTemplate):
    """Two or three contents below a header."""

    object_type: Literal["list"] = "list"
    header_title: Words
    header_link: Link
    contents: Annotated[tuple[Content, ...], Field(min_length=2), Most(3)]
    button_title: Label | None = None
    buttons: Buttons = ()


class Location(BaseTemplate):
    """A content with a map: KakaoTalk itself adds the button that opens the address there."""

    object_type: Literal["location"] = "location"
    address: Name
    address_title: Name | None = None
    content: Content
    social: Social | None = None
    button_title: Label | None = None
    buttons: OneButton = ()


class Commerce(BaseTemplate):
    """A content with a price."""

    object_type: Literal["commerce"] = "commerce"
    content: Content
    commerce: Product
    button_title: Label | None = None
    buttons: Buttons = ()


class Text(BaseTemplate):
    """Plain text of up to 200 characters with a link."""

    object_type: Literal["text"] = "text"
    text: Words
    link: Link
    button_title: Label | None = None
    buttons: Buttons = ()


class Calendar(BaseTemplate):
    """An event or a calendar of a channel; KakaoTalk itself adds the button that keeps it."""

    object_type: Literal["calendar"] = "calendar"
    id_type: Literal["event", "calendar"]
    id: Annotated[str, Field(min_length=1)]
    content: Content
    buttons: OneButton = ()


Template = Annotated[
    Feed | List | Location | Commerce | Text | Calendar, Field(discriminator="object_type")
]
