"""Moving from a SQLite file to a PostgreSQL: all of it, or nothing."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    Integer,
    LargeBinary,
    Table,
    Text,
    insert,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import moving
from storage.database import (
    DatabaseBusy,
    NewerDatabase,
    NoDatabase,
    OlderDatabase,
    StorageError,
    open_database,
    rows_of,
)
from storage.jumps import Jump, JumpStore
from storage.moving import CannotMove, Moved, move
from storage.tables import metadata, rules
from tests.support.outbox import NOON
from tests.support.postgres import EMPTY, Cluster
from tests.unit.test_config import GOOD
from tests.unit.test_keys import ended

# Every column has another value in each of these rows, and in one more.
ROWS = 6
WORDS = ("까치", "가", "Ä", "a", "Z", '"quoted"\\\n\ttext', "🐦‍⬛", " ", "")
FLOATS = (0.1 + 0.2, 1e300, -5e-324, 1_785_553_200.123456, 0.0, -1.5, 1 / 3)
JSONS: tuple[object, ...] = (
    {"글": [1, 2.5, None, True, {"깊이": "🐦"}], "": ""},
    ["\u0000", "\ud83d\udc26"],
    [],
    "문장",
    0,
    False,
    {"큰 수": 2**63 - 1},
)
SPOILING = (
    """CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.member_id := 5; RETURN NEW; END $$""",
    "CREATE TRIGGER spoiling BEFORE INSERT ON jumps FOR EACH ROW EXECUTE FUNCTION spoil()",
)
Values = dict[str, Any]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/kkachi.db"


@pytest.fixture
async def empty(cluster: Cluster) -> AsyncIterator[str]:
    async with cluster.database(EMPTY) as url:
        yield url


def odd(column: "Column[Any]", number: int) -> object:
    """Return a value that a column may hold, another one for each row."""
    kind = column.type
    if column.table.autoincrement_column is column:
        return 3 * number + 1
    if column.nullable and number % 2:
        return None
    if isinstance(kind, JSON):
        return JSONS[number]
    if isinstance(kind, LargeBinary):
        return bytes([number, *range(256)])
    if isinstance(kind, Boolean):
        return bool(number % 2)
    if isinstance(kind, Double):
        return FLOATS[number]
    if isinstance(kind, Text):
        return WORDS[number]
    most = 2**31 - 1 if type(kind) is Integer else 2**63 - 1
    return most - number if number % 2 else -most + number


async def fill(url: str, *, empty: tuple[str, ...] = ()) -> None:
    """Put odd rows into all tables but these."""
    async with open_database(url) as database:
        for table in metadata.sorted_tables:
            rows = [
                {column.name: odd(column, number) for column in table.columns}
                for number in range(ROWS)
            ]
            if table.name not in empty:
                await database.change(insert(table).values(rows))


async def everything(url: str) -> dict[str, list[Values]]:
    """Return what all tables hold."""
    async with open_database(url, exclusive=False, as_it_is=True) as database:
        return {table.name: await held(database.all, table) for table in metadata.sorted_tables}


async def held(ask: Any, table: Table) -> list[Values]:  # noqa: ANN401 - a method of the database
    return sorted(await ask(select(table)), key=repr)


async def put_one(url: str) -> None:
    async with open_database(url) as database:
        await JumpStore(database).add(Jump("j1", 1, None, 2, 3, created_at=0.0, expires_at=1.0))


async def test_every_row_of_every_table_is_there_afterwards_whatever_it_holds(
    url: str, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "BATCH", 3)
    await fill(url)
    before = await everything(url)
    moved = await move(url, empty, NOON)
    assert await everything(empty) == before
    tables = len(metadata.sorted_tables)
    assert moved == Moved(ROWS * tables, tables, tmp_path / "kkachi.db.moved-20260801-030000")


COUNTED = [table for table in metadata.sorted_tables if table.autoincrement_column is not None]


async def add(connection: AsyncConnection, table: Table) -> int:
    """Add a row and return the id that it is given."""
    column = table.autoincrement_column
    assert column is not None
    values = {one.name: odd(one, ROWS) for one in table.columns if one is not column}
    [row] = await rows_of(connection, insert(table).values(values).returning(column))
    return int(row[column.name])


async def test_what_comes_later_gets_an_id_that_no_row_has_had(url: str, empty: str) -> None:
    await fill(url)
    async with open_database(url) as database:
        last = await database.write(lambda connection: add(connection, rules))
        await database.change(rules.delete().where(rules.c.id == last))
    await move(url, empty, NOON)
    async with open_database(empty) as database:
        for table in COUNTED:
            given = await database.write(partial(add, table=table))
            assert given == last + (table is rules)


async def test_the_former_file_is_put_aside_and_nothing_starts_with_its_place_empty(
    url: str, empty: str
) -> None:
    await put_one(url)
    moved = await move(url, empty, NOON)
    assert len((await everything(url.replace("kkachi.db", moved.former.name)))["jumps"]) == 1
    with pytest.raises(StorageError, match="is gone, though Kkachi has run there before"):
        async with open_database(url):
            pass


async def test_nothing_is_moved_while_kkachi_runs(url: str, empty: str) -> None:
    async with open_database(url):
        with pytest.raises(DatabaseBusy):
            await move(url, empty, NOON)
    await remains(url, empty)


async def test_nothing_is_moved_to_where_something_is(url: str, postgresql: str) -> None:
    await put_one(url)
    await put_one(postgresql)
    with pytest.raises(CannotMove, match="its table jumps has rows"):
        await move(url, postgresql, NOON)
    assert len((await everything(postgresql))["jumps"]) == 1
    async with open_database(url):
        pass


@pytest.mark.parametrize(("version", "error"), [("9999", NewerDatabase), ("0001", OlderDatabase)])
async def test_nothing_is_moved_to_tables_of_another_version(
    url: str, postgresql: str, version: str, error: type[StorageError]
) -> None:
    async with open_database(postgresql) as database:
        marked = text("UPDATE alembic_version SET version_num = :version")
        await database.change(marked.bindparams(version=version))
    with pytest.raises(error):
        await move(url, postgresql, NOON)
    async with open_database(url):
        pass


async def test_nothing_is_moved_from_tables_of_another_version(url: str, empty: str) -> None:
    async with open_database(url) as database:
        await database.change(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(OlderDatabase):
        await move(url, empty, NOON)
    await remains("", empty)


async def test_from_where_nothing_is_nothing_is_moved(tmp_path: Path, empty: str) -> None:
    with pytest.raises(NoDatabase):
        await move(f"sqlite+aiosqlite:///{tmp_path}/other.db", empty, NOON)


async def test_what_postgresql_cannot_hold_leaves_everything_as_it_was(
    url: str, empty: str
) -> None:
    await put_one(url)
    async with open_database(url) as database:
        await database.change(text("UPDATE jumps SET id = 'j' || char(0)"))
    with pytest.raises(StorageError):
        await move(url, empty, NOON)
    assert (await everything(empty))["jumps"] == []
    assert len((await everything(url))["jumps"]) == 1


async def test_a_copy_that_differs_is_thrown_away(url: str, empty: str) -> None:
    """As of a server that does something of its own to what is written."""
    await put_one(url)
    async with open_database(empty) as database:
        for statement in SPOILING:
            await database.change(text(statement))
    with pytest.raises(CannotMove, match="the table jumps is not like it"):
        await move(url, empty, NOON)
    assert (await everything(empty))["jumps"] == []


@pytest.mark.parametrize("turned", [False, True])
async def test_only_from_a_file_to_a_server_is_moved(
    url: str, postgresql: str, tmp_path: Path, turned: bool
) -> None:
    other = f"sqlite+aiosqlite:///{tmp_path}/other.db"
    source, target = (postgresql, url) if turned else (url, other)
    with pytest.raises(CannotMove, match="only from a SQLite file to a PostgreSQL"):
        await move(source, target, NOON)
    assert not (tmp_path / "other.db").exists()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en_GB.UTF-8", "1 in "),
        ("ko_KR.UTF-8", "행 1개를 복사하고 하나하나 비교했어요."),
    ],
)
async def test_the_command_says_in_both_languages_what_it_did_and_what_comes_next(
    url: str, empty: str, tmp_path: Path, language: str, said: str
) -> None:
    await put_one(url)
    settings = GOOD | {"DATABASE_URL": url, "LANG": language}
    status, out = await ended(settings, tmp_path, "move", empty)
    assert status == 0
    assert said in out
    assert "kkachi.db.moved-" in out
    assert "DATABASE_URL" in out
    status, out = await ended(settings | {"DATABASE_URL": empty}, tmp_path, "move", url)
    assert (status, out.count("\n")) == (2, 1)


async def remains(url: str, empty: str) -> None:
    """The file can be used, and the PostgreSQL has no tables."""
    if url:
        async with open_database(url):
            pass
    with pytest.raises(NoDatabase):
        await everything(empty)
