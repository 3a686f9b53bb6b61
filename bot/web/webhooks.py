"""What Kakao tells us: every answer goes out within its three seconds, the work comes after.

Notices of an unlinking carry the app's admin key and nothing else to know them by. Account events
are signed; what is wrong with one is told in the words that Kakao documents.
"""

import asyncio
import hmac
import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

from aiohttp import ClientError, hdrs, web

from bot.services.accounts.security_events import EventRefused
from bot.services.accounts.webhooks import AccountWebhooks
from bot.web.answers import ANSWERS

logger = logging.getLogger(__name__)

LONGEST_BODY = 64 * 1024
MOST_FIELDS = 100
READING_SECONDS = 1.0


class Unreadable(Exception):
    """The body is too long, too slow, broken off, or not what it should be."""


class AdminKey:
    """The app's primary admin key: only Kakao and the operator know it."""

    def __init__(self, key: str) -> None:
        self._authorization = f"KakaoAK {key}".encode() if key else None

    def check(self, request: web.Request) -> None:
        """Refuse whoever does not show the key; without a key that is everybody."""
        shown = request.headers.get(hdrs.AUTHORIZATION, "").encode(errors="surrogateescape")
        expected = self._authorization
        if expected is None or not hmac.compare_digest(shown, expected):
            logger.warning("a notice without Kakao's admin key is refused (KAKAO_ADMIN_KEY)")
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

    async def unlink(self, request: web.Request) -> web.Response:
        """Take a notice of an unlinking; whoever knows the key is always answered 200."""
        self._key.check(request)
        try:
            fields = await fields_of(request)
        except Unreadable:
            fields = {}
        if self._app_id and fields.get("app_id", self._app_id) != self._app_id:
            raise web.HTTPForbidden
        if not self._accounts.unlinked(fields.get("user_id", "")):
            logger.warning("Kakao says that somebody has unlinked, but not who")
        return done(request)

    async def account(self, request: web.Request) -> web.Response:
        """Take a signed account event."""
        try:
            await self._accounts.take(await body_of(request))
        except Unreadable:
            return _refusal(request, EventRefused("invalid_request", "the body cannot be read"))
        except EventRefused as refused:
            logger.warning("an account event is refused: %s", refused)
            return _refusal(request, refused)
        return done(request, HTTPStatus.ACCEPTED)


def done(request: web.Request, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """Answer with nothing but the status."""
    return request.app[ANSWERS].secured(web.Response(status=status))


async def fields_of(request: web.Request) -> Mapping[str, str]:
    """Return the fields of a notice: from the query (GET), else from a form or from JSON.

    A field that comes twice is no field of Kakao's. Raises Unreadable.
    """
    if request.method == hdrs.METH_GET:
        return _once(list(request.query.items()))
    body = await body_of(request)
    try:
        if request.content_type == "application/json":
            return _texts(json.loads(body))
        return _once(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except (ValueError, RecursionError):
        raise Unreadable from None


async def body_of(request: web.Request) -> bytes:
    """Return the body, which must be short and there soon. Raises Unreadable."""
    body = bytearray()
    try:
        async with asyncio.timeout(READING_SECONDS):
            while chunk := await request.content.readany():
                body += chunk
                if len(body) > LONGEST_BODY:
                    raise Unreadable
    except (TimeoutError, OSError, ClientError, web.RequestPayloadError):
        raise Unreadable from None
    return bytes(body)


def _once(pairs: list[tuple[str, str]]) -> Mapping[str, str]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Unreadable
    return fields


def _texts(document: object) -> Mapping[str, str]:
    """Return what is plain in a JSON object; numbers as they are written."""
    if not isinstance(document, dict):
        raise Unreadable
    return {name: str(value) for name, value in document.items() if isinstance(value, str | int)}


def _refusal(request: web.Request, refused: EventRefused) -> web.Response:
    body = {"err": refused.fault, "description": refused.description}
    response = web.json_response(body, status=HTTPStatus.BAD_REQUEST)
    return request.app[ANSWERS].secured(response)
