"""KakaoTalk as one person sees it, as JSON for the page."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from sandbox.kakao import Account, ChatRoom, LocalKakao, Message
from sandbox.kakao.calendars import CalendarEvent
from sandbox.kakao.notices import Notice
from sandbox.kakao.state import Partner

JSON = dict[str, Any]
ICON = "/static/kkachi.svg"
LAST_MESSAGES = 100
LAST_REQUESTS = 40


class KakaoSide:
    """Reads the local Kakao."""

    def __init__(self, kakao: LocalKakao) -> None:
        self._kakao = kakao

    def view(self, name: str) -> JSON:
        """Everything the phone of this person draws."""
        account = self._kakao.account(name)
        friends = [one for one in self._kakao.accounts.values() if one.is_friend_of(account)]
        return {
            "app": {"name": self._kakao.app.name, "icon": ICON, "home": self._home()},
            "page": f"{self._kakao.url}/pages/picnic",
            "account": self._face(account),
            "friends": [self._face(one) for one in friends],
            "chats": [self._chat(room, account) for room in self._kakao.chats(account)],
            "calendar": self._calendar(account),
            "notices": [_notice(one) for one in self._kakao.notices.sent[-LAST_REQUESTS:]],
            "requests": [one._asdict() for one in self._kakao.requests[-LAST_REQUESTS:]],
        }

    def _home(self) -> str | None:
        """Where the strip of a message leads: the app's default domain."""
        return next(iter(self._kakao.app.product_link_domains), None)

    def received(self, name: str) -> int:
        """How many messages of others came to this person."""
        rooms = self._kakao.chats(self._kakao.account(name))
        messages = (one for room in rooms for one in room.messages)
        return sum(1 for one in messages if one.to_me or one.sender.name != name)

    def has_agreed(self, name: str) -> bool:
        """Whether the app holds tokens of this person."""
        return bool(self._kakao.account(name).grants)

    def number_of(self, name: str) -> int:
        """By which number the app knows this person."""
        return self._kakao.account(name).id

    def _face(self, partner: Partner) -> JSON:
        return {"name": partner.name, "picture": self._kakao.picture_url(partner)}

    def _chat(self, room: ChatRoom, account: Account) -> JSON:
        return {
            "id": str(room.partner.id) if room.partner else "me",
            "with": self._face(room.partner) if room.partner else None,
            "messages": [self._message(one, account) for one in room.messages[-LAST_MESSAGES:]],
        }

    def _calendar(self, account: Account) -> JSON:
        diary = self._kakao.calendars.of(account)
        names = {one.id: one.name for one in diary.calendars.values()}
        events = sorted(diary.events.values(), key=lambda one: one.start_at)
        return {
            "events": [_event(one, names.get(one.calendar_id, "")) for one in events],
            "rings": [asdict(ring) for ring in diary.rings],
        }

    def _message(self, message: Message, reader: Account) -> JSON:
        return {
            "id": message.id,
            "sender": self._face(message.sender),
            "mine": message.sender is reader,
            "template": message.template,
            "kind": message.kind,
            "shared": message.shared,
            "to_friend": message.to_friend,
            "at": message.at,
            "starts_at": self._kakao.app.events.get(message.template.get("id", "")),
        }


def _event(event: CalendarEvent, calendar: str) -> JSON:
    return {
        "id": event.id,
        "title": event.title,
        "start_at": event.start_at,
        "end_at": event.end_at,
        "reminders": list(event.reminders),
        "place": event.details.get("location", {}).get("name", ""),
        "description": event.details.get("description", ""),
        "calendar": calendar,
        "by_app": event.by_app,
    }


def _notice(notice: Notice) -> JSON:
    """Give a webhook without what it said."""
    path = urlsplit(notice.url).path
    return {"method": notice.method, "path": path, "status": notice.status}
