"""`kkachi run` and `kkachi sync`: the program itself, and its commands at Discord."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot import app
from bot.cli.exit import TROUBLE, give_up
from bot.cli.opening import config_or_end
from bot.config import Config, exposed_files
from bot.discord.connection import CannotLoad, TokenRefused
from bot.env_files import ENV_FILES, settings_file
from bot.logs import set_up_logging
from storage.database import BadAddress, StorageError
from storage.workers import ShardsTaken

logger = logging.getLogger(__name__)


def run() -> None:
    """Run Kkachi until it is told to stop."""
    _start(app.run)


def sync() -> None:
    """Register the slash commands and menus at Discord."""
    _start(app.sync)


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
    except (StorageError, ShardsTaken, app.CannotListen) as error:
        # Not a wrong setting: the database, the port, or the shards may be there in a moment.
        give_up(str(error), status=TROUBLE)


async def _await(work: Awaitable[None]) -> None:
    await work
