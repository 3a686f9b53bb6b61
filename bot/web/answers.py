"""Makes the answers of all routes: pages, notices, refusals, and the headers that all carry."""

from collections.abc import Mapping, MutableMapping
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from bot.services.accounts.oauth import LinkRefused, Reason
from bot.texts import Locale
from bot.web.pages import Pages, preferred

STATUSES: Mapping[Reason, HTTPStatus] = {
    "denied": HTTPStatus.BAD_REQUEST,
    "unknown": HTTPStatus.NOT_FOUND,
    "used": HTTPStatus.GONE,
    "expired": HTTPStatus.GONE,
    "other-browser": HTTPStatus.FORBIDDEN,
    "too-many-browsers": HTTPStatus.TOO_MANY_REQUESTS,
    "kakao-down": HTTPStatus.SERVICE_UNAVAILABLE,
    "kakao-refused": HTTPStatus.BAD_REQUEST,
    "account-taken": HTTPStatus.CONFLICT,
    "other-account": HTTPStatus.CONFLICT,
    "talk-message-unticked": HTTPStatus.BAD_REQUEST,
    "friends-unticked": HTTPStatus.BAD_REQUEST,
    "talk-calendar-unticked": HTTPStatus.BAD_REQUEST,
    "app-spent": HTTPStatus.TOO_MANY_REQUESTS,
    "card-spent": HTTPStatus.TOO_MANY_REQUESTS,
    "card-refused": HTTPStatus.BAD_REQUEST,
    "cards-too-many": HTTPStatus.TOO_MANY_REQUESTS,
    "request-unknown": HTTPStatus.NOT_FOUND,
    "request-used": HTTPStatus.GONE,
    "request-expired": HTTPStatus.GONE,
    "bad-request": HTTPStatus.BAD_REQUEST,
    "operator-fault": HTTPStatus.BAD_GATEWAY,
    "other-member": HTTPStatus.FORBIDDEN,
    "discord-denied": HTTPStatus.BAD_REQUEST,
    "discord-down": HTTPStatus.SERVICE_UNAVAILABLE,
    "linking-off": HTTPStatus.FORBIDDEN,
}


# What else is said of a link, of which a consent alone says that it stands as before.
OF_CONSENTS: frozenset[Reason] = frozenset(
    {
        "denied",
        "expired",
        "kakao-down",
        "kakao-refused",
        "request-used",
        "request-expired",
        "talk-message-unticked",
        "friends-unticked",
        "talk-calendar-unticked",
    }
)


YEAR = 365 * 24 * 60 * 60


def security_headers(
    picture_origin: str, auth_url: str, login_page: str | None = None, *, https: bool = False
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
    headers = {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        # no-referrer would make browsers send "Origin: null" from our own form.
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    # Of this host alone: what else the operator has under their domain is not ours to decide.
    return headers | ({"Strict-Transport-Security": f"max-age={YEAR}"} if https else {})


class Answers:
    """Makes the answers of all routes out of pages."""

    def __init__(self, pages: Pages, headers: Mapping[str, str]) -> None:
        self._pages = pages
        self._headers = headers

    def page(self, html: str, status: int = HTTPStatus.OK) -> web.Response:
        """Return a page as an answer."""
        return web.Response(text=html, content_type="text/html", status=status)

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
            notice_of(refused),
            STATUSES[refused.reason],
            locale=refused.locale,
            again=refused.again,
        )

    async def secure(self, _request: web.BaseRequest, response: web.StreamResponse) -> None:
        """Complete the headers of an answer that is about to go out, whoever has made it."""
        self.secure_headers(response.headers)

    def secure_headers(self, headers: MutableMapping[str, str]) -> None:
        """Complete headers with those that make for security, except where there are some."""
        # aiohttp names itself and its version there.
        headers.pop(hdrs.SERVER, None)
        for name, value in self._headers.items():
            headers.setdefault(name, value)


ANSWERS = web.AppKey("answers", Answers)
PAGES = web.AppKey("pages", Pages)


def notice_of(refused: LinkRefused) -> str:
    """Return the name of a refused link's page: a consent's is not that of linking."""
    is_told_apart = refused.asks_consent and refused.reason in OF_CONSENTS
    return f"consent-{refused.reason}" if is_told_apart else refused.reason


def redirect_to(status: HTTPStatus, address: str) -> web.Response:
    """Send a browser on to another address."""
    return web.Response(status=status, headers={hdrs.LOCATION: address})
