"""Which version of the tables a database has, and bringing it up to date.

Hardly any start has to, so Alembic is imported only then: that takes as long as SQLAlchemy itself.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, text

# Each begins with its version.
MIGRATIONS = Path(__file__).parent / "migrations" / "versions"
TABLE = "alembic_version"
VERSIONS = f"SELECT version_num FROM {TABLE}"  # noqa: S608 - nothing of anybody's is in it


class CannotUpgrade(Exception):
    """The tables cannot be brought up to date; the text is Alembic's own."""


def upgrade(connection: Connection, version: str = "head") -> None:
    """Migrate in the transaction that is under way; raises CannotUpgrade."""
    from alembic import command  # noqa: PLC0415 - as above
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, version)
    except CommandError as error:
        raise CannotUpgrade(str(error)) from error


def versions_of(connection: Connection) -> tuple[str, ...]:
    """Return the version of a database's tables; none when it has none yet."""
    if not inspect(connection).has_table(TABLE):
        return ()
    return tuple(str(version) for (version,) in connection.execute(text(VERSIONS)))


def versions_in(path: Path) -> tuple[str, ...]:
    """Return the same of a SQLite file, without touching it; none when it cannot be read."""
    # Without a write-ahead log nobody has it open, and no file beside it is needed either.
    mode = "mode=ro" if Path(f"{path}-wal").exists() else "immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)) as database:
            rows = database.execute(VERSIONS).fetchall()
    except sqlite3.Error:
        return ()
    return tuple(str(version) for (version,) in rows)


def unknown(versions: Iterable[str]) -> str | None:
    """Return the version that only a newer Kkachi knows, if there is one."""
    return next((version for version in versions if version not in _known()), None)


def is_current(versions: Iterable[str]) -> bool:
    """Tell whether tables of these versions need no migration."""
    return newest() in versions


def newest() -> str:
    """Return the version that this Kkachi's tables have."""
    return max(_known())


@cache
def _known() -> frozenset[str]:
    return frozenset(path.name.partition("_")[0] for path in MIGRATIONS.glob("[0-9]*_*.py"))
