"""A local Kakao: login, tokens, friends and messages with the limits and errors of the real one."""

from sandbox.kakao.notices import Notice
from sandbox.kakao.server import LocalKakao
from sandbox.kakao.sharing import ShareRefused
from sandbox.kakao.state import (
    Account,
    App,
    ChatRoom,
    CustomTemplate,
    Group,
    Level,
    Message,
    Partner,
    Request,
    Webhook,
)
from sandbox.kakao.switches import Switches
from sandbox.kakao.walk import WalkStopped

__all__ = [
    "Account",
    "App",
    "ChatRoom",
    "CustomTemplate",
    "Group",
    "Level",
    "LocalKakao",
    "Message",
    "Notice",
    "Partner",
    "Request",
    "ShareRefused",
    "Switches",
    "WalkStopped",
    "Webhook",
]
