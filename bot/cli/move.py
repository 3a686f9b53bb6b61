"""`kkachi move`: from the SQLite file to a PostgreSQL."""

import asyncio
import time
from typing import Annotated

import typer

from bot.cli.opening import config_or_end, ending_on_storage_errors
from bot.config import system_language
from bot.texts import Texts, pick_locale
from storage.moving import move as move_rows

Target = Annotated[
    str, typer.Argument(metavar="DATABASE_URL", help="An empty one: postgresql+asyncpg://…")
]


def move(database_url: Target) -> None:
    """Copy the SQLite database to a PostgreSQL while Kkachi is stopped, and compare every row."""
    config = config_or_end()
    with ending_on_storage_errors():
        moved = asyncio.run(move_rows(config.database_url, database_url, time.time()))
    texts, locale = Texts(), pick_locale(system_language())
    typer.echo(texts.say(locale, "move-copied", rows=moved.rows, tables=moved.tables))
    typer.echo(texts.say(locale, "move-former", file=str(moved.former)))
    typer.echo(texts.say(locale, "move-next"))
