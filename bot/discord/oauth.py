"""Discord's login for other sites: whose browser this is, and what to tell of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import aiohttp

# With the second one Discord takes no PKCE: it answers invalid_scope, on purpose.
# https://github.com/discord/discord-api-docs/issues/5751
SCOPES = ("identify", "role_connections.write")
SECONDS = 10
# Where Discord has had too many requests: what it does not say, and more than it ever says.
USUAL_WAIT, LONGEST_WAIT = 10.0, 600.0
TOKENS = "/oauth2/token"


class DiscordLoginRefused(Exception):
    """Discord does not take a code or token, or does not answer."""


class DiscordCodeRefused(DiscordLoginRefused):
    """Discord does not take this code or token: it was used, is too old or was never one."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody's leave to know who they are and to report about them."""

    member_id: int
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: float


class DiscordLogin:
    """Speaks OAuth with Discord; `redirect_uri` must be registered in the Developer Portal."""

    refused: type[Exception] = DiscordLoginRefused
    spent: type[Exception] = DiscordCodeRefused

    def __init__(
        self,
        http: aiohttp.ClientSession,
        *,
        api_url: str,
        bot_token: str,
        client_secret: str,
        redirect_uri: str,
    ) -> None:
        self._http = http
        self._api = api_url
        self._bot_token = bot_token
        self._secret = client_secret
        self._redirect_uri = redirect_uri
        self._client_id: str | None = None
        self._again_at: dict[str, float] = {}

    @property
    def authorize_page(self) -> str:
        """The page on which somebody logs in; it stands beside the API."""
        return f"{self._api.partition('/api')[0]}/oauth2/authorize"

    async def authorize_url(self, state: str) -> str:
        """Return where to send a browser; raises DiscordLoginRefused."""
        query = {
            "client_id": await self._id(),
            "redirect_uri": self._redirect_uri,
            "response_type": "code",
            "scope": " ".join(SCOPES),
            "state": state,
        }
        return f"{self.authorize_page}?{urlencode(query)}"

    async def exchange(self, code: str) -> Leave:
        """Turn a code into a leave; raises DiscordLoginRefused."""
        return await self._tokens(
            {"grant_type": "authorization_code", "code": code, "redirect_uri": self._redirect_uri}
        )

    async def renew(self, refresh_token: str) -> Leave:
        """Turn a refresh token into a new leave; raises DiscordLoginRefused."""
        return await self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def declare(self, records: Sequence[dict[str, Any]]) -> None:
        """Tell Discord what will be reported about members; raises DiscordLoginRefused."""
        path = f"/applications/{await self._id()}/role-connections/metadata"
        await self._call("PUT", path, f"Bot {self._bot_token}", json=list(records))

    async def report(self, access_token: str, about: dict[str, Any]) -> None:
        """Tell Discord about a member; raises DiscordLoginRefused."""
        path = f"/users/@me/applications/{await self._id()}/role-connection"
        await self._call("PUT", path, f"Bearer {access_token}", json=about)

    async def revoke(self, refresh_token: str) -> None:
        """End a leave: with one of its tokens Discord ends all; raises DiscordLoginRefused."""
        form = {"token": refresh_token, "token_type_hint": "refresh_token"}
        await self._call("POST", "/oauth2/token/revoke", None, data=form | await self._client())

    async def _client(self) -> dict[str, str]:
        return {"client_id": await self._id(), "client_secret": self._secret}

    async def _tokens(self, form: dict[str, str]) -> Leave:
        tokens = await self._call("POST", TOKENS, None, data=form | await self._client())
        try:
            access = str(tokens["access_token"])
            who = await self._call("GET", "/oauth2/@me", f"Bearer {access}")
            return Leave(
                int(who["user"]["id"]),
                access,
                str(tokens["refresh_token"]),
                float(tokens["expires_in"]),
            )
        except (KeyError, TypeError, ValueError):
            raise DiscordLoginRefused from None

    async def _id(self) -> str:
        if self._client_id is None:
            found = await self._call("GET", "/oauth2/applications/@me", f"Bot {self._bot_token}")
            self._client_id = str(found["id"])
        return self._client_id

    async def _call(
        self,
        method: str,
        path: str,
        authorization: str | None,
        **body: Any,  # noqa: ANN401 - aiohttp's `json` or `data`
    ) -> Any:  # noqa: ANN401 - Discord's JSON
        now = asyncio.get_running_loop().time()
        if now < self._again_at.get(path, now):
            raise DiscordLoginRefused
        headers = {"Authorization": authorization} if authorization else {}
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        address = f"{self._api}{path}"
        try:
            async with self._http.request(
                method, address, headers=headers, timeout=timeout, **body
            ) as response:
                if response.status == HTTPStatus.BAD_REQUEST and path == TOKENS:
                    raise DiscordCodeRefused
                if response.status == HTTPStatus.TOO_MANY_REQUESTS:
                    self._again_at[path] = now + _wait(response)
                if response.status >= HTTPStatus.BAD_REQUEST:
                    raise DiscordLoginRefused
                return await response.json()
        except (aiohttp.ClientError, TimeoutError, ValueError):
            raise DiscordLoginRefused from None


def _wait(response: aiohttp.ClientResponse) -> float:
    """Return for how long not to ask: whoever goes on is banned, the bot too."""
    try:
        return min(float(response.headers["Retry-After"]), LONGEST_WAIT)
    except (KeyError, ValueError):
        return USUAL_WAIT


@asynccontextmanager
async def open_discord_login(
    *, api_url: str, bot_token: str, client_secret: str, redirect_uri: str
) -> AsyncIterator[DiscordLogin]:
    """Open the way to Discord's login."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield DiscordLogin(
            http,
            api_url=api_url,
            bot_token=bot_token,
            client_secret=client_secret,
            redirect_uri=redirect_uri,
        )
