"""A PostgreSQL of the tests' own, where its programs are installed."""

import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from storage.database import open_database

PROGRAMS = ("initdb", "pg_ctl")
# Debian keeps the programs of each version apart, out of everybody's PATH.
DEBIAN = Path("/usr/lib/postgresql")
# PostgreSQL refuses to run as root.
UNPRIVILEGED = ("postgres", "nobody")
# Nothing of it need outlive the machine.
QUICK = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal "
    "-c max_wal_senders=0 -c max_wal_size=64MB -c min_wal_size=32MB"
)
# Copying a database takes a tenth there; some containers have hardly any.
MEMORY, ENOUGH = Path("/dev/shm"), 2**30  # noqa: S108 - only a hint where writing costs no disk
MIGRATED, EMPTY = "migrated", "template1"
# For what is said of the file, or of the one process that has it, which goes by the test's clock.
ONLY_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Cluster:
    """A PostgreSQL that is reached through the socket in `folder` only."""

    folder: str
    numbers: "count[int]" = field(default_factory=count)

    def url(self, name: str) -> str:
        """Return the address of a database."""
        return f"postgresql+asyncpg://kkachi@/{name}?host={self.folder}"

    async def migrate(self) -> None:
        """Make the database that others are copied from; migrating takes longer than most tests."""
        await self._run(f"CREATE DATABASE {MIGRATED}")
        async with open_database(self.url(MIGRATED)):
            pass

    @asynccontextmanager
    async def database(self, template: str = MIGRATED) -> AsyncIterator[str]:
        """Give the address of a new database that is up to date, or empty."""
        name = f"test_{next(self.numbers)}"
        await self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield self.url(name)
        await self._run(f"DROP DATABASE {name} WITH (FORCE)")

    async def _run(self, statement: str) -> None:
        engine = create_async_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()


def missing() -> str | None:
    """Say why there can be no PostgreSQL here."""
    absent = [program for program in PROGRAMS if _found(program) is None]
    return f"PostgreSQL is not installed: no {', '.join(absent)}" if absent else None


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Run a PostgreSQL."""
    user = _user()
    place = MEMORY if MEMORY.exists() and shutil.disk_usage(MEMORY).free > ENOUGH else None
    with tempfile.TemporaryDirectory(
        prefix="kkachi-pg-", dir=place, ignore_cleanup_errors=True
    ) as name:
        shutil.chown(name, user)
        data = str(Path(name) / "data")
        _run(user, "initdb", "--pgdata", data, *("--auth", "trust", "--username", "kkachi"),
             *("--no-sync", "--encoding", "UTF8", "--locale", "C"))  # fmt: skip
        options = f"-c listen_addresses='' -k {name} {QUICK}"
        control = ("pg_ctl", "--pgdata", data, "--wait")
        _run(user, *control, "--log", f"{name}/log", "--options", options, "start")
        try:
            yield Cluster(name)
        finally:
            _run(user, *control, "--mode", "immediate", "stop")


def _found(program: str) -> str | None:
    versions = sorted(DEBIAN.glob("*/bin"), reverse=True)
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, versions)])
    return shutil.which(program, path=path)


def _user() -> str:
    if os.geteuid() != 0:
        return getpass.getuser()
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(user for user in UNPRIVILEGED if user in known)


def _run(user: str, program: str, *arguments: str) -> None:
    as_user = user if os.geteuid() == 0 else None
    command = [_found(program) or program, *arguments]
    subprocess.run(command, user=as_user, cwd="/", check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
