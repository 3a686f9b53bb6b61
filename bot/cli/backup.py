"""`kkachi backup` and `kkachi restore`."""

import time
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.opening import config_or_end, ending_on_storage_errors
from bot.config import Config
from storage.backup import back_up, back_up_into
from storage.backup import restore as put_back

MEGABYTE = 1024 * 1024
Keep = Annotated[
    int,
    typer.Option(
        metavar="N", min=0, help="FILE is a folder: copy into it, and keep the newest N copies."
    ),
]


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")],
    keep: Keep = 0,
) -> None:
    """Copy the database into a file while Kkachi runs, and check the copy."""
    config = config_or_end()
    with ending_on_storage_errors():
        if keep:
            file = _rotated(config, file, keep)
        else:
            back_up(config.database_url, file)
    typer.echo(f"{file}: {file.stat().st_size / MEGABYTE:.1f} MiB, read and found sound.")
    typer.echo("Keep TOKEN_KEYS as well, in another place: without them the tokens stay sealed.")


def restore(file: Path) -> None:
    """Put a backup in the database's place while Kkachi is stopped."""
    config = config_or_end()
    with ending_on_storage_errors():
        former = put_back(config.database_url, file, time.time())
    typer.echo(f"{file} is the database now.")
    if former is not None:
        typer.echo(f"The former one was moved to {former}.")


def _rotated(config: Config, folder: Path, most: int) -> Path:
    copy, gone = back_up_into(config.database_url, folder, most, time.time())
    if gone:
        typer.echo(f"{len(gone)} older copies removed from {folder}.")
    return copy
