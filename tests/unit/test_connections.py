"""Whoever connects and says nothing, or takes nothing, and all who come in meanwhile."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from bot.logs import Seldom
from bot.web import connections
from bot.web.connections import Bounds, bounds_of_this_process
from tests.support.linking import LinkWorld, open_house

QUICK = Bounds(most=8, most_of_one=3, asking=0.3, idle=0.3)
PATIENT = Bounds(most=8, most_of_one=3)
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost:%d\r\n\r\n"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[LinkWorld]:
    async with open_house(tmp_path, bounds=QUICK) as house:
        yield house


async def end_of(reader: asyncio.StreamReader) -> bytes:
    """Return what was still said before the other side closed the connection."""
    heard = b""
    with suppress(ConnectionResetError):
        async with asyncio.timeout(20):
            while more := await reader.read(65536):
                heard += more
    return heard


async def drip(writer: asyncio.StreamWriter, text: bytes) -> None:
    """Say something for ever, a byte at a time."""
    with suppress(ConnectionError):
        while True:
            for byte in text:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "begun",
    [b"", b"G", b"GET /healthz HTTP/1.1\r\nHost: x", HEALTH % 1 + b"GET /"],
    ids=["nothing", "a byte", "half the headers", "half the second request"],
)
async def test_who_does_not_say_what_they_want_is_left(house: LinkWorld, begun: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(begun)
    await end_of(reader)
    writer.close()


async def test_who_says_it_too_slowly_is_left(house: LinkWorld) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(b"GET /healthz HTTP/1.1\r\nX: ")
    dripping = asyncio.create_task(drip(writer, b"a"))
    assert await end_of(reader) == b""
    dripping.cancel()
    writer.close()


async def test_who_does_not_take_their_answers_is_left(house: LinkWorld) -> None:
    with socket.socket() as mine:
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        mine.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(mine, ("127.0.0.1", house.port))
        asking = repeat(loop, mine, (HEALTH % house.port) * 100)
        async with asyncio.timeout(20):
            with pytest.raises(ConnectionError):
                await asking


async def repeat(loop: asyncio.AbstractEventLoop, mine: socket.socket, text: bytes) -> None:
    while True:
        await loop.sock_sendall(mine, text)


async def answered(house: LinkWorld) -> bool:
    """Ask whether all is well, as somebody new."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(HEALTH % house.port)
    async with asyncio.timeout(5):
        line = await reader.readline()
    writer.close()
    return line == b"HTTP/1.1 200 OK\r\n"


async def test_those_who_say_nothing_make_room_for_others(tmp_path: Path) -> None:
    async with open_house(tmp_path, bounds=PATIENT) as house:
        kept, keeping = await asyncio.open_connection("127.0.0.1", house.port)
        keeping.write(HEALTH % house.port)
        await kept.readline()
        silent = [await asyncio.open_connection("127.0.0.1", house.port) for _ in range(40)]
        assert await answered(house)
        # Who has asked before waits for a new question longer than who never did.
        keeping.write(HEALTH % house.port)
        assert b"HTTP/1.1 200 OK" in await kept.readuntil(b"HTTP/1.1 200 OK")
        await end_of(silent[0][0])
        for _, writer in [*silent, (kept, keeping)]:
            writer.close()


async def test_one_stranger_takes_no_more_than_their_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_is_near", lambda _peer: False)
    async with open_house(tmp_path, bounds=PATIENT) as house:
        with ExitStack() as stack:
            for _ in range(20):
                one = stack.enter_context(socket.socket())
                one.connect(("127.0.0.1", house.port))
                await asyncio.sleep(0)
            async with asyncio.timeout(5):
                assert await answered(house)


@pytest.mark.parametrize(
    ("peer", "place", "near"),
    [
        ("203.0.113.9", "203.0.113.9", True),
        ("8.8.8.8", "8.8.8.8", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("172.18.0.3", "172.18.0.3", True),
        ("2a00:1:2:3:4:5:6:7", "2a00:1:2:3::/64", False),
        ("2a00:1:2:3::9", "2a00:1:2:3::/64", False),
        ("fe80::1%eth0", "fe80::/64", True),
        ("", "", True),
    ],
)
def test_what_counts_as_one_stranger(peer: str, place: str, near: bool) -> None:
    assert (connections._place(peer), connections._is_near(peer)) == (place, near)


def test_few_files_are_told_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    limits = {20_000: 1984, 1024: 448, -1: 1984}
    for files, most in limits.items():
        monkeypatch.setattr("resource.getrlimit", lambda _what, files=files: (files, files))
        assert bounds_of_this_process().most == most
    assert caplog.text == ""
    monkeypatch.setattr("resource.getrlimit", lambda _what: (256, 256))
    assert bounds_of_this_process().most == 64
    assert "only 256 files may be open at once" in caplog.text


def test_what_strangers_bring_about_is_logged_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = [0.0]
    caplog.set_level(logging.INFO)
    seldom = Seldom(logging.getLogger("bot.x"), clock=lambda: now[0])
    for _ in range(1000):
        seldom.info("refused: %s", "100% of it")
        seldom.warning("another")
    now[0] = 61.0
    seldom.info("refused: %s", "again")
    assert [record.getMessage() for record in caplog.records] == [
        "refused: 100% of it",
        "another",
        "refused: again (and 999 more)",
    ]
