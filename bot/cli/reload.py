"""`kkachi reload`: load one cog anew in the process that runs."""

import asyncio
from http import HTTPStatus
from typing import Annotated

import aiohttp
import typer
from yarl import URL

from bot.cli.exit import config_or_end, give_up
from bot.config import Config
from bot.texts import Texts
from bot.web.operator import NAME, PATH, secret_of

SECONDS = 20
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound here


def reload(
    cog: Annotated[str, typer.Argument(help="The module, such as cogs.forward.")],
) -> None:
    """Load one cog anew while Kkachi runs."""
    problem = asyncio.run(_ask(config_or_end(), cog))
    if problem is not None:
        give_up(problem)
    typer.echo(f"{cog}: ok")


async def _ask(config: Config, cog: str) -> str | None:
    """Return what went wrong, if anything."""
    # "Wherever I can be reached" is no address to go to.
    host = EVERYWHERE.get(config.web_host, config.web_host)
    address = URL.build(scheme="http", host=host, port=config.web_port, path=PATH)
    headers = {"Authorization": f"Bearer {secret_of(config.raw_token_keys[0])}"}
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.post(address, data={NAME: cog}, headers=headers) as response,
        ):
            if response.status == HTTPStatus.OK:
                return None
            if response.status != HTTPStatus.CONFLICT:
                return f"{address} answers {response.status}: is this Kkachi, with the same keys?"
            key = str((await response.json())["error"])
    except (aiohttp.ClientError, TimeoutError):
        return f"{address} does not answer: is Kkachi running?"
    return Texts().say("en", key, name=cog)
