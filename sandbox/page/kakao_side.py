"""KakaoTalk as one person sees it, as JSON for the page."""

from typing import Any

from sandbox.kakao import Account, ChatRoom, LocalKakao, Message

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
            "app": {"name": self._kakao.app.name, "icon": ICON},
            "account": self._face(account),
            "friends": [self._face(one) for one in friends],
            "chats": [self._chat(room, account) for room in self._kakao.chats(account)],
            "requests": [one._asdict() for one in self._kakao.requests[-LAST_REQUESTS:]],
        }

    def received(self, name: str) -> int:
        """How many messages came to this person."""
        return sum(1 for one in self._kakao.outbox if one.receiver.name == name)

    def is_linked(self, name: str) -> bool:
        """Whether the app holds tokens of this person."""
        return bool(self._kakao.account(name).grants)

    def _face(self, account: Account) -> JSON:
        return {"name": account.name, "picture": self._kakao.picture_url(account)}

    def _chat(self, room: ChatRoom, account: Account) -> JSON:
        return {
            "id": str(room.partner.id) if room.partner else "me",
            "with": self._face(room.partner) if room.partner else None,
            "messages": [_message(one, account) for one in room.messages[-LAST_MESSAGES:]],
        }


def _message(message: Message, reader: Account) -> JSON:
    return {
        "id": message.id,
        "sender": message.sender.name,
        "mine": message.sender is reader,
        "template": message.template,
        "at": message.at,
    }
