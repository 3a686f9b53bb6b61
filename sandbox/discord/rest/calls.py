"""A request as the handlers see it, and the shape of a handler."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sandbox.discord.bodies import Upload
from sandbox.discord.errors import (
    ApiError,
    Fault,
    invalid_form,
    missing_access,
    missing_permissions,
    unknown,
)
from sandbox.discord.interactions import Interactions
from sandbox.discord.messages import Message
from sandbox.discord.permissions import Permission
from sandbox.discord.state import HEARD, JSON, WITHOUT_MESSAGES, Channel, Guild
from sandbox.discord.world import World


@dataclass(frozen=True)
class Created:
    """A reply with status 201."""

    body: JSON


Answer = JSON | list[JSON] | Created | None


@dataclass(frozen=True)
class Call:
    """One request: what it asks of which thing."""

    world: World
    interactions: Interactions
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: JSON
    items: list[JSON]
    uploads: list[Upload]

    def id(self, name: str) -> int:
        """Give a snowflake of the path."""
        text = self.params[name]
        if not text.isdecimal():
            message = f'Value "{text}" is not snowflake.'
            raise invalid_form([Fault((name,), "NUMBER_TYPE_COERCE", message)])
        return int(text)

    def number(self, name: str, default: int, most: int) -> int:
        """Give a number of the query, within 1 and `most`."""
        text = self.query.get(name, str(default))
        if not text.isdecimal() or not 1 <= int(text) <= most:
            message = f"int value should be between 1 and {most}."
            raise invalid_form([Fault((name,), "NUMBER_TYPE_MAX", message)])
        return int(text)

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in ("1", "true")

    def channel(self, *needed: Permission, name: str = "channel_id") -> Channel:
        """Give the channel of the path, if the bot sees it and may do what is needed."""
        channel = self.world.channel(self.id(name))
        if channel is None:
            raise unknown("Channel")
        allowed = self.may(channel)
        if not allowed & Permission.VIEW_CHANNEL:
            raise missing_access()
        if any(not allowed & one for one in needed):
            raise missing_permissions()
        return channel

    def room(self, *needed: Permission) -> Channel:
        """Give the channel of the path, where messages are; in voice only who may come in."""
        channel = self.channel(*needed)
        if channel.kind in WITHOUT_MESSAGES:
            raise ApiError(400, 50024, "Cannot execute action on this channel type")
        if channel.kind in HEARD and not self.may(channel) & Permission.CONNECT:
            raise missing_access()
        return channel

    def may(self, channel: Channel) -> int:
        """Give what the bot may do in a channel."""
        return self.world.may(self.world.bot, channel)

    def message(self, *needed: Permission) -> Message:
        """Give the message of the path; ephemeral ones are not to be had here."""
        message = self.world.message(self.room(*needed), self.id("message_id"))
        if message is None or message.only_for is not None:
            raise unknown("Message")
        return message

    def guild(self) -> Guild:
        """Give the guild of the path, if the bot is in it."""
        guild = self.world.guild(self.id("guild_id"))
        if guild is None or self.world.bot.id not in guild.members:
            raise unknown("Guild")
        return guild


Handler = Callable[[Call], Awaitable[Answer]]
Routes = list[tuple[str, str, Handler]]
