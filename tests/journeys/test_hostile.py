"""Requests that nobody means well with: what they find, and what they cost."""

import asyncio
import logging
import random
import string
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.link_requests import MOST_STATES
from tests.support.database import opened
from tests.support.door import SECRET, ask, catch_routes, leave, request_of
from tests.support.world import CHAT, World, link_of, open_world

MOST_LINES, MOST_BYTES = 10, 64 * 1024
HEADERS = (
    *("Host", "Authorization", "Cookie", "Content-Type", "Content-Length", "Accept-Language"),
    *("Content-Encoding", "Transfer-Encoding", "Expect", "Origin", "Sec-Fetch-Site", "Range"),
    *("Connection", "Upgrade", "If-None-Match", "X-Kakao-Resource-ID", "X-Forwarded-For", "Via"),
    *("Forwarded", "Referer", "Accept", "HTTP2-Settings", "Sec-WebSocket-Key", "TE"),
)
KINDS = (
    *("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
    *("application/secevent+jwt", "text/plain; charset=no-such", "a/b; =", "", "\xff/\x80;\xed"),
)
LANGUAGES = ("ko;q=nan", "en;q=inf, ko;q=-1e999", ";;;q=", "ko" * 500)
BODIES = (
    *(b"", b"{", b"[" * 20_000, b'{"user_id": 1e999}', b'{"user_id": ' + b"9" * 5000 + b"}"),
    *(b"a=%ff%fe&a=b", b"user_id=\xed\xa0\x80", b"\x1f\x8b\x08\x00junk", b"x.y.z", b"&" * 9999),
    *(b'{"a": "\\ud800"}', b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n'),
)
ALLOWED = ("KakaoAK admin", "Bearer token", "Bearer \xff", "Basic \xed\xa0\x80")
SPECIAL = (*KINDS, *LANGUAGES, *ALLOWED, "gzip", "chunked", "0", "100-continue", "kkachi=\xff;a=")


def escaped(text: str) -> str:
    """Return an address with its bytes as browsers write them, also those that are no UTF-8."""
    return quote(text, safe=string.punctuation, encoding="latin-1")


# What gets past the parser: bytes that show, and those of other languages.
shown = st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f"))
bad = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=50)
lengths = st.integers(1, 9000).map(lambda length: "a" * length)
values = st.one_of(shown, shown, st.sampled_from(SPECIAL), lengths, bad)
queries = st.one_of(
    shown.map(escaped),
    st.sampled_from(["state=%ed%a0%80&code=%00", "a=" + "%ff" * 900]),
    bad,
)


@pytest.fixture
def routes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    return catch_routes(monkeypatch)


@pytest.fixture
async def world(tmp_path: Path, routes: list[tuple[str, str]]) -> AsyncIterator[World]:
    """A world in which everything of the web server is switched on."""
    async with open_world(tmp_path, bot=False) as world:
        portal = world.discord.portal
        portal.redirect_uris.add(f"{world.public_url}/oauth/discord/callback")
        world.settings |= {
            "DISCORD_CLIENT_SECRET": portal.client_secret,
            "KAKAO_JAVASCRIPT_KEY": "key",
            "KAKAO_ADMIN_KEY": "admin",
            "METRICS_TOKEN": "token",
        }
        await world.start_bot()
        assert routes
        yield world


def requests(routes: list[tuple[str, str]]) -> st.SearchStrategy[tuple[str, str]]:
    """Return what to ask for: a route of ours, or one that looks like it."""
    paths = st.sampled_from(sorted({path for _, path in routes}))
    addresses = st.one_of(
        paths,
        st.tuples(paths, shown).map(lambda two: two[0].replace(SECRET, two[1])),
        st.tuples(paths, shown).map("".join),
    )
    return st.one_of(
        st.sampled_from(sorted(set(routes))),
        st.tuples(st.sampled_from(["GET", "POST", "HEAD", "PUT", "X"]), addresses.map(escaped)),
    )


async def test_no_request_makes_the_server_stumble(
    world: World, routes: list[tuple[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    stumbled = []

    @settings(max_examples=600, suppress_health_check=list(HealthCheck))
    @given(
        requests(routes),
        queries,
        st.dictionaries(st.sampled_from(HEADERS), values, max_size=4),
        st.one_of(st.sampled_from(BODIES), st.binary(max_size=300)),
    )
    def meet(what: tuple[str, str], query: str, headers: dict[str, str], body: bytes) -> None:
        method, path = what
        request = request_of(world, method, f"{path}?{query}", headers, body)
        heard = ask(world, request)
        if heard is not None and heard.status >= 500:
            stumbled.append((heard.status, request))
        assert not stumbled

    await asyncio.to_thread(meet)
    lines = [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR or r.exc_info]
    assert lines == []


async def test_who_leaves_at_once_is_no_failure_of_ours(
    world: World, routes: list[tuple[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    def come_and_go() -> None:
        local = {"Host": f"localhost:{world.settings['WEB_PORT']}"}
        for method, path in routes * 20:
            leave(world, request_of(world, method, path, local))

    await asyncio.to_thread(come_and_go)
    await asyncio.sleep(0.1)
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []


def held(world: World) -> tuple[int, int]:
    """Return how many rows there are in all tables, and how many bytes the database takes."""
    with opened(world) as database:
        [[pages], [size]] = (
            database.execute(f"PRAGMA {one}").fetchone() for one in ("page_count", "page_size")
        )
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        counts = [database.execute(f'SELECT count(*) FROM "{name}"').fetchone() for [name] in names]  # noqa: S608 - our own tables
    return sum(count for [count] in counts), pages * size


async def test_a_thousand_hostile_requests_leave_ten_rows_and_few_lines(
    world: World, routes: list[tuple[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    """The bound: ten rows for a link page whose address is known, else none; a line of a kind."""
    caplog.set_level(logging.INFO)
    page = link_of(await world.discord.person("민지").slash(CHAT, "kakao link"))
    known = [("POST", page.removeprefix(world.public_url))]
    asked = [
        *known * len(routes),
        *routes,
        *[("GET", "/nowhere"), ("POST", "/oauth/kakao/callback")],
    ]
    chance = random.Random(7)
    rows, size = held(world)
    caplog.clear()

    def pour() -> None:
        for number in range(1000):
            method, path = asked[number % len(asked)]
            headers = {"Authorization": chance.choice(["KakaoAK x", "Bearer \xff", "x"])}
            body = chance.choice(BODIES) if method == "POST" else b""
            request = request_of(world, method, path, headers, body)
            ask(world, chance.choice([request, request, b"NONSENSE\r\n\r\n"]))

    await asyncio.to_thread(pour)
    more, larger = held(world)
    assert more - rows <= MOST_STATES
    assert larger - size <= MOST_BYTES
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) <= MOST_LINES, lines
