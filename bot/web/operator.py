"""What `kkachi reload` asks of the process that runs; only whoever has its keys is heard."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from bot.errors import UserError
from bot.web.caller import is_this_machine, shows
from bot.web.forms import Unreadable, fields_of
from bot.web.metrics import CHALLENGE

PATH = "/operator/reload"
NAME = "cog"


def secret_of(key: bytes) -> str:
    """Return what shows that somebody has the key; the key itself never leaves its file."""
    return hmac.new(key, b"kkachi operator", hashlib.sha256).hexdigest()


def add_operator(
    app: web.Application, reload: Callable[[str], Awaitable[None]], key: bytes
) -> None:
    """Add the address to the web application."""
    wanted = f"Bearer {secret_of(key)}".encode()

    async def post(request: web.Request) -> web.Response:
        if not is_this_machine(request):
            raise web.HTTPNotFound
        if not shows(request, wanted):
            raise web.HTTPUnauthorized(headers=CHALLENGE)
        try:
            name = (await fields_of(request)).get(NAME, "")
            await reload(name)
        except Unreadable:
            raise web.HTTPBadRequest from None
        except UserError as error:
            return web.json_response({"error": error.key}, status=HTTPStatus.CONFLICT)
        return web.json_response({"reloaded": name})

    app.router.add_post(PATH, post)
