"""Opening the database: one process, one grouped writer, tables that match the migrations."""

import asyncio
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.alarms import Alarms
from bot.services.highlights.filters import Filter
from bot.services.operations.supervision import Restarts, Supervisor
from bot.services.servers.settings import CustomTemplate, GuildSettings, Settings
from storage.database import DatabaseBusy, NewerDatabase, StorageError, open_database
from storage.deliveries import DeliveryStore
from storage.jumps import Jump, JumpStore
from storage.links import ACCESS, REFRESH, LinkStore
from storage.rules import RuleOptions, RuleStore
from storage.settings import SettingsStore
from storage.tables import metadata
from tests.support.world import until
from tests.unit.test_storage_links import LINK, VAULT

HOLD_AND_WAIT = """
import asyncio, sys
from storage.database import open_database

async def main():
    async with open_database(sys.argv[1]):
        print("open", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""
MUCH_TO_COUNT = """
WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 2000000)
SELECT max(n) FROM counted
"""
OPEN_ONCE = HOLD_AND_WAIT.replace("await asyncio.sleep(60)", "pass")


def url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/data/kkachi.db"


def jump(number: int) -> Jump:
    return Jump(f"j{number}", 1, None, 2, number, created_at=0.0, expires_at=1.0)


async def test_folder_and_file_are_made_for_the_owner_only(tmp_path: Path) -> None:
    async with open_database(url(tmp_path)) as database:
        await JumpStore(database).add(jump(1))
        modes = {file.name: file.stat().st_mode for file in (tmp_path / "data").iterdir()}
    assert {"kkachi.db", "kkachi.db-wal"} <= modes.keys()
    assert {stat.S_IMODE(mode) for mode in modes.values()} == {0o600}


async def test_what_is_written_is_there_after_opening_again(tmp_path: Path) -> None:
    async with open_database(url(tmp_path)) as database:
        await JumpStore(database).add(jump(1))
    async with open_database(url(tmp_path)) as database:
        assert await JumpStore(database).find("j1") == jump(1)


async def test_the_migrations_make_exactly_the_tables(tmp_path: Path) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, metadata))

    async with open_database(url(tmp_path)) as database:
        assert await database.read(lambda connection: connection.run_sync(differences)) == []


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("busy_timeout", 5000),
    ],
)
async def test_sqlite_is_set_up_for_safety(tmp_path: Path, pragma: str, value: object) -> None:
    async with open_database(url(tmp_path)) as database:
        row = await database.first(text(f"PRAGMA {pragma}"))
    assert row is not None
    assert list(row.values()) == [value]


async def test_a_second_process_is_refused_with_one_clear_line(tmp_path: Path) -> None:
    async with open_database(url(tmp_path)):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", OPEN_ONCE, url(tmp_path), stderr=subprocess.PIPE
        )
        _, errors = await process.communicate()
    last = errors.decode().strip().splitlines()[-1]
    assert process.returncode == 1
    assert last.startswith("storage.database.DatabaseBusy: ")
    assert str(tmp_path / "data" / "kkachi.db") in last


def by_link(folder: Path) -> Path:
    (folder / "link.db").symlink_to(folder / "data" / "kkachi.db")
    return folder / "link.db"


def by_link_to_a_link(folder: Path) -> Path:
    (folder / "other.db").symlink_to(by_link(folder))
    return folder / "other.db"


def by_link_to_the_folder(folder: Path) -> Path:
    (folder / "linked").symlink_to("data", target_is_directory=True)
    return folder / "linked" / "kkachi.db"


def by_detour(folder: Path) -> Path:
    return folder / "data" / ".." / "data" / "kkachi.db"


def by_relative_path(folder: Path) -> Path:
    return Path(os.path.relpath(folder / "data" / "kkachi.db"))


@pytest.mark.parametrize(
    "named", [by_link, by_link_to_a_link, by_link_to_the_folder, by_detour, by_relative_path]
)
async def test_a_second_process_is_refused_by_whichever_way_it_names_the_file(
    tmp_path: Path, named: Callable[[Path], Path]
) -> None:
    async with open_database(url(tmp_path)):
        other = f"sqlite+aiosqlite:///{named(tmp_path)}"
        with pytest.raises(DatabaseBusy, match=str(tmp_path / "data" / "kkachi.db")):
            async with open_database(other):
                pass


async def test_a_link_may_lead_to_a_file_that_is_yet_to_be_made(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    link = by_link(tmp_path)
    async with open_database(f"sqlite+aiosqlite:///{link}"):
        assert link.is_symlink()
        with pytest.raises(DatabaseBusy):
            async with open_database(url(tmp_path)):
                pass


async def test_a_file_with_two_names_is_refused(tmp_path: Path) -> None:
    async with open_database(url(tmp_path)):
        (tmp_path / "twin.db").hardlink_to(tmp_path / "data" / "kkachi.db")
    with pytest.raises(StorageError, match=r"DATABASE_URL: .* hard link"):
        async with open_database(f"sqlite+aiosqlite:///{tmp_path}/twin.db"):
            pass


async def test_a_folder_that_vanished_is_not_made_anew(tmp_path: Path) -> None:
    async with open_database(url(tmp_path)):
        pass
    shutil.rmtree(tmp_path / "data")
    with pytest.raises(StorageError, match=r"DATABASE_URL: .*kkachi.db is gone"):
        async with open_database(url(tmp_path)):
            pass
    assert not (tmp_path / "data").exists()


async def test_nor_is_a_file_on_a_disk_that_is_not_mounted(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    async with open_database(url(tmp_path)):
        pass
    shutil.rmtree(tmp_path / "data")
    (tmp_path / "data").mkdir()
    with pytest.raises(StorageError, match="is its disk mounted"):
        async with open_database(url(tmp_path)):
            pass
    assert list((tmp_path / "data").iterdir()) == []


async def test_whoever_wants_to_begin_anew_removes_the_note(tmp_path: Path) -> None:
    async with open_database(url(tmp_path)):
        pass
    shutil.rmtree(tmp_path / "data")
    (tmp_path / ".data.kkachi.db").unlink()
    async with open_database(url(tmp_path)) as database:
        await database.ping()


async def test_of_folders_that_are_missing_only_the_last_is_made(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"DATABASE_URL: there is no folder .*/disk; "):
        async with open_database(url(tmp_path / "disk")):
            pass
    assert not (tmp_path / "disk").exists()


async def test_a_killed_process_leaves_no_lock_behind(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLD_AND_WAIT, url(tmp_path), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"open\n"
    with pytest.raises(DatabaseBusy):
        async with open_database(url(tmp_path)):
            pass
    process.kill()
    await process.communicate()
    async with open_database(url(tmp_path)) as database:
        await database.ping()


async def test_tools_may_look_at_the_file_meanwhile(tmp_path: Path) -> None:
    async with (
        open_database(url(tmp_path)) as database,
        open_database(url(tmp_path), exclusive=False) as other,
    ):
        await JumpStore(database).add(jump(1))
        assert await JumpStore(other).find("j1") == jump(1)


@pytest.mark.parametrize("bad", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:"])
async def test_a_database_in_memory_is_refused(bad: str) -> None:
    with pytest.raises(StorageError, match="must name a file"):
        async with open_database(bad):
            pass


async def test_a_file_that_is_no_database_gives_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "kkachi.db").write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError, match="not a database"):
        async with open_database(url(tmp_path)):
            pass


async def test_a_database_from_the_future_is_refused(tmp_path: Path) -> None:
    async with open_database(url(tmp_path)) as database:
        await database.change(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="9999"):
        async with open_database(url(tmp_path)):
            pass


@pytest.mark.parametrize("exclusive", [True, False])
async def test_a_newer_kkachis_database_is_left_alone_and_says_so_in_plain_words(
    tmp_path: Path, *, exclusive: bool
) -> None:
    async with open_database(url(tmp_path)) as database:
        await database.change(text("UPDATE alembic_version SET version_num = '9999'"))
    file = tmp_path / "data" / "kkachi.db"
    before = file.read_bytes(), file.stat().st_mtime_ns
    with pytest.raises(NewerDatabase) as refused:
        async with open_database(url(tmp_path), exclusive=exclusive):
            pass
    assert str(refused.value).startswith(f"DATABASE_URL: {file} was written by a newer Kkachi")
    assert "revision" not in str(refused.value)
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert not (tmp_path / "data" / "kkachi.db-wal").exists()


@contextmanager
def migrated(folder: Path, revision: str) -> Iterator[Connection]:
    """Make a database as it was then."""
    (folder / "data").mkdir()
    engine = create_engine(f"sqlite:///{folder}/data/kkachi.db")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", "storage:migrations")
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        yield connection
    engine.dispose()


async def test_templates_named_before_they_were_settings_stay_named(tmp_path: Path) -> None:
    with migrated(tmp_path, "0005") as connection:
        for guild_id in (10, 20):
            row = """INSERT INTO templates VALUES (:guild_id, '소식', 7, '["WHO"]', 1, 0.0)"""
            connection.execute(text(row), {"guild_id": guild_id})
        kept = """INSERT INTO settings VALUES (20, 3, '{"language": "en"}')"""
        connection.execute(text(kept))

    async with open_database(url(tmp_path)) as database:
        settings = Settings(SettingsStore(database), lambda: 0.0)
        [new, old] = [await settings.version_of(guild_id) for guild_id in (10, 20)]
        named = {"소식": CustomTemplate("소식", 7, ("WHO",))}
        assert new == (1, GuildSettings(templates=named))
        assert old == (3, GuildSettings(templates=named, language="en"))
        await settings.change(10, 1, 1, templates={})
        assert (await settings.of(10)).templates == {}


async def test_what_waited_before_there_were_generations_goes_out_by_the_link_there_was(
    tmp_path: Path,
) -> None:
    tokens = {kind: VAULT.seal(kind, member_id=1, kind=kind) for kind in (ACCESS, REFRESH)}
    link = "INSERT INTO links VALUES (1, 7, '민지', '[]', :access, 0, :refresh, 0, 'ko', 0, NULL)"
    waiting = (
        "INSERT INTO deliveries (forward_id, member_id, chat, card, state, tries, repeats,"
        " next_try_at, created_at) VALUES ('f', :member_id, 'me', '{}', 'parked', 0, 0, 0, 0)"
    )
    with migrated(tmp_path, "0006") as connection:
        named = {"access": tokens[ACCESS], "refresh": tokens[REFRESH]}
        connection.execute(text(link), named)
        connection.execute(text(waiting), [{"member_id": 1}, {"member_id": 2}])
    async with open_database(url(tmp_path)) as database:
        links, outbox = LinkStore(database, VAULT), DeliveryStore(database)
        [kept, later] = [await links.get(1), replace(LINK, member_id=2)]
        assert kept is not None
        [row] = await outbox.unpark(1, frozenset(), 0.0)
        assert (row.member_id, row.link_generation) == (1, kept.generation)
        await links.put(later)
        assert await outbox.unpark(2, frozenset(), 0.0) == []


async def test_rules_and_filters_of_the_release_before_mean_what_they_did(
    tmp_path: Path,
) -> None:
    add = (
        "INSERT INTO rules (id, member_id, guild_id, kind, text, options, created_at)"
        " VALUES (:id, 1, 7, :kind, :text, :options, 0.0)"
    )
    kept = [
        ("word", "공지", "{}"),
        ("word", "rust", '{"mode": "anywhere", "cooldown": 600}'),
        ("reaction", "", '{"threshold": 5}'),
        ("role", "", "{}"),
    ]
    both = {"channels": [70], "categories": [], "members": [2], "roles": []}
    where = {"channels": [70], "categories": [], "members": [], "roles": []}
    filters = {7: {"ignore_bots": False, "only": both}, 8: {"only": where}, 9: {"only": "?"}}
    with migrated(tmp_path, "0024") as connection:
        for number, (kind, words, chosen) in enumerate(kept, 1):
            row = {"id": number, "kind": kind, "text": words, "options": chosen}
            connection.execute(text(add), row)
        for guild_id, values in filters.items():
            row = {"guild_id": guild_id, "filter": json.dumps(values)}
            connection.execute(text("INSERT INTO filters VALUES (1, :guild_id, :filter)"), row)

    async with open_database(url(tmp_path)) as database:
        store = RuleStore(database)
        [word, anywhere, reaction, role] = await store.of_member(1)
        assert word.options == role.options == RuleOptions()
        assert anywhere.options == RuleOptions(mode="anywhere", cooldown=600)
        assert reaction.options == RuleOptions(threshold=5)
        assert {one.guild_id for one in (word, anywhere, reaction, role)} == {7}
        [either, alone] = [Filter.model_validate(await store.filter(1, one)) for one in (7, 8)]
        assert (either.only_either, alone.only_either) == (True, False)
        assert not either.ignore_bots
        assert not either.ignore_webhooks
        assert await store.filter(1, 9) == {"only": "?"}


async def test_five_hundred_writes_at_once_are_all_committed(tmp_path: Path) -> None:
    async with open_database(url(tmp_path)) as database:
        jumps = JumpStore(database)
        await asyncio.gather(*(jumps.add(jump(number)) for number in range(500)))
    async with open_database(url(tmp_path)) as database:
        row = await database.first(text("SELECT count(*) AS n FROM jumps"))
    assert row == {"n": 500}


async def test_a_failing_change_fails_only_its_own_caller(tmp_path: Path) -> None:
    async with open_database(url(tmp_path)) as database:
        jumps = JumpStore(database)
        results = await asyncio.gather(
            *(jumps.add(jump(number)) for number in (1, 2, 1, 3)), return_exceptions=True
        )
        assert [type(result) for result in results] == [type(None)] * 2 + [
            StorageError,
            type(None),
        ]
        assert all([await jumps.find(f"j{number}") for number in (1, 2, 3)])


async def test_changes_that_are_alike_are_made_in_one_go_and_one_that_fails_fails_alone(
    tmp_path: Path,
) -> None:
    asked: list[list[int]] = []

    async def add(connection: AsyncConnection, numbers: Sequence[int]) -> list[int]:
        asked.append(list(numbers))
        row = text("INSERT INTO jumps VALUES (:id, 1, NULL, 1, 1, 0, 1)")
        await connection.execute(row, [{"id": f"j{number}"} for number in numbers])
        return [10 * number for number in numbers]

    async with open_database(url(tmp_path)) as database:
        written = await asyncio.gather(*(database.write_together(add, n) for n in (1, 2)))
        tried = await asyncio.gather(
            *(database.write_together(add, number) for number in (2, 3)), return_exceptions=True
        )
        assert (written, asked) == ([10, 20], [[1, 2], [2, 3], [2], [3]])
        assert (type(tried[0]), tried[1]) == (StorageError, 30)
        assert await JumpStore(database).find("j3") is not None


async def test_a_change_that_raises_is_undone_as_a_whole(tmp_path: Path) -> None:
    async def half(connection: AsyncConnection) -> None:
        await connection.execute(text("INSERT INTO jumps VALUES ('half', 1, NULL, 1, 1, 0, 1)"))
        raise LookupError("no further")

    async with open_database(url(tmp_path)) as database:
        with pytest.raises(LookupError, match="no further"):
            await database.write(half)
        assert await JumpStore(database).find("half") is None


async def test_a_caller_who_leaves_does_not_disturb_the_group(tmp_path: Path) -> None:
    async with open_database(url(tmp_path)) as database:
        jumps = JumpStore(database)
        writes = [asyncio.create_task(jumps.add(jump(number))) for number in range(20)]
        await asyncio.sleep(0)
        writes[7].cancel()
        results = await asyncio.gather(*writes, return_exceptions=True)
        assert [i for i, result in enumerate(results) if result is not None] == [7]
        assert await jumps.find("j19") is not None


async def test_a_failing_commit_fails_the_whole_group(tmp_path: Path) -> None:
    orphan = "INSERT INTO link_states VALUES (x'01', x'02', x'03', x'04', 0, NULL)"

    async def defer(connection: AsyncConnection) -> None:
        # A foreign key that is checked at COMMIT makes the COMMIT itself fail.
        await connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        await connection.execute(text(orphan))

    async with open_database(url(tmp_path)) as database:
        jumps = JumpStore(database)
        results = await asyncio.gather(
            jumps.add(jump(1)), database.write(defer), return_exceptions=True
        )
        assert [type(result) for result in results] == [StorageError, StorageError]
        assert await jumps.find("j1") is None
        await jumps.add(jump(2))


async def test_waiting_changes_are_committed_before_closing(tmp_path: Path) -> None:
    async with open_database(url(tmp_path)) as database:
        write = asyncio.create_task(JumpStore(database).add(jump(1)))
        await asyncio.sleep(0)
    await write
    with pytest.raises(StorageError, match="closed"):
        await JumpStore(database).add(jump(2))


async def test_readers_go_on_while_something_is_written(tmp_path: Path) -> None:
    async with open_database(url(tmp_path)) as database:
        reading, let_go = asyncio.Event(), asyncio.Event()

        async def hold(connection: AsyncConnection) -> None:
            await connection.execute(text("INSERT INTO jumps VALUES ('x', 1, NULL, 1, 1, 0, 1)"))
            reading.set()
            await let_go.wait()

        write = asyncio.create_task(database.write(hold))
        await reading.wait()
        assert await JumpStore(database).find("x") is None
        let_go.set()
        await write


async def forever(_: AsyncConnection) -> None:
    await asyncio.Event().wait()


async def busy(connection: AsyncConnection) -> None:
    """Write something, then keep SQLite's own thread from answering for a while."""
    await connection.execute(text("INSERT INTO jumps VALUES ('busy', 1, NULL, 1, 1, 0, 1)"))
    await connection.execute(text(MUCH_TO_COUNT))


@pytest.mark.parametrize("hanging", [forever, busy])
async def test_whoever_waits_for_a_database_that_hangs_gets_an_error_and_nothing_is_saved(
    tmp_path: Path, hanging: Callable[[AsyncConnection], Awaitable[None]]
) -> None:
    supervisor = Supervisor(Alarms(), Restarts(0.01, 0.01, 0.01))
    writing = partial(supervisor.run, "database")
    async with open_database(url(tmp_path), keep=writing, patience=0.1) as database:
        results = await asyncio.gather(
            database.write(hanging), JumpStore(database).add(jump(1)), return_exceptions=True
        )
        assert [type(result) for result in results] == [StorageError, StorageError]
        assert supervisor.down == {"database"}
        with pytest.raises(StorageError, match="until the writer is started anew"):
            await database.ping()
        await until(lambda: not database._undoing and not supervisor.down, 20)
        await JumpStore(database).add(jump(2))
        assert await JumpStore(database).find("busy") is None
        assert await JumpStore(database).find("j1") is None


async def test_a_writer_that_breaks_fails_whoever_waits_and_can_be_run_again(
    tmp_path: Path,
) -> None:
    async def cancelled(_: AsyncConnection) -> None:
        raise asyncio.CancelledError

    supervisor = Supervisor(Alarms(), Restarts(0.01, 0.01, 0.01))
    async with open_database(url(tmp_path), keep=partial(supervisor.run, "database")) as database:
        jumps = JumpStore(database)
        results = await asyncio.gather(
            database.write(cancelled), jumps.add(jump(1)), return_exceptions=True
        )
        assert [type(result) for result in results] == [StorageError, StorageError]
        await until(lambda: not supervisor.down)
        await jumps.add(jump(1))


class Reading:
    """A read that is let go when a test says so, and what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.begun, self.let_go = asyncio.Event(), asyncio.Event()

    async def read(self, _: AsyncConnection, numbers: Sequence[int]) -> list[int]:
        self.asked.append(list(numbers))
        self.begun.set()
        await self.let_go.wait()
        return [10 * number for number in numbers]


async def test_whoever_asks_alike_while_something_is_read_gets_what_is_read_after_it(
    tmp_path: Path,
) -> None:
    reading = Reading()
    async with open_database(url(tmp_path)) as database:
        first = asyncio.create_task(database.read_together(reading.read, 1))
        await reading.begun.wait()
        others = [asyncio.create_task(database.read_together(reading.read, n)) for n in (2, 2, 3)]
        await asyncio.sleep(0)
        reading.let_go.set()
        assert await asyncio.gather(first, *others) == [10, 20, 20, 30]
    assert reading.asked == [[1], [2, 2, 3]]


async def test_a_read_that_fails_fails_whoever_asked_for_it_and_nobody_after(
    tmp_path: Path,
) -> None:
    async def odd_ones(connection: AsyncConnection, numbers: Sequence[int]) -> Sequence[int]:
        if 2 in numbers:
            await connection.execute(text("SELECT * FROM nowhere"))
        if 4 in numbers:
            raise LookupError("no further")
        return numbers

    async with open_database(url(tmp_path)) as database:
        for wrong, error in ((2, StorageError), (4, LookupError)):
            asked = (database.read_together(odd_ones, number) for number in (1, wrong))
            failed = await asyncio.gather(*asked, return_exceptions=True)
            assert [type(result) for result in failed] == [error, error]
        assert await database.read_together(odd_ones, 3) == 3


async def test_a_read_that_hangs_keeps_those_who_ask_alike_only_for_a_while(tmp_path: Path) -> None:
    reading = Reading()
    async with open_database(url(tmp_path), patience=0.1) as database:
        hanging = asyncio.create_task(database.read_together(reading.read, 1))
        await reading.begun.wait()
        behind = asyncio.create_task(database.read_together(reading.read, 2))
        with pytest.raises(StorageError, match="does not answer"):
            await hanging
        reading.let_go.set()
        assert await behind == 20


async def test_whoever_leaves_before_their_turn_to_read_is_not_read_for(tmp_path: Path) -> None:
    reading = Reading()
    async with open_database(url(tmp_path)) as database:
        first = asyncio.create_task(database.read_together(reading.read, 1))
        await reading.begun.wait()
        others = [asyncio.create_task(database.read_together(reading.read, n)) for n in (2, 3)]
        await asyncio.sleep(0)
        others[0].cancel()
        reading.let_go.set()
        assert (await first, await others[1]) == (10, 30)
    assert reading.asked == [[1], [3]]


async def test_whoever_waits_for_a_read_hears_that_the_database_is_closed(tmp_path: Path) -> None:
    reading = Reading()
    async with open_database(url(tmp_path)) as database:
        waiting = [asyncio.create_task(database.read_together(reading.read, 1))]
        await reading.begun.wait()
        waiting.append(asyncio.create_task(database.read_together(reading.read, 2)))
        await asyncio.sleep(0)
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [str(result) for result in results] == ["the database is closed"] * 2


async def test_sql_mistakes_come_out_as_storage_errors(tmp_path: Path) -> None:
    async with open_database(url(tmp_path)) as database:
        for attempt in (database.all, database.change):
            with pytest.raises(StorageError, match="no such table"):
                await attempt(text("SELECT * FROM nowhere"))
