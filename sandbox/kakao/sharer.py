"""sharer.kakao.com: the picker of Kakao Talk Share, and the SDK file that leads to it.

`GET /sdk/kakao.min.js` is the JavaScript SDK, a stand-in unless told otherwise; `sdk_url` and
`sdk_integrity` of the local Kakao name it. Its calls open a pop-up and send a form there, to
`POST /picker/link`; the fields are in `sandbox/kakao/share_form.py`. The answer is 303 to
`/picker?tx=…`, or a page with one of these codes:

* 4002: a bad request, a template that is refused, or a link to a domain that is not registered
* 4003: the key is not the app's JavaScript key
* 4006: the app's quota of the day is spent
* 4019: the page's origin is not a JavaScript SDK domain of the app (`app.js_sdk_domains`)

The picker's pages are plain HTML without scripts; the fields of their forms are stable:

* `GET /picker?tx=…`: whom to log in as, or the chats to choose from
* `POST /picker/login`: `tx`, `account` (name or e-mail address)
* `POST /picker/send`: `tx`, `decision` = `send` or `cancel`, and `chat` once for each chosen one:
  `me`, or the number of a friend or a group
"""

from base64 import b64encode
from hashlib import sha256
from typing import Any

from aiohttp import web

from sandbox.kakao.errors import PageRefusal
from sandbox.kakao.forms import read_form, read_pairs
from sandbox.kakao.notices import Notices
from sandbox.kakao.oauth import COOKIE, language, redirect
from sandbox.kakao.pages import Pages
from sandbox.kakao.sdk_file import SdkFile
from sandbox.kakao.share_form import FormReader
from sandbox.kakao.state import Account, Group, Partner, Sharing
from sandbox.kakao.world import DAY_IN_BROWSER, World

SDK_PATH = "/sdk/kakao.min.js"
MAX_CHATS = 10


class Sharer:
    """The pages between a share button and a message in a chat."""

    def __init__(
        self, world: World, reader: FormReader, pages: Pages, notices: Notices, sdk: SdkFile
    ) -> None:
        self._world = world
        self._sdk = sdk
        self._reader = reader
        self._pages = pages
        self._notices = notices

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(SDK_PATH, self.sdk),
            web.get("/picker/link", self.wait),
            web.post("/picker/link", self.begin),
            web.get("/picker", self.show),
            web.post("/picker/login", self.log_in),
            web.post("/picker/send", self.send),
        ]

    async def sdk(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002 - a handler
        headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
        body = self._sdk.read(self._world.url)
        return web.Response(body=body, content_type="text/javascript", headers=headers)

    async def wait(self, request: web.Request) -> web.Response:
        """Show what a pop-up shows until its form arrives."""
        return self._pages.show("share_wait.html", language(request))

    async def begin(self, request: web.Request) -> web.Response:
        form = await read_form(request)
        sharing = await self._reader.read(form, request.headers.get("Origin"), language(request))
        return redirect(f"/picker?tx={self._world.remember(sharing)}", status=303)

    async def show(self, request: web.Request) -> web.Response:
        number, sharing = self._find(request.query.get("tx"))
        if request.query.get("lang") in {"ko", "en"}:
            sharing.language = request.query["lang"]
        account = self._world.logged_in(request.cookies.get(COOKIE))
        if account is None or request.query.get("as") == "other":
            return self._login_page(number, sharing)
        return self._picker_page(number, sharing, account)

    async def log_in(self, request: web.Request) -> web.Response:
        form = await read_form(request)
        number, sharing = self._find(form.get("tx"))
        account = self._world.find_account(form.get("account", ""))
        if account is None:
            return self._login_page(number, sharing, unknown=True)
        response = redirect(f"/picker?tx={number}", status=303)
        cookie = self._world.log_in(account)
        response.set_cookie(COOKIE, cookie, max_age=DAY_IN_BROWSER, httponly=True, samesite="Lax")
        return response

    async def send(self, request: web.Request) -> web.Response:
        pairs = await read_pairs(request)
        form = dict(pairs)
        number, sharing = self._find(form.get("tx"))
        account = self._world.logged_in(request.cookies.get(COOKIE))
        if account is None:
            return redirect(f"/picker?tx={number}", status=303)
        if form.get("decision") == "cancel":
            del self._world.sharings[number]
            return self._pages.show("share_done.html", sharing.language, names=[])
        chosen = self._chosen([value for name, value in pairs if name == "chat"], account)
        if not chosen:
            return self._picker_page(number, sharing, account, nothing=True)
        del self._world.sharings[number]
        for partner in chosen:
            self._deliver(sharing, account, partner)
        self._world.changed()
        names = [None if one is account else one.name for one in chosen]
        return self._pages.show("share_done.html", sharing.language, names=names)

    def _deliver(self, sharing: Sharing, account: Account, partner: Partner) -> None:
        self._world.quotas.count_shared(self._world.now())
        self._world.deliver(
            account,
            partner,
            sharing.template,
            kind=sharing.kind,
            template_id=sharing.template_id,
            shared=True,
        )
        if sharing.callback is not None:
            self._notices.soon(self._notices.share(self._fields(sharing, account, partner)))

    def _fields(self, sharing: Sharing, account: Account, partner: Partner) -> dict[str, Any]:
        seen = f"{self._world.app.id} {account.id} {partner.id}".encode()
        fields = dict(sharing.callback or {})
        fields["CHAT_TYPE"] = _chat_type(account, partner)
        fields["HASH_CHAT_ID"] = b64encode(sha256(seen).digest()).decode()
        number = sharing.template_id
        return fields | ({} if number is None else {"TEMPLATE_ID": number})

    def _chosen(self, values: list[str], account: Account) -> list[Partner]:
        known = {_value(partner, account): partner for partner in self._chats(account)}
        if len(values) > MAX_CHATS or not known.keys() >= set(values):
            raise PageRefusal("4002", "chat")
        return [known[value] for value in dict.fromkeys(values)]

    def _chats(self, account: Account) -> list[Partner]:
        friends = [one for one in self._world.accounts.values() if one.is_friend_of(account)]
        groups = [one for one in self._world.groups.values() if account in one.members]
        return [account, *groups, *friends]

    def _find(self, number: str | None) -> tuple[str, Sharing]:
        sharing = self._world.sharings.get(number or "")
        if number is None or sharing is None or sharing.expires_at <= self._world.now():
            raise PageRefusal("4002", "tx")
        return number, sharing

    def _login_page(self, number: str, sharing: Sharing, *, unknown: bool = False) -> web.Response:
        return self._pages.show(
            "login.html",
            sharing.language,
            status=400 if unknown else 200,
            action="/picker/login",
            tx=number,
            accounts=list(self._world.accounts.values())[:MAX_CHATS],
            typed="",
            unknown=unknown,
            here=f"/picker?tx={number}",
        )

    def _picker_page(
        self, number: str, sharing: Sharing, account: Account, *, nothing: bool = False
    ) -> web.Response:
        chats = [
            {
                "value": _value(partner, account),
                "name": None if partner is account else partner.name,
                "picture": partner.picture,
                "members": len(partner.members) if isinstance(partner, Group) else 0,
            }
            for partner in self._chats(account)
        ]
        return self._pages.show(
            "share_picker.html",
            sharing.language,
            status=400 if nothing else 200,
            app=self._world.app,
            tx=number,
            account=account,
            chats=chats,
            nothing=nothing,
            card=_gist(sharing.template),
            here=f"/picker?tx={number}",
        )


def _value(partner: Partner, account: Account) -> str:
    return "me" if partner is account else str(partner.id)


def _chat_type(account: Account, partner: Partner) -> str:
    if partner is account:
        return "MemoChat"
    return "MultiChat" if isinstance(partner, Group) else "DirectChat"


def _gist(template: dict[str, Any]) -> dict[str, str]:
    """Give title, text and picture of a card in short."""
    contents = template.get("contents") or [{}]
    content = template.get("content") or contents[0]
    title = template.get("header_title") or template.get("text") or content.get("title", "")
    words, picture = content.get("description", ""), content.get("image_url", "")
    return {"title": str(title), "words": str(words), "picture": str(picture)}
