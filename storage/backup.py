"""Copies of the SQLite file, taken while Kkachi runs, and put back while it does not."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage import copies
from storage.copies import opened, stamp
from storage.database import (
    BEFORE_THE_FIRST_START,
    NoDatabase,
    StorageError,
    locked,
    refuse_newer,
    sqlite_path,
)
from storage.schema import versions_in

# Of the names of copies that are kept in a folder.
BEGINNING = "kkachi-"
# What PostgreSQL's own tools are called with; docs/upgrades.md says it as well.
DUMP = "pg_dump --format=custom --no-owner --file=kkachi.dump postgresql://USER@HOST/NAME"


class NotSqlite(StorageError):
    """Another kind of database has tools of its own for this."""


class BadBackup(StorageError):
    """A file is no sound copy of Kkachi's database."""


def back_up(url: str, target: Path) -> int:
    """Write a consistent copy, read it once more, and return its size in bytes.

    An older Kkachi's is copied as it is. Raises BadBackup when the target exists or the copy is
    not sound, NoDatabase and NewerDatabase.
    """
    source = _file(url)
    if target.exists():
        raise BadBackup(f"{target} exists already; choose another name")
    if not source.exists():
        raise NoDatabase(f"there is no database at {source} yet; {BEFORE_THE_FIRST_START}")
    refuse_newer(versions_in(source), source)
    unfinished = target.with_name(f"{target.name}.part")
    with _failing(f"{target} was not written"):
        copies.copy(source, unfinished)
        check(unfinished)
        unfinished.rename(target)
    return target.stat().st_size


def restore(url: str, backup: Path, now: float) -> Path | None:
    """Put a copy in the database's place; return where the former one was moved.

    What waited in the copy may have gone out since: a friend does not get it again, "Me" once at
    most. Raises DatabaseBusy while Kkachi runs, BadBackup and NewerDatabase.
    """
    target = _file(url)
    check(backup)
    with locked(target), _failing(f"{backup} was not put back"):
        unfinished = target.with_name(f"{target.name}.part")
        copies.copy(backup, unfinished)
        _mind_the_gap(unfinished, now)
        former = copies.put_aside(target, now) if target.exists() else None
        unfinished.rename(target)
    return former


def check(path: Path) -> None:
    """Raise BadBackup, or NewerDatabase, unless the file is a sound database of this Kkachi's."""
    if not path.is_file():
        raise BadBackup(f"{path} does not exist")
    refuse_newer(versions_in(path), path)
    try:
        with _failing(f"{path} is no database of Kkachi's"):
            copies.check(path)
            with opened(path, "ro") as database:
                database.execute("SELECT version_num FROM alembic_version").fetchone()
    except copies.Damaged as damaged:
        raise BadBackup(f"{path} is damaged: {damaged}") from None


def back_up_into(url: str, folder: Path, most: int, now: float) -> tuple[Path, list[Path]]:
    """Write a copy named after the moment into a folder, and keep only so many of them there.

    Returns the copy, and those that went. Raises what `back_up` raises.
    """
    target = folder / f"{BEGINNING}{stamp(now)}.db"
    back_up(url, target)
    with _failing(f"older copies in {folder} were not removed"):
        return target, copies.prune(folder, BEGINNING, most)


def _mind_the_gap(path: Path, now: float) -> None:
    with opened(path, "rw") as database, database:
        database.execute("PRAGMA secure_delete = ON")
        database.execute(
            "UPDATE deliveries SET state = 'unknown', reason = 'restart', finished_at = ?, "
            "lease_until = NULL WHERE chat = 'friend' AND state IN ('queued', 'sending', 'parked')",
            (now,),
        )
        database.execute("UPDATE deliveries SET repeats = 1 WHERE chat = 'me' AND state = 'queued'")


def _file(url: str) -> Path:
    path = sqlite_path(url)
    if path is None:
        raise NotSqlite(f"this is for SQLite; for PostgreSQL: {DUMP}")
    return path


@contextmanager
def _failing(what: str) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise BadBackup(f"{what}: {error}") from None
