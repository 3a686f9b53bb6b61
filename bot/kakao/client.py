"""Kakao Login, KakaoTalk friends and KakaoTalk messages, one method for each call.

The client keeps no tokens: every call on behalf of a member is given one. Reference:
https://developers.kakao.com/docs/latest/en/kakaologin/rest-api,
https://developers.kakao.com/docs/latest/en/kakaotalk-social/rest-api and
https://developers.kakao.com/docs/latest/en/kakaotalk-message/rest-api.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx

from bot.kakao.errors import ReceiverLimit
from bot.kakao.http import Door
from bot.kakao.models import (
    Friend,
    FriendsPage,
    FriendsResult,
    MemoResult,
    Scope,
    ScopeList,
    Tokens,
    User,
    UserRef,
)
from bot.kakao.templates import Template

MAX_RECEIVERS = 5
FRIENDS_PER_PAGE = 100
FRIENDS_PAGES = 100  # KakaoTalk allows 10,000 friends
VERIFIER_BYTES = 32


@dataclass(frozen=True, slots=True)
class KakaoApp:
    """The application as registered at Kakao, and where Kakao is."""

    rest_api_key: str = field(repr=False)
    client_secret: str = field(repr=False)
    redirect_uri: str
    auth_url: str = "https://kauth.kakao.com"
    api_url: str = "https://kapi.kakao.com"


def new_verifier(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Return a fresh PKCE verifier."""
    return _base64url(random_bytes(VERIFIER_BYTES))


class KakaoClient:
    """Kakao's APIs; every method raises a `KakaoError` when it does not return."""

    def __init__(self, http: httpx.AsyncClient, app: KakaoApp, *, deadline: float = 30.0) -> None:
        self._door = Door(http, deadline=deadline)
        self._app = app

    def authorize_url(
        self,
        *,
        state: str,
        scopes: Sequence[str],
        verifier: str,
        prompt: str | None = "select_account",
    ) -> str:
        """Return where to send the browser for login and consent."""
        query = {
            "response_type": "code",
            "client_id": self._app.rest_api_key,
            "redirect_uri": self._app.redirect_uri,
            "scope": ",".join(scopes),
            "state": state,
            "code_challenge": _base64url(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        query |= {"prompt": prompt} if prompt else {}
        return f"{self._app.auth_url}/oauth/authorize?{urlencode(query, safe=',')}"

    async def exchange_code(self, code: str, verifier: str) -> Tokens:
        """Trade the authorization code for tokens; it works once."""
        return await self._grant(
            "authorization_code",
            code=code,
            redirect_uri=self._app.redirect_uri,
            code_verifier=verifier,
        )

    async def refresh(self, refresh_token: str) -> Tokens:
        """Return a new access token, and in its last month a new refresh token as well."""
        return await self._grant("refresh_token", refresh_token=refresh_token)

    async def unlink(self, access_token: str) -> int:
        """Cut the account from the app: its tokens die and its consents go. Returns its id."""
        request = self._door.post(self._api("/v1/user/unlink"), token=access_token)
        return (await self._door.ask(UserRef, request)).id

    async def me(self, access_token: str) -> User:
        """Return whose token it is."""
        return await self._door.ask(User, self._door.get(self._api("/v2/user/me"), access_token))

    async def scopes(self, access_token: str) -> list[Scope]:
        """Return the consent items of the app and which of them the member has agreed to."""
        request = self._door.get(self._api("/v2/user/scopes"), access_token)
        return list((await self._door.ask(ScopeList, request)).scopes)

    async def friends(
        self, access_token: str, *, offset: int = 0, limit: int = FRIENDS_PER_PAGE
    ) -> FriendsPage:
        """Return one page of the friends who use this app, favourites first."""
        query = f"offset={offset}&limit={limit}&friend_order=favorite&secure_resource=true"
        url = self._api(f"/v1/api/talk/friends?{query}")
        return await self._door.ask(FriendsPage, self._door.get(url, access_token))

    async def all_friends(self, access_token: str) -> list[Friend]:
        """Return all pages of the friends list, each friend once."""
        found: dict[str, Friend] = {}
        offset = 0
        for _ in range(FRIENDS_PAGES):
            page = await self.friends(access_token, offset=offset)
            found |= {friend.uuid: friend for friend in page.elements}
            following = page.next_offset
            if following is None or following <= offset:
                break
            offset = following
        return list(found.values())

    async def send_to_me(self, access_token: str, template: Template) -> None:
        """Send a message to the member's own "Me" chat, where it arrives without a sound."""
        request = self._door.post(
            self._api("/v2/api/talk/memo/default/send"),
            {"template_object": _json(template.template_object())},
            token=access_token,
        )
        await self._door.send(MemoResult, request)

    async def send_to_friends(
        self, access_token: str, receiver_uuids: Sequence[str], template: Template
    ) -> FriendsResult:
        """Send a message to one to five friends; the result says whom it reached."""
        if not 1 <= len(receiver_uuids) <= MAX_RECEIVERS:
            raise ReceiverLimit("receiver_uuids", MAX_RECEIVERS, len(receiver_uuids))
        form = {
            "receiver_uuids": _json(list(receiver_uuids)),
            "template_object": _json(template.template_object()),
        }
        url = self._api("/v1/api/talk/friends/message/default/send")
        return await self._door.send(FriendsResult, self._door.post(url, form, token=access_token))

    async def _grant(self, grant_type: str, **form: str) -> Tokens:
        form |= {
            "grant_type": grant_type,
            "client_id": self._app.rest_api_key,
            "client_secret": self._app.client_secret,
        }
        url = f"{self._app.auth_url}/oauth/token"
        return await self._door.ask(Tokens, self._door.post(url, form))

    def _api(self, path: str) -> str:
        return self._app.api_url + path


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
