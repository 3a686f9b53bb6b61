"""Discord as one person sees it, as JSON for the page."""

from collections.abc import Iterator, Sequence

from sandbox.discord.permissions import Permission
from sandbox.discord.picker import entries
from sandbox.discord.state import (
    CATEGORY,
    DM,
    JSON,
    VOICE,
    WITHOUT_MESSAGES,
    Channel,
    Guild,
    Member,
    Reader,
    User,
)
from sandbox.discord.world import World

LAST_MESSAGES = 150


class DiscordSide:
    """Reads the local Discord."""

    def __init__(self, world: World) -> None:
        self._world = world

    def view(self, reader: Reader) -> JSON:
        """Everything the left side draws."""
        user = reader.user
        channels = self._channels(user)
        return {
            "bot": self._face(self._world.bot),
            "users": {str(one.id): self._face(one) for one in self._world.users.values()},
            "guilds": [self._guild(one, user) for one in self._of(user)],
            "dms": [self._dm(one) for one in channels if one.kind == DM and not one.people],
            "messages": {str(one.id): self._messages(one, reader) for one in channels},
            "commands": self._commands(channels, reader),
            "problems": list(self._world.problems),
        }

    def _of(self, user: User) -> Iterator[Guild]:
        return (one for one in self._world.guilds if user.id in one.members)

    def _commands(self, channels: list[Channel], reader: Reader) -> JSON:
        """List what this person may call: for each guild, and for conversations."""
        places = {_place_of(one): one for one in channels if one.kind not in (VOICE, CATEGORY)}
        return {place: entries(self._world, reader, one) for place, one in places.items()}

    def face(self, user: User) -> str:
        """Give the address of somebody's picture."""
        return self._world.site.url + user.avatar_path

    def _face(self, user: User) -> JSON:
        seats = (guild.members.get(user.id) for guild in self._world.guilds)
        color = next((colour_of(seat) for seat in seats if seat is not None), 0)
        return {"name": user.name, "avatar": self.face(user), "bot": user.bot, "color": color}

    def _channels(self, user: User) -> list[Channel]:
        """List what this person sees; a conversation once something was said in it."""
        seen = (one for one in self._world.channels() if self._world.sees(user, one))
        return [one for one in seen if one.kind != DM or self._world.messages(one)]

    def _guild(self, guild: Guild, user: User) -> JSON:
        mine = [one for one in guild.channels if self._world.sees(user, one) and is_open(one)]
        address = f"{self._world.site.url}/icons/{guild.id}/{guild.icon}.png"
        return {
            "id": str(guild.id),
            "name": guild.name,
            "icon": address if guild.icon else None,
            "channels": [self._channel(one, user, guild) for one in in_order(mine)],
            "events": [
                {"id": str(one.id), "name": one.name, "at": one.starts_at * 1000}
                for one in self._world.events_of(guild)
                if one.channel is None or self._world.sees(user, one.channel)
            ],
            "roles": [{"id": str(one.id), "name": one.name} for one in guild.roles],
            "members": [
                {"id": str(one.user.id), "name": one.name} for one in guild.members.values()
            ],
        }

    def _channel(self, channel: Channel, user: User, guild: Guild) -> JSON:
        allowed = self._world.may(user, channel)
        everybody = guild.everyone.id
        hidden = any(
            one.id == everybody and one.deny & Permission.VIEW_CHANNEL for one in channel.overwrites
        )
        return {
            "id": str(channel.id),
            "name": channel.name,
            "type": channel.kind,
            "topic": channel.topic,
            "hidden": hidden,
            "can_send": channel.kind not in WITHOUT_MESSAGES
            and bool(allowed & Permission.SEND_MESSAGES),
            "voices": [
                one.user.name for one in self._world.voice.values() if one.channel is channel
            ],
        }

    def _dm(self, channel: Channel) -> JSON:
        bot = self._face(self._world.bot)
        return {"id": str(channel.id), "type": DM, "name": bot["name"], "avatar": bot["avatar"]}

    def _messages(self, channel: Channel, reader: Reader) -> list[JSON]:
        """List the latest messages, oldest first; without answers that are for others only."""
        mine = [one for one in self._world.messages(channel) if one.only_for in (None, reader.user)]
        mine.sort(key=lambda one: one.id)
        return [one.view(reader) for one in mine[-LAST_MESSAGES:]]


def is_open(channel: Channel) -> bool:
    """Tell whether a channel is listed; a thread no more once it is archived."""
    return channel.thread is None or not channel.thread.archived


def in_order(channels: Sequence[Channel], parent: Channel | None = None) -> Iterator[Channel]:
    """Yield each category before its channels, and each channel before its threads."""
    known = {one.id for one in channels}
    for channel in sorted(channels, key=lambda one: one.kind == CATEGORY):
        above = channel.parent if channel.parent and channel.parent.id in known else None
        if above is parent:
            yield channel
            yield from in_order(channels, channel)


def _place_of(channel: Channel) -> str:
    return str(channel.guild.id) if channel.guild else "@me"


def colour_of(member: Member) -> int:
    """Give the colour of the highest role that has one."""
    coloured = [role for role in member.roles if role.color]
    return max(coloured, key=lambda role: role.position).color if coloured else 0
