"""The share page, and what Kakao tells us of the chats that a share reached."""

import json
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.errors import DiscordAway, NotAllowed
from bot.kakao import action_of, for_sharing, web_sharer
from bot.services.forwarding.shares import Offer, Reached, ShareExpired, Shares, ShareUnknown
from bot.web.answers import ANSWERS, PAGES, Answers
from bot.web.forms import Unreadable, fields_of
from bot.web.pages import Pages
from bot.web.webhooks import AdminKey, coming_again

NONCE = re.compile(r"[A-Za-z0-9_-]{1,64}")
NOTICE_ID = re.compile(r"[\x21-\x7e]{1,200}")
# The one thing we add to a share: visitors can alter it, so it holds nothing but a nonce.
CALLBACK = "kkachi"
WEB_SHARER = "/talk/friends/picker/easylink"
PICTURE_HOSTS = ("media.discordapp.net",)
PICTURE_DOMAINS = (".kakaocdn.net",)


@dataclass(frozen=True, slots=True)
class ShareSettings:
    """What the operator says about Kakao's JavaScript SDK and webhooks."""

    javascript_key: str
    sdk_url: str
    sdk_integrity: str
    auth_url: str
    api_url: str
    sharer_url: str
    public_url: str
    picture_origin: str
    admin_key: str = field(default="", repr=False)

    def headers(self) -> Mapping[str, str]:
        """Return what the page may load and do, and nothing else."""
        sdk, kakao = _origin(self.sdk_url), _origin(self.auth_url)
        hosts = (f"https://{host}" for host in PICTURE_HOSTS)
        domains = (f"https://*{domain}" for domain in PICTURE_DOMAINS)
        policy = (
            "default-src 'none'",
            "style-src 'self'",
            # The SDK hides the form that it sends to the picker, in this one way.
            f"style-src-attr 'unsafe-hashes' {_hash_of('display:none')}",
            f"script-src 'self' {sdk}",
            # On a phone the SDK asks Kakao's API, before it opens KakaoTalk.
            f"connect-src {sdk} {_origin(self.api_url)}",
            f"img-src 'self' {' '.join((self.picture_origin, kakao, *hosts, *domains))}",
            # The picker may lead on to Kakao's login, and Chrome asks again at every redirect.
            f"form-action {kakao} https://*.kakao.com",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
        return {
            "Content-Security-Policy": "; ".join(policy),
            # Kakao checks who opens its picker; the path holds the nonce and stays here.
            "Referrer-Policy": "strict-origin",
            # Its SDK opens the picker in a window of its own, and goes on speaking with it.
            "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
        }

    def may_show(self, address: str) -> bool:
        """Tell whether the page may show this picture: other hosts would see the visitor."""
        host = urlsplit(address).hostname or ""
        known = host in PICTURE_HOSTS or host.endswith(PICTURE_DOMAINS)
        return known or _origin(address) in {self.picture_origin, _origin(self.auth_url)}


def add_sharing(app: web.Application, shares: Shares, settings: ShareSettings) -> None:
    """Add the share page and its webhook to the web application."""
    page = SharePage(shares, app[PAGES], app[ANSWERS], settings)
    webhook = ShareWebhook(shares.take, AdminKey(settings.admin_key))
    app.router.add_get("/share/{nonce}", page.show)
    # Asking for the head of it would count a chat.
    app.router.add_get("/webhooks/kakao/share", webhook.hear, allow_head=False)
    app.router.add_post("/webhooks/kakao/share", webhook.hear)


class SharePage:
    """Shows a message and hands it to Kakao's SDK."""

    def __init__(
        self, shares: Shares, pages: Pages, answers: Answers, settings: ShareSettings
    ) -> None:
        self._shares = shares
        self._pages = pages
        self._answers = answers
        self._settings = settings
        self._headers = settings.headers()

    async def show(self, request: web.Request) -> web.Response:
        """Show the page; looking counts nothing."""
        try:
            offer = await self._offer(request.match_info["nonce"])
        except ShareUnknown:
            return self._answers.notice(request, "share-unknown", HTTPStatus.NOT_FOUND)
        except ShareExpired:
            return self._answers.notice(request, "share-expired", HTTPStatus.GONE)
        except NotAllowed:
            return self._answers.notice(request, "share-closed", HTTPStatus.FORBIDDEN)
        except DiscordAway:
            return self._answers.notice(request, "discord-away", HTTPStatus.SERVICE_UNAVAILABLE)
        html = self._pages.share(
            offer.message.stored(),
            offer.locale,
            pictures=self._settings.may_show,
            offer=self._for_script(offer),
            without_script=self._without_script(offer),
            is_told=self._shares.is_told,
        )
        return web.Response(text=html, content_type="text/html", headers=self._headers)

    async def _offer(self, nonce: str) -> Offer:
        if not NONCE.fullmatch(nonce):
            raise ShareUnknown
        return await self._shares.offer(nonce)

    def _for_script(self, offer: Offer) -> Mapping[str, Any]:
        settings = self._settings
        return {
            "sdk": {"url": settings.sdk_url, "integrity": settings.sdk_integrity},
            "key": settings.javascript_key,
            "call": f"send{action_of(offer.message).title()}",
            "message": {
                **for_sharing(offer.message),
                "installTalk": True,
                "serverCallbackArgs": {CALLBACK: offer.nonce},
            },
        }

    def _without_script(self, offer: Offer) -> str:
        """Return the address of Kakao's web sharer, for where the SDK does not run."""
        query = web_sharer(
            offer.message,
            app_key=self._settings.javascript_key,
            origin=_origin(self._settings.public_url),
            callback=json.dumps({CALLBACK: offer.nonce}),
        )
        return f"{self._settings.sharer_url}{WEB_SHARER}?{query}"


class ShareWebhook:
    """Hears from Kakao of each chat that a share reached."""

    def __init__(self, take: Callable[[Reached], Awaitable[None]], key: AdminKey) -> None:
        self._take = take
        self._key = key

    async def hear(self, request: web.Request) -> web.Response:
        """Take a notice, and answer as soon as it is counted."""
        self._key.check(request)
        notice_id = request.headers.get("X-Kakao-Resource-ID", "")
        try:
            fields = await fields_of(request)
        except Unreadable:
            raise web.HTTPBadRequest from None
        if not NOTICE_ID.fullmatch(notice_id):
            raise web.HTTPBadRequest
        nonce = fields.get(CALLBACK, "")
        if NONCE.fullmatch(nonce):
            with coming_again():
                await self._take(Reached(notice_id, nonce))
        return web.Response()


def _hash_of(words: str) -> str:
    return f"'sha256-{b64encode(sha256(words.encode()).digest()).decode()}'"


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
