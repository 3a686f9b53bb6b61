"""Tells the doctor how its own question arrives: what the proxy has made of it on the way."""

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from http import HTTPStatus

from aiohttp import hdrs, web
from yarl import URL

from bot.web.answers import ANSWERS
from bot.web.caller import forwarding_headers, own_address

PATH = "/doctor/{ticket}"
LIFE = 60
"""For how many seconds a ticket is good."""
TICKET = re.compile(r"(\d{1,12})\.([0-9a-f]{16,64})\.([0-9a-f]{64})")
MARK = "kkachi"
"""Stands in an answer that is ours."""


def address_for(public_url: str, key: bytes, now: float, nonce: str) -> URL:
    """Return where to ask; only whoever has one of the keys can make such an address."""
    ticket = f"{int(now)}.{nonce}.{_signature(key, int(now), nonce)}"
    return URL(public_url) / "doctor" / ticket


def add_doctor(app: web.Application, keys: Sequence[bytes], now: Callable[[], float]) -> None:
    """Add the address to the web application."""

    async def show(request: web.Request) -> web.Response:
        if not _is_good(request.match_info["ticket"], keys, now()):
            return request.app[ANSWERS].notice(request, "not-found", HTTPStatus.NOT_FOUND)
        return web.json_response(
            {
                MARK: True,
                "host": request.headers.get(hdrs.HOST, ""),
                "scheme": request.headers.get(hdrs.X_FORWARDED_PROTO, ""),
                "forwarding": forwarding_headers(request),
                "peer": request.remote,
                "port": own_address(request)[1],
            }
        )

    app.router.add_get(PATH, show, allow_head=False)


def _is_good(ticket: str, keys: Sequence[bytes], now: float) -> bool:
    found = TICKET.fullmatch(ticket)
    if found is None:
        return False
    at, nonce, signature = int(found[1]), found[2], found[3]
    fits = [hmac.compare_digest(_signature(key, at, nonce), signature) for key in keys]
    return any(fits) and abs(now - at) <= LIFE


def _signature(key: bytes, at: int, nonce: str) -> str:
    own = hmac.new(key, b"kkachi doctor", hashlib.sha256).digest()
    return hmac.new(own, f"{at}.{nonce}".encode(), hashlib.sha256).hexdigest()
