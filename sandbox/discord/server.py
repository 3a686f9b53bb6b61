"""The web server: the HTTP API, the gateway's door and the pictures, on one origin."""

import json
import logging
import re
from collections.abc import Awaitable, Callable

from aiohttp import BodyPartReader, web

from sandbox.discord.bodies import Upload
from sandbox.discord.errors import ApiError, invalid_form
from sandbox.discord.gateway import Gateway
from sandbox.discord.interactions import LARGEST_FILE, Interactions
from sandbox.discord.oauth import OAuth
from sandbox.discord.pictures import avatar, kind_by_name
from sandbox.discord.rest import applications, channels, guilds, interactions, messages, users
from sandbox.discord.rest.calls import Answer, Call, Created, Handler, Routes
from sandbox.discord.spec import Spec
from sandbox.discord.state import JSON
from sandbox.discord.trouble import Trouble
from sandbox.discord.world import World

logger = logging.getLogger(__name__)

API = "/api/v10"
ROUTES: Routes = [
    *applications.ROUTES,
    *users.ROUTES,
    *guilds.ROUTES,
    *channels.ROUTES,
    *messages.ROUTES,
    *interactions.ROUTES,
]
WITHOUT_TOKEN = ("/interactions/", "/webhooks/{webhook_id}/{webhook_token}", "/gateway")
FILE_PART = re.compile(r"files\[(\d+)\]")
LARGEST_REQUEST = 3 * LARGEST_FILE


class Server:
    """Turns requests into calls of the handlers, and their answers into replies."""

    def __init__(
        self, world: World, interactions_: Interactions, gateway: Gateway, token: str,
        spec: Spec | None,
    ) -> None:  # fmt: skip
        self._world = world
        self._interactions = interactions_
        self._gateway = gateway
        self._token = token
        self._spec = spec
        self.trouble = Trouble()
        self.oauth = OAuth(world, token, self.trouble)

    def application(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_REQUEST)
        self.oauth.add_to(app, API)
        for method, template, handler in ROUTES:
            app.router.add_route(method, API + template, self._served(template, handler))
        app.router.add_route("*", "/api/{tail:.*}", self._unknown)
        app.router.add_get("/gateway", self._gateway.connect)
        app.router.add_get("/gateway/", self._gateway.connect)
        app.router.add_get("/attachments/{channel}/{attachment}/{name}", self._attachment)
        for folder in ("avatars", "icons", "app-icons"):
            app.router.add_get(f"/{folder}/{{owner}}/{{hash}}.png", self._picture)
        app.router.add_get("/guild-events/{event}/{hash}.png", self._cover)
        app.router.add_get("/embed/avatars/{hash}.png", self._picture)
        return app

    # the HTTP API

    def _served(
        self, template: str, handler: Handler
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.Response:
            try:
                return await self._reply(request, template, handler)
            except ApiError as error:
                return self._refusal(request, template, error)

        return serve

    async def _reply(self, request: web.Request, template: str, handler: Handler) -> web.Response:
        if (obstacle := await self.trouble.meet(request)) is not None:
            return obstacle
        self._check_token(request, template)
        body, uploads = await _body_of(request)
        self._check_body(request.method, template, body)
        answer = await self._handled(handler, self._call(request, body, uploads))
        return self._sent(request, template, answer)

    def _call(self, request: web.Request, body: object, uploads: list[Upload]) -> Call:
        form: JSON = body if isinstance(body, dict) else {}
        items: list[JSON] = body if isinstance(body, list) else []
        params, query = request.match_info, request.query
        return Call(self._world, self._interactions, params, query, form, items, uploads)

    async def _handled(self, handler: Handler, call: Call) -> Answer:
        """Run the handler; a body that breaks it is a malformed one."""
        try:
            return await handler(call)
        except (LookupError, TypeError, ValueError, AttributeError):
            logger.exception("a request could not be understood")
            raise ApiError(400, 50035, "Invalid Form Body") from None

    def _check_token(self, request: web.Request, template: str) -> None:
        bot_only = template == "/gateway/bot" or not template.startswith(WITHOUT_TOKEN)
        if bot_only and request.headers.get("Authorization") != f"Bot {self._token}":
            raise ApiError(401, 0, "401: Unauthorized")

    def _check_body(self, method: str, template: str, body: object) -> None:
        faults = self._spec.request_faults(method, template, body) if self._spec else []
        if faults:
            raise invalid_form(faults)

    def _sent(self, request: web.Request, template: str, answer: Answer) -> web.Response:
        status, body = (201, answer.body) if isinstance(answer, Created) else (200, answer)
        if body is None:
            status = 204
        self._check_own(request.method, template, status, body)
        return _json(status, body)

    def _check_own(self, method: str, template: str, status: int, body: object) -> None:
        if self._spec is not None:
            for fault in self._spec.reply_faults(method, template, status, body):
                self._problem(f"our reply to {method} {template} ({status}): {fault}")

    def _refusal(self, request: web.Request, template: str, error: ApiError) -> web.Response:
        if error.code in (50035, 50006, 40060, 50109, 30032):
            said = "; ".join(map(str, error.faults)) or error.message
            self._problem(f"{request.method} {template}: {said}")
        if error.status == 429:
            return self._rate_limited()
        if error.status < 500:
            self._check_own(request.method, template, error.status, error.payload())
        return _json(error.status, error.payload())

    def _rate_limited(self) -> web.Response:
        """With Via, or discord.py takes it for a ban."""
        wait = self.trouble.retry_after
        body = {
            "message": "You are being rate limited.",
            "retry_after": wait,
            "global": self.trouble.everywhere,
        }
        headers = {"Via": "1.1 local", "Retry-After": str(wait)}
        return _json(429, body, headers)

    def _problem(self, words: str) -> None:
        logger.warning("refused: %s", words)
        self._world.problems.append(words)

    async def _unknown(self, request: web.Request) -> web.Response:
        self._problem(f"{request.method} {request.path}: no such route")
        return _json(404, {"message": "404: Not Found", "code": 0})

    # pictures and files

    async def _picture(self, request: web.Request) -> web.Response:
        name = self._world.name_of(request.match_info.get("owner", ""))
        drawn = self._world.portraits.get(name) or avatar(request.match_info["hash"])
        return web.Response(body=drawn, content_type="image/png")

    async def _cover(self, request: web.Request) -> web.Response:
        found = self._world.covers.get(request.match_info["hash"])
        if found is None:
            return web.Response(status=404)
        return web.Response(body=found, content_type="image/png")

    async def _attachment(self, request: web.Request) -> web.Response:
        number = request.match_info["attachment"]
        found = self._world.attachments.get(int(number)) if number.isdecimal() else None
        if found is None:
            return web.Response(status=404)
        return web.Response(body=found.data, headers={"Content-Type": found.content_type})


class Door:
    """Where the local Discord listens; closed, new connections are refused."""

    def __init__(self, runner: web.AppRunner, host: str, port: int) -> None:
        self._runner = runner
        self._host = host
        self.port = port
        self._site: web.TCPSite | None = None

    async def open(self) -> None:
        """Listen, always at the same port."""
        if self._site is None:
            self._site = web.TCPSite(self._runner, self._host, self.port)
            await self._site.start()
            self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Listen no more."""
        if self._site is not None:
            site, self._site = self._site, None
            await site.stop()


def _json(status: int, body: object, headers: dict[str, str] | None = None) -> web.Response:
    """Exactly `application/json`, as discord.py wants it."""
    if body is None:
        return web.Response(status=204)
    data = json.dumps(body, ensure_ascii=False).encode()
    return web.Response(status=status, body=data, content_type="application/json", headers=headers)


async def _body_of(request: web.Request) -> tuple[object, list[Upload]]:
    if request.content_type.startswith("multipart/"):
        return await _multipart(request)
    text = await request.text()
    return (_parsed(text) if text else {}), []


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from None


async def _multipart(request: web.Request) -> tuple[object, list[Upload]]:
    body: object = {}
    uploads: list[Upload] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        numbered = FILE_PART.fullmatch(part.name or "")
        if numbered is not None:
            uploads.append(await _upload(int(numbered[1]), part))
        elif part.name == "payload_json":
            body = _parsed(await part.text())
    return body, uploads


async def _upload(number: int, part: BodyPartReader) -> Upload:
    data = bytes(await part.read(decode=True))
    if len(data) > LARGEST_FILE:
        raise ApiError(413, 40005, "Request entity too large")
    name = part.filename or "file"
    return Upload(number, name, kind_by_name(name), data)
