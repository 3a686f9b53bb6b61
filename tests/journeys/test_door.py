"""What the web server tells and does not tell strangers, at every address it has."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.database import change
from tests.support.door import Heard, ask, catch_routes, request_of
from tests.support.world import World, open_world

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Strict-Transport-Security": "max-age=31536000",
}
ONE_OF = {
    "Referrer-Policy": {"same-origin", "strict-origin"},
    "Cross-Origin-Opener-Policy": {"same-origin", "same-origin-allow-popups"},
    "Cache-Control": {"no-store", "public, max-age=31536000, immutable"},
}
LOCAL = "127.0.0.1:{port}"
BYTES = "Bearer \xff\xfe\x80 \xed\xa0\x80"


@pytest.fixture
def routes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    return catch_routes(monkeypatch)


@pytest.fixture
async def world(tmp_path: Path, routes: list[tuple[str, str]]) -> AsyncIterator[World]:
    """A world whose bot stands behind a proxy, with everything switched on."""
    async with open_world(tmp_path, bot=False) as world:
        portal = world.discord.portal
        port = world.settings["WEB_PORT"]
        world.settings |= {
            "DISCORD_CLIENT_SECRET": portal.client_secret,
            "KAKAO_JAVASCRIPT_KEY": "key",
            "KAKAO_ADMIN_KEY": "admin",
            "METRICS_TOKEN": "token",
            "PUBLIC_URL": "https://kkachi.example",
        }
        await world.start_bot()
        world.public_url = "https://kkachi.example"
        assert routes, port
        yield world


async def hear(world: World, request: bytes) -> Heard:
    heard = await asyncio.to_thread(ask, world, request)
    assert heard is not None
    return heard


def is_complete(heard: Heard) -> bool:
    """Tell whether an answer has all that makes for security, and does not name what made it."""
    assert heard.headers.items() >= ALWAYS.items()
    for name, values in ONE_OF.items():
        assert heard.headers[name] in values
    policy = heard.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    return "Server" not in heard.headers


async def test_every_answer_carries_what_makes_for_security(
    world: World, routes: list[tuple[str, str]]
) -> None:
    assert len({path for _, path in routes}) > 12
    statuses = set()
    for method, path in routes:
        for verb in (method, "PUT", "OPTIONS"):
            heard = await hear(world, request_of(world, verb, path))
            assert is_complete(heard), (verb, path)
            statuses.add(heard.status)
    assert statuses >= {200, 303, 400, 403, 404, 405}


async def test_also_what_meets_no_route_and_what_is_no_request(world: World) -> None:
    requests = {
        404: request_of(world, "GET", "/nowhere"),
        417: request_of(world, "GET", "/healthz", {"Expect": "miracles"}),
        421: request_of(world, "GET", "/healthz", {"Host": "evil.example"}),
        400: b"GET /healthz NONSENSE\r\n\r\n",
    }
    for status, request in requests.items():
        heard = await hear(world, request)
        assert (heard.status, is_complete(heard)) == (status, True)


async def test_what_fails_is_complete_too(world: World) -> None:
    await change(world, "ALTER TABLE jumps RENAME TO away")
    heard = await hear(world, request_of(world, "GET", "/m/x"))
    assert (heard.status, is_complete(heard)) == (500, True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "kkachi.example"},
        {"Host": LOCAL, "Forwarded": "for=203.0.113.9"},
        {"Host": LOCAL, "X-Forwarded-Proto": "https"},
        {"Host": LOCAL, "X_Forwarded_For": "203.0.113.9"},
        {"Host": LOCAL, "CF-Connecting-IP": "203.0.113.9"},
        {"Host": LOCAL, "X-Real-IP": "203.0.113.9"},
        {"Host": LOCAL, "Via": "1.1 varnish"},
    ],
    ids=lambda headers: list(headers)[-1],
)
async def test_whoever_comes_through_a_proxy_is_not_this_machine(
    world: World, headers: dict[str, str]
) -> None:
    named = {name: value.format(port=world.settings["WEB_PORT"]) for name, value in headers.items()}
    for method, path in (("GET", "/metrics"), ("POST", "/operator/reload")):
        heard = await hear(world, request_of(world, method, path, named))
        assert heard.status == 404
        assert b"kkachi_" not in heard.body


async def test_this_machine_reads_its_numbers(world: World) -> None:
    for host in (LOCAL, "localhost:{port}"):
        named = {"Host": host.format(port=world.settings["WEB_PORT"])}
        heard = await hear(world, request_of(world, "GET", "/metrics", named))
        assert (heard.status, b"kkachi_gateway_up 1" in heard.body) == (200, True)


async def test_bad_bytes_are_no_secret_of_ours(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    local = {"Host": LOCAL.format(port=world.settings["WEB_PORT"])}
    for method, path, status in (
        ("GET", "/metrics", 401),
        ("POST", "/operator/reload", 401),
        ("POST", "/webhooks/kakao/unlink", 403),
        ("GET", "/webhooks/kakao/share", 403),
    ):
        host = local if status == 401 else {}
        request = request_of(world, method, path, host | {"Authorization": BYTES})
        heard = await hear(world, request)
        assert (heard.status, is_complete(heard)) == (status, True)
    assert "fails" not in caplog.text
