"""Everything the local Discord remembers, and the few verbs that change it."""

from sandbox.discord.members import Members
from sandbox.discord.pins import Pins
from sandbox.discord.planning import Planning
from sandbox.discord.reactions import Reactions
from sandbox.discord.state import Channel


class World(Members, Planning, Reactions, Pins):
    """Users, guilds, channels, messages, calendars and commands of one local Discord."""

    def remove_channel(self, channel: Channel) -> None:
        """Take a channel away, and with it what was planned in it."""
        super().remove_channel(channel)
        self.events = [one for one in self.events if one.channel is not channel]
