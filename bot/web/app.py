"""The routes, and what holds for every answer: headers, hosts, readable refusals."""

import logging
import re
import traceback
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from yarl import URL

from bot.services.accounts.linked_roles import LinkedRoles
from bot.services.accounts.oauth import LinkRefused, OAuthFlow, Reason, Redirect
from bot.services.forwarding.jumps import JumpExpired, Jumps, JumpUnknown
from bot.texts import Locale, Texts, pick_locale
from bot.web.metrics import PATH as METRICS
from bot.web.operator import PATH as RELOAD
from bot.web.pages import Pages, preferred

logger = logging.getLogger(__name__)

COOKIE_LIFE = 60 * 60
LONGEST_VALUE = 4096
JUMP_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
YEAR = 365 * 24 * 60 * 60

STATUSES: Mapping[Reason, HTTPStatus] = {
    "denied": HTTPStatus.BAD_REQUEST,
    "unknown": HTTPStatus.NOT_FOUND,
    "used": HTTPStatus.GONE,
    "expired": HTTPStatus.GONE,
    "other-browser": HTTPStatus.FORBIDDEN,
    "kakao-down": HTTPStatus.SERVICE_UNAVAILABLE,
    "kakao-refused": HTTPStatus.BAD_REQUEST,
    "account-taken": HTTPStatus.CONFLICT,
    "other-account": HTTPStatus.CONFLICT,
    "talk-message-unticked": HTTPStatus.BAD_REQUEST,
    "friends-unticked": HTTPStatus.BAD_REQUEST,
    "request-unknown": HTTPStatus.NOT_FOUND,
    "request-used": HTTPStatus.GONE,
    "request-expired": HTTPStatus.GONE,
    "bad-request": HTTPStatus.BAD_REQUEST,
    "operator-fault": HTTPStatus.BAD_GATEWAY,
    "other-member": HTTPStatus.FORBIDDEN,
    "discord-denied": HTTPStatus.BAD_REQUEST,
    "discord-down": HTTPStatus.SERVICE_UNAVAILABLE,
}
HEALTH = "/healthz"
# What the operator's own programs ask for, past the proxy: its name for us is not the public one.
OPERATORS = frozenset({HEALTH, METRICS, RELOAD})


def build_web(
    linking: OAuthFlow,
    jumps: Jumps,
    texts: Texts,
    *,
    public_url: str,
    picture_origin: str,
    auth_url: str,
    healthy: Callable[[], Awaitable[bool]],
    roles: LinkedRoles | None = None,
) -> web.Application:
    """Build the web application; `serve` runs it.

    With `roles` Discord is asked whose browser it is before anybody goes on to Kakao.
    """
    public = URL(public_url)
    pages = Pages(texts, base=public.raw_path.rstrip("/"))
    answers = Answers(
        pages, security_headers(picture_origin, auth_url, roles.login_page if roles else None)
    )
    link_pages = LinkPages(linking, pages, answers, public, roles)
    rest = Rest(jumps, pages, answers, healthy)
    app = web.Application(middlewares=[Guard(answers, public).protect])
    app[ANSWERS] = answers
    app[PAGES] = pages
    app.router.add_get("/link/{token}", link_pages.show)
    app.router.add_post("/link/{token}", link_pages.depart)
    # Asking for the head of this page would consume the state.
    app.router.add_get("/oauth/kakao/callback", link_pages.callback, allow_head=False)
    if roles is not None:
        app.router.add_get("/oauth/discord/callback", link_pages.identified, allow_head=False)
        app.router.add_get("/linked-roles", link_pages.report)
    app.router.add_get("/m/{id}", rest.jump)
    app.router.add_get(HEALTH, rest.health)
    app.router.add_get("/static/{name}", rest.static)
    return app


def security_headers(
    picture_origin: str, auth_url: str, login_page: str | None = None
) -> Mapping[str, str]:
    """Return the headers that every answer carries."""
    targets = [urlsplit(address) for address in (auth_url, login_page) if address]
    origins = " ".join(f"{target.scheme}://{target.netloc}" for target in targets)
    policy = (
        "default-src 'none'",
        "style-src 'self'",
        f"img-src 'self' {picture_origin}",
        # Chrome applies this one to every redirect that a form leads to.
        f"form-action 'self' {origins} https://*.kakao.com",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        # no-referrer would make browsers send "Origin: null" from our own form.
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


class Answers:
    """Makes the answers of all routes out of pages."""

    def __init__(self, pages: Pages, headers: Mapping[str, str]) -> None:
        self._pages = pages
        self._headers = headers

    def page(self, html: str, status: int = HTTPStatus.OK) -> web.Response:
        """Return a page as an answer."""
        return self.secured(web.Response(text=html, content_type="text/html", status=status))

    def notice(
        self,
        request: web.BaseRequest,
        name: str,
        status: int,
        *,
        locale: Locale | None = None,
        again: str | None = None,
    ) -> web.Response:
        """Return the page `page-<name>`, first in the language of whoever asks."""
        first = locale or preferred(request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))
        return self.page(self._pages.notice(name, first, again), status)

    def refusal(self, request: web.Request, refused: LinkRefused) -> web.Response:
        """Return the page of a refused link."""
        return self.notice(
            request,
            refused.reason,
            STATUSES[refused.reason],
            locale=refused.locale,
            again=refused.again,
        )

    def secured(self, response: web.Response) -> web.Response:
        """Add the security headers, except where the answer has its own."""
        for name, value in self._headers.items():
            response.headers.setdefault(name, value)
        return response


ANSWERS = web.AppKey("answers", Answers)
PAGES = web.AppKey("pages", Pages)


class Guard:
    """Stands before every route: no other host, no answer without a readable page."""

    def __init__(self, answers: Answers, public: URL) -> None:
        self._answers = answers
        self._hosts = {public.host_port_subcomponent, f"{public.host_subcomponent}:{public.port}"}

    @property
    def protect(self) -> Middleware:
        """The middleware."""

        @web.middleware
        async def protect(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not self._is_host(request):
                return self._answers.notice(request, "wrong-host", HTTPStatus.MISDIRECTED_REQUEST)
            try:
                return await handler(request)
            except LinkRefused as refused:
                return self._answers.refusal(request, refused)
            except web.HTTPException as error:
                return self._http_error(request, error)
            except Exception as error:  # noqa: BLE001 - a traceback may hold secrets
                logger.error("%s fails: %s", _route(request), _place(error))  # noqa: TRY400 - ditto
                return self._answers.notice(request, "failed", HTTPStatus.INTERNAL_SERVER_ERROR)

        return protect

    def _is_host(self, request: web.Request) -> bool:
        hosts = request.headers.getall(hdrs.HOST, [])
        if len(hosts) != 1:
            return False
        host = hosts[0].lower()
        if host in self._hosts:
            return True
        # Where such a header comes along, it alone decides, behind that address.
        known = host in _own_hosts(request) or hdrs.AUTHORIZATION in request.headers
        return known and _route(request) in OPERATORS

    def _http_error(self, request: web.Request, error: web.HTTPException) -> web.Response:
        names = {HTTPStatus.NOT_FOUND: "not-found", HTTPStatus.METHOD_NOT_ALLOWED: "wrong-method"}
        name = names.get(HTTPStatus(error.status), "bad-request")
        response = self._answers.notice(request, name, error.status)
        if hdrs.ALLOW in error.headers:
            response.headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
        return response


class LinkPages:
    """The link page and the way to Kakao and back."""

    def __init__(
        self,
        linking: OAuthFlow,
        pages: Pages,
        answers: Answers,
        public: URL,
        roles: LinkedRoles | None,
    ) -> None:
        self._roles = roles
        self._linking = linking
        self._pages = pages
        self._answers = answers
        self._origin = str(public.origin())
        self._is_secure = public.scheme == "https"
        # Browsers take the prefix as a promise: this host only, https only, every path.
        self._cookie = "__Host-kkachi" if self._is_secure else "kkachi"

    async def show(self, request: web.Request) -> web.Response:
        """Show who links what; consumes nothing."""
        wanted = await self._linking.request(request.match_info["token"])
        first = pick_locale(wanted.locale)
        return self._answers.page(
            self._pages.link(wanted.member_name, wanted.member_avatar_url, wanted.scopes, first)
        )

    async def depart(self, request: web.Request) -> web.Response:
        """Bind this browser and send it to Kakao."""
        if not self._is_own_form(request):
            return self._answers.notice(request, "other-site", HTTPStatus.FORBIDDEN)
        authorize = self._linking.authorize if self._roles is None else self._roles.authorize
        return self._sent(
            await authorize(request.match_info["token"], request.cookies.get(self._cookie))
        )

    async def report(self, request: web.Request) -> web.Response:
        """Ask Discord who this is, to report anew how their link stands."""
        assert self._roles is not None  # noqa: S101 - only then there is this address
        return self._sent(await self._roles.authorize("", request.cookies.get(self._cookie)))

    async def identified(self, request: web.Request) -> web.Response:
        """Take what Discord's redirect brought, and go on to Kakao."""
        assert self._roles is not None  # noqa: S101 - only then there is this address
        redirect = await self._roles.callback(
            state=_once(request, "state") or None,
            code=_once(request, "code") or None,
            browser=request.cookies.get(self._cookie),
        )
        if redirect is None:
            return self._answers.notice(request, "roles-told", HTTPStatus.OK)
        return self._sent(redirect)

    def _sent(self, redirect: Redirect) -> web.Response:
        response = self._answers.secured(_redirect(HTTPStatus.SEE_OTHER, redirect.location))
        response.set_cookie(
            self._cookie,
            redirect.browser,
            max_age=COOKIE_LIFE,
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="Lax",
        )
        return response

    async def callback(self, request: web.Request) -> web.Response:
        """Take what Kakao's redirect brought."""
        state, code, error = (_once(request, name) for name in ("state", "code", "error"))
        broken = "" in {state, code, error}
        link = await self._linking.callback(
            state=state or None,
            code=None if broken else code,
            error=None if broken else error,
            browser=request.cookies.get(self._cookie),
        )
        return self._answers.page(self._pages.linked(link))

    def _is_own_form(self, request: web.Request) -> bool:
        origin = request.headers.get(hdrs.ORIGIN, self._origin)
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        return origin == self._origin and site == "same-origin"


class Rest:
    """Jump pages, health and static files."""

    def __init__(
        self, jumps: Jumps, pages: Pages, answers: Answers, healthy: Callable[[], Awaitable[bool]]
    ) -> None:
        self._jumps = jumps
        self._pages = pages
        self._answers = answers
        self._healthy = healthy

    async def jump(self, request: web.Request) -> web.Response:
        """Send a reader of a card on to the message in Discord."""
        jump_id = request.match_info["id"]
        try:
            if not JUMP_ID.fullmatch(jump_id):
                raise JumpUnknown
            address = await self._jumps.follow(jump_id)
        except JumpUnknown:
            return self._answers.notice(request, "jump-unknown", HTTPStatus.NOT_FOUND)
        except JumpExpired:
            return self._answers.notice(request, "jump-expired", HTTPStatus.GONE)
        return self._answers.secured(_redirect(HTTPStatus.FOUND, address))

    async def health(self, _request: web.Request) -> web.Response:
        """Tell a supervisor whether Discord and the database answer."""
        well = await self._healthy()
        status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
        body = {"status": "ok" if well else "unavailable"}
        return self._answers.secured(web.json_response(body, status=status))

    async def static(self, request: web.Request) -> web.Response:
        """Serve a style sheet or picture; its address changes with its content."""
        file = self._pages.files.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        headers = {hdrs.CACHE_CONTROL: f"public, max-age={YEAR}, immutable"}
        response = web.Response(body=file.body, content_type=file.kind, headers=headers)
        return self._answers.secured(response)


def _redirect(status: HTTPStatus, address: str) -> web.Response:
    return web.Response(status=status, headers={hdrs.LOCATION: address})


def _once(request: web.Request, name: str) -> str | None:
    """Return a query parameter, None when it is missing, "" when nobody could have meant it."""
    values = request.query.getall(name, [])
    if not values:
        return None
    is_plain = len(values) == 1 and len(values[0]) <= LONGEST_VALUE and values[0].isprintable()
    return values[0] if is_plain else ""


def _own_hosts(request: web.Request) -> set[str]:
    """Return the names under which a supervisor on this machine reaches the bound socket."""
    address = request.get_extra_info("sockname")
    host, port = address[0], address[1]
    return {f"{host}:{port}", f"[{host}]:{port}", f"localhost:{port}"}


def _route(request: web.Request) -> str:
    """Return the pattern of the address; the address itself may hold a secret."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "no route"


def _place(error: Exception) -> str:
    """Return what failed and where, without the message: that may hold a secret."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
