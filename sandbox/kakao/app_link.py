"""Kakao Talk Share on a phone: what the SDK asks before it leaves, and how the app takes over.

* `GET /v2/api/kakaolink/talk/template/{default|validate|scrap}`, where `validate` is for custom
  templates, with `Authorization: KakaoAK` and the JavaScript key, `KA` with the page's `origin/`,
  and in the query `link_ver` "4.0" and the message.
  A browser asks from another origin, and so with a preflight first. It answers `template_id`,
  `template_args`, `template_msg`, `warning_msg` and `argument_msg`.
* `GET /scheme/{kakaolink://send?…}`: where an iPhone's universal link ends
* `GET /intent?uri={intent://send?…}`: no browser on a desktop follows an intent, so the stand-in of
  the SDK sends it here
* `GET /picker/failed?app_key=…&error=…`: where the SDK sends the visitor when Kakao says no; the
  error is JSON in base64 as addresses have it, and has no code when no answer could be had
* `GET /talk/friends/picker/easylink`: the web sharer, which needs no script
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from sandbox.kakao.errors import PageRefusal, Refusal, dump, json_response, kapi
from sandbox.kakao.oauth import language, redirect
from sandbox.kakao.share_form import SHARING_SECONDS, FormReader
from sandbox.kakao.state import Sharing
from sandbox.kakao.world import World

VALIDATE = "/v2/api/kakaolink/talk/template/{action}"
APP = "kakaolink"
ACTIONS = {"default": "default", "validate": "custom", "scrap": "scrap"}
# Of a page's refusals, what the API says of the same thing.
AT_API = {"4002": -2, "4003": -401, "4006": -10, "4019": -401}
FAILED = {-2: "4002", -10: "4006", -401: "4019"}
ASKED = "authorization, cache-control, content-type, ka, pragma"
# The numbers of Kakao's own templates, by which the app knows the shape of a card.
SHAPES = {"feed": 3139, "list": 3140, "location": 3141, "commerce": 3142, "text": 3143}


class AppLink:
    """The phone's half of the sharer."""

    def __init__(self, world: World, reader: FormReader) -> None:
        self._world = world
        self._reader = reader

    def routes(self) -> list[web.RouteDef]:
        return [
            web.options(VALIDATE, self.preflight),
            web.get(VALIDATE, self.validate),
            web.get("/scheme/{link:.+}", self.take_universal_link),
            web.get("/intent", self.take_intent),
            web.get("/picker/failed", self.fail),
            web.get("/talk/friends/picker/easylink", self.begin_without_script),
        ]

    async def preflight(self, request: web.Request) -> web.Response:
        """Let a browser ask from another origin, with these headers and no others."""
        asked = request.headers.get("Access-Control-Request-Headers", "").replace(" ", "").lower()
        if not set(asked.split(",")) <= set(ASKED.split(", ")):
            return web.Response(status=403)
        return web.Response(status=204, headers=_shared(request, **{
            "Access-Control-Allow-Headers": ASKED, "Access-Control-Allow-Methods": "GET",
        }))  # fmt: skip

    async def validate(self, request: web.Request) -> web.Response:
        try:
            sharing = await self._read(request)
        except PageRefusal as page:
            return _readable(request, kapi(AT_API[page.code], page.detail or None))
        except Refusal as refusal:
            return _readable(request, refusal)
        shape = SHAPES.get(sharing.template.get("object_type", ""), SHAPES["feed"])
        answer = {
            "template_id": sharing.template_id or shape,
            "template_args": {},
            "template_msg": {"card": sharing.template, "kind": sharing.kind},
            "warning_msg": {},
            "argument_msg": {},
        }
        response = json_response(dump(answer))
        response.headers.update(_shared(request))
        return response

    async def take_universal_link(self, request: web.Request) -> web.Response:
        return self._take(request.match_info["link"], language(request))

    async def take_intent(self, request: web.Request) -> web.Response:
        uri, _, extras = request.query.get("uri", "").partition("#Intent;")
        if f"scheme={APP}" not in extras.split(";") or not extras.endswith("end;"):
            raise PageRefusal("4002", "intent")
        return self._take(uri.replace("intent://", f"{APP}://", 1), language(request))

    async def fail(self, request: web.Request) -> web.Response:
        try:
            said = json.loads(urlsafe_b64decode(f"{request.query.get('error', '')}=="))
            code, words = said.get("code"), said.get("msg") or said.get("message", "")
        except (ValueError, AttributeError):
            raise PageRefusal("4002", "error") from None
        raise PageRefusal(FAILED.get(code, "4002"), str(words))

    async def begin_without_script(self, request: web.Request) -> web.Response:
        form = dict(request.query)
        sharing = await self._reader.read(form, None, language(request))
        return redirect(f"/picker?tx={self._world.remember(sharing)}", status=303)

    async def _read(self, request: web.Request) -> Sharing:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme != "KakaoAK":
            raise kapi(-401, "no authentication key!")
        params = {name: _value(name, text) for name, text in request.query.items()}
        form = {
            "app_key": key,
            "ka": request.headers.get("KA", ""),
            "validation_action": ACTIONS.get(request.match_info["action"], ""),
            "validation_params": dump(params),
        }
        return await self._reader.read(form, request.headers.get("Origin"), language(request))

    def _take(self, link: str, spoken: str) -> web.Response:
        """Open the chats to choose from, as KakaoTalk does when a link opens it."""
        parts = urlsplit(link)
        said = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if (parts.scheme, parts.netloc) != (APP, "send") or said.get("linkver") != "4.0":
            raise PageRefusal("4002", "kakaolink")
        if said.get("appkey") != self._world.app.javascript_key:
            raise PageRefusal("4003")
        message, extras = _object(said, "template_json"), _object(said, "extras")
        number, callback = int(said["template_id"]), extras.get("lcba")
        sharing = Sharing(
            message["card"],
            message["kind"],
            number if number in self._world.app.templates else None,
            json.loads(callback) if callback else None,
            spoken,
            self._world.now() + SHARING_SECONDS,
        )
        return redirect(f"/picker?tx={self._world.remember(sharing)}", status=303)


def _value(name: str, text: str) -> object:
    """Read a part of the query as the picker's form has it."""
    if name in {"template_object", "template_args"}:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise kapi(-2) from None
    return text


def _object(said: Mapping[str, str], name: str) -> dict[str, Any]:
    try:
        value = json.loads(said[name])
    except (KeyError, ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise PageRefusal("4002", name)
    return value


def _readable(request: web.Request, refusal: Refusal) -> web.Response:
    """Give a refusal that the page that asked may read."""
    response = refusal.response()
    response.headers.update(_shared(request))
    return response


def _shared(request: web.Request, **more: str) -> dict[str, str]:
    origin = request.headers.get("Origin")
    allowed = {"Access-Control-Allow-Origin": origin} if origin else {}
    return allowed | {"Vary": "Origin"} | more
