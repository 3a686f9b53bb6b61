"""A local Kakao: login, tokens, friends and messages with the limits and errors of the real one."""

from sandbox.kakao.server import LocalKakao
from sandbox.kakao.state import Account, App, ChatRoom, Level, Message, Request, Switches
from sandbox.kakao.walk import WalkStopped

__all__ = [
    "Account",
    "App",
    "ChatRoom",
    "Level",
    "LocalKakao",
    "Message",
    "Request",
    "Switches",
    "WalkStopped",
]
