"""The table `visibilities`."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from storage.database import Database, open_database
from storage.links import LinkStore
from storage.vault import Vault
from storage.visibilities import VisibilityStore
from tests.support.watching import link_of_member

HERE, THERE = 7, 8


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as database:
        yield database


@pytest.fixture
async def store(database: Database) -> VisibilityStore:
    """Give the table, and links of the members 1 to 3 with the accounts 1001 to 1003."""
    links = LinkStore(database, Vault([bytes(32)]))
    for member_id in (1, 2, 3):
        await links.put(replace(link_of_member(member_id), kakao_id=1000 + member_id))
    return VisibilityStore(database)


async def test_of_any_number_of_friends_those_are_found_who_may_be_seen_there(
    store: VisibilityStore,
) -> None:
    await store.add(HERE, 1, 1.0)
    await store.add(HERE, 3, 2.0)
    await store.add(THERE, 2, 3.0)
    assert await store.among(HERE, range(2000)) == {1001: 1, 1003: 3}
    assert await store.among(THERE, range(1002)) == {}
    assert await store.among(HERE, []) == {}


async def test_once_more_changes_nothing_but_the_time(store: VisibilityStore) -> None:
    await store.add(HERE, 1, 1.0)
    await store.add(THERE, 1, 2.0)
    await store.add(HERE, 1, 3.0)
    assert await store.of(1) == [THERE, HERE]


async def test_who_has_no_link_is_not_kept(store: VisibilityStore) -> None:
    assert not await store.add(HERE, 4, 1.0)
    assert await store.of(4) == []


async def test_what_is_forgotten_is_a_member_a_server_or_both(store: VisibilityStore) -> None:
    for member_id in (1, 2):
        for guild_id in (HERE, THERE):
            await store.add(guild_id, member_id, 1.0)
    await store.forget(guild_id=HERE, member_id=1)
    assert (await store.of(1), await store.of(2)) == ([THERE], [HERE, THERE])
    await store.forget(guild_id=THERE)
    assert (await store.of(1), await store.of(2)) == ([], [HERE])
    with pytest.raises(ValueError, match="whose"):
        await store.forget()
