"""A PostgreSQL of the tests' own, where its programs are installed, or the one they are given.

`TEST_POSTGRESQL_URL` names a database for it, such as `postgresql+asyncpg://me@localhost/empty`;
everything in it is thrown away.
"""

import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

GIVEN = os.environ.get("TEST_POSTGRESQL_URL", "")
PROGRAMS = ("initdb", "pg_ctl")
# PostgreSQL refuses to run as root.
UNPRIVILEGED = ("postgres", "nobody")
# Nothing of it need outlive the machine.
QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def missing() -> str | None:
    """Say why there can be no PostgreSQL here."""
    if GIVEN:
        return None
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    reason = f"{', '.join(absent)} not found and TEST_POSTGRESQL_URL names no database"
    return reason if absent else None


@contextmanager
def postgres() -> Iterator[str]:
    """Run a cluster, unless one is given; yields the address of a database."""
    if GIVEN:
        yield GIVEN
        return
    with _cluster() as url:
        yield url


async def empty(url: str) -> None:
    """Throw everything away."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        for statement in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public"):
            await connection.execute(text(statement))
    await engine.dispose()


@contextmanager
def _cluster() -> Iterator[str]:
    """Run a cluster that is reached through its socket only."""
    user = _user()
    with tempfile.TemporaryDirectory(prefix="kkachi-pg-", ignore_cleanup_errors=True) as name:
        shutil.chown(name, user)
        data = str(Path(name) / "data")
        _run(user, "initdb", "--pgdata", data, "--auth", "trust", "--username", "kkachi")
        options = f"-c listen_addresses='' -k {name} {QUICK}"
        control = ("pg_ctl", "--pgdata", data, "--wait")
        _run(user, *control, "--log", f"{name}/log", "--options", options, "start")
        try:
            yield f"postgresql+asyncpg://kkachi@/postgres?host={name}"
        finally:
            _run(user, *control, "--mode", "immediate", "stop")


def _user() -> str:
    if os.geteuid() != 0:
        return getpass.getuser()
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(user for user in UNPRIVILEGED if user in known)


def _run(user: str, *command: str) -> None:
    as_user = user if os.geteuid() == 0 else None
    subprocess.run(command, user=as_user, cwd="/", check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
