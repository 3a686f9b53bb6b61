"""Copies of the database: taken while Kkachi works, and good for going on from."""

import asyncio
import sqlite3
import stat
from pathlib import Path

import pytest

from sandbox.demo.people import add_people
from sandbox.kakao import LocalKakao
from storage import schema
from storage.backup import BadBackup, NotSqlite, back_up, check, restore
from storage.database import DatabaseBusy, NewerDatabase, open_database
from storage.deliveries import DeliveryState
from tests.support.outbox import MINJI, NOON, Clock, open_outbox, opened
from tests.unit.test_config import GOOD
from tests.unit.test_keys import ended


def url_of(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'kkachi.db'}"


def names(folder: Path, part: str) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if part in path.name)


async def test_a_copy_taken_during_sends_is_sound_and_only_for_its_owner(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    async with open_outbox(tmp_path) as world, world.running():
        forwards = [await world.to_me() for _ in range(20)]
        size = await asyncio.to_thread(back_up, url_of(tmp_path), copy)
        for forward in forwards:
            await world.settled(forward)

    check(copy)
    assert size == copy.stat().st_size > 0
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert names(tmp_path, "copy") == ["copy.db"]


async def test_a_restored_copy_is_used_like_the_original(tmp_path: Path) -> None:
    clock = Clock()
    kakao = LocalKakao(add_people, now=clock)
    async with kakao.serve():
        async with opened(kakao, kakao.url, tmp_path, clock) as world:
            await world.link()
            back_up(url_of(tmp_path), tmp_path / "copy.db")
            await world.links.unlink(MINJI)

        former = restore(url_of(tmp_path), tmp_path / "copy.db", NOON)

        assert former is not None
        assert former.exists()
        async with opened(kakao, kakao.url, tmp_path, clock) as world:
            assert await world.links.get(MINJI) is not None


async def test_friends_get_nothing_twice_after_going_back(tmp_path: Path) -> None:
    async with open_outbox(tmp_path) as world:
        to_friends, to_me = await world.to_friends("준호"), await world.to_me()
        back_up(url_of(tmp_path), tmp_path / "copy.db")
        async with world.running():
            await world.settled(to_friends)
            await world.settled(to_me)
        kakao, clock = world.kakao, world.clock
    restore(url_of(tmp_path), tmp_path / "copy.db", NOON)
    async with kakao.serve(), opened(kakao, kakao.url, tmp_path, clock) as world:
        await world.link()
        async with world.running():
            states = [(await world.only(forward)).state for forward in (to_friends, to_me)]
    assert states == [DeliveryState.UNKNOWN, DeliveryState.SENT]
    assert world.readers().count("준호") == 1


async def test_a_copy_never_replaces_a_file(tmp_path: Path) -> None:
    async with open_database(url_of(tmp_path)):
        (tmp_path / "copy.db").write_text("holiday pictures")
        with pytest.raises(BadBackup, match="exists already"):
            back_up(url_of(tmp_path), tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "holiday pictures"


@pytest.mark.parametrize("content", [b"", b"no database" * 500])
async def test_what_is_no_copy_is_not_restored(tmp_path: Path, content: bytes) -> None:
    async with open_database(url_of(tmp_path)):
        pass
    (tmp_path / "copy.db").write_bytes(content)
    with pytest.raises(BadBackup, match=r"no database of Kkachi's"):
        restore(url_of(tmp_path), tmp_path / "copy.db", NOON)
    async with open_database(url_of(tmp_path)) as database:
        await database.ping()


async def test_a_damaged_copy_is_not_restored(tmp_path: Path) -> None:
    async with open_outbox(tmp_path):
        back_up(url_of(tmp_path), tmp_path / "copy.db")
    data = bytearray((tmp_path / "copy.db").read_bytes())
    data[8192:40960] = b"\xff" * (40960 - 8192)
    (tmp_path / "copy.db").write_bytes(data)
    with pytest.raises(BadBackup):
        restore(url_of(tmp_path), tmp_path / "copy.db", NOON)


async def test_nothing_is_restored_while_kkachi_runs(tmp_path: Path) -> None:
    async with open_database(url_of(tmp_path)):
        back_up(url_of(tmp_path), tmp_path / "copy.db")
        with pytest.raises(DatabaseBusy):
            restore(url_of(tmp_path), tmp_path / "copy.db", NOON)


def test_other_databases_have_their_own_tools(tmp_path: Path) -> None:
    with pytest.raises(NotSqlite, match="pg_dump"):
        back_up("postgresql+asyncpg://localhost/kkachi", tmp_path / "copy.db")


def newer(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()


async def test_what_a_newer_kkachi_wrote_is_neither_copied_nor_put_back(tmp_path: Path) -> None:
    back_up(url_of(tmp_path), tmp_path / "copy.db")
    newer(tmp_path / "copy.db")
    with pytest.raises(NewerDatabase, match=r"copy\.db was written by a newer Kkachi"):
        restore(url_of(tmp_path), tmp_path / "copy.db", NOON)
    newer(tmp_path / "kkachi.db")
    with pytest.raises(NewerDatabase, match=r"kkachi\.db was written by a newer Kkachi"):
        back_up(url_of(tmp_path), tmp_path / "other.db")
    assert names(tmp_path, "other") == []


async def test_a_copy_from_before_takes_the_place_of_what_a_newer_kkachi_wrote(
    tmp_path: Path,
) -> None:
    back_up(url_of(tmp_path), tmp_path / "copy.db")
    newer(tmp_path / "kkachi.db")
    former = restore(url_of(tmp_path), tmp_path / "copy.db", NOON)
    assert former is not None
    assert schema.versions_in(former) == ("9999",)
    async with open_database(url_of(tmp_path)) as database:
        await database.ping()


async def test_a_copy_is_put_back_where_a_link_leads(tmp_path: Path) -> None:
    back_up(url_of(tmp_path), tmp_path / "copy.db")
    (tmp_path / "link.db").symlink_to(tmp_path / "kkachi.db")
    restore(f"sqlite+aiosqlite:///{tmp_path}/link.db", tmp_path / "copy.db", NOON)
    assert (tmp_path / "link.db").is_symlink()
    async with open_database(url_of(tmp_path)) as database:
        await database.ping()


@pytest.mark.parametrize(
    "command", ["run", "sync", "backup x.db", "restore kkachi.db", "keys rotate"]
)
async def test_every_command_says_so_in_one_line(tmp_path: Path, command: str) -> None:
    newer(tmp_path / "kkachi.db")
    settings = GOOD | {"DATABASE_URL": url_of(tmp_path)}
    status, out = await ended(settings, tmp_path, *command.split())
    assert status == (1 if command in {"run", "sync"} else 2)
    assert out.count("\n") == 1
    assert "was written by a newer Kkachi" in out
    assert "revision" not in out


async def test_the_commands_say_what_they_did(tmp_path: Path) -> None:
    settings = GOOD | {"DATABASE_URL": url_of(tmp_path)}
    async with open_database(url_of(tmp_path)):
        status, out = await ended(settings, tmp_path, "backup", "copy.db")
        assert (status, "found sound" in out) == (0, True)
        status, out = await ended(settings, tmp_path, "restore", "copy.db")
        assert (status, "in use by another" in out) == (2, True)
    status, out = await ended(settings, tmp_path, "restore", "copy.db")
    assert status == 0
    assert "copy.db is the database now" in out
