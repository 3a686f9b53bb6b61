"""The requests that Kakao makes to the app: webhooks, each answered within three seconds or not.

* Kakao Talk Share, GET (query) or POST (JSON or form, as registered): `CHAT_TYPE`, `HASH_CHAT_ID`,
  `TEMPLATE_ID` (only of a custom template) and each callback argument at the top level; the header
  `X-Kakao-Resource-ID` is unique for each notice.
* Unlink, GET (query) or POST (form): `app_id`, `user_id`, `referrer_type`.
* Account events, POST, `application/secevent+jwt`: the token itself.

The first two carry `Authorization: KakaoAK` with the admin key. Nothing is ever sent twice unless
`again` is called, and no redirect is followed.
"""

import asyncio
import time
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlencode

from sandbox.kakao.errors import dump
from sandbox.kakao.state import Webhook
from sandbox.kakao.world import World

Subject = Literal["share", "unlink", "account"]
AGENT = "KakaoOpenAPI/1.0"
FORM = "application/x-www-form-urlencoded;charset=utf-8"
JSON = "application/json;charset=UTF-8"
SECEVENT = "application/secevent+jwt"


@dataclass(frozen=True, slots=True)
class Notice:
    """A request to the app and its answer; `status` is None when none came in time."""

    subject: Subject
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    status: int | None = None
    answer: bytes = b""
    seconds: float = 0.0

    def __repr__(self) -> str:
        return f"Notice({self.subject}, {self.method}, {self.status})"


class Notices:
    """Sends webhooks and remembers them in `sent`; while `off` none is sent."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._under_way: set[asyncio.Task[Notice | None]] = set()
        self.sent: list[Notice] = []
        self.off = False

    def soon(self, sending: Coroutine[Any, Any, Notice | None]) -> None:
        """Send in the background."""
        task = asyncio.create_task(sending)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def stop(self) -> None:
        """Give up what is under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    async def share(self, fields: Mapping[str, Any]) -> Notice | None:
        """Tell that a shared message arrived in a chat."""
        resource = {"X-Kakao-Resource-ID": self._world.random.randbytes(16).hex()}
        hook = self._world.app.share_webhook
        return await self._keyed("share", hook, fields, resource, as_json=True)

    async def unlink(self, fields: Mapping[str, str]) -> Notice | None:
        """Tell that somebody disconnected the app at Kakao."""
        return await self._keyed("unlink", self._world.app.unlink_webhook, fields, {})

    async def account(self, token: str) -> Notice | None:
        """Hand over a signed event."""
        hook = self._world.app.account_webhook
        if hook is None:
            return None
        headers = {"User-Agent": AGENT, "Content-Type": SECEVENT, "Accept": "application/json"}
        return await self._send(Notice("account", "POST", hook.url, headers, token.encode()))

    async def again(self, notice: Notice) -> Notice | None:
        """Send the very same request once more."""
        return await self._send(replace(notice, status=None, answer=b"", seconds=0.0))

    async def _keyed(
        self,
        subject: Subject,
        hook: Webhook | None,
        fields: Mapping[str, Any],
        more: Mapping[str, str],
        *,
        as_json: bool = False,
    ) -> Notice | None:
        if hook is None:
            return None
        key = f"KakaoAK {self._world.app.admin_key}"
        headers = {"Authorization": key, "User-Agent": AGENT, **more}
        if hook.method == "GET":
            url = f"{hook.url}?{_query(fields)}"
            return await self._send(Notice(subject, "GET", url, headers, None))
        is_json = as_json and hook.body == "json"
        body = dump(fields) if is_json else _query(fields)
        headers |= {"Content-Type": JSON if is_json else FORM}
        return await self._send(Notice(subject, "POST", hook.url, headers, body.encode()))

    async def _send(self, notice: Notice) -> Notice | None:
        if self.off:
            return None
        started = time.monotonic()
        answer = await self._world.outside.ask(
            notice.method,
            notice.url,
            seconds=self._world.switches.webhook_seconds,
            headers=notice.headers,
            data=notice.body,
        )
        seconds = time.monotonic() - started
        done = replace(notice, status=answer.status, answer=answer.body, seconds=seconds)
        self.sent.append(done)
        self._world.changed()
        return done


def _query(fields: Mapping[str, Any]) -> str:
    texts = {k: value if isinstance(value, str) else dump(value) for k, value in fields.items()}
    return urlencode(texts)
