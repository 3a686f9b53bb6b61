"""The web server as a stranger meets it: every route, and requests that no browser makes."""

import re
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BufferedReader

import pytest
from aiohttp import web

from bot.web import serve
from tests.support.world import World

SECONDS = 10.0
SECRET = "a" * 43


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back on a socket."""

    status: int
    headers: dict[str, str]
    body: bytes


def catch_routes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Return a list that fills with each method and address when the web server is opened."""
    routes: list[tuple[str, str]] = []

    @asynccontextmanager
    async def listening(web_app: web.Application, host: str, port: int) -> AsyncIterator[int]:
        for route in web_app.router.routes():
            assert route.resource is not None
            routes.append((route.method, re.sub(r"\{\w+\}", SECRET, route.resource.canonical)))
        async with serve(web_app, host, port) as bound:
            yield bound

    monkeypatch.setattr("bot.app.serve", listening)
    return routes


def ask(world: World, request: bytes) -> Heard | None:
    """Say this on a connection of its own, and hear the first answer; None when there is none."""
    port = int(world.settings["WEB_PORT"])
    with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
        connection.settimeout(SECONDS)
        try:
            connection.sendall(request)
            return _answer(connection.makefile("rb"), request)
        except ConnectionError:
            return None


def leave(world: World, request: bytes) -> None:
    """Say this, and cut the connection."""
    port = int(world.settings["WEB_PORT"])
    with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(request)


def _answer(stream: BufferedReader, request: bytes) -> Heard | None:
    lines = list(iter(lambda: stream.readline().rstrip(b"\r\n"), b""))
    if not lines:
        return None
    first = lines.pop(0)
    headers = dict(line.decode("latin-1").split(": ", 1) for line in lines)
    length = 0 if request.startswith(b"HEAD ") else int(headers.get("Content-Length", 0))
    return Heard(int(first.split()[1]), headers, stream.read(length))


def request_of(
    world: World, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    """Put a request together; a header of ours can be replaced."""
    host = world.public_url.partition("//")[2]
    named = {"Host": host, "Connection": "close"} | (headers or {})
    if body:
        named.setdefault("Content-Length", str(len(body)))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "surrogateescape") + body
