"""Copies of the SQLite file, taken while Kkachi runs, and put back while it does not."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from storage.database import StorageError, locked, refuse_newer, sqlite_path
from storage.files import OWNER_ONLY
from storage.schema import versions_in


class NotSqlite(StorageError):
    """Another kind of database has tools of its own for this."""


class BadBackup(StorageError):
    """A file is no sound copy of Kkachi's database."""


def back_up(url: str, target: Path) -> int:
    """Write a consistent copy, read it once more, and return its size in bytes.

    Raises BadBackup when the target exists or the copy is not sound, and NewerDatabase.
    """
    source = _file(url)
    if target.exists():
        raise BadBackup(f"{target} exists already; choose another name")
    if not source.exists():
        raise BadBackup(f"{source} does not exist")
    refuse_newer(versions_in(source), source)
    unfinished = target.with_name(f"{target.name}.part")
    with _failing(f"{target} was not written"):
        _copy(source, unfinished)
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
        _copy(backup, unfinished)
        _mind_the_gap(unfinished, now)
        former = _put_aside(target, now) if target.exists() else None
        unfinished.rename(target)
    return former


def check(path: Path) -> None:
    """Raise BadBackup, or NewerDatabase, unless the file is a sound database of this Kkachi's."""
    if not path.is_file():
        raise BadBackup(f"{path} does not exist")
    refuse_newer(versions_in(path), path)
    with _failing(f"{path} is no database of Kkachi's"), _opened(path, "ro") as database:
        [result] = database.execute("PRAGMA integrity_check(1)").fetchone()
        if result != "ok":
            raise BadBackup(f"{path} is damaged: {result}")
        database.execute("SELECT version_num FROM alembic_version").fetchone()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    target.touch(mode=OWNER_ONLY)
    with _opened(source, "ro") as original, _opened(target, "rw") as copy:
        original.backup(copy)
        # Beside the copy nothing else may be needed to read it.
        copy.execute("PRAGMA journal_mode = DELETE")


def _mind_the_gap(path: Path, now: float) -> None:
    with _opened(path, "rw") as database, database:
        database.execute("PRAGMA secure_delete = ON")
        database.execute(
            "UPDATE deliveries SET state = 'unknown', reason = 'restart', finished_at = ?, "
            "lease_until = NULL WHERE chat = 'friend' AND state IN ('queued', 'sending', 'parked')",
            (now,),
        )
        database.execute("UPDATE deliveries SET repeats = 1 WHERE chat = 'me' AND state = 'queued'")


def _put_aside(target: Path, now: float) -> Path:
    with _opened(target, "rw") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now))
    former = target.with_name(f"{target.name}.{stamp}")
    target.rename(former)
    for ending in ("-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
    return former


def _file(url: str) -> Path:
    path = sqlite_path(url)
    if path is None:
        raise NotSqlite("this is for SQLite; for PostgreSQL use pg_dump and pg_restore")
    return path


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)) as database:
        yield database


@contextmanager
def _failing(what: str) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise BadBackup(f"{what}: {error}") from None
