"""Copies of a SQLite file, and those that are kept by themselves before its tables change."""

import asyncio
import logging
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from glob import escape
from pathlib import Path

from storage.files import OWNER_ONLY

logger = logging.getLogger(__name__)

# Of those that are made by themselves; and for how long.
KEPT, KEPT_SECONDS = 2, 30 * 24 * 60 * 60
# The copy itself, and what rebuilding the tables takes; with some air.
ROOM_FOR, AIR = 2, 16 * 1024 * 1024
MEGABYTE = 1024 * 1024
STAMP = re.compile(r"\d{8}-\d{6}")


class Damaged(Exception):
    """SQLite finds the file damaged; the text is its own."""


def free_bytes(folder: Path) -> int:
    """Return how much room there is on a folder's disk; raises OSError."""
    return shutil.disk_usage(folder).free


def keep(path: Path, version: str, now: float, free: Callable[[Path], int] = free_bytes) -> Path:
    """Copy a file, whose tables have this version, beside itself; only the newest are kept.

    Raises OSError, also when there is too little room, sqlite3.Error and Damaged.
    """
    needed, there = ROOM_FOR * size_of(path) + AIR, free(path.parent)
    if there < needed:
        raise OSError(
            f"it takes {needed // MEGABYTE + 1} MiB, and the disk has {there // MEGABYTE} MiB left"
        )
    target = path.with_name(f"{path.name}.tables-{version}-{stamp(now)}")
    unfinished = target.with_name(f"{target.name}.part")
    try:
        copy(path, unfinished)
        check(unfinished)
        unfinished.rename(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    prune(path.parent, f"{path.name}.tables-", KEPT)
    return target


def copy(source: Path, target: Path) -> None:
    """Copy a database consistently, while others write it; raises sqlite3.Error and OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    target.touch(mode=OWNER_ONLY)
    with opened(source, "ro") as original, opened(target, "rw") as duplicate:
        original.backup(duplicate)
        # Beside the copy nothing else may be needed to read it.
        duplicate.execute("PRAGMA journal_mode = DELETE")


def check(path: Path) -> None:
    """Raise Damaged, or sqlite3.Error, unless SQLite finds the file sound."""
    with opened(path, "ro") as database:
        [result] = database.execute("PRAGMA integrity_check(1)").fetchone()
    if result != "ok":
        raise Damaged(result)


def put_aside(path: Path, now: float, kind: str = "") -> Path:
    """Give a database that nobody has open another name beside itself, and return it.

    Raises sqlite3.Error and OSError.
    """
    with opened(path, "rw") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    former = path.with_name(f"{path.name}.{kind}{stamp(now)}")
    path.rename(former)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    return former


def prune(folder: Path, beginning: str, most: int) -> list[Path]:
    """Remove all but the newest of the copies whose names begin alike; return those that went."""
    copies = [one for one in folder.glob(f"{escape(beginning)}*") if STAMP.search(one.name)]
    copies.sort(key=lambda one: STAMP.findall(one.name)[-1])
    gone = [one for one in copies if one.suffix != ".part"][:-most]
    for one in gone:
        one.unlink()
    return gone


def stamp(now: float) -> str:
    """Return a moment as it stands in names of files, which sort by it."""
    return time.strftime("%Y%m%d-%H%M%S", time.gmtime(now))


def size_of(path: Path) -> int:
    """Return how many bytes a database takes, with what is not in its file yet."""
    log = path.with_name(f"{path.name}-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)


class Copies:
    """Those that were made by themselves, beside a SQLite file; beside anything else are none."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    async def purge(self, before: float) -> None:
        """Erase those older than a month then: they hold what members have erased since."""
        if self._path is not None:
            await asyncio.to_thread(self._erase, stamp(before - KEPT_SECONDS), self._path)

    def _erase(self, last: str, path: Path) -> None:
        try:
            for one in path.parent.glob(f"{escape(path.name)}.tables-*"):
                if (found := STAMP.findall(one.name)) and found[-1] < last:
                    one.unlink()
        except OSError as error:
            # A folder that cannot be written today may be so tomorrow.
            logger.warning("a copy of the database stays: %s", error.strerror)


@contextmanager
def opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """Open a file that is there, to read ("ro") or write ("rw") it."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)) as database:
        yield database
