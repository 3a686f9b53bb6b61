"""Discord's login for other sites, as the local Discord has it."""

import base64
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from sandbox.discord import LocalDiscord
from tests.support.sandbox_discord import new_discord

BACK = "https://kkachi.example/back"
VERIFIER = "v" * 43
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
TOKENS = ("access_token", "refresh_token")
BOTH = "identify role_connections.write"


@dataclass
class Site:
    """Another site, whose members log in with Discord."""

    local: LocalDiscord
    http: aiohttp.ClientSession

    @property
    def client(self) -> dict[str, str]:
        application = str(self.local.world.application_id)
        return {"client_id": application, "client_secret": self.local.portal.client_secret}

    async def code(self, scope: str, **more: str) -> str | None:
        """Let 민지 agree; None when Discord shows an error instead."""
        query = {"client_id": self.client["client_id"], "redirect_uri": BACK, "scope": scope}
        query |= {"response_type": "code", **more}
        who = {"person": str(self.local.person("민지").id)}
        address = f"{self.local.url}/oauth2/authorize"
        async with self.http.post(
            address, params=query, data=who, allow_redirects=False
        ) as response:
            if response.status != 302:
                return None
            return parse_qs(urlsplit(response.headers["Location"]).query)["code"][0]

    async def post(self, path: str, **form: str) -> tuple[int, Any]:
        address = f"{self.local.api_url}/oauth2/{path}"
        async with self.http.post(address, data=form) as response:
            return response.status, await response.json()

    async def tokens(self, code: str | None, **more: str) -> tuple[int, Any]:
        form = {"grant_type": "authorization_code", "redirect_uri": BACK, "code": str(code)}
        return await self.post("token", **form, **self.client, **more)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with new_discord().serve() as local, aiohttp.ClientSession() as http:
        local.portal.redirect_uris.add(BACK)
        yield Site(local, http)


async def test_who_sent_a_challenge_must_show_its_verifier(site: Site) -> None:
    for shown, status in (({}, 400), ({"code_verifier": "w" * 43}, 400)):
        assert (await site.tokens(await site.code("identify", **PKCE), **shown))[0] == status
    code = await site.code("identify", **PKCE)
    assert (await site.tokens(code, code_verifier=VERIFIER))[0] == 200
    # Whoever sent none must not show one.
    code = await site.code("identify")
    assert (await site.tokens(code, code_verifier=VERIFIER))[0] == 400


async def test_a_challenge_is_s256_and_does_not_go_with_role_connections(site: Site) -> None:
    assert await site.code("identify", **PKCE | {"code_challenge_method": "plain"}) is None
    assert await site.code("identify", code_challenge="short", code_challenge_method="S256") is None
    assert await site.code(BOTH, **PKCE) is None
    assert await site.code(BOTH) is not None


async def test_with_one_token_all_of_the_same_consent_end(site: Site) -> None:
    _, first = await site.tokens(await site.code(BOTH))
    _, other = await site.tokens(await site.code(BOTH))
    _, renewed = await site.post(
        "token", grant_type="refresh_token", refresh_token=first["refresh_token"], **site.client
    )
    assert await site.post("token/revoke", token=renewed["access_token"], **site.client) == (
        200,
        {},
    )
    alive = site.local.is_alive
    assert not any(alive(one[name]) for one in (first, renewed) for name in TOKENS)
    assert all(alive(other[name]) for name in TOKENS)


async def test_only_the_application_ends_tokens_and_one_that_is_none_is_no_error(
    site: Site,
) -> None:
    assert await site.post("token/revoke", token="nothing", **site.client) == (200, {})
    assert (await site.post("token/revoke", **site.client))[0] == 400
    wrong = site.client | {"client_secret": "wrong"}
    assert (await site.post("token/revoke", token="nothing", **wrong))[0] == 401
