"""`kkachi backup` and `kkachi restore`."""

import time
from pathlib import Path

import typer

from bot.cli.exit import config_or_end, ending_on_storage_errors
from storage.backup import back_up
from storage.backup import restore as put_back

MEGABYTE = 1024 * 1024


def backup(file: Path) -> None:
    """Copy the database into a file while Kkachi runs, and check the copy."""
    config = config_or_end()
    with ending_on_storage_errors():
        size = back_up(config.database_url, file)
    typer.echo(f"{file}: {size / MEGABYTE:.1f} MiB, read and found sound.")
    typer.echo("Keep TOKEN_KEYS as well, in another place: without them the tokens stay sealed.")


def restore(file: Path) -> None:
    """Put a backup in the database's place while Kkachi is stopped."""
    config = config_or_end()
    with ending_on_storage_errors():
        former = put_back(config.database_url, file, time.time())
    typer.echo(f"{file} is the database now.")
    if former is not None:
        typer.echo(f"The former one was moved to {former}.")
