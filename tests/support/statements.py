"""SQL that is put into words once for all databases of a test run, which have the same tables."""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite

COMPILED: dict[Any, Any] = {}


class _Shared:
    """A dialect that is the same for each database; SQLAlchemy keeps statements by dialect."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=COMPILED)


class SharedSQLite(_Shared, SQLiteDialect_aiosqlite):
    """SQLite as the program uses it."""

    supports_statement_cache = True


class SharedPostgreSQL(_Shared, PGDialect_asyncpg):
    """PostgreSQL as the program uses it."""

    supports_statement_cache = True


def share_statements() -> None:
    """Let all databases that are opened from now on have their statements in common."""
    registry.register("sqlite.aiosqlite", __name__, "SharedSQLite")
    registry.register("postgresql.asyncpg", __name__, "SharedPostgreSQL")
