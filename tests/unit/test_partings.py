"""Connections that Kakao has not undone when they were to end: said so, and tried again."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.services.accounts.partings import (
    HELD_SECONDS,
    KEPT_DAYS,
    UNDONE,
    WAITS,
    Parting,
    Partings,
)
from bot.services.clock import DAY
from sandbox.kakao import LocalKakao
from storage.partings import PartingStore
from storage.tables import partings
from storage.vault import Vault
from tests.support.linking import JUNHO, MINJI, LinkWorld, open_house

ADMIN_KEY = "sandbox-admin-key"
UNLINK, TOKEN = "/v1/user/unlink", "/oauth/token"
Trouble = Callable[[LocalKakao], None]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[LinkWorld]:
    async with open_house(tmp_path) as house:
        await house.link("민지")
        yield house


@pytest.fixture
async def keyed(tmp_path: Path) -> AsyncIterator[LinkWorld]:
    async with open_house(tmp_path, admin_key=ADMIN_KEY) as house:
        await house.link("민지")
        yield house


def is_connected(house: LinkWorld, name: str = "민지") -> bool:
    return house.kakao.account(name).link is not None


async def tried_after(house: LinkWorld, seconds: float) -> None:
    house.clock.passes(seconds)
    await house.partings.try_again()


async def kept(house: LinkWorld) -> int:
    return len(await house.database.all(select(partings.c.id)))


TROUBLES: dict[str, tuple[Trouble, str]] = {
    "503": (lambda kakao: kakao.down(True), "away"),
    "busy": (lambda kakao: kakao.fail_next(1, None, 500, path=UNLINK), "away"),
    "page": (lambda kakao: kakao.fall_ill("page", UNLINK), "away"),
    "reset": (lambda kakao: kakao.fall_ill("reset", UNLINK), "unclear"),
    "suspended": (lambda kakao: kakao.fail_next(1, -12, path=UNLINK), "refused"),
    "nobody knows": (lambda kakao: kakao.fail_next(1, -777, 400, path=UNLINK), "refused"),
}


@pytest.mark.parametrize("name", TROUBLES)
@pytest.mark.parametrize("has_key", [False, True])
async def test_what_kakao_has_not_undone_is_tried_again_until_it_has(
    tmp_path: Path, name: str, has_key: bool
) -> None:
    trouble, obstacle = TROUBLES[name]
    async with open_house(tmp_path, admin_key=ADMIN_KEY if has_key else "") as house:
        await house.link("민지")
        trouble(house.kakao)
        parting = await house.links.unlink(MINJI)
        assert parting == Parting(obstacle, "for-days" if has_key else "while-running")  # type: ignore[arg-type] # from a table
        assert await house.links.get(MINJI) is None
        assert is_connected(house)
        house.kakao.down(False)
        house.kakao.get_well()
        await tried_after(house, 60)
        assert not is_connected(house)
        assert await kept(house) == 0
        before = house.calls(UNLINK)
        await tried_after(house, DAY)
        assert house.calls(UNLINK) == before


async def test_a_kakao_that_nothing_listens_at_is_away(keyed: LinkWorld) -> None:
    keyed.client._app = type(keyed.client._app)("k", "s", "r", *["http://127.0.0.1:1"] * 2)
    assert (await keyed.links.unlink(MINJI)).obstacle == "away"


async def test_of_who_left_only_the_sealed_account_is_kept(keyed: LinkWorld) -> None:
    link = await keyed.linked()
    keyed.kakao.down(True)
    await keyed.links.unlink(MINJI)
    [row] = await keyed.database.all(select(partings))
    assert set(row) == {"id", "account", "tries", "next_try_at", "expires_at"}
    for word in (str(link.kakao_id), link.nickname, link.access_token, link.refresh_token):
        assert word.encode() not in b"".join(str(value).encode() for value in row.values())
        assert word.encode() not in row["account"]


async def test_without_the_admin_key_nothing_is_kept_in_the_database(house: LinkWorld) -> None:
    house.kakao.down(True)
    await house.links.unlink(MINJI)
    assert await kept(house) == 0


async def test_dead_tokens_are_no_hindrance_with_the_admin_key(keyed: LinkWorld) -> None:
    keyed.kakao.revoke_tokens(keyed.kakao.account("민지"))
    assert await keyed.links.unlink(MINJI) == UNDONE
    assert not is_connected(keyed)
    assert await kept(keyed) == 0


async def test_dead_tokens_without_the_admin_key_are_said_to_be_the_end(house: LinkWorld) -> None:
    house.kakao.revoke_tokens(house.kakao.account("민지"))
    assert await house.links.unlink(MINJI) == Parting("lapsed", "no-more")
    await tried_after(house, DAY)
    assert is_connected(house)


async def test_what_the_member_has_undone_at_kakao_meanwhile_is_done(keyed: LinkWorld) -> None:
    keyed.kakao.down(True)
    await keyed.links.unlink(MINJI)
    keyed.kakao.down(False)
    keyed.kakao.unlink(keyed.kakao.account("민지"))
    await tried_after(keyed, 60)
    assert await kept(keyed) == 0


@pytest.mark.parametrize("has_key", [False, True])
@pytest.mark.parametrize("member_id", [MINJI, JUNHO])
async def test_whoever_links_the_account_again_keeps_it(
    tmp_path: Path, has_key: bool, member_id: int
) -> None:
    async with open_house(tmp_path, admin_key=ADMIN_KEY if has_key else "") as house:
        await house.link("민지")
        house.kakao.down(True)
        await house.links.unlink(MINJI)
        house.kakao.down(False)
        await house.link("민지", member_id)
        for wait in WAITS:
            await tried_after(house, wait)
        assert is_connected(house)
        assert await house.token(member_id)
        assert await kept(house) == 0


@pytest.mark.parametrize("has_key", [False, True])
async def test_it_is_not_tried_for_ever_nor_too_often(tmp_path: Path, has_key: bool) -> None:
    async with open_house(tmp_path, admin_key=ADMIN_KEY if has_key else "") as house:
        await house.link("민지")
        house.kakao.down(True)
        await house.links.unlink(MINJI)
        days = KEPT_DAYS if has_key else int(HELD_SECONDS / DAY)
        for _ in range(days * 48):
            await tried_after(house, 1800)
        assert house.calls(UNLINK) < 30 + days * 4
        house.kakao.down(False)
        await tried_after(house, DAY)
        await tried_after(house, DAY)
        assert is_connected(house)
        assert await kept(house) == 0


async def test_a_clock_that_was_set_back_stops_no_parting(keyed: LinkWorld) -> None:
    keyed.kakao.down(True)
    await keyed.links.unlink(MINJI)
    keyed.kakao.down(False)
    keyed.clock.passes(-7 * DAY)
    await keyed.partings.try_again()
    assert not is_connected(keyed)


async def test_after_a_restart_the_admin_key_goes_on(keyed: LinkWorld) -> None:
    keyed.kakao.down(True)
    await keyed.links.unlink(MINJI)
    keyed.kakao.down(False)
    anew = Partings(keyed.store, keyed.client, keyed.partings._store, now=keyed.clock)
    keyed.clock.passes(60)
    await anew.try_again()
    assert not is_connected(keyed)


async def test_a_row_that_no_key_opens_holds_up_no_other(keyed: LinkWorld) -> None:
    other = PartingStore(keyed.database, Vault([b"o" * 32]))
    await other.add(1, next_try_at=0.0, expires_at=keyed.clock() + DAY)
    keyed.kakao.down(True)
    await keyed.links.unlink(MINJI)
    keyed.kakao.down(False)
    await tried_after(keyed, 60)
    assert not is_connected(keyed)


async def test_an_admin_key_that_may_not_unlink_goes_on_when_it_may(keyed: LinkWorld) -> None:
    keyed.kakao.app.admin_key_may.clear()
    keyed.kakao.revoke_tokens(keyed.kakao.account("민지"))
    assert await keyed.links.unlink(MINJI) == Parting("refused", "for-days")
    keyed.kakao.app.admin_key_may.add("unlink")
    await tried_after(keyed, 60)
    assert not is_connected(keyed)


async def test_an_admin_key_that_is_wrong_does_not_stop_the_tokens(tmp_path: Path) -> None:
    async with open_house(tmp_path, admin_key="of another app") as house:
        await house.link("민지")
        house.kakao.down(True)
        await house.links.unlink(MINJI)
        house.kakao.down(False)
        await tried_after(house, 60)
        assert not is_connected(house)


async def test_a_former_account_is_left_at_kakao_as_well_later(keyed: LinkWorld) -> None:
    keyed.kakao.fail_next(1, -7, path=UNLINK)
    await keyed.link("준호")
    assert is_connected(keyed)
    await tried_after(keyed, 60)
    assert not is_connected(keyed)
    assert is_connected(keyed, "준호")


async def test_a_number_that_is_not_awaited_any_more_ends_the_connection_later(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path, asks_number=True, admin_key=ADMIN_KEY) as house:
        await house.link("민지")
        house.kakao.down(True)
        parting = await house.pending.cancel(MINJI)
        assert parting == Parting("away", "for-days")
        house.kakao.down(False)
        await tried_after(house, 60)
        assert not is_connected(house)


async def test_nothing_of_it_reaches_a_log(
    keyed: LinkWorld, caplog: pytest.LogCaptureFixture
) -> None:
    link = await keyed.linked()
    keyed.kakao.down(True)
    await keyed.links.unlink(MINJI)
    await tried_after(keyed, 60)
    assert "Kakao keeps a connection: Unavailable -9798" in caplog.text
    for word in (str(link.kakao_id), link.access_token, ADMIN_KEY):
        assert word not in caplog.text
