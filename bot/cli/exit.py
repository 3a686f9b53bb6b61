"""How a command ends that cannot do what it was asked for."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NoReturn

import typer

from bot.config import ENV_FILE, Config, ConfigError, load_config
from storage.database import NoDatabase, StorageError

# Whoever starts Kkachi by itself tries again after 1, and not after 2.
TROUBLE, OPERATOR_MISTAKE = 1, 2
settings_file = ContextVar("settings_file", default=ENV_FILE)
"""The file of settings that the command line names with `--env-file`."""


def give_up(*lines: str, status: int = OPERATOR_MISTAKE) -> NoReturn:
    """End with these lines on standard error: by a mistake of the operator's, or a trouble."""
    for line in lines:
        typer.echo(line, err=True)
    sys.exit(status)


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
