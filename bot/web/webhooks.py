"""What Kakao tells us: every answer goes out within its three seconds, the work comes after.

Kakao hears that something was taken when it is committed, and else that it may come again.

Notices of an unlinking carry the app's admin key and nothing else to know them by. Account events
are signed; what is wrong with one is told in the words that Kakao documents.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from aiohttp import web

from bot.logs import Seldom
from bot.services.accounts.security_events import EventRefused
from bot.services.accounts.webhook_queue import NotKept
from bot.services.accounts.webhooks import AccountWebhooks
from bot.web.caller import shows
from bot.web.forms import Unreadable, body_of, fields_of

logger = logging.getLogger(__name__)


@contextmanager
def coming_again() -> Iterator[None]:
    """Answer that it may be said again while it is not kept."""
    try:
        yield
    except NotKept:
        raise web.HTTPServiceUnavailable from None


class AdminKey:
    """The app's primary admin key: only Kakao and the operator know it."""

    def __init__(self, key: str) -> None:
        self._authorization = f"KakaoAK {key}".encode() if key else None
        self._seldom = Seldom(logger)

    def check(self, request: web.Request) -> None:
        """Refuse whoever does not show the key; without a key that is everybody."""
        if self._authorization is None or not shows(request, self._authorization):
            self._seldom.warning("a notice without Kakao's admin key is refused (KAKAO_ADMIN_KEY)")
            raise web.HTTPForbidden


def add_accounts(
    app: web.Application, accounts: AccountWebhooks, *, admin_key: str, app_id: str
) -> None:
    """Add the webhooks about Kakao accounts to the web application."""
    webhooks = KakaoWebhooks(accounts, AdminKey(admin_key), app_id=app_id)
    # Asking for the head of it would unlink somebody.
    app.router.add_get("/webhooks/kakao/unlink", webhooks.unlink, allow_head=False)
    app.router.add_post("/webhooks/kakao/unlink", webhooks.unlink)
    app.router.add_post("/webhooks/kakao/account", webhooks.account)


class KakaoWebhooks:
    """Unlinked at Kakao, and account events."""

    def __init__(self, accounts: AccountWebhooks, key: AdminKey, *, app_id: str) -> None:
        self._accounts = accounts
        self._key = key
        self._app_id = app_id
        self._seldom = Seldom(logger)

    async def unlink(self, request: web.Request) -> web.Response:
        """Take a notice of an unlinking; whoever knows the key is answered 200, once it is kept."""
        self._key.check(request)
        try:
            fields = await fields_of(request)
        except Unreadable:
            fields = {}
        if self._app_id and fields.get("app_id", self._app_id) != self._app_id:
            raise web.HTTPForbidden
        with coming_again():
            if not await self._accounts.unlinked(fields.get("user_id", "")):
                logger.warning("Kakao says that somebody has unlinked, but not who")
        return web.Response()

    async def account(self, request: web.Request) -> web.Response:
        """Take a signed account event."""
        try:
            with coming_again():
                await self._accounts.take(await body_of(request))
        except Unreadable:
            return _refusal(EventRefused("invalid_request", "the body cannot be read"))
        except EventRefused as refused:
            self._seldom.warning("an account event is refused: %s", refused)
            return _refusal(refused)
        return web.Response(status=HTTPStatus.ACCEPTED)


def _refusal(refused: EventRefused) -> web.Response:
    body = {"err": refused.fault, "description": refused.description}
    return web.json_response(body, status=HTTPStatus.BAD_REQUEST)
