"""The way from a command of the operator's to the process that runs."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from bot.cli.exit import give_up
from bot.config import Config
from bot.web.operator import secret_of

SECONDS = 20
OTHER = "is this Kkachi, with the same keys?"
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound here


class NotRunning(Exception):
    """Nothing listens at this address."""


class Refused(Exception):
    """The process that runs cannot do it; `key` names the sentence that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


async def ask(config: Config, path: str, form: Mapping[str, str]) -> dict[str, Any]:
    """Return what the process that runs has done.

    Raises Refused, or NotRunning; ends the program when somebody else answers.
    """
    # "Wherever I can be reached" is no address to go to.
    host = EVERYWHERE.get(config.web_host, config.web_host)
    address = URL.build(scheme="http", host=host, port=config.web_port, path=path)
    answer = None
    for key in config.raw_token_keys:
        answer = answer or await _asked(address, form, key)
    return answer or give_up(f"{address} answers {int(HTTPStatus.UNAUTHORIZED)}: {OTHER}")


async def _asked(address: URL, form: Mapping[str, str], key: bytes) -> dict[str, Any] | None:
    """Return the answer; None when the process that runs does not know this key."""
    headers = {"Authorization": f"Bearer {secret_of(key)}"}
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.post(address, data=form, headers=headers) as response,
        ):
            if response.status == HTTPStatus.UNAUTHORIZED:
                return None
            if response.status not in {HTTPStatus.OK, HTTPStatus.CONFLICT}:
                give_up(f"{address} answers {response.status}: {OTHER}")
            answer: dict[str, Any] = await response.json()
    except aiohttp.ClientConnectorError as error:
        raise NotRunning(f"{address} does not answer: is Kkachi running?") from error
    except (aiohttp.ClientError, TimeoutError):
        give_up(f"{address} does not answer: is Kkachi running?")
    if response.status == HTTPStatus.CONFLICT:
        raise Refused(str(answer["error"]))
    return answer
