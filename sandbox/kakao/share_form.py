"""What the JavaScript SDK sends to the picker, read strictly.

Fields of `POST /picker/link`:

* `app_key`: the JavaScript key
* `ka`: words of which one is `origin/` and the page's origin, percent-encoded
* `validation_action`: `default`, `custom` or `scrap`
* `validation_params`: JSON with `link_ver` "4.0" and, in Kakao's snake case, `template_object`; or
  `template_id` and `template_args`; or `request_url`, `template_id` and `template_args`
* `lcba`: the `serverCallbackArgs` as a JSON object; without it there is no share webhook
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from sandbox.kakao.domains import is_registered
from sandbox.kakao.errors import PageRefusal, Refusal, dump
from sandbox.kakao.state import Kind, Sharing
from sandbox.kakao.world import World
from sandbox.kakao.writing import Writer

SHARING_SECONDS = 600
KINDS: dict[str, Kind] = {"default": "default", "custom": "custom", "scrap": "scrap"}
PARAMS: dict[Kind, set[str]] = {
    "default": {"template_object"},
    "custom": {"template_id", "template_args"},
    "scrap": {"request_url", "template_id", "template_args"},
}
LINKS = frozenset({"web_url", "mobile_web_url"})
LARGEST = 10 * 1024


class FormReader:
    """Checks who shares, from where, and what."""

    def __init__(self, world: World, writer: Writer) -> None:
        self._world = world
        self._writer = writer

    async def read(self, form: Mapping[str, str], origin: str | None, language: str) -> Sharing:
        """Read a form, or refuse it with a page."""
        self._check_caller(form, origin)
        self._check_quota()
        kind = KINDS.get(form.get("validation_action", ""))
        if kind is None:
            raise PageRefusal("4002", "validation_action")
        params = self._params(form, kind)
        try:
            written = await self._writer.read(kind, _as_form(params))
        except Refusal:
            raise PageRefusal("4002", "validation_params") from None
        return Sharing(
            written.template,
            kind,
            written.template_id,
            _object(form["lcba"], "lcba") if "lcba" in form else None,
            language,
            self._world.now() + SHARING_SECONDS,
        )

    def _check_caller(self, form: Mapping[str, str], origin: str | None) -> None:
        app = self._world.app
        if form.get("app_key") != app.javascript_key:
            raise PageRefusal("4003")
        words = form.get("ka", "").split()
        said = [unquote(word[7:]) for word in words if word.startswith("origin/")]
        seen = said + ([origin] if origin not in {None, "null"} else [])
        if not said or not app.js_sdk_domains.issuperset(filter(None, seen)):
            raise PageRefusal("4019", ", ".join(filter(None, seen)))

    def _check_quota(self) -> None:
        quotas = self._world.quotas
        quotas.turn_to(self._world.now())
        if quotas.shared >= self._world.switches.share_per_day:
            raise PageRefusal("4006")

    def _params(self, form: Mapping[str, str], kind: Kind) -> dict[str, Any]:
        text = form.get("validation_params", "")
        params = _object(text, "validation_params")
        known = PARAMS[kind]
        if len(text.encode()) > LARGEST or params.pop("link_ver", None) != "4.0":
            raise PageRefusal("4002", "validation_params")
        if not params.keys() <= known:
            raise PageRefusal("4002", "validation_params")
        for link in _links(params):
            if not is_registered(self._world.app, link):
                raise PageRefusal("4002", link)
        return {key: value for key, value in params.items() if value is not None}


def _as_form(params: Mapping[str, Any]) -> dict[str, str]:
    """Write the parameters as the server calls have them."""
    return {k: value if isinstance(value, str) else dump(value) for k, value in params.items()}


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise PageRefusal("4002", name)
    return value


def _links(value: object) -> Iterator[str]:
    """Go through the addresses of all links of a template."""
    if isinstance(value, list):
        for part in value:
            yield from _links(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key in LINKS and isinstance(part, str):
                yield part
            yield from _links(part)
