"""`kkachi reload`: load one cog anew in the process that runs."""

import asyncio
from typing import Annotated

import typer

from bot.cli.exit import give_up
from bot.cli.opening import config_or_end
from bot.cli.operator_door import NotRunning, Refused, ask
from bot.texts import Texts
from bot.web.operator import COG, RELOAD


def reload(
    cog: Annotated[str, typer.Argument(help="The module, such as cogs.forward.")],
) -> None:
    """Load one cog anew while Kkachi runs."""
    try:
        asyncio.run(ask(config_or_end(), RELOAD, {COG: cog}))
    except NotRunning as error:
        give_up(str(error))
    except Refused as error:
        give_up(Texts().say("en", error.key, name=cog))
    typer.echo(f"{cog}: ok")
