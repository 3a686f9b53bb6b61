"""`kkachi reload`: load one cog anew in the process that runs."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from bot.cli.exit import give_up
from bot.cli.opening import config_or_end
from bot.cli.operator_door import NotRunning, Refused, ask
from bot.services.operations.extensions import Reloaded
from bot.texts import Texts
from bot.web.operator import COG, PROCESSES, RELOAD


def reload(
    cog: Annotated[str, typer.Argument(help="The module, such as cogs.forward.")],
) -> None:
    """Load one cog anew while Kkachi runs."""
    try:
        answer = asyncio.run(ask(config_or_end(), RELOAD, {COG: cog}))
    except NotRunning as error:
        give_up(str(error))
    except Refused as error:
        give_up(Texts().say("en", error.key, name=cog))
    if not answer[PROCESSES]:
        typer.echo(f"{cog}: ok")
    _tell([Reloaded(**one) for one in answer[PROCESSES]], cog)


def _tell(processes: Sequence[Reloaded], cog: str) -> None:
    """Say of each process what came of it; ends the program where something did not."""
    texts = Texts()
    for one in processes:
        if one.trouble is None:
            typer.echo(f"{cog}: ok (SHARDS={one.shards})")
    troubles = [
        f"SHARDS={one.shards}: {texts.say('en', one.trouble, name=cog)}"
        for one in processes
        if one.trouble is not None
    ]
    if troubles:
        give_up("\n".join(troubles))
