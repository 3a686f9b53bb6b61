"""A caller of the local Kakao over real HTTP, as an app's server and as a browser."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import ClientSession

from sandbox.demo.people import add_people
from sandbox.kakao import Account, LocalKakao

CALLBACK = "https://kkachi.example/oauth/kakao/callback"
SITE = "https://kkachi.example"
VERIFIER = "v" * 43
CHALLENGE = "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM"
BASIC = ("profile_nickname", "talk_message")
TO_ME = "/v2/api/talk/memo/default/send"
TO_FRIENDS = "/v1/api/talk/friends/message/default/send"
FRIENDS = "/v1/api/talk/friends"
ANY_CARD = {"object_type": "text", "text": "까치가 왔어요", "link": {"web_url": f"{SITE}/m/1"}}

Answer = tuple[int, Any]


class Caller:
    """Speaks to a local Kakao whose clock stands still until `wait` is called."""

    def __init__(self, kakao: LocalKakao, http: ClientSession) -> None:
        self.kakao = kakao
        self.http = http
        self.secrets = {
            "client_id": kakao.app.rest_api_key,
            "client_secret": kakao.app.client_secret,
        }

    def wait(self, seconds: float) -> None:
        later = self.kakao.now() + seconds
        self.kakao.now = lambda: later

    def authorize_url(self, **changes: str) -> str:
        asked = {
            "client_id": self.kakao.app.rest_api_key,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": ",".join(BASIC),
            "state": "a state",
        }
        query = {key: value for key, value in (asked | changes).items() if value}
        return f"{self.kakao.url}/oauth/authorize?{urlencode(query)}"

    async def code(self, name: str, **changes: str) -> str:
        location = await self.kakao.walk(name, self.authorize_url(**changes))
        return parse_qs(urlsplit(location).query)["code"][0]

    async def token(self, **form: str) -> Answer:
        fields = {key: value for key, value in (self.secrets | form).items() if value}
        async with self.http.post(f"{self.kakao.url}/oauth/token", data=fields) as response:
            return response.status, await response.json()

    async def exchange(self, code: str, /, **changes: str) -> Answer:
        form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code": code}
        return await self.token(**(form | changes))

    async def refresh(self, refresh_token: str) -> Answer:
        return await self.token(grant_type="refresh_token", refresh_token=refresh_token)

    async def link(self, name: str, *scopes: str) -> dict[str, Any]:
        code = await self.code(name, scope=",".join(scopes or BASIC))
        _, tokens = await self.exchange(code)
        return dict(tokens)

    async def get(self, path: str, token: str | None, **query: str | int) -> Answer:
        url, headers = f"{self.kakao.url}{path}", _bearer(token)
        async with self.http.get(url, headers=headers, params=query) as response:
            return response.status, await response.json()

    async def post(self, path: str, token: str | None, **form: str) -> Answer:
        url, headers = f"{self.kakao.url}{path}", _bearer(token)
        async with self.http.post(url, headers=headers, data=form) as response:
            return response.status, await response.json()

    async def delete(self, path: str, token: str | None, **query: str) -> Answer:
        url, headers = f"{self.kakao.url}{path}", _bearer(token)
        async with self.http.delete(url, headers=headers, params=query) as response:
            return response.status, await response.json()

    async def to_me(self, token: str, card: object = ANY_CARD) -> Answer:
        return await self.post(TO_ME, token, template_object=json.dumps(card))

    async def to_friends(
        self, token: str, friends: Sequence[Account], card: object = ANY_CARD
    ) -> Answer:
        uuids = json.dumps([friend.uuid for friend in friends])
        form = {"receiver_uuids": uuids, "template_object": json.dumps(card)}
        return await self.post(TO_FRIENDS, token, **form)

    def accounts(self, *names: str) -> list[Account]:
        return [self.kakao.account(name) for name in names]


@asynccontextmanager
async def calling() -> AsyncIterator[Caller]:
    kakao = LocalKakao(add_people, now=lambda: 1_780_000_000.0)
    kakao.app.redirect_uris.add(CALLBACK)
    kakao.app.product_link_domains.append(SITE)
    async with kakao.serve(), ClientSession() as http:
        yield Caller(kakao, http)


def _bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}
