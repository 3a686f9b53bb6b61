"""Whose browser it is, and what Discord is told of it, between both sandboxes."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from sandbox.discord import Person
from tests.support.database import opened
from tests.support.world import CHAT, World, link_of, open_world, until

DAY = 24 * 3600.0


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, bot=False) as world:
        portal = world.discord.portal
        portal.redirect_uris.add(f"{world.public_url}/oauth/discord/callback")
        world.settings["DISCORD_CLIENT_SECRET"] = portal.client_secret
        world.settings["LINK_PROOF"] = "discord"
        await world.start_bot()
        yield world
        assert world.discord.problems == []


async def walk(
    world: World, address: str, who: Person | None, account: str = "민지"
) -> tuple[int, str]:
    """Go from a link page through Discord and Kakao; returns the page seen last."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.post(address, allow_redirects=False) as response:
            assert response.status == 303, await response.text()
            assert "form-action 'self'" in response.headers["Content-Security-Policy"]
            asked = response.headers["Location"]
        assert asked.startswith(f"{world.discord.url}/oauth2/authorize")
        return await agree(world, browser, asked, who, account)


async def agree(
    world: World,
    browser: aiohttp.ClientSession,
    asked: str,
    who: Person | None,
    account: str,
) -> tuple[int, str]:
    chosen = {"person": str(who.id) if who else ""}
    async with browser.post(asked, data=chosen, allow_redirects=False) as response:
        back = response.headers["Location"]
    async with browser.get(back, allow_redirects=False) as response:
        if response.status != 303:
            return response.status, await response.text()
        onward = response.headers["Location"]
    is_over = onward.startswith(world.public_url)
    arrived = onward if is_over else await world.kakao.walk(account, onward)
    async with browser.get(arrived) as response:
        return response.status, await response.text()


async def test_who_asked_links_and_discord_is_told_since_when(world: World, minji: Person) -> None:
    await until(lambda: world.discord.portal.metadata)
    assert [one["key"] for one in world.discord.portal.metadata] == ["linked", "linked_since"]
    assert world.discord.portal.metadata[0]["name_localizations"] == {"ko": "카카오톡 연결"}
    reply = await minji.slash(CHAT, "kakao link")
    status, page = await walk(world, link_of(reply), minji)
    assert status == 200
    assert "연결됐어요" in page
    await until(lambda: minji.id in world.discord.portal.connections)
    told = world.discord.portal.connections[minji.id]
    assert told["platform_name"] == "KakaoTalk"
    assert told["metadata"]["linked"] == "1"
    assert told["metadata"]["linked_since"].startswith("20")
    assert "민지" not in str(told)


async def test_with_numbers_nobody_is_asked_to_log_in_and_roles_follow_by_their_own_page(
    world: World, minji: Person
) -> None:
    await world.stop_bot()
    world.settings["LINK_PROOF"] = "code"
    await world.start_bot()
    await world.link("민지")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        address = f"{world.public_url}/linked-roles"
        async with browser.get(address, allow_redirects=False) as response:
            asked = response.headers["Location"]
        status, _ = await agree(world, browser, asked, minji, "민지")
    assert status == 200
    assert world.discord.portal.connections[minji.id]["metadata"]["linked"] == "1"


async def test_somebody_else_cannot_use_a_link_page(world: World, minji: Person) -> None:
    reply = await minji.slash(CHAT, "kakao link")
    status, page = await walk(world, link_of(reply), world.discord.person("준호"))
    assert status == 403
    assert "다른 멤버가 연 페이지예요" in page
    assert world.kakao.account("민지").link is None
    status, _ = await walk(world, link_of(reply), minji)
    assert status == 200


async def test_cancelling_at_discord_links_nothing(world: World, minji: Person) -> None:
    reply = await minji.slash(CHAT, "kakao link")
    status, page = await walk(world, link_of(reply), None)
    assert status == 400
    assert "취소했어요" in page


async def test_another_browser_cannot_finish_what_this_one_began(
    world: World, minji: Person
) -> None:
    reply = await minji.slash(CHAT, "kakao link")
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as mine,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as theirs,
    ):
        async with mine.post(link_of(reply), allow_redirects=False) as response:
            asked = response.headers["Location"]
        status, page = await agree(world, theirs, asked, minji, "민지")
    assert status == 403
    assert "브라우저" in page


async def test_the_end_of_a_link_is_told_also_when_the_leave_has_to_be_renewed(
    world: World, minji: Person
) -> None:
    reply = await minji.slash(CHAT, "kakao link")
    await walk(world, link_of(reply), minji)
    await until(lambda: minji.id in world.discord.portal.connections)
    world.advance(8 * DAY)
    asked = await minji.slash(CHAT, "kakao unlink")
    await minji.press(asked, "연결 끊기")
    await until(lambda: world.discord.portal.connections[minji.id]["metadata"] == {"linked": "0"})


async def test_after_another_account_was_linked_its_end_is_told_too(
    world: World, minji: Person
) -> None:
    for account in ("민지", "준호"):
        reply = await minji.slash(CHAT, "kakao link")
        await walk(world, link_of(reply), minji, account)
    asked = await minji.slash(CHAT, "kakao unlink")
    await minji.press(asked, "연결 끊기")
    await until(lambda: world.discord.portal.connections[minji.id]["metadata"] == {"linked": "0"})


async def test_the_verification_page_reports_anew(world: World, minji: Person) -> None:
    reply = await minji.slash(CHAT, "kakao link")
    await walk(world, link_of(reply), minji)
    await until(lambda: minji.id in world.discord.portal.connections)
    world.discord.portal.connections.clear()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        address = f"{world.public_url}/linked-roles"
        async with browser.get(address, allow_redirects=False) as response:
            asked = response.headers["Location"]
        status, page = await agree(world, browser, asked, minji, "민지")
    assert status == 200
    assert "디스코드에 연결 상태를 전달했어요" in page
    assert world.discord.portal.connections[minji.id]["metadata"]["linked"] == "1"


async def begin(world: World, browser: aiohttp.ClientSession) -> str:
    """Begin a login without a link page; returns where Discord asks."""
    address = f"{world.public_url}/linked-roles"
    async with browser.get(address, allow_redirects=False) as response:
        return str(response.headers["Location"])


async def test_those_who_only_begin_hinder_nobody_and_leave_nothing(
    world: World, minji: Person
) -> None:
    def rows() -> list[int]:
        with opened(world) as database:
            names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = [name for (name,) in names.fetchall()]
            counts = [database.execute(f"SELECT count(*) FROM {name}") for name in tables]  # noqa: S608 - tables of ours
            return [count for one in counts for (count,) in one.fetchall()]

    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as mine:
        first, before = await begin(world, mine), rows()
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as strangers:
            for _ in range(300):
                await begin(world, strangers)
        assert rows() == before
        second = await begin(world, mine)
        # Of several tabs each goes on.
        pages = [await agree(world, mine, one, minji, "민지") for one in (first, second)]
    assert [status for status, _ in pages] == [200, 200]


async def test_where_discord_has_had_too_many_codes_it_gets_no_more_for_a_while(
    world: World,
) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        state = parse_qs(urlsplit(await begin(world, browser)).query)["state"][0]
        back = f"{world.public_url}/oauth/discord/callback"

        async def come_back() -> int:
            query = {"state": state, "code": "made-up"}
            async with browser.get(back, params=query) as response:
                return response.status

        assert await come_back() == 410
        world.discord.rest_fails(429, at="/oauth2/token")
        assert await come_back() == 503
        world.discord.rest_fails(None)
        assert await come_back() == 503


async def test_a_login_is_good_once_and_for_ten_minutes(world: World, minji: Person) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        asked = await begin(world, browser)
        chosen = {"person": str(minji.id)}
        async with browser.post(asked, data=chosen, allow_redirects=False) as response:
            back = response.headers["Location"]
        statuses = []
        for _ in range(2):
            async with browser.get(back) as response:
                statuses.append(response.status)
        late = await begin(world, browser)
        world.advance(11 * 60)
        statuses.append((await agree(world, browser, late, minji, "민지"))[0])
    assert statuses == [200, 410, 410]


async def test_ending_a_link_ends_the_leave_at_discord(world: World, minji: Person) -> None:
    reply = await minji.slash(CHAT, "kakao link")
    await walk(world, link_of(reply), minji)
    await until(lambda: minji.id in world.discord.portal.connections)
    tokens = list(world.discord.portal.issued)
    assert all(world.discord.is_alive(token) for token in tokens)
    asked = await minji.slash(CHAT, "kakao unlink")
    await minji.press(asked, "연결 끊기")
    await until(lambda: not any(world.discord.is_alive(token) for token in tokens))
    assert world.discord.portal.connections[minji.id]["metadata"] == {"linked": "0"}


async def stop_at_kakao(world: World, minji: Person) -> list[str]:
    """Log in at Discord for a link page and go no further; returns the tokens that were issued."""
    reply = await minji.slash(CHAT, "kakao link")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.post(link_of(reply), allow_redirects=False) as response:
            asked = response.headers["Location"]
        async with browser.post(
            asked, data={"person": str(minji.id)}, allow_redirects=False
        ) as response:
            back = response.headers["Location"]
        async with browser.get(back, allow_redirects=False) as response:
            assert response.status == 303
    tokens = list(world.discord.portal.issued)
    assert all(world.discord.is_alive(token) for token in tokens)
    return tokens


async def test_erasing_ends_the_leave_of_whoever_never_linked(world: World, minji: Person) -> None:
    tokens = await stop_at_kakao(world, minji)
    asked_first = await minji.slash(CHAT, "privacy delete")
    await minji.press(asked_first, "모두 지우기")
    await until(lambda: not any(world.discord.is_alive(token) for token in tokens))


async def test_after_eight_days_the_leave_of_whoever_never_linked_ends(
    world: World, minji: Person
) -> None:
    await stop_at_kakao(world, minji)
    await world.stop_bot()
    world.advance(8 * DAY + 60)
    # Tidying up is what it begins with.
    await world.start_bot()
    alive = world.discord.is_alive
    await until(lambda: not any(alive(token) for token in world.discord.portal.issued))
    with opened(world) as database:
        assert database.execute("SELECT count(*) FROM role_connections").fetchone() == (0,)


async def test_of_whoever_only_looks_no_leave_is_kept(world: World, minji: Person) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        status, _ = await agree(world, browser, await begin(world, browser), minji, "민지")
    assert status == 200
    assert world.discord.portal.connections[minji.id]["metadata"] == {"linked": "0"}
    assert not any(world.discord.is_alive(token) for token in world.discord.portal.issued)
    with opened(world) as database:
        assert database.execute("SELECT count(*) FROM role_connections").fetchone() == (0,)


async def test_no_token_of_discords_reaches_the_log_or_the_database_unsealed(
    world: World, minji: Person, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    reply = await minji.slash(CHAT, "kakao link")
    await walk(world, link_of(reply), minji)
    await until(lambda: minji.id in world.discord.portal.connections)
    tokens = world.discord.portal.issued
    assert len(tokens) >= 2
    held = b"".join((tmp_path / name).read_bytes() for name in ("kkachi.db", "kkachi.db-wal"))
    assert not any(token.encode() in held for token in tokens)
    assert not any(token in caplog.text for token in tokens)
