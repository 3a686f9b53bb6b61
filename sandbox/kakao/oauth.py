"""kauth.kakao.com: the authorize address and the token endpoint."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from urllib.parse import quote, urlencode, urlsplit

from aiohttp import web
from multidict import MultiMapping

from sandbox.kakao.errors import PageRefusal, dump, json_response, kauth
from sandbox.kakao.forms import FORM, read_form
from sandbox.kakao.quotas import may_issue_tokens
from sandbox.kakao.state import Account, Code, Grant, Level, Visit
from sandbox.kakao.world import World

VISIT_SECONDS = 600
MAX_VISITS = 1000
PROMPTS = frozenset({"login", "none", "create", "select_account", "cert"})
COOKIE = "kakao_session"


class OAuth:
    """The two doors of Kakao Login that the app knows: one for browsers, one for its server."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/oauth/authorize", self.authorize),
            web.post("/oauth/token", self.token),
        ]

    # browsers

    async def authorize(self, request: web.Request) -> web.Response:
        """Check what the app asks for, then log in, ask for consent or go straight back."""
        world = self._world
        visit = self._visit(request.query, language(request))
        account = world.logged_in(request.cookies.get(COOKIE))
        if "none" in visit.prompt:
            return redirect(self._silently(visit, account))
        number = self._remember(visit)
        if account is None or visit.prompt & {"login", "create", "select_account"}:
            return redirect(f"/login?tx={number}")
        return self.proceed(number, visit, account)

    def proceed(self, number: str, visit: Visit, account: Account) -> web.Response:
        """Go on with a person who is logged in: to the consent page, or back with a code."""
        if self.to_ask(visit, account):
            return redirect(f"/consent?tx={number}")
        return self.finish(number, visit, account)

    def finish(self, number: str, visit: Visit, account: Account) -> web.Response:
        """Send the browser back to the app with a code."""
        world = self._world
        world.visits.pop(number, None)
        if account.link is None:
            world.connect(account, ())
        return redirect(back(visit, code=world.issue_code(account, visit)))

    def to_ask(self, visit: Visit, account: Account) -> list[str]:
        """List the consent items that the consent page has to show, as the app has them."""
        items = self._world.app.consent_items
        wanted = set(visit.scopes)
        if account.link is None:
            wanted |= {i for i, at in items.items() if at in {Level.REQUIRED, Level.OPTIONAL}}
        return [item for item in items if item in wanted and not account.has_agreed(item)]

    def _remember(self, visit: Visit) -> str:
        visits, now = self._world.visits, self._world.now()
        if len(visits) >= MAX_VISITS:
            self._world.visits = visits = {k: v for k, v in visits.items() if v.expires_at > now}
        number = self._world.secret()
        visits[number] = visit
        return number

    def _silently(self, visit: Visit, account: Account | None) -> str:
        if account is None:
            return back(visit, error="login_required", error_description="user login required.")
        if account.link is None or self.to_ask(visit, account):
            text = "user consent required."
            return back(visit, error="consent_required", error_description=text)
        return back(visit, code=self._world.issue_code(account, visit))

    def _visit(self, query: MultiMapping[str], lang: str) -> Visit:
        if len(set(query)) != len(query):
            raise PageRefusal("KOE001")
        self._check_client(query)
        self._check_response_type(query)
        return Visit(
            redirect_uri=query["redirect_uri"],
            state=query.get("state"),
            scopes=self._scopes(query.get("scope", "")),
            prompt=_prompt(query.get("prompt", "")),
            challenge=_challenge(query),
            hint=query.get("login_hint", ""),
            language=lang,
            expires_at=self._world.now() + VISIT_SECONDS,
        )

    def _check_client(self, query: Mapping[str, str]) -> None:
        app = self._world.app
        if not query.get("client_id"):
            raise PageRefusal("KOE207", "client_id")
        if query["client_id"] != app.rest_api_key:
            raise PageRefusal("KOE101")
        if not app.login_on:
            raise PageRefusal("KOE004")
        if not query.get("redirect_uri"):
            raise PageRefusal("KOE207", "redirect_uri")
        if query["redirect_uri"] not in app.redirect_uris:
            raise PageRefusal("KOE006")

    def _check_response_type(self, query: Mapping[str, str]) -> None:
        kind = query.get("response_type")
        if not kind:
            raise PageRefusal("KOE207", "response_type")
        if kind != "code":
            raise PageRefusal("KOE202" if kind == "token" else "KOE201")

    def _scopes(self, text: str) -> tuple[str, ...]:
        scopes = tuple(dict.fromkeys(text.replace(",", " ").split()))
        for scope in scopes:
            if self._world.app.level(scope) is Level.OFF:
                raise PageRefusal("KOE205")
        return scopes

    # the app's server

    async def token(self, request: web.Request) -> web.Response:
        """Exchange a code or a refresh token."""
        form = await read_form(request) if request.content_type == FORM else {}
        grants: dict[str, Callable[[Mapping[str, str]], dict[str, object]]] = {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh_token,
        }
        by = grants.get(form.get("grant_type", ""))
        if by is None:
            raise kauth("KOE310", "unsupported grant_type")
        return json_response(dump(by(form)))

    def _by_code(self, form: Mapping[str, str]) -> dict[str, object]:
        for name in ("code", "redirect_uri"):
            if not form.get(name):
                raise kauth("KOE207", f"parameter is missing: {name}")
        self._check_secret(form)
        code = self._use_code(form["code"])
        if form["redirect_uri"] != code.redirect_uri:
            raise kauth("KOE303", "Redirect URI mismatch.")
        if not _verified(code.challenge, form.get("code_verifier", "")):
            raise kauth("KOE320", "code_verifier does not match the code_challenge")
        self._check_rate(code.account, refresh=True)
        return self._new_tokens(self._world.open_grant(code.account, code.scopes))

    def _new_tokens(self, grant: Grant) -> dict[str, object]:
        return {
            "access_token": self._world.issue_access_token(grant),
            "token_type": "bearer",
            "refresh_token": grant.refresh_token,
            "expires_in": self._world.switches.rest_access_ttl,
            "scope": " ".join(sorted(grant.scopes)),
            "refresh_token_expires_in": self._world.switches.refresh_ttl,
        }

    def _use_code(self, value: str) -> Code:
        code = self._world.codes.pop(value, None)
        if code is None or code.expires_at <= self._world.now():
            raise kauth("KOE320", f"authorization code not found for code={value}")
        return code

    def _by_refresh_token(self, form: Mapping[str, str]) -> dict[str, object]:
        world, switches = self._world, self._world.switches
        if not form.get("refresh_token"):
            raise kauth("KOE319", "refresh_token is missing")
        self._check_secret(form)
        grant = world.refresh.get(form["refresh_token"])
        if grant is None or grant.refresh_expires_at <= world.now():
            status = switches.koe322_status
            raise kauth("KOE322", "expired_or_invalid_refresh_token", status=status)
        left = grant.refresh_expires_at - world.now()
        rotate = left < switches.refresh_rotation_threshold
        self._check_rate(grant.account, refresh=rotate)
        if rotate:
            world.renew_refresh_token(grant)
        answer = self._new_tokens(grant)
        del answer["scope"]
        if not rotate:
            del answer["refresh_token"], answer["refresh_token_expires_in"]
        return answer

    def _check_secret(self, form: Mapping[str, str]) -> None:
        app, switches = self._world.app, self._world.switches
        client = form.get("client_id")
        if client != app.rest_api_key:
            text = f"Not exist client_id [{client or 'null'}]"
            raise kauth("KOE101", text, status=switches.koe101_status)
        given = form.get("client_secret", "")
        if switches.client_secret_required and not _same(given, app.client_secret):
            raise kauth("KOE010", "Bad client credentials", status=switches.koe010_status)

    def _check_rate(self, account: Account, *, refresh: bool) -> None:
        switches = self._world.switches
        if not may_issue_tokens(account, switches, self._world.now(), refresh=refresh):
            text = "token request rate limit exceeded"
            raise kauth("KOE237", text, status=switches.koe237_status)


def back(visit: Visit, **answer: str) -> str:
    """Build the address at the app with Kakao's answer and the app's state."""
    if visit.state is not None:
        answer["state"] = visit.state
    joint = "&" if urlsplit(visit.redirect_uri).query else "?"
    return visit.redirect_uri + joint + urlencode(answer, quote_via=quote)


def redirect(location: str, *, status: int = 302) -> web.Response:
    """Send the browser on, as Kakao does, with 302 and no body."""
    return web.Response(status=status, headers={"Location": location})


def language(request: web.Request) -> str:
    """Choose between Korean and English for a browser."""
    wanted = request.query.get("lang", request.headers.get("Accept-Language", ""))
    first = wanted.strip().lower()[:2]
    return "en" if first == "en" else "ko"


def _prompt(text: str) -> frozenset[str]:
    words = frozenset(text.replace(",", " ").split())
    if words - PROMPTS or ("none" in words and len(words) > 1):
        raise PageRefusal("KOE204", "prompt")
    return words


def _challenge(query: Mapping[str, str]) -> str | None:
    challenge, method = query.get("code_challenge"), query.get("code_challenge_method")
    if challenge is None and method is None:
        return None
    if method != "S256" or len(challenge or "") != 43:
        raise PageRefusal("KOE204", "code_challenge")
    return challenge


def _verified(challenge: str | None, verifier: str) -> bool:
    if challenge is None:
        return not verifier
    digest = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    return 43 <= len(verifier) <= 128 and _same(digest, challenge)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
