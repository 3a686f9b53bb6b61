"""A local Discord: gateway, HTTP API and the people in it."""

from sandbox.discord.interactions import Modal
from sandbox.discord.local import LocalDiscord
from sandbox.discord.messages import Attachment, Message, Poll
from sandbox.discord.payloads import CannotDo
from sandbox.discord.permissions import Permission
from sandbox.discord.person import Person
from sandbox.discord.reply import Reply
from sandbox.discord.state import Channel, Guild, Member, Overwrite, Role, User

__all__ = [
    "Attachment",
    "CannotDo",
    "Channel",
    "Guild",
    "LocalDiscord",
    "Member",
    "Message",
    "Modal",
    "Overwrite",
    "Permission",
    "Person",
    "Poll",
    "Reply",
    "Role",
    "User",
]
