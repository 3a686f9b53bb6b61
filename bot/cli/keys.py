"""`kkachi keys`: makes keys, and moves everything sealed over to the newest one."""

import asyncio
import base64
import secrets

import typer

from bot.cli.exit import give_up
from bot.cli.opening import config_or_end, ending_on_storage_errors
from bot.cli.operator_door import NotRunning, ask
from bot.config import KEY_BYTES, Config
from bot.web.operator import KEYS, KNOWN, MARK, mark_of
from storage.database import open_database
from storage.rotation import Rotation
from storage.vault import Vault

cli = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@cli.command()
def new() -> None:
    """Print a new key; put it first in TOKEN_KEYS, before the old ones, and restart Kkachi."""
    typer.echo(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())


@cli.command()
def rotate() -> None:
    """Seal everything with the first key of TOKEN_KEYS; Kkachi may run meanwhile.

    It runs with the new key, or not at all: what it could not open would be lost to it.
    """
    config = config_or_end()
    with ending_on_storage_errors():
        asyncio.run(_rotate(config, alone=not asyncio.run(_is_running(config))))


async def _is_running(config: Config) -> bool:
    """Tell whether Kkachi runs; ends the program when it does not know the new key."""
    try:
        answer = await ask(config, KEYS, {MARK: mark_of(config.raw_token_keys[0])})
    except NotRunning:
        return False
    if not answer[KNOWN]:
        give_up(
            "The Kkachi that runs does not know the first key of TOKEN_KEYS yet, so nothing was",
            "changed: restart it with the new key first and the old ones behind, then try again.",
        )
    return True


async def _rotate(config: Config, *, alone: bool) -> None:
    # Whoever does not answer but has the file open may not know the key: then this is refused.
    async with open_database(config.database_url, exclusive=alone, as_it_is=True) as database:
        rotation = Rotation(database, Vault(config.raw_token_keys))
        with typer.progressbar(length=await rotation.left(), label="Sealing anew") as progress:
            async for done in rotation.run():
                progress.update(done)
        left = await rotation.left()
    if left:
        typer.echo(
            f"{left} values were sealed with an older key meanwhile: restart Kkachi with the"
        )
        typer.echo("new key first in TOKEN_KEYS, then run this once more.")
        raise typer.Exit(1)
    typer.echo("Everything is sealed with the first key; the others can go from TOKEN_KEYS.")
