"""kapi.kakao.com: sending to one's own chat and to friends, three kinds of messages each.

`POST`, each with the form fields that `sandbox/kakao/writing.py` lists:

* `/v2/api/talk/memo/default/send`, `/v2/api/talk/memo/send`, `/v2/api/talk/memo/scrap/send`
* `/v1/api/talk/friends/message/default/send`, `…/message/send`, `…/message/scrap/send`: with
  `receiver_uuids` (JSON array of one to five) as well
"""

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from aiohttp import web

from sandbox.kakao.api import Door
from sandbox.kakao.errors import KAPI, dump, json_response, kapi, parameter
from sandbox.kakao.forms import read_form
from sandbox.kakao.state import Account, Kind
from sandbox.kakao.world import World
from sandbox.kakao.writing import Writer, Written

MAX_RECEIVERS = 5
UUID = re.compile(r"[A-Za-z0-9_-]{20,64}")
UNSATISFIED = "Constraints on the parameter [receiver_uuids] are unsatisfied."
MALFORMED = f"{UNSATISFIED} The input receiver id(s) is invalid format."
FORBIDDEN = f"{UNSATISFIED} Not allowed to send a message to some of receivers."
TO_SENDER = "Cannot contain a receiver who is identical to the sender in multicast mode."
KINDS: tuple[tuple[Kind, str], ...] = (("default", "default/"), ("custom", ""), ("scrap", "scrap/"))
MEMO_API: dict[Kind, str] = {
    "default": "TALK_MEMO_DEFAULT_SEND",
    "custom": "TALK_MEMO_SEND",
    "scrap": "TALK_MEMO_SCRAP_SEND",
}


class MessageApi:
    """The six sends."""

    def __init__(self, world: World, door: Door, writer: Writer) -> None:
        self._world = world
        self._door = door
        self._writer = writer

    def routes(self) -> list[web.RouteDef]:
        memo, friends = "/v2/api/talk/memo", "/v1/api/talk/friends/message"
        return [
            web.post(f"{start}/{path}send", partial(send, kind))
            for kind, path in KINDS
            for start, send in ((memo, self.send_to_me), (friends, self.send_to_friends))
        ]

    async def send_to_me(self, kind: Kind, request: web.Request) -> web.Response:
        form = await read_form(request)
        grant, _ = self._door.open(request, "talk_message", MEMO_API[kind])
        written = await self._writer.read(kind, form)
        self._world.quotas.turn_to(self._world.now())
        refused = self._refusal(grant.account, grant.account)
        if refused is not None:
            raise kapi(refused)
        self._accept(grant.account, grant.account, written)
        self._world.changed()
        return json_response('{"result_code":0}')

    async def send_to_friends(self, kind: Kind, request: web.Request) -> web.Response:
        form = await read_form(request)
        grant, _ = self._door.open(request, "talk_message", "TALK_MESSAGE_SEND")
        sender = grant.account
        receivers = self._receivers(form, sender)
        written = await self._writer.read(kind, form)
        self._check_permission(sender)
        if not sender.talk_user:
            raise kapi(-501)
        return self._send(sender, receivers, written)

    def _send(self, sender: Account, receivers: list[Account], written: Written) -> web.Response:
        self._world.quotas.turn_to(self._world.now())
        delivered: list[Account] = []
        failed: dict[int, list[str]] = {}
        for receiver in receivers:
            refused = self._refusal(sender, receiver)
            if refused is None:
                self._accept(sender, receiver, written)
                delivered.append(receiver)
            else:
                failed.setdefault(refused, []).append(receiver.uuid)
        if not delivered:
            raise kapi(next(iter(failed)))
        self._world.changed()
        told = [receiver.uuid for receiver in delivered if not receiver.unmentioned]
        answer: dict[str, Any] = {"successful_receiver_uuids": told}
        if failed:
            answer["failure_info"] = [_failure(code, uuids) for code, uuids in failed.items()]
        return json_response(dump(answer))

    def _refusal(self, sender: Account, receiver: Account) -> int | None:
        spent = self._world.quotas.refusal(sender, receiver)
        if spent is not None:
            return spent
        if not receiver.talk_user:
            return -501
        if receiver is sender or receiver.refused_with is not None:
            return receiver.refused_with
        if not receiver.is_friend_of(sender):
            return -502
        return -530 if receiver.hidden or receiver.refuses else None

    def _accept(self, sender: Account, receiver: Account, written: Written) -> None:
        self._world.quotas.count(sender, receiver)
        self._world.deliver(
            sender, receiver, written.template, kind=written.kind, template_id=written.template_id
        )

    def _check_permission(self, sender: Account) -> None:
        app = self._world.app
        if not app.friends_permission and sender.name not in app.members:
            raise kapi(-5)

    def _receivers(self, form: Mapping[str, str], sender: Account) -> list[Account]:
        uuids = _read_uuids(form.get("receiver_uuids"))
        if sender.uuid in uuids:
            raise parameter(TO_SENDER)
        found = [self._world.by_uuid.get(uuid) for uuid in uuids]
        receivers = [one for one in found if one is not None and self._may_get(one, sender)]
        if len(receivers) < len(uuids):
            raise parameter(FORBIDDEN)
        return receivers

    def _may_get(self, receiver: Account, sender: Account) -> bool:
        """Whether Kakao knows a reason to accept this uuid from this sender at all."""
        app = self._world.app
        known = receiver.name in sender.friends and receiver.has_agreed("friends")
        return known and (app.friends_permission or receiver.name in app.members)


def _failure(code: int, uuids: list[str]) -> dict[str, Any]:
    return {"code": code, "msg": KAPI[code][1], "receiver_uuids": uuids}


def _read_uuids(text: str | None) -> list[str]:
    if text is None:
        raise parameter("The Parameter [receiver_uuids] cannot be null.")
    try:
        uuids = json.loads(text)
    except (ValueError, RecursionError):
        raise parameter(MALFORMED) from None
    if uuids == []:
        raise parameter("The Parameter [receiver_uuids] cannot be empty.")
    if not isinstance(uuids, list) or not all(_is_uuid(uuid) for uuid in uuids):
        raise parameter(MALFORMED)
    if len(uuids) > MAX_RECEIVERS or len(set(uuids)) < len(uuids):
        raise parameter(UNSATISFIED)
    return uuids


def _is_uuid(value: object) -> bool:
    return isinstance(value, str) and UUID.fullmatch(value) is not None
