"""One engine: many readers, one writer that commits waiting changes in groups."""

import asyncio
import json
import logging
import sqlite3
import time
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import (
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    closing,
    contextmanager,
)
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Executable, Table, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from storage import copies, schema
from storage.cuts import past_a_cut
from storage.files import OWNER_ONLY, leave_note, make_file, real_path
from storage.groups import (
    Ask,
    Batch,
    ChangeFailed,
    Group,
    GroupReader,
    apart,
    fail,
    run_all,
    still_awaited,
    tell,
    together,
)
from storage.sqlite import connect
from storage.turns import Turns

logger = logging.getLogger(__name__)

T = TypeVar("T")
Values = Mapping[str, Any]
Query = Callable[[AsyncConnection], Awaitable[T]]
Item = TypeVar("Item")
Loop = Callable[[], Coroutine[Any, Any, None]]
Keep = Callable[[Loop, Callable[[], bool]], Coroutine[Any, Any, None]]
"""Runs a loop until it is over; one that fails it may start anew."""

# To a SQLite file; each has a thread of its own, and more of them only wait for each other.
CONNECTIONS = 4
# To a server, twice: those who hold turns have their own. With the one that listens it makes 31 for
# each process, as docs/scale.md says.
KEPT_CONNECTIONS, MORE_CONNECTIONS = 5, 10
# Kept in the file itself, so only whoever may make one says so.
JOURNAL = "PRAGMA journal_mode = WAL"
PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
)
# For a group of changes to be committed; SQLite itself may wait some seconds for its lock.
WRITE_SECONDS = 30.0
# For the writer to commit what still waits at the end.
CLOSING_SECONDS = 2.0
# Seconds, and tries, for readers to let go of the write-ahead log.
SCRUB_PATIENCE, SCRUB_TRIES = 5.0, 3
# Marks a connection whose transactions change something; see `_begin`.
WRITES = "kkachi_writes"
BEFORE_THE_FIRST_START = "before the first start of Kkachi this is normal"
MIGRATION_LOCK = text("SELECT pg_advisory_xact_lock(7525116)")


class StorageError(Exception):
    """The database cannot be opened, read or written; what was asked for did not happen."""


CLOSED = "the database is closed"
HANGS = "the database does not answer"


class BadAddress(StorageError):
    """DATABASE_URL names nothing that could be opened: trying again does not help."""


class DatabaseBusy(StorageError):
    """Another process has the database file open."""


class NewerDatabase(StorageError):
    """The tables are of a Kkachi that is newer than this one, which leaves them alone."""


class OlderDatabase(StorageError):
    """The tables are of an older Kkachi, and whoever asked may not bring them up to date."""


class NoDatabase(StorageError):
    """There is no database yet, as before the first start."""


class _Translation:
    """Lets nothing of SQLAlchemy out; a class of its own, since every statement passes here."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, _kind: object, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        if isinstance(error, (SQLAlchemyError, schema.CannotUpgrade, OSError)):
            raise StorageError(_first_line(error)) from error


_translated = _Translation()


class Database:
    """One engine, many readers, one grouped writer."""

    def __init__(
        self,
        engine: AsyncEngine,
        turns: Turns,
        *,
        exclusive: bool,
        path: Path | None = None,
        listening: AsyncEngine | None = None,
        patience: float = WRITE_SECONDS,
    ) -> None:
        self._path = path
        self.listening = listening
        """Where one hears of other processes: for a single connection, without transactions."""
        self._patience = patience
        self._turns = turns
        self._engine = engine
        self._writing = engine.execution_options(**{WRITES: True})
        self._waiting: Group = []
        self._arrived = asyncio.Event()
        self._reader = GroupReader(self._read_group, lambda: StorageError(CLOSED))
        self._undoing: set[asyncio.Task[None]] = set()
        self._is_down = False
        self._closing = False
        self.exclusive = exclusive
        """Whether no other process can be at work on this database."""

    @property
    def path(self) -> Path | None:
        """Its file; None for a server."""
        return self._path

    async def read(self, query: Query[T]) -> T:
        """Return what `query` reads."""

        async def look() -> T:
            async with self._engine.connect() as connection:
                return await query(connection)

        with _translated:
            return await past_a_cut(look)

    async def write(self, change: Query[T]) -> T:
        """Return what `change` returned, after it is committed.

        A change that raises is undone and fails its own caller only; the others of its group are
        run a second time then, so a change does nothing but talk to the database. When the COMMIT
        fails, every caller of the group gets StorageError.
        """

        async def alone(connection: AsyncConnection, _: Sequence[None]) -> list[T]:
            return [await change(connection)]

        return await self.write_together(alone, None)

    async def write_together(self, changes: Batch[Item, T], item: Item) -> T:
        """Do like `write`, in one go with all that wait for the same changes to other items."""
        if self._closing:
            raise StorageError(CLOSED)
        if self._is_down:
            raise StorageError("nothing is written until the writer is started anew")
        waiting = Ask(changes, item, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._arrived.set()
        with _translated:
            result: T = await waiting.done
        return result

    async def read_together(self, query: Batch[Item, T], item: Item) -> T:
        """Return what is read for an item, in one go with all who ask the same of others."""
        with _translated:
            return await self._reader.ask(query, item)

    async def write_apart(self, change: Query[T]) -> T:
        """Commit a change by itself, without waiting for the group that is being written.

        Only where the database takes several writers at a time, or nobody else writes. One whose
        connection was cut is done once more, so it must do no harm twice.
        """

        async def save() -> T:
            async with self._writing.connect() as connection, connection.begin():
                return await change(connection)

        with _translated:
            return await past_a_cut(save)

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait until nobody else, in this or another process, holds this turn, and hold it."""
        async with AsyncExitStack() as stack:
            with _translated:
                await stack.enter_async_context(self._turns.of(name))
            yield

    async def scrub(self) -> None:
        """Take what was erased out of SQLite's write-ahead log as well, as soon as nobody reads."""
        if self._path is not None:
            with _translated:
                await asyncio.to_thread(_scrub, self._path)

    async def first(self, query: Executable, values: Values | None = None) -> dict[str, Any] | None:
        """Return the first row of a query, by its columns' names."""
        rows = await self.all(query, values)
        return rows[0] if rows else None

    async def all(self, query: Executable, values: Values | None = None) -> list[dict[str, Any]]:
        """Return the rows of a query, each by its columns' names."""
        return await self.read(lambda connection: rows_of(connection, query, values))

    async def change(self, statement: Executable) -> list[dict[str, Any]]:
        """Commit one statement and return what its RETURNING gives."""
        return await self.write(lambda connection: rows_of(connection, statement))

    async def ping(self) -> None:
        """Raise StorageError when the database does not answer, or is not written."""
        await self.change(text("SELECT 1"))

    async def run_writer(self) -> None:
        """Commit waiting changes in groups until `stop_writer`; nobody is left waiting.

        Raises what is no failure of a change, and TimeoutError when the database hangs; all
        changes are refused then, until this runs again.
        """
        self._is_down = False
        try:
            while self._waiting or not self._closing:
                await self._arrived.wait()
                self._arrived.clear()
                await self._commit(self._take())
        finally:
            self._is_down = True
            fail(self._take(), StorageError("the writer has stopped"))

    def stop_writer(self) -> None:
        """Take no more changes; the writer ends when those that wait are committed."""
        self._closing = True
        self._arrived.set()

    async def close(self, writer: "asyncio.Task[None]") -> None:
        """Let the writer finish, though one that hangs is not waited for any longer."""
        self.stop_writer()
        await self._reader.close()
        await asyncio.wait([writer, *self._undoing], timeout=CLOSING_SECONDS)
        writer.cancel()
        # What it raised has failed all who waited for it.
        await asyncio.gather(writer, return_exceptions=True)

    def is_closing(self) -> bool:
        """Tell whether the writer was told to stop."""
        return self._closing

    def _take(self) -> Group:
        group, self._waiting = self._waiting, []
        return still_awaited(group)

    async def _commit(self, group: Group) -> None:
        try:
            await self._in_time(self._saved(group))
        except TimeoutError:
            fail(group, StorageError(HANGS))
            raise
        except (SQLAlchemyError, OSError) as error:
            fail(group, StorageError(f"nothing was saved: {_first_line(error)}"))
        except BaseException:
            fail(group, StorageError("the writer was stopped"))
            raise
        tell(group)

    async def _read_group(self, query: Batch[Any, Any], group: Group) -> None:
        try:
            await self._in_time(self.read(lambda connection: run_all(query, group, connection)))
        except TimeoutError:
            fail(group, StorageError(HANGS))
        except Exception as error:  # noqa: BLE001 - it belongs to those who asked, who get it
            fail(group, error)
        except BaseException:
            fail(group, StorageError(CLOSED))
            raise
        else:
            tell(group)

    async def _in_time(self, transaction: Coroutine[Any, Any, None]) -> None:
        """Wait for a transaction, but not until one that hangs is undone: that may take for ever.

        Raises TimeoutError.
        """
        task = asyncio.create_task(transaction)
        try:
            async with asyncio.timeout(self._patience):
                await asyncio.shield(task)
        finally:
            if not task.done():
                task.cancel()
                self._undoing.add(task)
                task.add_done_callback(self._undone)

    def _undone(self, task: "asyncio.Task[None]") -> None:
        self._undoing.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.warning("a transaction was undone with %s", type(task.exception()).__name__)

    async def _saved(self, group: Group) -> None:
        try:
            # A savepoint costs two statements more, and hardly ever is there a failure.
            await self._transact(group, together)
        except ChangeFailed:
            await self._transact(group, apart)

    async def _transact(
        self, group: Group, run: Callable[[Group, AsyncConnection], Awaitable[None]]
    ) -> None:
        async with self._writing.connect() as connection, connection.begin():
            await run(group, connection)


async def rows_of(
    connection: AsyncConnection, statement: Executable, values: Values | None = None
) -> list[dict[str, Any]]:
    """Return what a statement gives, each row by its columns' names."""
    result = await connection.execute(statement, values)
    if not result.returns_rows:
        return []
    # Not `_asdict`, which asks for the names again for each row.
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result.all()]


def insert_into(table: Table, dialect: str) -> Any:  # noqa: ANN401 - each dialect has its own
    """Return an insert that may meet a row that is there."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


@asynccontextmanager
async def open_database(
    url: str,
    *,
    exclusive: bool = True,
    as_it_is: bool = False,
    keep: Keep = lambda loop, _is_over: loop(),
    patience: float = WRITE_SECONDS,
    now: Callable[[], float] = time.time,
) -> AsyncIterator[Database]:
    """Open the database, making or migrating it first, and close it at the end.

    A SQLite file belongs to one process at a time: a second one gets DatabaseBusy. With
    `exclusive` False the file is shared, for tools that look at it while Kkachi runs. Taken
    `as_it_is`, it is neither made nor migrated: raises NoDatabase or OlderDatabase instead. `keep`
    runs the writer; `patience` is for how many seconds one that hangs is waited for. Before a
    SQLite file is migrated it is copied, see `storage.copies`. Raises BadAddress, DatabaseBusy,
    NewerDatabase or StorageError, each in one line.
    """
    with ExitStack() as held:
        with _naming_the_setting():
            path = sqlite_path(url)
            if path is not None:
                _find_file(path, may_make=not as_it_is)
            held.enter_context(locked(path if exclusive else None))
            if path is not None and not as_it_is:
                await asyncio.to_thread(_keep_copy, path, now())
            engine = await _ready_engine(url, as_it_is=as_it_is)
            if path is not None and not as_it_is:
                leave_note(path)
        # A SQLite file has one process, so nobody else takes turns.
        turns = Turns(_engine(url) if path is None else None)
        listening = _listening_engine(url) if path is None else None
        alone = exclusive and path is not None
        database = Database(
            engine, turns, exclusive=alone, path=path, listening=listening, patience=patience
        )
        writer = asyncio.create_task(keep(database.run_writer, database.is_closing))
        try:
            yield database
        finally:
            await database.close(writer)
            await turns.close()
            await engine.dispose()
            if listening is not None:
                await listening.dispose()


def sqlite_path(url: str) -> Path | None:
    """Return the file of a SQLite database, None for another kind; raises BadAddress."""
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    if not parsed.database or parsed.database == ":memory:":
        raise BadAddress("DATABASE_URL must name a file: sqlite+aiosqlite:///data/kkachi.db")
    return real_path(parsed.database)


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (SQLAlchemyError, ValueError):
        # Its own words may hold the password.
        raise BadAddress("DATABASE_URL is no address of a database") from None


def _scrub(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=SCRUB_PATIENCE)) as database:
        for _ in range(SCRUB_TRIES):
            busy, _, _ = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
        logger.warning("the write-ahead log could not be emptied; SQLite will do so later")


def _find_file(path: Path, *, may_make: bool) -> None:
    if may_make:
        with _translated:
            make_file(path)
    elif not path.exists():
        raise NoDatabase(f"there is no database at {path} yet; {BEFORE_THE_FIRST_START}")
    refuse_newer(schema.versions_in(path), path)


def _keep_copy(path: Path, now: float) -> None:
    versions = schema.versions_in(path)
    if not versions or schema.is_current(versions):
        return
    try:
        copy = copies.keep(path, versions[0], now)
    except (sqlite3.Error, OSError, copies.Damaged) as error:
        raise StorageError(
            f"{path} has to be brought up to date, but no copy of it could be made before "
            f"({error}), so nothing was changed"
        ) from None
    logger.warning("the tables are brought up to date; as they were they are kept in %s", copy)


@contextmanager
def locked(path: Path | None) -> Iterator[None]:
    """Hold the file's lock for as long as the process lives; the system frees it on a kill."""
    if path is None:
        yield
        return
    with _translated:
        lock = _lock(path)
    try:
        yield
    finally:
        lock.release()


def _lock(path: Path) -> FileLock:
    # Never the soft kind of lock, a mere file: one that a kill leaves behind shuts us out.
    lock = FileLock(f"{path}.lock", timeout=0, mode=OWNER_ONLY, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        raise DatabaseBusy(
            f"{path} is in use by another Kkachi process; stop that first, or let several run on "
            "one PostgreSQL (docs/scale.md)"
        ) from None
    return lock


def _engine(url: str) -> AsyncEngine:
    path = sqlite_path(url)
    if path is None:
        return _server_engine(url)
    return create_async_engine(
        url,
        hide_parameters=True,
        json_deserializer=_json,
        pool_size=CONNECTIONS,
        max_overflow=0,
        async_creator=lambda: connect(str(path)),
    )


def _server_engine(url: str) -> AsyncEngine:
    try:
        return create_async_engine(
            url,
            hide_parameters=True,
            json_deserializer=_json,
            pool_size=KEPT_CONNECTIONS,
            max_overflow=MORE_CONNECTIONS,
        )
    except ImportError as error:
        raise BadAddress(f"DATABASE_URL needs a package that is not here: {error.name}") from None


def _listening_engine(url: str) -> AsyncEngine:
    # In a transaction PostgreSQL tells nothing.
    return create_async_engine(
        url, hide_parameters=True, poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )


def _json(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    """Return what JSON says, or what is no JSON as it is: it must not hide all other rows."""
    try:
        return json.loads(value)
    except (TypeError, ValueError, RecursionError):
        return value


async def _ready_engine(url: str, *, as_it_is: bool) -> AsyncEngine:
    with _translated:
        engine = _engine(url)
        if engine.dialect.name == "sqlite":
            event.listen(engine.sync_engine, "connect", _configure_sqlite)
            if not as_it_is:
                event.listen(engine.sync_engine, "connect", _keep_journal)
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
        try:
            await (_recognise(engine) if as_it_is else _migrate(engine))
        except BaseException:
            await engine.dispose()
            raise
    return engine


def _configure_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # The driver's own transactions leave out CREATE TABLE and cannot begin immediate.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _keep_journal(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(JOURNAL)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # Reading first and writing later fails at once when another write came in between. What only
    # reads is one statement and needs no transaction.
    if connection.get_execution_options().get(WRITES):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


async def _migrate(engine: AsyncEngine) -> None:
    """Bring the tables up to date in one transaction: a kill half-way leaves nothing behind."""
    writing = engine.execution_options(**{WRITES: True})
    async with writing.connect() as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            await connection.execute(MIGRATION_LOCK)
        await connection.run_sync(_upgrade)


async def version_of_server(database: Database) -> str | None:
    """Return PostgreSQL's own version, such as "16.4"; None for SQLite."""
    if database.path is not None:
        return None
    row = await database.first(text("SHOW server_version"))
    return str(row["server_version"]) if row else None


async def _recognise(engine: AsyncEngine) -> None:
    """Raise unless the tables are this Kkachi's own; changes nothing."""
    async with engine.connect() as connection:
        versions = await connection.run_sync(schema.versions_of)
    if not versions:
        raise NoDatabase(f"the database has no tables yet; {BEFORE_THE_FIRST_START}")
    refuse_newer(versions, "the database")
    if not schema.is_current(versions):
        raise OlderDatabase(
            f"the database is of an older Kkachi (its tables are version {versions[0]}, this one's "
            f"are {schema.newest()}); use that one's commands, or start this one, which brings the "
            "tables up to date"
        )


def _upgrade(connection: Connection) -> None:
    versions = schema.versions_of(connection)
    refuse_newer(versions, "the database")
    if not schema.is_current(versions):
        schema.upgrade(connection)


def refuse_newer(versions: Sequence[str], what: Path | str) -> None:
    """Raise NewerDatabase when only a newer Kkachi knows these versions of the tables."""
    unknown = schema.unknown(versions)
    if unknown is not None:
        raise NewerDatabase(
            f"{what} was written by a newer Kkachi (its tables are version {unknown}); "
            "start that one, or restore a copy from before"
        )


@contextmanager
def _naming_the_setting() -> Iterator[None]:
    """Let whoever reads why a database does not open know which setting it is about."""
    try:
        yield
    except BadAddress:
        raise
    except StorageError as error:
        raise type(error)(f"DATABASE_URL: {error}") from error


def _first_line(error: BaseException) -> str:
    """Return the driver's own words; SQLAlchemy appends the statement on further lines."""
    return str(error).partition("\n")[0] or type(error).__name__
