"""The link page, and the way to Kakao and back."""

from http import HTTPStatus

from aiohttp import hdrs, web
from yarl import URL

from bot.services.accounts.linked_roles import LinkedRoles
from bot.services.accounts.oauth import LinkRefused, OAuthFlow, Redirect, asks_consent
from bot.services.accounts.pending import Awaited
from bot.texts import pick_locale
from bot.web.answers import STATUSES, Answers, notice_of, redirect_to
from bot.web.outcomes import PATH as DONE
from bot.web.outcomes import Outcome, Told, packed, unpacked
from bot.web.pages import Pages, preferred

COOKIE_LIFE = 60 * 60  # seconds
LONGEST_VALUE = 4096  # characters


class LinkPages:
    """The link page and the way to Kakao and back."""

    def __init__(
        self,
        linking: OAuthFlow,
        pages: Pages,
        answers: Answers,
        public: URL,
        roles: LinkedRoles | None,
        *,
        asks_login: bool,
    ) -> None:
        self._roles = roles
        self._asks_login = asks_login
        self._linking = linking
        self._pages = pages
        self._answers = answers
        self._origin = str(public.origin())
        self._is_secure = public.scheme == "https"
        # Browsers take the prefix as a promise: this host only, https only, every path.
        self._cookie = "__Host-kkachi" if self._is_secure else "kkachi"
        self._outcome = f"{self._cookie}-done"
        self._home = str(public).rstrip("/")

    async def show(self, request: web.Request) -> web.Response:
        """Show who links what; consumes nothing."""
        wanted = await self._linking.request(request.match_info["token"])
        name, picture, scopes = wanted.member_name, wanted.member_avatar_url, wanted.scopes
        first = pick_locale(wanted.locale)
        if not asks_consent(wanted):
            return self._answers.page(self._pages.link(name, picture, scopes, first))
        with_draft = wanted.draft_id is not None
        return self._answers.page(
            self._pages.consent(name, picture, scopes, first, with_draft=with_draft)
        )

    async def depart(self, request: web.Request) -> web.Response:
        """Bind this browser and send it to Kakao."""
        if not self._is_own_form(request):
            return self._answers.notice(request, "other-site", HTTPStatus.FORBIDDEN)
        authorize = self._linking.authorize
        if self._asks_login and self._roles is not None:
            authorize = self._roles.authorize
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
        try:
            redirect = await self._roles.callback(
                state=_once(request, "state") or None,
                code=_once(request, "code") or None,
                browser=request.cookies.get(self._cookie),
            )
        except LinkRefused as refused:
            return self._refused(request, refused)
        if redirect is None:
            return self._ended(request, Told("roles-told", HTTPStatus.OK, None, None))
        return self._sent(redirect)

    def _sent(self, redirect: Redirect) -> web.Response:
        response = redirect_to(HTTPStatus.SEE_OTHER, redirect.location)
        self._give(response, self._cookie, redirect.browser)
        return response

    def _give(self, response: web.Response, name: str, value: str) -> None:
        response.set_cookie(
            name,
            value,
            max_age=COOKIE_LIFE,
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="Lax",
        )

    async def callback(self, request: web.Request) -> web.Response:
        """Take what Kakao's redirect brought."""
        state, code, error = (_once(request, name) for name in ("state", "code", "error"))
        broken = "" in {state, code, error}
        try:
            arrived = await self._linking.callback(
                state=state or None,
                code=None if broken else code,
                error=None if broken else error,
                browser=request.cookies.get(self._cookie),
            )
        except LinkRefused as refused:
            return self._refused(request, refused)
        return self._ended(request, arrived)

    async def done(self, request: web.Request) -> web.Response:
        """Tell once more how it ended, for as long as this browser knows."""
        outcome = unpacked(request.cookies.get(self._outcome, ""))
        if outcome is None:
            return redirect_to(HTTPStatus.SEE_OTHER, f"{self._home}/")
        return self._page_of(request, outcome)

    def _refused(self, request: web.Request, refused: LinkRefused) -> web.Response:
        # One without a language has used up nothing: its page must not replace a former one.
        if refused.locale is None:
            raise refused
        status, name = STATUSES[refused.reason], notice_of(refused)
        return self._ended(request, Told(name, status, refused.locale, refused.again))

    def _ended(self, request: web.Request, outcome: Outcome) -> web.Response:
        value = packed(outcome)
        if value is None or self._cookie not in request.cookies:  # it may keep none
            return self._page_of(request, outcome)
        response = redirect_to(HTTPStatus.SEE_OTHER, f"{self._home}{DONE}")
        self._give(response, self._outcome, value)
        return response

    def _page_of(self, request: web.Request, outcome: Outcome) -> web.Response:
        match outcome:
            case Awaited():
                return self._answers.page(self._pages.awaited(outcome))
            case Told(name, status, locale, again):
                return self._answers.notice(request, name, status, locale=locale, again=again)
            case _:
                return self._answers.page(self._pages.linked(outcome))

    async def explain_number(self, request: web.Request) -> web.Response:
        """Say what to do with a number, to whoever has got one."""
        first = preferred(request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))
        return self._answers.page(self._pages.number(first))

    def _is_own_form(self, request: web.Request) -> bool:
        origin = request.headers.get(hdrs.ORIGIN, self._origin)
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        return origin == self._origin and site == "same-origin"


def _once(request: web.Request, name: str) -> str | None:
    """Return a query parameter, None when it is missing, "" when nobody could have meant it."""
    values = request.query.getall(name, [])
    if not values:
        return None
    is_plain = len(values) == 1 and len(values[0]) <= LONGEST_VALUE and values[0].isprintable()
    return values[0] if is_plain else ""
