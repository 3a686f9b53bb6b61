"""Which version of the tables a database has, and bringing it up to date."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def upgrade(connection: Connection, version: str = "head") -> None:
    """Migrate in the transaction that is under way."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def versions_of(connection: Connection) -> tuple[str, ...]:
    """Return the version of a database's tables; none when it has none yet."""
    return tuple(MigrationContext.configure(connection).get_current_heads())


def versions_in(path: Path) -> tuple[str, ...]:
    """Return the same of a SQLite file, without touching it; none when it cannot be read."""
    # Without a write-ahead log nobody has it open, and no file beside it is needed either.
    mode = "mode=ro" if Path(f"{path}-wal").exists() else "immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)) as database:
            rows = database.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.Error:
        return ()
    return tuple(str(version) for (version,) in rows)


def unknown(versions: Iterable[str]) -> str | None:
    """Return the version that only a newer Kkachi knows, if there is one."""
    return next((version for version in versions if version not in _known()), None)


def is_current(versions: Iterable[str]) -> bool:
    """Tell whether tables of these versions need no migration."""
    return newest() in versions


@cache
def newest() -> str:
    """Return the version that this Kkachi's tables have."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


@cache
def _known() -> frozenset[str]:
    scripts = ScriptDirectory.from_config(_config())
    return frozenset(script.revision for script in scripts.walk_revisions())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    return config
