"""The command line: `python -m bot`, or `kkachi`."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from bot import app
from bot.cli import keys
from bot.cli.backup import backup, restore
from bot.cli.doctor import doctor
from bot.cli.exit import TROUBLE, config_or_end, give_up, settings_file
from bot.cli.match import match
from bot.cli.move import move
from bot.cli.reload import reload
from bot.cli.setup import setup
from bot.cli.unlink import unlink
from bot.config import ENV_FILE, ENV_FILES, Config, exposed_files
from bot.discord.connection import CannotLoad, TokenRefused
from bot.logs import set_up_logging
from storage.database import BadAddress, StorageError

# The module itself is called __main__ where it runs.
logger = logging.getLogger("bot")

cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=False)
cli.add_typer(keys.cli, name="keys", help="The keys that seal the Kakao tokens.")
cli.command()(setup)
cli.command()(doctor)
cli.command()(backup)
cli.command()(restore)
cli.command()(match)
cli.command()(move)
cli.command()(reload)
cli.command()(unlink)


@cli.callback(invoke_without_command=True)
def default(
    context: typer.Context,
    env_file: Annotated[
        str, typer.Option(metavar="FILE", help="The settings that the environment does not hold.")
    ] = ENV_FILE,
) -> None:
    """Carry what matters in a Discord server to KakaoTalk."""
    settings_file.set(env_file)
    if context.invoked_subcommand is None:
        run()


@cli.command()
def run() -> None:
    """Run Kkachi until it is told to stop."""
    _start(app.run)


@cli.command()
def sync() -> None:
    """Register the slash commands and menus at Discord."""
    _start(app.sync)


def main() -> None:
    """Read the command line."""
    cli()


def _start(work: Callable[[Config], Awaitable[None]]) -> None:
    config = config_or_end()
    # The operator's own cogs may lie where Kkachi is started.
    sys.path.append(str(Path.cwd()))
    set_up_logging(config.log_level, config.log_format)
    for file in exposed_files({*ENV_FILES, settings_file.get()}):
        logger.warning("%s can be read by everybody on this machine: chmod o= %s", file, file)
    try:
        asyncio.run(_await(work(config)))
    except TokenRefused:
        give_up("DISCORD_TOKEN: Discord does not accept this token")
    except (BadAddress, CannotLoad) as error:
        give_up(str(error))
    except (StorageError, app.CannotListen) as error:
        # Not a wrong setting: the database, or the port, may be there in a moment.
        give_up(str(error), status=TROUBLE)


async def _await(work: Awaitable[None]) -> None:
    await work


if __name__ == "__main__":
    main()
