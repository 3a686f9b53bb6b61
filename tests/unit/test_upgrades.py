"""An older database is copied and brought forward, and nobody but Kkachi itself touches it."""

import asyncio
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from storage import copies, schema
from storage.backup import back_up, back_up_into, restore
from storage.copies import Copies
from storage.database import NoDatabase, OlderDatabase, StorageError, open_database
from storage.optouts import OptOutStore
from tests.support.outbox import NOON
from tests.support.world import ROOT
from tests.unit.test_config import GOOD
from tests.unit.test_keys import ended

DAY = 24 * 60 * 60
MEMBER = 42
MIGRATIONS = "storage/migrations"
OPENED = """
import asyncio, sys
from storage.database import open_database
async def main():
    async with open_database(sys.argv[1]):
        print("alembic" in sys.modules)
asyncio.run(main())
"""


def url_of(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'kkachi.db'}"


def two_versions_old(folder: Path) -> str:
    """Put a database in the folder as Kkachi made it two versions ago; return its version."""
    version = f"{int(schema.newest()) - 2:04}"
    (folder / "kkachi.db").unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{folder / 'kkachi.db'}")
    with engine.begin() as connection:
        schema.upgrade(connection, version)
        connection.exec_driver_sql("INSERT INTO optouts VALUES (?, ?)", (MEMBER, NOON))
    engine.dispose()
    return version


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def copies_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("kkachi.db.tables-*"))


async def test_a_database_two_versions_old_is_copied_and_brought_forward(tmp_path: Path) -> None:
    old = two_versions_old(tmp_path)
    async with open_database(url_of(tmp_path), now=lambda: NOON) as database:
        assert MEMBER in await OptOutStore(database).all()
    assert schema.is_current(schema.versions_in(tmp_path / "kkachi.db"))
    [copy] = copies_in(tmp_path)
    assert schema.versions_in(copy) == (old,)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600

    restore(url_of(tmp_path), copy, NOON + DAY)
    assert schema.versions_in(tmp_path / "kkachi.db") == (old,)
    async with open_database(url_of(tmp_path), now=lambda: NOON + DAY) as database:
        assert MEMBER in await OptOutStore(database).all()
    assert len(copies_in(tmp_path)) == 2


async def test_what_is_up_to_date_or_new_is_not_copied(tmp_path: Path) -> None:
    for _ in range(2):
        async with open_database(f"sqlite+aiosqlite:///{tmp_path}/data/new.db"):
            pass
    async with open_database(url_of(tmp_path)):
        pass
    assert copies_in(tmp_path) == []
    assert [one.name for one in (tmp_path / "data").glob("*.tables-*")] == []


async def test_without_a_copy_nothing_is_migrated(tmp_path: Path) -> None:
    old = two_versions_old(tmp_path)
    name = f"kkachi.db.tables-{old}-{copies.stamp(NOON)}"
    (tmp_path / name / "in the way").mkdir(parents=True)
    with pytest.raises(StorageError, match=r"no copy of it .* so nothing was changed"):
        async with open_database(url_of(tmp_path), now=lambda: NOON):
            pass
    assert schema.versions_in(tmp_path / "kkachi.db") == (old,)
    assert [one for one in names(tmp_path) if one.endswith(".part")] == []


def test_where_there_is_too_little_room_no_copy_is_begun(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"it takes \d+ MiB, and the disk has 1 MiB left"):
        copies.keep(tmp_path / "kkachi.db", "0001", NOON, lambda _folder: 1024 * 1024)
    assert copies_in(tmp_path) == []


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=6, unique=True))
def test_the_newest_copies_stay_whichever_version_they_are_of(
    tmp_path_factory: pytest.TempPathFactory, moments: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("copies")
    made = {
        moment: folder / f"k.db.tables-{moment % 7}-{copies.stamp(moment)}" for moment in moments
    }
    for path in made.values():
        path.touch()
    (folder / "k.db.tables-of-mine").touch()
    copies.prune(folder, "k.db.tables-", 2)
    left = {made[moment] for moment in sorted(moments)[-2:]}
    assert set(folder.iterdir()) == left | {folder / "k.db.tables-of-mine"}


async def test_copies_are_erased_after_a_month_since_they_hold_what_members_erase(
    tmp_path: Path,
) -> None:
    for days in (0, 20):
        (tmp_path / f"kkachi.db.tables-0001-{copies.stamp(NOON + days * DAY)}").touch()
    shelf = Copies(tmp_path / "kkachi.db")
    await shelf.purge(NOON + 29 * DAY)
    assert len(copies_in(tmp_path)) == 2
    await shelf.purge(NOON + 31 * DAY)
    assert len(copies_in(tmp_path)) == 1
    assert (tmp_path / "kkachi.db").exists()
    await Copies(None).purge(NOON)


def test_each_migration_is_in_a_file_that_begins_with_its_version() -> None:
    scripts = ScriptDirectory(str(ROOT / MIGRATIONS))
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")
        assert schema.unknown([script.revision]) is None
    assert schema.newest() == scripts.get_current_head()


def test_alembic_is_imported_only_where_the_tables_are_not_up_to_date(tmp_path: Path) -> None:
    two_versions_old(tmp_path)
    for imports_it in (True, False):
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", OPENED, url_of(tmp_path)],
            capture_output=True, text=True, check=True, cwd=ROOT,
        )  # fmt: skip
        assert done.stdout.strip() == str(imports_it)


async def test_taken_as_it_is_an_older_database_stays_to_the_byte(tmp_path: Path) -> None:
    two_versions_old(tmp_path)
    before = (tmp_path / "kkachi.db").read_bytes()
    with pytest.raises(OlderDatabase, match="DATABASE_URL: the database is of an older Kkachi"):
        async with open_database(url_of(tmp_path), exclusive=False, as_it_is=True):
            pass
    assert (tmp_path / "kkachi.db").read_bytes() == before
    assert names(tmp_path) == ["kkachi.db"]


@pytest.mark.parametrize("there", ["nothing", "an empty file"])
async def test_taken_as_it_is_a_database_that_is_not_there_is_not_made(
    tmp_path: Path, there: str
) -> None:
    path = tmp_path / "data" / "kkachi.db"
    if there == "an empty file":
        path.parent.mkdir()
        path.touch()
    with pytest.raises(NoDatabase, match="before the first start of Kkachi this is normal"):
        async with open_database(f"sqlite+aiosqlite:///{path}", exclusive=False, as_it_is=True):
            pass
    assert path.exists() == (there == "an empty file")


@pytest.mark.parametrize(
    ("command", "says"),
    [("keys rotate", "is of an older Kkachi"), ("sync", "is of an older Kkachi"), ("backup x", "")],
)
async def test_the_commands_leave_an_older_database_as_it_is(
    tmp_path: Path, command: str, says: str
) -> None:
    old = two_versions_old(tmp_path)
    before = (tmp_path / "kkachi.db").read_bytes()
    settings = GOOD | {"DATABASE_URL": url_of(tmp_path), "WEB_PORT": "9"}
    status, out = await ended(settings, tmp_path, *command.split())
    assert (status == 0, says in out) == (not says, True)
    assert (tmp_path / "kkachi.db").read_bytes() == before
    if not says:
        assert schema.versions_in(tmp_path / "x") == (old,)


@pytest.mark.parametrize("command", ["keys rotate", "backup x", "backup x --keep 3"])
async def test_the_commands_make_no_database(tmp_path: Path, command: str) -> None:
    settings = GOOD | {"DATABASE_URL": "sqlite+aiosqlite:///data/kkachi.db", "WEB_PORT": "9"}
    status, out = await ended(settings, tmp_path, *command.split())
    assert status == 1
    assert "before the first start of Kkachi this is normal" in out
    assert out.count("\n") == 1
    assert not (tmp_path / "data").exists()


async def test_a_copy_for_each_night_is_kept_for_as_many_nights_as_asked(tmp_path: Path) -> None:
    shelf = tmp_path / "copies"
    shelf.mkdir()
    (shelf / "kkachi-notes.txt").touch()
    for night in range(4):
        moment = NOON + night * DAY
        await asyncio.to_thread(back_up_into, url_of(tmp_path), shelf, 2, moment)
    names = [f"kkachi-{copies.stamp(NOON + night * DAY)}.db" for night in (2, 3)]
    assert sorted(one.name for one in shelf.iterdir()) == [*names, "kkachi-notes.txt"]
    settings = GOOD | {"DATABASE_URL": url_of(tmp_path)}
    status, out = await ended(settings, tmp_path, "backup", "copies", "--keep", "1")
    assert (status, "2 older copies removed" in out) == (0, True)
    assert len(list(shelf.glob("*.db"))) == 1


async def test_an_older_database_can_be_backed_up_before_it_is_brought_forward(
    tmp_path: Path,
) -> None:
    old = two_versions_old(tmp_path)
    back_up(url_of(tmp_path), tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [(old,)]
