"""Kakao gives a pair of tokens once: a database that takes nothing right now does not lose it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.errors import LinkBroken
from bot.services.accounts.links import Links
from storage.database import StorageError
from storage.links import Link
from tests.support.linking import MINJI, LinkWorld, open_house, until

MONTH = 30 * 86400
FULL = "CREATE TRIGGER full BEFORE UPDATE ON links BEGIN SELECT RAISE(ABORT, 'disk full'); END"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[LinkWorld]:
    """민지 has linked her account, and her refresh token is old enough to be replaced."""
    async with open_house(tmp_path) as house:
        await house.link()
        house.clock.passes(MONTH + 86400)
        yield house


@asynccontextmanager
async def full_disk(house: LinkWorld) -> AsyncIterator[None]:
    await house.database.change(text(FULL))
    try:
        yield
    finally:
        await house.database.change(text("DROP TRIGGER full"))


@asynccontextmanager
async def saving(house: LinkWorld) -> AsyncIterator[None]:
    """Let what is not saved be tried again, as Kkachi does while it runs."""
    task = asyncio.create_task(house.links.tokens.run())
    try:
        yield
    finally:
        task.cancel()


async def stored(house: LinkWorld) -> Link:
    """Return the link as the next process would find it."""
    link = await house.store.get(MINJI)
    assert link is not None
    return link


async def test_a_pair_that_cannot_be_saved_is_used_and_saved_once_there_is_room(
    house: LinkWorld, caplog: pytest.LogCaptureFixture
) -> None:
    before = await stored(house)
    async with saving(house):
        async with full_disk(house):
            token = await house.token()
            assert await house.client.me(token)
            assert await house.token() == token
            used = await house.linked()
            assert await stored(house) == before

        async def saved() -> bool:
            return await stored(house) != before

        await until(saved)
    after = await stored(house)
    assert (after, after.access_token, house.calls("/oauth/token")) == (used, token, 2)
    assert after.refresh_token != before.refresh_token
    assert "disk full" in caplog.text
    assert not any(secret in caplog.text for secret in (token, after.refresh_token))


async def test_a_pair_that_is_saved_late_goes_on_after_a_restart(house: LinkWorld) -> None:
    async with full_disk(house):
        await house.token()
    await house.links.tokens.save(MINJI)
    house.clock.passes(86400)
    anew = Links(house.store, house.client, now=house.clock)
    assert await house.client.me((await anew.fresh(MINJI)).access_token)
    await house.links.unlink(MINJI)
    assert await house.store.get(MINJI) is None


async def test_a_pair_that_replaces_one_that_was_never_saved_is_saved_as_well(
    house: LinkWorld,
) -> None:
    async with full_disk(house):
        first = await house.linked()
        await house.token()
        house.clock.passes(MONTH + 86400)
        second = await house.linked()
        token = await house.token()
    await house.links.tokens.save(MINJI)
    after = await stored(house)
    assert after.access_token == token
    assert len({link.refresh_token for link in (first, second, after)}) == 3


async def test_a_pair_of_which_nobody_knows_whether_it_is_saved_is_followed_by_the_next(
    house: LinkWorld,
) -> None:
    """The database has committed, and said that it does not answer."""
    before = await house.linked()
    async with full_disk(house):
        await house.token()
    after = await house.linked()
    await house.store.save_tokens(
        before,
        access_token=after.access_token,
        access_expires_at=after.access_expires_at,
        refresh_token=after.refresh_token,
        refresh_expires_at=after.refresh_expires_at,
    )
    house.clock.passes(MONTH + 86400)
    token = await house.token()
    assert await house.client.me(token)
    last = await stored(house)
    assert (last.access_token, last.refresh_token != after.refresh_token) == (token, True)


async def test_what_somebody_else_has_noted_of_the_former_pair_does_not_hold_for_the_new_one(
    house: LinkWorld,
) -> None:
    """Another process has only the former one, and Kakao has refused it that."""
    async with full_disk(house):
        token = await house.token()
    await house.store.mark_broken(await stored(house), house.clock())
    assert await house.token() == token
    await house.links.tokens.save(MINJI)
    assert (await stored(house)).broken_at is None


async def test_an_access_token_that_cannot_be_saved_breaks_nothing_and_mends_nothing(
    house: LinkWorld,
) -> None:
    house.clock.passes(-MONTH)
    async with full_disk(house):
        token = await house.token()
    link = await house.linked()
    assert (link.access_token, link.refresh_token) == (token, (await stored(house)).refresh_token)
    await house.store.mark_broken(await stored(house), house.clock())
    with pytest.raises(LinkBroken):
        await house.token()


async def test_a_pair_that_kakao_refuses_before_it_is_saved_breaks_the_link(
    house: LinkWorld,
) -> None:
    async with full_disk(house):
        await house.token()
        house.kakao.revoke_tokens(house.kakao.account("민지"))
        house.clock.passes(86400)
        with pytest.raises(StorageError):
            await house.token()
    with pytest.raises(LinkBroken):
        await house.token()
    assert (await stored(house)).broken_at == house.clock()


async def test_a_pair_that_was_never_saved_leaves_a_link_alone_that_was_made_since(
    house: LinkWorld,
) -> None:
    async with full_disk(house):
        await house.token()
    await house.link()
    made = await stored(house)
    await house.links.tokens.save(MINJI)
    assert await house.linked() == await stored(house) == made


async def test_unlinking_uses_a_pair_that_was_never_saved_and_forgets_it(house: LinkWorld) -> None:
    async with full_disk(house):
        await house.token()
        house.kakao.expire_access_tokens(house.kakao.account("민지"))
        await house.links.unlink(MINJI)
    assert house.kakao.account("민지").link is None
    assert not house.links.tokens._unsaved
    assert await house.store.get(MINJI) is None
