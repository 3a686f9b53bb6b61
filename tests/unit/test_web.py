"""The web server as browsers, crawlers and strangers meet it."""

import asyncio
import logging
import re
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from aiohttp import ClientError
from sqlalchemy import text as sql

from bot.services.messages.models import Source
from bot.texts import LOCALES
from bot.web.answers import STATUSES
from bot.web.pages import Pages, preferred, rich, seen
from storage.link_requests import MOST_PAGES, MOST_STATES
from tests.support.linking import JUNHO, MINJI, LinkWorld, open_house, texts

CALLBACK = "/oauth/kakao/callback"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[LinkWorld]:
    async with open_house(tmp_path) as house:
        yield house


async def raw(house: LinkWorld, request: bytes) -> str:
    """Say something on a socket that no client library would say."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(request)
    async with asyncio.timeout(3):
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        body = await reader.readexactly(int(length[1]) if length else 0)
    writer.close()
    await writer.wait_closed()
    return (head + body).decode()


def host(house: LinkWorld) -> bytes:
    return f"Host: 127.0.0.1:{house.port}\r\nConnection: close\r\n".encode()


# The link page


async def test_the_link_page_shows_who_links_and_what_kakao_will_ask(house: LinkWorld) -> None:
    page = await house.invite(name="민지 ✨")
    async with house.browser() as browser:
        answer = await browser.get(page)
    assert answer.status == 200
    for text in ("민지 ✨", house.picture, "카카오톡 메시지 전송", "카카오 로그인"):
        assert text in answer.page
    assert "This Discord account will be linked" in answer.page
    assert "never ring" in answer.page


async def test_a_name_cannot_change_the_page(house: LinkWorld) -> None:
    page = await house.invite(name="<script>\u202eevil</script>")
    async with house.browser() as browser:
        answer = await browser.get(page)
    assert "<script>" not in answer.page
    assert "&lt;script&gt;evil" in answer.page


async def test_looking_consumes_nothing(house: LinkWorld) -> None:
    page = await house.invite()
    async with house.browser() as browser:
        for method in ("GET", "HEAD", "GET"):
            answer = await browser.ask(method, page)
            assert (answer.status, "Set-Cookie" in answer.headers) == (200, False)
        assert (await browser.post(page)).status == 303


async def test_the_button_binds_the_browser_and_leads_to_kakao(house: LinkWorld) -> None:
    page = await house.invite()
    async with house.browser() as browser:
        answer = await browser.post(page)
        again = await browser.post(page)
    assert answer.headers["Location"].startswith(f"{house.kakao.url}/oauth/authorize?")
    name, _, rest = answer.headers["Set-Cookie"].partition("=")
    value, *facts = rest.split("; ")
    assert (name, set(facts)) == ("kkachi", {"HttpOnly", "Max-Age=3600", "Path=/", "SameSite=Lax"})
    assert f"kkachi={value};" in again.headers["Set-Cookie"]
    assert again.query["state"] != answer.query["state"]


async def test_on_https_the_cookie_is_bound_to_host_and_https(tmp_path: Path) -> None:
    async with open_house(tmp_path, "https://Kkachi.example") as house, house.browser() as browser:
        page = f"http://127.0.0.1:{house.port}" + urlsplit(await house.invite()).path
        named = {"Host": "kkachi.example", "Origin": "https://kkachi.example"}
        cookie = (await browser.post(page, headers=named)).headers["Set-Cookie"]
    assert cookie.startswith("__Host-kkachi=")
    assert "; Secure" in cookie


async def test_another_site_cannot_press_the_button(house: LinkWorld) -> None:
    page = await house.invite()
    async with house.browser() as browser:
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            answer = await browser.post(page, headers=headers)
            assert (answer.status, "Set-Cookie" in answer.headers) == (403, False)
        own = {"Origin": house.url, "Sec-Fetch-Site": "same-origin"}
        assert (await browser.post(page, headers=own)).status == 303


async def states(house: LinkWorld) -> int:
    row = await house.database.first(sql("SELECT count(*) AS n FROM link_states"))
    assert row is not None
    return int(row["n"])


async def test_one_browser_that_presses_on_keeps_only_its_newest_ways(house: LinkWorld) -> None:
    page = await house.invite()
    async with house.browser() as browser:
        first = (await browser.post(page)).headers["Location"]
        for _ in range(30):
            last = (await browser.post(page)).headers["Location"]
        assert await states(house) == MOST_STATES
        assert (await browser.get(await house.kakao.walk("민지", first))).status == 404
        assert (await browser.get(await house.kakao.walk("민지", last))).status == 200


async def test_a_member_who_asks_for_page_after_page_keeps_the_newest(house: LinkWorld) -> None:
    others = await house.invite(JUNHO)
    pages = []
    for _ in range(MOST_PAGES + 5):
        pages.append(await house.invite())
        house.clock.passes(1)
    async with house.browser() as browser:
        statuses = [(await browser.get(page)).status for page in (pages[4], pages[5], others)]
    assert statuses == [404, 200, 200]


async def test_many_browsers_on_one_page_take_nothing_from_who_was_first(
    house: LinkWorld,
) -> None:
    page = await house.invite()
    async with house.browser() as mine:
        back = await house.back(mine, page)
        async with house.browser() as others:
            for _ in range(30):
                others.session.cookie_jar.clear()
                answer = await others.post(page)
        assert (answer.status, "너무 많은 브라우저" in answer.page) == (429, True)
        assert await states(house) == MOST_STATES
        assert (await mine.post(page)).status == 303
        assert (await mine.get(back)).status == 404
        assert (await mine.get(await house.back(mine, page))).status == 200
    later = await house.invite()
    assert later != page


async def test_a_page_that_many_browsers_opened_is_free_again_later(house: LinkWorld) -> None:
    page = await house.invite()
    async with house.browser() as others:
        for _ in range(MOST_STATES):
            others.session.cookie_jar.clear()
            await others.post(page)
        others.session.cookie_jar.clear()
        assert (await others.post(page)).status == 429
        house.clock.passes(601)
        assert (await others.post(page)).status == 303
        assert await states(house) == MOST_STATES


# The way back


async def test_the_whole_way_ends_on_a_page_with_the_nickname(house: LinkWorld) -> None:
    answer = await house.link("준호")
    assert answer.status == 200
    assert "연결됐어요" in answer.page
    assert "<bdi>준호</bdi>" in answer.page


async def test_how_it_ended_can_be_looked_at_again_and_its_address_tells_nothing(
    house: LinkWorld,
) -> None:
    async with house.browser() as browser:
        back = await house.back(browser, await house.invite(), "준호")
        arrived = await browser.ask_once("GET", back)
        assert (arrived.status, arrived.headers["Location"]) == (303, f"{house.url}/done")
        assert "HttpOnly; Max-Age=3600; Path=/; SameSite=Lax" in arrived.headers["Set-Cookie"]
        for _ in range(3):
            answer = await browser.get(f"{house.url}/done")
            assert (answer.status, "<bdi>준호</bdi>" in answer.page) == (200, True)
        assert (await browser.get(back)).status == 410
        assert (await browser.get(f"{house.url}/done")).status == 200
    assert house.calls("/oauth/token") == 1


async def test_a_refusal_can_be_looked_at_again_with_its_way_back(house: LinkWorld) -> None:
    page = await house.invite()
    async with house.browser() as browser:
        await browser.get(await house.back(browser, page, cancel=True))
        again = await browser.get(f"{house.url}/done")
    assert (again.status, f'href="{page}"' in again.page) == (400, True)


async def test_a_number_that_is_awaited_can_be_looked_at_again(tmp_path: Path) -> None:
    async with open_house(tmp_path, asks_number=True) as house, house.browser() as browser:
        await browser.get(await house.back(browser, await house.invite()))
        again = await browser.get(f"{house.url}/done")
    assert (again.status, "이제 번호만 입력하면 돼요" in again.page) == (200, True)


@pytest.mark.parametrize("kept", ["", "x", "e30=", "bnVsbA==", "가", "x" * 3500])
async def test_whoever_has_nothing_to_look_at_comes_to_the_front_page(
    house: LinkWorld, kept: str
) -> None:
    async with house.browser() as browser:
        headers = {"Cookie": f"kkachi-done={kept}"} if kept else None
        answer = await browser.ask_once("GET", f"{house.url}/done", headers)
    assert (answer.status, answer.headers["Location"]) == (303, f"{house.url}/")


async def test_twenty_returns_with_one_state_make_one_exchange(house: LinkWorld) -> None:
    async with house.browser() as browser:
        back = await house.back(browser, await house.invite())
        answers = await asyncio.gather(*(browser.get(back) for _ in range(20)))
    assert sorted(answer.status for answer in answers) == [200] + [410] * 19
    assert house.calls("/oauth/token") == 1


async def test_cancelling_leads_back_to_the_link_page(house: LinkWorld) -> None:
    page = await house.invite()
    async with house.browser() as browser:
        answer = await browser.get(await house.back(browser, page, cancel=True))
        assert (answer.status, f'href="{page}"' in answer.page) == (400, True)
        assert (await browser.get(await house.back(browser, page))).status == 200


async def test_an_unticked_consent_is_asked_for_again(house: LinkWorld) -> None:
    page = await house.invite()
    async with house.browser() as browser:
        answer = await browser.get(await house.back(browser, page, agree=()))
        assert (answer.status, "메시지 전송에 동의가 필요해요" in answer.page) == (400, True)
        assert await house.links.get(MINJI) is None
        assert (await browser.get(await house.back(browser, page))).status == 200


async def test_another_browser_is_refused_and_may_start_over(house: LinkWorld) -> None:
    page = await house.invite()
    async with house.browser() as one, house.browser() as other:
        answer = await other.get(await house.back(one, page))
        assert (answer.status, f'href="{page}"' in answer.page) == (403, True)
        assert (await other.get(await house.back(other, page))).status == 200


async def test_kakao_down_and_an_account_that_is_taken_have_their_pages(house: LinkWorld) -> None:
    await house.link("민지", JUNHO)
    assert (await house.link("민지", MINJI)).status == 409
    async with house.browser() as browser:
        back = await house.back(browser, await house.invite(), "서연")
        house.kakao.down(True)
        answer = await browser.get(back)
    assert (answer.status, "다시 연결하기" in answer.page) == (503, True)


async def test_asking_for_the_head_of_the_way_back_consumes_nothing(house: LinkWorld) -> None:
    async with house.browser() as browser:
        back = await house.back(browser, await house.invite())
        assert (await browser.ask("HEAD", back)).status == 405
        assert (await browser.get(back)).status == 200


async def test_hostile_answers_get_a_readable_page(house: LinkWorld) -> None:
    queries = [
        "",
        "state=",
        "code=x",
        "state=a&state=b",
        "state=%00%0d%0aSet-Cookie:%20x=y",
        "state=%ff%fe&code=%ed%a0%80",
        "error=<script>alert(1)</script>&error_description=<b>",
        f"state={'a' * 7000}",
        f"state={'a' * 43}.{'b' * 43}&code=x&code=y",
    ]
    async with house.browser() as browser:
        for query in queries:
            answer = await browser.get(f"{house.url}{CALLBACK}?{query}")
            assert answer.status in {400, 404}
            assert "<h1>" in answer.page
            assert "script>" not in answer.page
            assert answer.headers.items() >= HEADERS.items()


async def test_a_doubled_code_is_refused_after_the_state_is_consumed(house: LinkWorld) -> None:
    async with house.browser() as browser:
        back = await house.back(browser, await house.invite())
        answer = await browser.get(f"{back}&code=second")
        assert (answer.status, (await browser.get(back)).status) == (400, 410)
    assert house.calls("/oauth/token") == 0


async def test_what_is_not_http_gets_a_readable_page_too(house: LinkWorld) -> None:
    requests = [
        b"GET %s?state=" % CALLBACK.encode() + b"a" * 1_000_000 + b" HTTP/1.1\r\n",
        b"GET /link/a\0b HTTP/1.1\r\n",
        b"GET /healthz HTTP/1.1\r\nX-Long: " + b"a" * 100_000 + b"\r\n",
        b"GET /healthz HTTP/1.1\r\nBad Header: <script>\r\n",
        b"GET /healthz NONSENSE\r\n",
        b"NONSENSE /healthz HTTP/1.1\r\n",
    ]
    for request in requests:
        answer = await raw(house, request + host(house) + b"\r\n")
        head, _, body = answer.partition("\r\n\r\n")
        assert head.startswith("HTTP/1.0 400 ")
        assert "<h1>잘못된 요청이에요</h1>" in body
        assert "Content-Security-Policy: default-src 'none'" in head


# Every address


async def test_wrong_methods_are_named(house: LinkWorld) -> None:
    page = await house.invite()
    async with house.browser() as browser:
        for method, url, allowed in [
            ("POST", house.url + CALLBACK, "GET"),
            ("PUT", page, "GET,HEAD,POST"),
            ("DELETE", f"{house.url}/m/x", "GET,HEAD"),
            ("OPTIONS", f"{house.url}/healthz", "GET,HEAD"),
        ]:
            answer = await browser.ask(method, url)
            assert (answer.status, answer.headers["Allow"]) == (405, allowed)
            assert "<h1>" in answer.page


async def test_other_hosts_are_refused(house: LinkWorld) -> None:
    page = await house.invite()
    async with house.browser() as browser:
        for name in ("evil.example", f"localhost:{house.port}", "127.0.0.1", ""):
            answer = await browser.get(page, headers={"Host": name})
            assert (answer.status, "<h1>" in answer.page) == (421, True)
    twice = await raw(house, b"GET / HTTP/1.1\r\n" + host(house) + host(house) + b"\r\n")
    assert twice.startswith("HTTP/1.0 400 ")


async def test_tricks_with_paths_find_nothing(house: LinkWorld) -> None:
    paths = ["/", "/link", "/link/", "/link/..%2f..", "/static/..%2fapp.py", "//link/x", "/LINK/x"]
    paths += ["/static/", "/static/%2e%2e/app.py", "/m/", "/m/%00", "/m/a%2fb", "/m/" + "a" * 999]
    for path in paths:
        answer = await raw(house, f"GET {path} HTTP/1.1\r\n".encode() + host(house) + b"\r\n")
        assert answer.startswith("HTTP/1.1 404"), path
        assert "<h1>" in answer


async def test_a_card_leads_to_its_message_and_nowhere_else(house: LinkWorld) -> None:
    address = await house.jumps.open(MINJI, Source(11, 22, 33))
    async with house.browser() as browser:
        answer = await browser.get(address)
        assert answer.headers["Location"] == "https://discord.com/channels/11/22/33"
        assert answer.status == 302
        unknown = await browser.get(f"{house.url}/m/https:%2f%2fevil.example")
        assert (unknown.status, "메시지를 찾을 수 없어요" in unknown.page) == (404, True)
        house.clock.passes(400 * 86400)
        assert (await browser.get(address)).status == 410


async def test_health_is_told_on_the_bound_socket_too(house: LinkWorld) -> None:
    async with house.browser() as browser:
        url = f"{house.url}/healthz"
        well = await browser.get(url, headers={"Host": f"localhost:{house.port}"})
        house.healthy[0] = False
        ill = await browser.get(url)
    assert (well.status, well.page) == (200, '{"status": "ok"}')
    assert (ill.status, ill.page) == (503, '{"status": "unavailable"}')


async def test_static_files_are_kept_for_long_and_are_all_that_a_page_needs(
    house: LinkWorld,
) -> None:
    async with house.browser() as browser:
        page = (await browser.get(await house.invite())).page
        addresses = {part.split('"')[0] for part in page.split('="/static/')[1:]}
        assert len(addresses) == 3
        for address in addresses:
            answer = await browser.get(f"{house.url}/static/{address}")
            assert answer.status == 200
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_something_unexpected_gets_a_page_and_a_line_without_the_address(
    house: LinkWorld, caplog: pytest.LogCaptureFixture
) -> None:
    async with house.browser() as browser:
        back = await house.back(browser, await house.invite())
        with sqlite3.connect(house.file) as database:
            database.execute("DROP TABLE link_states")
        answer = await browser.get(back)
    assert (answer.status, "까치가 발을 헛디뎠어요" in answer.page) == (500, True)
    assert "/oauth/kakao/callback fails: StorageError at" in caplog.text
    assert "state" not in caplog.text.replace("link_states", "")


async def test_no_log_holds_a_token_a_state_or_a_code(
    house: LinkWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page = await house.invite()
    async with house.browser() as browser:
        back = await house.back(browser, page)
        await browser.get(back)
        await browser.get(back)
    line = f"GET {back} \0 HTTP/1.1\r\nX: {back}\0\r\n".encode()
    await raw(house, line + host(house) + b"\r\n")
    link = await house.linked()
    query = dict(parse_qsl(urlsplit(back).query))
    secrets = [page.rpartition("/")[2], *query.values(), link.access_token, link.refresh_token]
    assert [secret for secret in secrets if secret in caplog.text] == []


async def test_the_server_stops_soon_with_a_visitor_under_way(tmp_path: Path) -> None:
    async with AsyncExitStack() as visitors, open_house(tmp_path) as house:
        browser = await visitors.enter_async_context(house.browser())
        back = await house.back(browser, await house.invite())
        house.kakao.slow(30)
        visit = asyncio.create_task(browser.get(back))
        await house.asked_for_tokens(1)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    with pytest.raises(ClientError):
        await visit


# Texts


def test_every_refusal_has_a_page_in_both_languages() -> None:
    pages = Pages(texts(), "https://kkachi.example")
    others = ["jump-unknown", "jump-expired", "not-found", "wrong-method", "wrong-host"]
    for name in [*STATUSES, *others, "other-site", "failed"]:
        for locale in LOCALES:
            assert f'<html lang="{locale}">' in pages.notice(name, locale)
            assert "/link/x" in pages.notice(name, locale, "https://kkachi.example/link/x")


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", "ko"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("en-GB", "en"),
        ("fr, en;q=0.5, ko;q=0.9", "ko"),
        ("de", "ko"),
        ("en;q=<b>,\xff;;=", "en"),
    ],
)
def test_a_browser_is_answered_in_its_language(header: str, locale: str) -> None:
    assert preferred(header) == locale


def test_what_is_to_be_typed_stands_out_and_html_does_not_get_through() -> None:
    assert rich("<b> `/kakao link` & `<i>`") == (
        "&lt;b&gt; <code>/kakao link</code> &amp; <code>&lt;i&gt;</code>"
    )
    assert seen("\u202e\n ") == "…"
    assert seen("민지\u2066\u0000 ✨") == "민지 ✨"
