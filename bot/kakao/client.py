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
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx

from bot.kakao.calendar import KakaoCalendar
from bot.kakao.errors import (
    NO_ANSWER,
    AppFault,
    ImageLimit,
    KakaoError,
    ReceiverLimit,
    TokenInvalid,
)
from bot.kakao.http import Http, Transport, app_key, bearer
from bot.kakao.messages import Message
from bot.kakao.models import (
    Friend,
    FriendsPage,
    FriendsResult,
    Image,
    ImageInfos,
    KeySet,
    MemoResult,
    Scope,
    ScopeList,
    Tokens,
    User,
    UserRef,
)

MAX_RECEIVERS = 5
FRIENDS_PER_PAGE = 100
FRIENDS_PAGES = 100  # KakaoTalk allows 10,000 friends
VERIFIER_BYTES = 32
MAX_IMAGE = 5 * 1024 * 1024
IMAGES = "/v2/api/talk/message/image"
SECURE: Mapping[str, str] = {"secure_resource": "true"}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KakaoApp:
    """The application as registered at Kakao, and where Kakao is."""

    rest_api_key: str = field(repr=False)
    client_secret: str = field(repr=False)
    redirect_uri: str
    auth_url: str = "https://kauth.kakao.com"
    api_url: str = "https://kapi.kakao.com"
    admin_key: str = field(default="", repr=False)


def new_verifier(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Return a fresh PKCE verifier."""
    return _base64url(random_bytes(VERIFIER_BYTES))


class KakaoClient:
    """Kakao's APIs; every method raises a `KakaoError` when it does not return."""

    def __init__(self, http: Http, app: KakaoApp, *, deadline: float = 30.0) -> None:
        self._transport = Transport(http, deadline=deadline)
        self._app = app
        self.calendar = KakaoCalendar(self._transport, self._api)
        """The members' Talk Calendars."""

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
        request = self._post("/v1/user/unlink", {}, bearer(access_token))
        return (await self._transport.call(UserRef, request)).id

    @property
    def has_admin_key(self) -> bool:
        """Whether `unlink_account` can be called."""
        return bool(self._app.admin_key)

    async def unlink_account(self, kakao_id: int) -> int:
        """Cut an account from the app without a token of its owner's; needs the admin key.

        Raises NotLinked when it is cut already, and AppFault (-3) while the key may not do this.
        https://developers.kakao.com/docs/latest/en/reference/admin-key-api
        """
        form = {"target_id_type": "user_id", "target_id": str(kakao_id)}
        request = self._post("/v1/user/unlink", form, app_key(self._app.admin_key))
        return (await self._transport.call(UserRef, request)).id

    async def me(self, access_token: str) -> User:
        """Return whose token it is."""
        return await self._transport.call(User, self._get("/v2/user/me", access_token))

    async def scopes(self, access_token: str) -> list[Scope]:
        """Return the consent items of the app and which of them the member has agreed to."""
        request = self._get("/v2/user/scopes", access_token)
        return list((await self._transport.call(ScopeList, request)).scopes)

    async def revoke_scopes(self, access_token: str, scopes: Sequence[str]) -> list[Scope]:
        """Take consents back and return all of them as they are then.

        One that the app requires cannot be taken back (AppFault, -3), one that was not given
        cannot either (BadRequest, -2).
        """
        form = {"scopes": _json(list(scopes))}
        request = self._post("/v2/user/revoke/scopes", form, bearer(access_token))
        return list((await self._transport.call(ScopeList, request)).scopes)

    async def friends(
        self, access_token: str, *, offset: int = 0, limit: int = FRIENDS_PER_PAGE
    ) -> FriendsPage:
        """Return one page of the friends who use this app, favourites first."""
        query = f"offset={offset}&limit={limit}&friend_order=favorite&secure_resource=true"
        request = self._get(f"/v1/api/talk/friends?{query}", access_token)
        return await self._transport.call(FriendsPage, request)

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

    async def send_to_me(self, access_token: str, message: Message) -> None:
        """Send a message to the member's own "Me" chat, where it arrives without a sound."""
        path = f"/v2/api/talk/memo/{message.endpoint}"
        await self._transport.call_once(
            MemoResult, self._post(path, message.form(), bearer(access_token))
        )

    async def ask(self, access_token: str) -> None:
        """Ask whether messages are taken, by one without content: it is refused, never sent.

        Any token will do, an old one is refused as well. Raises only one of `NO_ANSWER`.
        """
        request = self._post("/v2/api/talk/memo/default/send", {}, bearer(access_token))
        try:
            await self._transport.call_empty(request)
        except NO_ANSWER:
            raise
        except KakaoError:
            return

    async def send_to_friends(
        self, access_token: str, receiver_uuids: Sequence[str], message: Message
    ) -> FriendsResult:
        """Send a message to one to five friends; the result says whom it reached."""
        if not 1 <= len(receiver_uuids) <= MAX_RECEIVERS:
            raise ReceiverLimit("receiver_uuids", MAX_RECEIVERS, len(receiver_uuids))
        form = {"receiver_uuids": _json(list(receiver_uuids))} | message.form()
        path = f"/v1/api/talk/friends/message/{message.endpoint}"
        return await self._transport.call_once(
            FriendsResult, self._post(path, form, bearer(access_token))
        )

    async def upload_image(
        self, file: bytes, name: str, content_type: str, *, access_token: str | None = None
    ) -> Image:
        """Give Kakao a picture for messages, which it keeps for some weeks.

        The three calls for pictures show the key of the app. Where Kakao does not take that and
        a member's token is given, they try once more with the token.
        """
        if not 1 <= len(file) <= MAX_IMAGE:
            raise ImageLimit("file", MAX_IMAGE if file else 1, len(file))
        url = self._api(f"{IMAGES}/upload")

        async def call(auth: str) -> ImageInfos:
            request = self._transport.upload(url, (name, file, content_type), SECURE, auth=auth)
            return await self._transport.call(ImageInfos, request)

        return (await self._as_app_or_member(call, access_token)).original

    async def scrap_image(self, image_url: str, *, access_token: str | None = None) -> Image:
        """Let Kakao fetch a picture for messages from a public address."""
        form = {"image_url": image_url, **SECURE}

        async def call(auth: str) -> ImageInfos:
            return await self._transport.call(ImageInfos, self._post(f"{IMAGES}/scrap", form, auth))

        return (await self._as_app_or_member(call, access_token)).original

    async def delete_image(self, image_url: str, *, access_token: str | None = None) -> None:
        """Let Kakao forget a picture before its time."""
        url = self._api(f"{IMAGES}/delete?{urlencode({'image_url': image_url})}")

        async def call(auth: str) -> None:
            await self._transport.call_empty(self._transport.delete(url, auth=auth))

        await self._as_app_or_member(call, access_token)

    async def jwks(self) -> dict[str, Any]:
        """Return the keys that Kakao signs webhooks and ID tokens with, as RFC 7517 has them."""
        request = self._transport.get(f"{self._app.auth_url}/.well-known/jwks.json")
        return (await self._transport.call(KeySet, request)).model_dump()

    async def _grant(self, grant_type: str, **form: str) -> Tokens:
        form |= {
            "grant_type": grant_type,
            "client_id": self._app.rest_api_key,
            "client_secret": self._app.client_secret,
        }
        url = f"{self._app.auth_url}/oauth/token"
        return await self._transport.call(Tokens, self._transport.post(url, form))

    async def _as_app_or_member(
        self, call: Callable[[str], Awaitable[T]], access_token: str | None
    ) -> T:
        try:
            return await call(app_key(self._app.rest_api_key))
        except (TokenInvalid, AppFault):
            if access_token is None:
                raise
        return await call(bearer(access_token))

    def _get(self, path: str, access_token: str) -> httpx.Request:
        return self._transport.get(self._api(path), auth=bearer(access_token))

    def _post(self, path: str, form: Mapping[str, str], auth: str) -> httpx.Request:
        return self._transport.post(self._api(path), form, auth=auth)

    def _api(self, path: str) -> str:
        return self._app.api_url + path


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
