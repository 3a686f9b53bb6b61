"""A database two versions old, with all that people had in it, under this version and back."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.discord import Message, Person, Reply
from storage import schema
from storage.backup import restore
from tests.journeys.test_settings_panel import select, turned
from tests.support.world import CHAT, World, open_world, until
from tests.unit.test_upgrades import copies_in, two_versions_old, url_of

MENU_ME = "Send to my KakaoTalk"
FEATURES = ("카카오톡 연결", "보내기", "하이라이트 규칙", "소식 알림")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        await world.link("민지")
        yield world


def make_older(folder: Path) -> str:
    """Give the tables the form that they had two versions ago, with all rows that fit in them."""
    newer = folder / "newer.db"
    (folder / "kkachi.db").rename(newer)
    version = two_versions_old(folder)
    with closing(sqlite3.connect(folder / "kkachi.db")) as old:
        old.execute("ATTACH ? AS newer", (str(newer),))
        for table in tables(old, "main") & tables(old, "newer") - {"alembic_version"}:
            both = columns(old, "main", table) & columns(old, "newer", table)
            names = ", ".join(f'"{one}"' for one in sorted(both))
            old.execute(f'DELETE FROM main."{table}"')  # noqa: S608 - of our own tables
            copied = f'INSERT INTO main."{table}" ({names}) SELECT {names} FROM newer."{table}"'  # noqa: S608 - the same
            old.execute(copied)
        old.commit()
    newer.unlink()
    return version


def tables(database: sqlite3.Connection, schema_name: str) -> set[str]:
    query = f"SELECT name FROM {schema_name}.sqlite_master WHERE type = 'table'"  # noqa: S608 - one of two names
    found = {str(name) for (name,) in database.execute(query)}
    return {name for name in found if not name.startswith("sqlite_")}


def columns(database: sqlite3.Connection, schema_name: str, table: str) -> set[str]:
    return {str(row[1]) for row in database.execute(f'PRAGMA {schema_name}.table_info("{table}")')}


async def prepare(world: World, minji: Person, hajun: Person) -> tuple[Message, Reply]:
    """Let people have settings, a panel that is open, a rule, and a card that is parked."""
    panel = await hajun.slash(CHAT, "settings panel")
    panel = await hajun.choose(panel, select(panel, "features"), FEATURES)
    await minji.slash(CHAT, "highlight add", word="번개")
    message = await world.discord.person("준호").say(CHAT, "기다리는 카드")
    world.kakao.withdraw(world.kakao.account("민지"), "talk_message")
    parked = await minji.menu(CHAT, MENU_ME, message)
    assert "동의" in parked.text
    return panel.answer, parked


async def all_is_there(minji: Person, hajun: Person, panel: Message) -> None:
    """See that the rule, the settings and the panel of before do what they did."""
    assert "번개" in (await minji.slash(CHAT, "highlight list")).text
    assert "공유" in (await turned(hajun, "바뀐 내역")).text
    refused = await minji.slash(CHAT, "compose", kind="text")
    assert "꺼 두었어요" in refused.text
    name = next(
        one["custom_id"]
        for part in panel.components
        for row in part["components"]
        for one in row.get("components", [])
        if str(one.get("custom_id")).startswith("kkachi:setting:page")
    )
    assert "바꾼 기록" in (await hajun.choose(panel, name, ["바뀐 내역"])).text


async def test_what_people_had_two_versions_ago_goes_on_and_the_copy_brings_it_back(
    world: World, tmp_path: Path, minji: Person
) -> None:
    hajun = world.discord.person("하준")
    panel, parked = await prepare(world, minji, hajun)
    await world.stop_bot()
    old = make_older(tmp_path)

    await world.start_bot()
    assert schema.is_current(schema.versions_in(tmp_path / "kkachi.db"))
    await all_is_there(minji, hajun, panel)
    await world.follow(parked, "민지")
    await until(lambda: holds(world, "기다리는 카드"))
    await world.discord.person("준호").say(CHAT, "오늘 번개 있어요")
    await until(lambda: holds(world, "번개"), 20)
    await world.stop_bot()

    [copy] = copies_in(tmp_path)
    assert schema.versions_in(copy) == (old,)
    restore(url_of(tmp_path), copy, 0.0)
    assert schema.versions_in(tmp_path / "kkachi.db") == (old,)
    world.kakao.outbox.clear()
    await world.start_bot()
    await all_is_there(minji, hajun, panel)
    # It is parked again, and waits as it did: nobody gets a card a second time by itself.
    assert not holds(world, "기다리는 카드")


def holds(world: World, words: str) -> bool:
    return any(words in str(one.template) for one in world.kakao.outbox)
