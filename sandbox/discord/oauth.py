"""Discord's own login for other sites, and the role connections that they report.

Strict as the real one: redirect addresses must be registered, codes are good once, metadata must be
declared before it is reported. Whoever sends a `code_challenge` must show its verifier, and may not
ask for `role_connections.write` with it: who needs no client secret could report about themselves.
"""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlencode

from aiohttp import BasicAuth, web

from sandbox.discord.errors import ApiError
from sandbox.discord.state import JSON, User
from sandbox.discord.trouble import Trouble
from sandbox.discord.world import World

Handler = Callable[[web.Request], Awaitable[web.Response]]

CODE_LIFE, TOKEN_LIFE = 60.0, 604_800
SCOPES = frozenset({"identify", "role_connections.write"})
KEY = re.compile(r"[a-z0-9_]{1,50}")
TYPES = range(1, 9)
CHALLENGE, VERIFIER = re.compile(r"[A-Za-z0-9_-]{43}"), re.compile(r"[A-Za-z0-9._~-]{43,128}")
MOST_RECORDS = 5
MOST_NAME, MOST_DESCRIPTION, MOST_VALUE, MOST_PLATFORM = 100, 200, 100, 50


@dataclass
class Grant:
    """What a person has allowed the application."""

    user: User
    scopes: frozenset[str]
    expires_at: float
    redirect_uri: str = ""
    challenge: str | None = None
    id: int = 0
    """The same for all tokens that one consent has led to."""


@dataclass
class Portal:
    """What the developer portal knows of the application, and what was reported of its users."""

    client_secret: str = "sandbox-client-secret"
    redirect_uris: set[str] = field(default_factory=set)
    metadata: list[JSON] = field(default_factory=list)
    connections: dict[int, JSON] = field(default_factory=dict)
    issued: list[str] = field(default_factory=list)
    """All tokens there ever were, so that a test can look for them."""


class OAuth:
    """The pages and calls of the login."""

    def __init__(self, world: World, bot_token: str, trouble: Trouble) -> None:
        self.portal = Portal()
        self._trouble = trouble
        self._world = world
        self._bot_token = bot_token
        self._codes: dict[str, Grant] = {}
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}

    def add_to(self, app: web.Application, api: str) -> None:
        """Add the addresses."""
        connection = f"{api}/users/@me/applications/{{application_id}}/role-connection"
        app.router.add_get("/oauth2/authorize", self._ask)
        app.router.add_post("/oauth2/authorize", self._agree)
        metadata = f"{api}/applications/{{application_id}}/role-connections/metadata"
        app.router.add_post(f"{api}/oauth2/token", self._met(self._token))
        app.router.add_post(f"{api}/oauth2/token/revoke", self._met(self._revoke))
        app.router.add_get(f"{api}/oauth2/@me", self._met(self._me))
        app.router.add_put(connection, self._met(self._connect))
        app.router.add_put(metadata, self._met(self._declare))

    def _met(self, handler: Handler) -> Handler:
        """Let a call meet whatever goes wrong at the moment."""

        async def answer(request: web.Request) -> web.Response:
            try:
                obstacle = await self._trouble.meet(request)
            except ApiError as error:
                return web.json_response(error.payload(), status=error.status)
            return await handler(request) if obstacle is None else obstacle

        return answer

    # what a person sees

    async def _ask(self, request: web.Request) -> web.Response:
        problem = self._problem(request)
        if problem:
            return web.Response(status=400, text=problem)
        people = "".join(
            f'<button name="person" value="{user.id}">{escape(user.name)}</button>'
            for user in self._world.users.values()
            if not user.bot
        )
        name = escape(self._world.bot.name)
        page = (
            '<!doctype html><meta charset="utf-8"><title>Discord</title>'
            f"<h1>{name}</h1><p>누구로 로그인했나요?</p>"
            f'<form method="post">{people}<button name="person" value="">취소</button></form>'
        )
        return web.Response(text=page, content_type="text/html")

    async def _agree(self, request: web.Request) -> web.Response:
        problem = self._problem(request)
        if problem:
            return web.Response(status=400, text=problem)
        chosen = str((await request.post()).get("person", ""))
        query, state = request.query, request.query.get("state", "")
        answer = {"error": "access_denied"}
        if chosen:
            code = self._secret()
            self._codes[code] = Grant(
                self._world.users[int(chosen)],
                frozenset(query["scope"].split()),
                self._world.now() + CODE_LIFE,
                query["redirect_uri"],
                query.get("code_challenge"),
                self._world.random.getrandbits(64),
            )
            answer = {"code": code}
        location = f"{query['redirect_uri']}?{urlencode(answer | {'state': state})}"
        return web.Response(status=302, headers={"Location": location})

    def _problem(self, request: web.Request) -> str | None:
        query = request.query
        if query.get("client_id") != str(self._world.application_id):
            return "Unknown Application"
        if query.get("redirect_uri") not in self.portal.redirect_uris:
            return "Invalid OAuth2 redirect_uri"
        if query.get("response_type") != "code":
            return "unsupported_response_type"
        scopes = set(query.get("scope", "").split())
        if not scopes or not scopes <= SCOPES:
            return "invalid_scope"
        return _challenge_problem(query, scopes)

    # what the application calls

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if not self._is_application(request, form):
            return web.json_response({"error": "invalid_client"}, status=401)
        if form.get("grant_type") == "authorization_code":
            grant = self._codes.pop(form.get("code", ""), None)
            fits = grant is not None and grant.redirect_uri == form.get("redirect_uri")
            if grant is None or not fits or grant.expires_at < self._world.now():
                return web.json_response({"error": "invalid_grant"}, status=400)
            if not _is_verified(grant.challenge, form.get("code_verifier")):
                return web.json_response({"error": "invalid_request"}, status=400)
            return self._issue(grant)
        if form.get("grant_type") == "refresh_token":
            grant = self._refresh.pop(form.get("refresh_token", ""), None)
            if grant is None:
                return web.json_response({"error": "invalid_grant"}, status=400)
            return self._issue(grant)
        return web.json_response({"error": "unsupported_grant_type"}, status=400)

    def _is_application(self, request: web.Request, form: dict[str, str]) -> bool:
        given = form.get("client_id"), form.get("client_secret")
        if header := request.headers.get("Authorization"):
            auth = BasicAuth.decode(header)
            given = auth.login, auth.password
        return given == (str(self._world.application_id), self.portal.client_secret)

    def _issue(self, grant: Grant) -> web.Response:
        access, refresh = self._secret(), self._secret()
        self.portal.issued += [access, refresh]
        until = self._world.now() + TOKEN_LIFE
        lasting = Grant(grant.user, grant.scopes, until, id=grant.id)
        self._access[access] = self._refresh[refresh] = lasting
        return web.json_response(
            {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": TOKEN_LIFE,
                "refresh_token": refresh,
                "scope": " ".join(sorted(grant.scopes)),
            }
        )

    async def _revoke(self, request: web.Request) -> web.Response:
        """End all tokens of the consent that this one comes from; a stranger's is no error."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        if not self._is_application(request, form):
            return web.json_response({"error": "invalid_client"}, status=401)
        token = form.get("token", "")
        if not token:
            return web.json_response({"error": "invalid_request"}, status=400)
        grant = self._access.get(token) or self._refresh.get(token)
        for held in (self._access, self._refresh):
            for one in [one for one, other in held.items() if grant and other.id == grant.id]:
                del held[one]
        return web.json_response({})

    def is_alive(self, token: str) -> bool:
        """Tell whether a token would still be taken."""
        return token in self._access or token in self._refresh

    async def _me(self, request: web.Request) -> web.Response:
        grant = self._granted(request, "identify")
        if grant is None:
            return _unauthorized()
        return web.json_response({"user": grant.user.payload(), "scopes": sorted(grant.scopes)})

    async def _declare(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bot {self._bot_token}":
            return _unauthorized()
        records = await request.json()
        if len(records) > MOST_RECORDS or not all(map(_is_record, records)):
            return web.json_response({"code": 50035, "message": "Invalid Form Body"}, status=400)
        self.portal.metadata = records
        return web.json_response(records)

    async def _connect(self, request: web.Request) -> web.Response:
        grant = self._granted(request, "role_connections.write")
        if grant is None:
            return _unauthorized()
        body = await request.json()
        known = {one["key"] for one in self.portal.metadata}
        values = body.get("metadata", {})
        fits = set(values) <= known and all(
            isinstance(one, str) and len(one) <= MOST_VALUE for one in values.values()
        )
        if not fits or len(body.get("platform_name") or "") > MOST_PLATFORM:
            return web.json_response({"code": 50035, "message": "Invalid Form Body"}, status=400)
        self.portal.connections[grant.user.id] = body
        self._world.changed()
        return web.json_response({"platform_username": None, **body})

    def _granted(self, request: web.Request, scope: str) -> Grant | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        grant = self._access.get(token)
        fits = grant is not None and scope in grant.scopes
        return grant if grant and fits and grant.expires_at > self._world.now() else None

    def _secret(self) -> str:
        return f"{self._world.random.getrandbits(160):040x}"


def _challenge_problem(query: Mapping[str, str], scopes: set[str]) -> str | None:
    challenge = query.get("code_challenge")
    if challenge is None:
        return None
    if query.get("code_challenge_method") != "S256":
        return 'Unsupported "code_challenge_method"'
    if not CHALLENGE.fullmatch(challenge):
        return 'Invalid "code_challenge"'
    return "invalid_scope" if "role_connections.write" in scopes else None


def _is_verified(challenge: str | None, verifier: str | None) -> bool:
    if challenge is None or verifier is None:
        return challenge is verifier
    hashed = hashlib.sha256(verifier.encode()).digest()
    is_verifier = VERIFIER.fullmatch(verifier) is not None
    return is_verifier and base64.urlsafe_b64encode(hashed).decode().rstrip("=") == challenge


def _is_record(record: JSON) -> bool:
    return (
        KEY.fullmatch(str(record.get("key"))) is not None
        and record.get("type") in TYPES
        and 0 < len(str(record.get("name"))) <= MOST_NAME
        and 0 < len(str(record.get("description"))) <= MOST_DESCRIPTION
    )


def _unauthorized() -> web.Response:
    return web.json_response({"code": 0, "message": "401: Unauthorized"}, status=401)
