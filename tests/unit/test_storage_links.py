"""Links, link requests, jumps and drafts over a real file."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from storage.database import Database, open_database
from storage.drafts import Draft, DraftStore, Pick
from storage.jumps import Jump, JumpStore
from storage.link_requests import LinkRequest, LinkRequestStore
from storage.links import KakaoAccountTaken, Link, LinkStore, new_generation
from storage.personal import PersonalStore
from storage.vault import Vault, VaultError, digest
from tests.support.postgres import ONLY_SQLITE

VAULT = Vault([b"k" * 32])
LINK = Link(
    member_id=1,
    kakao_id=3_012_345_678,
    nickname="민지",
    scopes=frozenset({"profile_nickname", "talk_message"}),
    access_token="access-token-in-clear",
    access_expires_at=100.0,
    refresh_token="refresh-token-in-clear",
    refresh_expires_at=200.0,
    locale="ko",
    linked_at=50.0,
)
REQUEST = LinkRequest(
    digest=digest("link-token-in-clear"),
    member_id=1,
    member_name="민지",
    member_avatar_url="https://cdn/1.png",
    locale="ko",
    scopes=("profile_nickname", "talk_message"),
    draft_id=None,
    created_at=0.0,
    expires_at=1800.0,
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as database:
        yield database


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def open_state(requests: LinkRequestStore) -> None:
    await requests.add("link-token-in-clear", REQUEST)
    await requests.open_state(
        "link-token-in-clear",
        state="state-in-clear",
        browser="cookie-in-clear",
        verifier="verifier-in-clear",
        now=0.0,
        expires_at=600.0,
    )


async def test_a_link_comes_back_as_it_was_put(database: Database) -> None:
    links = LinkStore(database, VAULT)
    await links.put(LINK)
    assert await links.get(1) == LINK
    assert await links.get(2) is None


async def test_a_member_who_links_again_replaces_the_former_link(database: Database) -> None:
    links = LinkStore(database, VAULT)
    await links.put(replace(LINK, broken_at=60.0))
    await links.put(replace(LINK, kakao_id=9, nickname="민지 2"))
    assert await links.get(1) == replace(LINK, kakao_id=9, nickname="민지 2")


async def test_an_account_of_another_member_is_refused_and_both_links_stay(
    database: Database,
) -> None:
    links = LinkStore(database, VAULT)
    await links.put(LINK)
    own = replace(LINK, member_id=2, kakao_id=7)
    await links.put(own)
    with pytest.raises(KakaoAccountTaken):
        await links.put(replace(own, kakao_id=LINK.kakao_id))
    assert [await links.get(1), await links.get(2)] == [LINK, own]


async def test_a_refresh_without_a_new_refresh_token_keeps_the_old_one(database: Database) -> None:
    links = LinkStore(database, VAULT)
    await links.put(LINK)
    await links.save_tokens(LINK, access_token="a2", access_expires_at=300.0)
    assert await links.get(1) == replace(LINK, access_token="a2", access_expires_at=300.0)


async def test_a_refresh_with_a_new_refresh_token_replaces_both(database: Database) -> None:
    links = LinkStore(database, VAULT)
    await links.put(LINK)
    await links.save_tokens(
        LINK,
        access_token="a2",
        access_expires_at=300.0,
        refresh_token="r2",
        refresh_expires_at=400.0,
    )
    link = await links.get(1)
    assert link is not None
    assert (link.refresh_token, link.refresh_expires_at) == ("r2", 400.0)


async def test_a_link_breaks_only_once(database: Database) -> None:
    links = LinkStore(database, VAULT)
    await links.put(LINK)
    assert [await links.mark_broken(LINK, at) for at in (60.0, 61.0)] == [True, False]
    link = await links.get(1)
    assert link is not None
    assert link.broken_at == 60.0


async def test_what_a_former_refresh_brought_or_met_leaves_newer_tokens_alone(
    database: Database,
) -> None:
    links = LinkStore(database, VAULT)
    await links.put(LINK)
    newer = replace(LINK, refresh_token="r2")
    assert await links.save_tokens(
        LINK, access_token="a2", access_expires_at=300.0, refresh_token="r2"
    )
    assert not await links.save_tokens(LINK, access_token="old", access_expires_at=400.0)
    assert not await links.mark_broken(LINK, 60.0)
    assert await links.get(1) == replace(newer, access_token="a2", access_expires_at=300.0)
    assert await links.mark_broken(newer, 61.0)


async def test_a_new_refresh_token_is_good_although_the_former_one_was_refused(
    database: Database,
) -> None:
    links = LinkStore(database, VAULT)
    await links.put(LINK)
    assert await links.mark_broken(LINK, 60.0)
    await links.save_tokens(LINK, access_token="a2", access_expires_at=300.0)
    assert (await stored(links)).broken_at == 60.0
    await links.save_tokens(LINK, access_token="a3", access_expires_at=300.0, refresh_token="r2")
    assert (await stored(links)).broken_at is None


async def test_consents_of_a_link_that_was_made_anew_are_not_those_of_the_former_one(
    database: Database,
) -> None:
    links = LinkStore(database, VAULT)
    await links.put(LINK)
    for newer in (replace(LINK, linked_at=51.0), replace(LINK, kakao_id=9, generation="other")):
        await links.put(newer)
        await links.set_scopes(LINK, {"friends"})
        assert not await links.withdraw(LINK, {"talk_message"})
        assert (await stored(links)).scopes == LINK.scopes


async def test_a_consent_that_is_withdrawn_is_news_once(database: Database) -> None:
    links = LinkStore(database, VAULT)
    await links.put(LINK)
    assert [await links.withdraw(LINK, {"talk_message", "x"}) for _ in range(2)] == [True, False]
    assert (await stored(links)).scopes == {"profile_nickname"}


async def stored(links: LinkStore) -> Link:
    link = await links.get(1)
    assert link is not None
    return link


async def test_a_generation_stays_with_the_account_and_with_nothing_else(
    database: Database,
) -> None:
    links = LinkStore(database, VAULT)
    generations = []
    for kakao_id in (1, 1, 2, 1):
        await links.put(replace(LINK, kakao_id=kakao_id, generation=new_generation()))
        generations.append((await stored(links)).generation)
    await links.delete(1, 60.0)
    await links.put(replace(LINK, kakao_id=1, generation=new_generation()))
    generations.append((await stored(links)).generation)
    assert generations[0] == generations[1]
    assert len(set(generations)) == 4


async def test_scopes_can_change_and_a_link_can_go(database: Database) -> None:
    links = LinkStore(database, VAULT)
    await links.put(LINK)
    await links.set_scopes(LINK, {"talk_message"})
    assert await links.get(1) == replace(LINK, scopes=frozenset({"talk_message"}))
    assert [await links.delete(1, 60.0), await links.delete(1, 61.0)] == [[], None]
    assert await links.get(1) is None


async def test_a_token_copied_into_another_members_row_does_not_open(database: Database) -> None:
    links = LinkStore(database, VAULT)
    await links.put(LINK)
    await links.put(replace(LINK, member_id=2, kakao_id=7))
    steal = "UPDATE links SET access_token = (SELECT access_token FROM links WHERE member_id = 1)"
    await database.write(lambda connection: connection.exec_driver_sql(steal))
    with pytest.raises(VaultError):
        await links.get(2)


async def test_of_twenty_who_come_with_one_state_one_gets_it(database: Database) -> None:
    requests = LinkRequestStore(database, VAULT)
    await open_state(requests)
    states = await asyncio.gather(*(requests.consume("state-in-clear", 5.0) for _ in range(20)))
    [state] = [state for state in states if state is not None]
    assert state.request == REQUEST
    assert (state.browser, state.verifier) == (digest("cookie-in-clear"), "verifier-in-clear")


async def test_a_used_state_is_told_from_an_unknown_one(database: Database) -> None:
    requests = LinkRequestStore(database, VAULT)
    await open_state(requests)
    await requests.consume("state-in-clear", 5.0)
    assert await requests.consume("state-in-clear", 6.0) is None
    assert await requests.was_issued("state-in-clear")
    assert not await requests.was_issued("never-issued")


async def test_a_finished_request_says_so(database: Database) -> None:
    requests = LinkRequestStore(database, VAULT)
    await requests.add("link-token-in-clear", REQUEST)
    await requests.finish(REQUEST.digest, 9.0)
    assert await requests.find("link-token-in-clear") == replace(REQUEST, finished_at=9.0)
    assert await requests.find("another") is None


async def test_old_requests_go_with_their_states(database: Database) -> None:
    requests = LinkRequestStore(database, VAULT)
    await open_state(requests)
    await requests.purge(before=1800.0)
    assert await requests.find("link-token-in-clear") is not None
    await requests.purge(before=1801.0)
    assert await requests.find("link-token-in-clear") is None
    assert not await requests.was_issued("state-in-clear")


@ONLY_SQLITE
async def test_no_secret_stands_in_the_files(database: Database, tmp_path: Path) -> None:
    await LinkStore(database, VAULT).put(LINK)
    await open_state(LinkRequestStore(database, VAULT))
    files = everything_in(tmp_path)
    assert "민지".encode() in files
    assert b"-in-clear" not in files


def test_no_secret_stands_in_a_repr() -> None:
    assert "in-clear" not in repr(LINK)


async def test_after_a_deletion_the_files_hold_nothing_of_it(tmp_path: Path) -> None:
    async with open_database(f"sqlite+aiosqlite:///{tmp_path}/kkachi.db") as database:
        links = LinkStore(database, VAULT)
        await links.put(replace(LINK, nickname="어디에도 없을 이름"))
    assert "어디에도 없을 이름".encode() in everything_in(tmp_path)
    async with open_database(f"sqlite+aiosqlite:///{tmp_path}/kkachi.db") as database:
        await LinkStore(database, VAULT).delete(1, 60.0)
    assert "어디에도 없을 이름".encode() not in everything_in(tmp_path)


async def test_a_jump_is_found_until_it_is_purged(database: Database) -> None:
    jumps = JumpStore(database)
    jump = Jump("abc", 1, 10, 20, 30, created_at=0.0, expires_at=100.0)
    await jumps.add(jump)
    await jumps.purge(before=100.0)
    assert await jumps.find("abc") == jump
    await jumps.purge(before=101.0)
    assert await jumps.find("abc") is None


async def test_a_draft_keeps_what_was_picked(database: Database) -> None:
    drafts = DraftStore(database)
    draft = Draft("d", 1, {"object_type": "text"}, 10, 20, 30, "ko", 0.0, 100.0)
    await drafts.add(draft)
    picks = (Pick("uuid-1", "준호"), Pick("uuid-2", "서연"))
    assert await drafts.update("d", picks=picks, page=2) == replace(draft, picks=picks, page=2)
    assert await drafts.update("d", query="준") == replace(draft, picks=picks, page=2, query="준")
    assert await drafts.get("d") == replace(draft, picks=picks, page=2, query="준")


async def test_of_two_presses_only_one_takes_the_draft(database: Database) -> None:
    drafts = DraftStore(database)
    await drafts.add(Draft("d", 1, {}, None, None, None, "ko", 0.0, 100.0))
    assert sorted(await asyncio.gather(drafts.delete("d"), drafts.delete("d"))) == [False, True]
    assert await drafts.update("d", page=1) is None


async def test_forgetting_a_member_leaves_the_others_alone(database: Database) -> None:
    jumps, drafts, links = JumpStore(database), DraftStore(database), LinkStore(database, VAULT)
    for member in (1, 2):
        await links.put(replace(LINK, member_id=member, kakao_id=member))
        await jumps.add(Jump(f"j{member}", member, None, 1, 1, 0.0, 1.0))
        await drafts.add(Draft(f"d{member}", member, {}, None, None, None, "ko", 0.0, 1.0))
    await PersonalStore(database).erase(1)
    assert [await jumps.find("j1"), await drafts.get("d1")] == [None, None]
    assert await jumps.find("j2")
    assert await drafts.get("d2")
