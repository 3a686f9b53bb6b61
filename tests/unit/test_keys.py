"""New keys, and everything sealed anew while members go on using what is sealed."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Table, select, update

from bot.services.accounts.links import Links
from storage.database import Database, StorageError, open_database
from storage.links import Link, LinkStore
from storage.role_connections import RoleConnection, RoleConnectionStore
from storage.rotation import SEALED, Rotation
from storage.tables import links, role_connections
from storage.vault import Vault, VaultError
from tests.support.outbox import MINJI, NOON, World, open_outbox
from tests.support.processes import start_process
from tests.unit.test_config import GOOD

OLD, NEW, FIRST = b"o" * 32, b"n" * 32, b"k" * 32
BEFORE, BOTH, AFTER = Vault([OLD]), Vault([NEW, OLD]), Vault([NEW])
MEMBERS = 250


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as opened:
        yield opened


def link_of(member_id: int) -> Link:
    return Link(
        member_id=member_id,
        kakao_id=10_000 + member_id,
        nickname="민지",
        scopes=frozenset({"talk_message"}),
        access_token=f"access {member_id}",
        access_expires_at=NOON,
        refresh_token=f"refresh {member_id}",
        refresh_expires_at=NOON,
        locale="ko",
        linked_at=NOON,
        generation=f"generation {member_id}",
    )


async def rotate(database: Database, vault: Vault = BOTH) -> int:
    return sum([done async for done in Rotation(database, vault).run()])


async def test_after_a_rotation_the_new_key_alone_opens_everything(database: Database) -> None:
    await asyncio.gather(*(LinkStore(database, BEFORE).put(link_of(n)) for n in range(MEMBERS)))

    assert await Rotation(database, BOTH).left() == 2 * MEMBERS
    assert await rotate(database) == 2 * MEMBERS

    assert await Rotation(database, BOTH).left() == 0
    for number in range(MEMBERS):
        assert await LinkStore(database, AFTER).get(number) == link_of(number)


async def test_a_rotation_that_was_stopped_goes_on_where_it_was(database: Database) -> None:
    await asyncio.gather(*(LinkStore(database, BEFORE).put(link_of(n)) for n in range(MEMBERS)))
    async for _ in Rotation(database, BOTH).run():
        break

    left = await Rotation(database, BOTH).left()
    assert 0 < left < 2 * MEMBERS
    assert await rotate(database) == left


async def test_without_the_old_key_nothing_is_changed(database: Database) -> None:
    await LinkStore(database, BEFORE).put(link_of(1))
    with pytest.raises(VaultError, match="no key in TOKEN_KEYS"):
        await rotate(database, AFTER)
    assert await LinkStore(database, BEFORE).get(1) == link_of(1)


async def test_what_is_refreshed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    async with open_outbox(tmp_path) as world:
        renewing = asyncio.create_task(renew_again_and_again(world))
        for first, second in [(OLD, NEW), (NEW, OLD)] * 4:
            await rotate(world.database, Vault([first, second, FIRST]))
        latest = await renewing
        found = await LinkStore(world.database, Vault([NEW, OLD, FIRST])).get(MINJI)
        assert found is not None
        assert found.access_token == latest


async def renew_again_and_again(world: World) -> str:
    """Let a running Kkachi, which knows all keys, refresh a member's tokens."""
    store = LinkStore(world.database, Vault([NEW, OLD, FIRST]))
    links = Links(store, world.client, now=world.clock)
    link = await links.fresh(MINJI)
    for _ in range(8):
        link = await links.renew(link)
    return link.access_token


async def test_the_commands_make_a_key_and_move_to_it(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'kkachi.db'}"
    old = base64.b64encode(OLD).decode()
    new = (await ended(GOOD, tmp_path, "keys", "new"))[1].strip()
    assert len(base64.b64decode(new)) == 32
    async with open_database(url) as database:
        await LinkStore(database, BEFORE).put(link_of(1))
    settings = GOOD | {"DATABASE_URL": url, "TOKEN_KEYS": f"{new},{old}"}
    status, out = await ended(settings, tmp_path, "keys", "rotate")
    assert (status, "Everything is sealed" in out) == (0, True)
    async with open_database(url) as database:
        assert await LinkStore(database, Vault([base64.b64decode(new)])).get(1) == link_of(1)
        [row] = await database.all(select(links.c.access_token))
        assert b"access" not in row["access_token"]


async def test_a_missing_key_ends_the_rotation_with_one_line(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'kkachi.db'}"
    async with open_database(url) as database:
        await LinkStore(database, BEFORE).put(link_of(1))
        settings = GOOD | {"DATABASE_URL": url, "TOKEN_KEYS": base64.b64encode(NEW).decode()}
        status, out = await ended(settings, tmp_path, "keys", "rotate")
        assert (status, "is in use by another Kkachi process" in out) == (2, True)
    status, out = await ended(settings, tmp_path, "keys", "rotate")
    assert status == 2
    assert "no key in TOKEN_KEYS opens the access token of member 1" in out
    assert "Traceback" not in out


async def ended(settings: dict[str, str], folder: Path, *arguments: str) -> tuple[int | None, str]:
    """Run a command to its end; returns its status and all it printed."""
    process = await start_process(settings, folder, *arguments)
    out, err = await asyncio.wait_for(process.communicate(), 20)
    return process.returncode, out.decode() + err.decode()


async def test_tokens_of_kakao_and_of_discord_cannot_stand_in_for_each_other(
    database: Database,
) -> None:
    await LinkStore(database, AFTER).put(link_of(1))
    await RoleConnectionStore(database, AFTER).put(RoleConnection(1, "access", "refresh", NOON))
    for there, here in ((role_connections, links), (links, role_connections)):
        [row] = await database.all(select(here.c.access_token))
        theirs = select(there.c.access_token).scalar_subquery()
        await database.change(update(here).values(access_token=theirs))
        with pytest.raises(StorageError):
            await _open(database, here)
        await database.change(update(here).values(access_token=row["access_token"]))
        await _open(database, here)


async def _open(database: Database, table: Table) -> object:
    if table is links:
        return await LinkStore(database, AFTER).get(1)
    return await RoleConnectionStore(database, AFTER).get(1)


def test_every_sealed_column_has_a_kind_of_its_own() -> None:
    assert len({sealed.kind for sealed in SEALED}) == len(SEALED)
