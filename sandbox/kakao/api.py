"""kapi.kakao.com: who the caller is, what they agreed to, their friends."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from sandbox.kakao.errors import dump, json_response, kapi, parameter
from sandbox.kakao.forms import FORM, read_form
from sandbox.kakao.state import Account, Grant, Level, Link, Listed
from sandbox.kakao.world import World

MAX_TOKEN = 1024
# Real answers hold addresses of a host that a client must not trust with its token.
OTHER_HOST = "http://kapi.kakao.invalid"

DISPLAY_NAMES = {
    "profile_nickname": ("닉네임", "PRIVACY"),
    "profile_image": ("프로필 사진", "PRIVACY"),
    "account_email": ("카카오계정(이메일)", "PRIVACY"),
    "friends": ("카카오 서비스 내 친구목록(프로필사진, 닉네임, 즐겨찾기 포함)", "PRIVACY"),
    "talk_message": ("카카오톡 메시지 전송", "SERVICE"),
    "talk_calendar": ("톡캘린더 내 일정 및 캘린더 관리", "SERVICE"),
}


class Door:
    """The checks every call passes, in Kakao's order."""

    def __init__(self, world: World) -> None:
        self._world = world

    def open(self, request: web.Request, scope: str = "", api: str = "") -> tuple[Grant, Link]:
        """Find out who calls, and whether the app and the person allow it."""
        grant = self._grant(request)
        app = self._world.app
        if app.allowed_ips and request.remote not in app.allowed_ips:
            caller = f"callerIp={request.remote}"
            raise kapi(-401, f"ip mismatched! {caller}. check out registered ips.")
        if app.suspended:
            raise kapi(-12)
        link = grant.account.link
        if link is None:
            raise kapi(-101)
        if scope:
            self._check_scope(grant, link, scope, api)
        return grant, link

    def open_with_key(self, request: web.Request) -> None:
        """Let in who shows a key of the app, or a person's token if the switch allows it."""
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        app = self._world.app
        if scheme == "Bearer" and self._world.switches.image_bearer:
            self._person(key)
        elif scheme != "KakaoAK":
            raise kapi(-401, "no authentication key!")
        elif key not in {app.rest_api_key, app.javascript_key}:
            raise kapi(-401, "invalid app key.")
        if app.suspended:
            raise kapi(-12)

    def open_as_admin(self, request: web.Request, form: Mapping[str, str], api: str) -> Account:
        """Let in who shows the admin key, and find out whom it is about."""
        app = self._world.app
        if request.headers["Authorization"].removeprefix("KakaoAK ") != app.admin_key:
            raise kapi(-401, "invalid app key.")
        if app.allowed_ips and request.remote not in app.allowed_ips:
            raise kapi(-401, f"ip mismatched! callerIp={request.remote}. check out registered ips.")
        if api not in app.admin_key_may:
            raise kapi(-3)
        if app.suspended:
            raise kapi(-12)
        if form.get("target_id_type") != "user_id":
            raise parameter("Constraints on the parameter [target_id_type] are unsatisfied.")
        target = form.get("target_id", "")
        if not target.isdecimal():
            raise parameter("Constraints on the parameter [target_id] are unsatisfied.")
        found = [one for one in self._world.accounts.values() if str(one.id) == target]
        if not found or found[0].link is None:
            raise kapi(-101)
        return found[0]

    def _grant(self, request: web.Request) -> Grant:
        header = request.headers.get("Authorization", "")
        scheme, _, token = header.partition(" ")
        if scheme == "KakaoAK":
            raise kapi(-401, "invalid app key.")
        if scheme != "Bearer":
            raise kapi(-401, "no authentication key!")
        if request.body_exists and request.content_type != FORM:
            raise kapi(-401)
        return self._person(token)

    def _person(self, token: str) -> Grant:
        if len(token) > MAX_TOKEN:
            raise parameter("too long for access token.")
        access = self._world.access.get(token)
        if access is None:
            raise kapi(-401)
        if access.expires_at <= self._world.now():
            raise kapi(-401, "this access token is already expired")
        return access.grant

    def _check_scope(self, grant: Grant, link: Link, scope: str, api: str) -> None:
        app = self._world.app
        if app.level(scope) is Level.OFF:
            text = f"App disabled [{scope}] scopes for [{api}] API on developers.kakao.com."
            raise kapi(-3, f"[{app.name}] {text} Enable it first.")
        # A token is good for what was agreed when it was issued, as long as that still stands.
        allowed = grant.scopes & link.agreed
        if scope not in allowed:
            raise kapi(-402, api_type=api, required_scopes=[scope], allowed_scopes=sorted(allowed))


class UserApi:
    """What an app may ask about a person, and how the person leaves."""

    def __init__(self, world: World, door: Door) -> None:
        self._world = world
        self._door = door

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v2/user/me", self.me),
            web.post("/v2/user/me", self.me),
            web.get("/v2/user/scopes", self.scopes),
            web.post("/v2/user/revoke/scopes", self.revoke_scopes),
            web.get("/v1/user/access_token_info", self.token_info),
            web.post("/v1/user/logout", self.log_out),
            web.post("/v1/user/unlink", self.unlink),
        ]

    async def me(self, request: web.Request) -> web.Response:
        grant, link = self._door.open(request)
        account, when = grant.account, _utc(link.connected_at)
        person: dict[str, Any] = {"id": account.id, "connected_at": when, "synched_at": when}
        if "profile_nickname" in link.agreed:
            person["properties"] = {"nickname": account.name}
        person["kakao_account"] = self._kakao_account(account, link)
        if self._world.app.friends_permission and "talk_message" in link.agreed:
            person["for_partner"] = {"uuid": account.uuid}
        return json_response(dump(person))

    def _kakao_account(self, account: Account, link: Link) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        profile: dict[str, Any] = {}
        known: dict[str, dict[str, Any]] = {
            "profile_nickname": {"nickname": account.name, "is_default_nickname": False},
            "profile_image": {
                "thumbnail_image_url": self._world.picture_url(account),
                "profile_image_url": self._world.picture_url(account),
                "is_default_image": False,
            },
        }
        for item, values in known.items():
            if self._world.app.level(item) is not Level.OFF:
                facts[f"{item}_needs_agreement"] = item not in link.agreed
                profile |= values if item in link.agreed else {}
        return facts | ({"profile": profile} if profile else {}) | self._email(account, link)

    def _email(self, account: Account, link: Link) -> dict[str, Any]:
        if self._world.app.level("account_email") is Level.OFF:
            return {}
        facts: dict[str, Any] = {"has_email": True, "email_needs_agreement": True}
        if "account_email" in link.agreed:
            facts |= {"email_needs_agreement": False, "is_email_valid": True}
            facts |= {"is_email_verified": True, "email": account.email}
        return facts

    async def scopes(self, request: web.Request) -> web.Response:
        grant, link = self._door.open(request)
        wanted = request.query.get("scopes")
        only = None if wanted is None else _words(wanted, "scopes")
        return self._scopes(grant.account, link, only)

    async def revoke_scopes(self, request: web.Request) -> web.Response:
        form = await read_form(request)
        grant, link = self._door.open(request)
        if "scopes" not in form:
            raise parameter("The Parameter [scopes] cannot be null.")
        wanted = _words(form["scopes"], "scopes")
        self._check_revocable(wanted, link)
        link.agreed.difference_update(wanted)
        self._world.changed()
        self._world.own_call("user-scope-withdraw", grant.account, scope=wanted)
        return self._scopes(grant.account, link, None)

    def _check_revocable(self, wanted: list[str], link: Link) -> None:
        where = "developers.kakao.com"
        for scope in wanted:
            if self._world.app.level(scope) is Level.REQUIRED:
                text = f"[{scope}] is not revocable. check out if it's set as required on {where}"
                raise kapi(-3, text)
        if not wanted or not link.agreed.issuperset(wanted):
            given = ",".join(wanted)
            text = f"There is no scopes to revoke. check out if given scope id([{given}])"
            raise parameter(f"{text} is correct again.")

    def _scopes(self, account: Account, link: Link, only: list[str] | None) -> web.Response:
        items = self._world.app.consent_items.items()
        shown = [
            self._scope(item, level, agreed=item in link.agreed)
            for item, level in items
            if level is not Level.OFF and (only is None or item in only)
        ]
        return json_response(dump({"id": account.id, "scopes": shown}))

    def _scope(self, item: str, level: Level, *, agreed: bool) -> dict[str, Any]:
        name, kind = DISPLAY_NAMES.get(item, (item, "PRIVACY"))
        facts = {"id": item, "display_name": name, "type": kind, "using": True, "agreed": agreed}
        return facts | ({"revocable": level is not Level.REQUIRED} if agreed else {})

    async def token_info(self, request: web.Request) -> web.Response:
        grant, _ = self._door.open(request)
        token = request.headers["Authorization"].partition(" ")[2]
        left = int(self._world.access[token].expires_at - self._world.now())
        facts = {"id": grant.account.id, "expires_in": left, "app_id": self._world.app.id}
        return json_response(dump(facts))

    async def log_out(self, request: web.Request) -> web.Response:
        grant, _ = self._door.open(request)
        self._world.drop_grant(grant)
        return json_response(dump({"id": grant.account.id}))

    async def unlink(self, request: web.Request) -> web.Response:
        account = await self._leaving(request)
        self._world.disconnect(account)
        self._world.own_call("user-unlinked", account, reason="UNLINK_FROM_SERVICE")
        return json_response(dump({"id": account.id}))

    async def _leaving(self, request: web.Request) -> Account:
        if request.headers.get("Authorization", "").startswith("KakaoAK "):
            return self._door.open_as_admin(request, await read_form(request), "unlink")
        return self._door.open(request)[0].account


class FriendsApi:
    """The friends list: only friends who use the app too and let themselves be seen."""

    PATH = "/v1/api/talk/friends"

    def __init__(self, world: World, door: Door) -> None:
        self._world = world
        self._door = door

    def routes(self) -> list[web.RouteDef]:
        return [web.get(self.PATH, self.friends)]

    async def friends(self, request: web.Request) -> web.Response:
        grant, _ = self._door.open(request, "friends", "FRIENDS")
        query = request.query
        default = self._world.switches.friends_limit_default
        offset = _whole(query.get("offset", "0"), "offset", 0, 1_000_000)
        limit = _whole(query.get("limit", str(default)), "limit", 1, 100)
        order = _choice(query.get("order", "asc"), "order", ("asc", "desc"))
        by = _choice(
            query.get("friend_order", "favorite"), "friend_order", ("favorite", "nickname")
        )
        _choice(query.get("secure_resource", "true"), "secure_resource", ("true", "false"))
        if not grant.account.talk_user:
            raise kapi(-501)
        listed = self._sorted(self._listed(grant.account), by, order)
        return json_response(dump(self._page(listed, offset, limit, by, order)))

    def _listed(self, account: Account) -> list[Listed]:
        """Give the list as Kakao has it: up to ten minutes old."""
        now, made = self._world.now(), account.cached_friends
        if made is None or made[0] + self._world.switches.friends_cache <= now:
            made = account.cached_friends = (now, list(self._visible(account)))
        return made[1]

    def _visible(self, account: Account) -> Iterable[Listed]:
        app = self._world.app
        for name, friendship in account.friends.items():
            friend = self._world.accounts[name]
            if not (friend.is_friend_of(account) and friend.talk_user):
                continue
            if friend.hidden or not friend.has_agreed("friends"):
                continue
            if app.friends_permission or {account.name, name} <= app.members:
                yield Listed(friend, friendship.favorite)

    def _sorted(self, listed: list[Listed], by: str, order: str) -> list[Listed]:
        named = sorted(listed, key=lambda one: one.account.name, reverse=order == "desc")
        return sorted(named, key=lambda one: not one.favorite) if by == "favorite" else named

    def _page(
        self, listed: list[Listed], offset: int, limit: int, by: str, order: str
    ) -> dict[str, Any]:
        def url(at: int) -> str:
            query = {"offset": at, "limit": limit, "order": order, "friend_order": by}
            return f"{OTHER_HOST}{self.PATH}?{urlencode(query)}"

        total = len(listed)
        return {
            "elements": [self._element(one) for one in listed[offset : offset + limit]],
            "total_count": total,
            "before_url": url(max(0, offset - limit)) if offset > 0 else None,
            "after_url": url(offset + limit) if offset + limit < total else None,
            "favorite_count": sum(one.favorite for one in listed),
        }

    def _element(self, listed: Listed) -> dict[str, Any]:
        friend = listed.account
        shown = {
            "id": friend.id,
            "uuid": friend.uuid,
            "favorite": listed.favorite,
            "profile_nickname": friend.name,
            "profile_thumbnail_image": self._world.picture_url(friend),
        }
        tells = self._world.switches.friends_allowed_msg
        return shown | ({"allowed_msg": not friend.refuses} if tells else {})


def _utc(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _words(text: str, name: str) -> list[str]:
    try:
        words = json.loads(text)
    except (ValueError, RecursionError):
        words = None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise parameter(f"Constraints on the parameter [{name}] are unsatisfied.")
    return words


def _whole(text: str, name: str, at_least: int, at_most: int) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10 and at_least <= int(text) <= at_most:
        return int(text)
    raise parameter(f"Constraints on the parameter [{name}] are unsatisfied.")


def _choice(text: str, name: str, words: tuple[str, ...]) -> str:
    if text not in words:
        raise parameter(f"Constraints on the parameter [{name}] are unsatisfied.")
    return text
