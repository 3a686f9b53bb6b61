"""What a call wants to send, read strictly: a default template, a custom one, or a scraped page.

Form fields of the three, as text:

* default: `template_object` (JSON of one of the six default templates)
* custom: `template_id` (whole number), `template_args` (JSON object of strings, may be missing)
* scrap: `request_url` (on a registered domain), `template_id` and `template_args` (may be missing)

Kakao Talk Share sends the same three inside its `validation_params`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.kakao import custom
from sandbox.kakao.domains import is_address, is_registered
from sandbox.kakao.errors import parameter
from sandbox.kakao.scrape import Scraper
from sandbox.kakao.state import CustomTemplate, Kind, Scraped
from sandbox.kakao.templates import BadTemplate, Templates
from sandbox.kakao.world import World

NO_TEMPLATE = (
    "failed to parse parameter. name=template_object, "
    "stringToParse=-, paramString=-, paramStringAlias=null"
)
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Written:
    """A message on its way: the card as its readers will see it, and where it comes from."""

    template: dict[str, Any]
    kind: Kind
    template_id: int | None = None


class Writer:
    """Reads the three kinds of messages."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._templates = Templates(world.app, world.switches)
        self._scraper = Scraper(world)

    async def read(self, kind: Kind, form: Mapping[str, str]) -> Written:
        """Read a message of a kind, or refuse it with -2."""
        if kind == "default":
            return Written(self._default(form), kind)
        if kind == "custom":
            template = self._custom(_needed(form, "template_id"))
            card = custom.fill(template, _arguments(form), self._world.app)
            return Written(card, kind, template.id)
        return await self._scrap(form)

    def _default(self, form: Mapping[str, str]) -> dict[str, Any]:
        try:
            return self._templates.check(_needed(form, "template_object"))
        except BadTemplate as bad:
            self._world.refused_templates.append(str(bad))
            raise parameter(NO_TEMPLATE) from None

    async def _scrap(self, form: Mapping[str, str]) -> Written:
        app, url = self._world.app, _needed(form, "request_url")
        if not is_address(url) or not is_registered(app, url):
            raise parameter("Constraints on the parameter [request_url] are unsatisfied.")
        template = self._custom(form["template_id"]) if "template_id" in form else None
        values = _arguments(form)
        scraped = await self._scraper.read(url)
        if template is None:
            return Written(_feed(url, scraped), "scrap")
        card = custom.fill(template, values | custom.of_page(url, scraped), app)
        return Written(card, "scrap", template.id)

    def _custom(self, text: str) -> CustomTemplate:
        is_number = text.isascii() and text.isdigit() and len(text) < 20
        number = int(text) if is_number else LARGEST_ID
        template = self._world.app.templates.get(number)
        if template is None:
            raise parameter("Constraints on the parameter [template_id] are unsatisfied.")
        return template


def _needed(form: Mapping[str, str], name: str) -> str:
    if name not in form:
        raise parameter(f"The Parameter [{name}] cannot be null.")
    return form[name]


def _arguments(form: Mapping[str, str]) -> dict[str, str]:
    try:
        values = json.loads(form.get("template_args", "{}"))
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        raise parameter("Constraints on the parameter [template_args] are unsatisfied.")
    return values


def _feed(url: str, scraped: Scraped) -> dict[str, Any]:
    content: dict[str, Any] = {"title": scraped.title, "description": scraped.description}
    content["image_url"] = scraped.image_url
    if scraped.image_width and scraped.image_height:
        content |= {"image_width": scraped.image_width, "image_height": scraped.image_height}
    shown = {key: value for key, value in content.items() if value}
    link = {"web_url": url, "mobile_web_url": url}
    return {"object_type": "feed", "content": shown | {"link": link}}
