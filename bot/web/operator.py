"""What the operator's commands ask of the process that runs; only whoever has its keys is heard."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.errors import UserError
from bot.services.operations.extensions import Reloaded
from bot.services.servers.exclusions import LinkEnded
from bot.web.caller import is_this_machine, shows
from bot.web.forms import Unreadable, fields_of
from bot.web.metrics import CHALLENGE

RELOAD, UNLINK, KEYS = "/operator/reload", "/operator/unlink", "/operator/keys"
# The fields of the forms, and of an answer.
COG, MEMBER, REASON, MARK, KNOWN = "cog", "member", "reason", "mark", "known"
PROCESSES = "processes"
LARGEST_ID = 2**63 - 1


def secret_of(key: bytes) -> str:
    """Return what shows that somebody has the key; the key itself never leaves its file."""
    return hmac.new(key, b"kkachi operator", hashlib.sha256).hexdigest()


def mark_of(key: bytes) -> str:
    """Return what tells keys apart and gives none away."""
    return hmac.new(key, b"kkachi key", hashlib.sha256).hexdigest()


def add_operator(
    app: web.Application,
    reload: Callable[[str], Awaitable[Sequence[Reloaded]]],
    end_link: Callable[[int, str], Awaitable[LinkEnded]],
    keys: Sequence[bytes],
) -> None:
    """Add the addresses to the web application; whoever has one of the keys is heard."""
    wanted = [f"Bearer {secret_of(key)}".encode() for key in keys]
    marks = {mark_of(key) for key in keys}

    async def load_anew(form: Mapping[str, Any]) -> dict[str, Any]:
        name = str(form.get(COG, ""))
        return {"reloaded": name, PROCESSES: [asdict(one) for one in await reload(name)]}

    async def unlink(form: Mapping[str, Any]) -> dict[str, Any]:
        return asdict(await end_link(_member(form), str(form.get(REASON, ""))))

    async def compare(form: Mapping[str, Any]) -> dict[str, Any]:
        return {KNOWN: str(form.get(MARK, "")) in marks}

    for path, act in ((RELOAD, load_anew), (UNLINK, unlink), (KEYS, compare)):
        app.router.add_post(path, _route(act, wanted))


def _route(
    act: Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]], wanted: Sequence[bytes]
) -> Handler:
    async def post(request: web.Request) -> web.Response:
        if not is_this_machine(request):
            raise web.HTTPNotFound
        if not any(shows(request, one) for one in wanted):
            raise web.HTTPUnauthorized(headers=CHALLENGE)
        try:
            return web.json_response(await act(await fields_of(request)))
        except Unreadable:
            raise web.HTTPBadRequest from None
        except UserError as error:
            return web.json_response({"error": error.key}, status=HTTPStatus.CONFLICT)

    return post


def _member(form: Mapping[str, Any]) -> int:
    text = str(form.get(MEMBER, ""))
    if not text.isdecimal() or int(text) > LARGEST_ID:
        raise web.HTTPBadRequest
    return int(text)
