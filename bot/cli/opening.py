"""What commands open: the settings and the database, or they end."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.cli.exit import TROUBLE, give_up
from bot.config import Config, ConfigError, load_config
from bot.env_files import settings_file
from storage.database import NoDatabase, StorageError


def config_or_end() -> Config:
    """Return the settings; missing or wrong ones end the program, one line for each."""
    try:
        return load_config(settings_file.get())
    except ConfigError as error:
        give_up(*error.lines)


@contextmanager
def ending_on_storage_errors() -> Iterator[None]:
    """End with one line when the database cannot be opened, read or written."""
    try:
        yield
    except NoDatabase as error:
        give_up(str(error), status=TROUBLE)
    except StorageError as error:
        give_up(str(error))
