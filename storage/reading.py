"""Reads rows; one that cannot be read costs whoever it belongs to, and nobody else."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

from storage.database import StorageError

logger = logging.getLogger(__name__)

T = TypeVar("T")
Row = dict[str, Any]


# What reading a row raises that makes no sense.
NONSENSE = (TypeError, ValueError, LookupError, AttributeError)


class Unreadable(StorageError):
    """What a row holds cannot be read."""


@contextmanager
def reading(table: str, key: object) -> Iterator[None]:
    """Raise Unreadable for what makes no sense; the log names the row, not what it holds."""
    try:
        yield
    except NONSENSE as error:
        _tell(table, key, type(error).__name__)
        raise Unreadable(f"{table} {key} cannot be read") from None


@lru_cache(maxsize=1000)  # each once: what cannot be read is tried again and again
def _tell(table: str, key: object, kind: str) -> None:
    logger.error("%s %s cannot be read: %s", table, key, kind)


def readable(table: str, rows: Iterable[Row], read: Callable[[Row], T]) -> list[T]:
    """Return the rows that can be read."""
    found = []
    for row in rows:
        # Not `reading`: there may be a hundred thousand rows.
        try:
            found.append(read(row))
        except Unreadable:  # it was told of
            continue
        except NONSENSE as error:
            _tell(table, row["id"], type(error).__name__)
    return found


def as_object(value: object) -> dict[str, Any]:
    """Return a JSON object; raises TypeError for anything else."""
    if not isinstance(value, dict):
        raise TypeError
    return value


def as_list(value: object) -> list[Any]:
    """Return a JSON list; raises TypeError for anything else."""
    if not isinstance(value, list):
        raise TypeError
    return value
