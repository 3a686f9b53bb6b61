"""Who is in which voice channel, in the order in which Discord tells it."""

import discord


class Voices:
    """Knows whether a channel was empty; bots do not count.

    discord.py's own list is already further on when two people come at the same moment.
    """

    def __init__(self) -> None:
        self._places: dict[int, dict[int, int]] = {}

    def learn(self, guild: discord.Guild) -> None:
        """Take over who is where right now."""
        self._places[guild.id] = {
            member_id: channel.id
            for channel in (*guild.voice_channels, *guild.stage_channels)
            for member_id in channel.voice_states
            if not _is_bot(guild, member_id)
        }

    def forget(self, guild_id: int) -> None:
        """Forget who is where in a server."""
        self._places.pop(guild_id, None)

    def move(self, member: discord.Member, channel_id: int | None) -> bool:
        """Note where somebody is now; tell whether they came into an empty channel."""
        if member.guild.id not in self._places:
            self.learn(member.guild)
            self._places[member.guild.id].pop(member.id, None)
        places = self._places[member.guild.id]
        before = places.pop(member.id, None)
        if channel_id is None or member.bot:
            return False
        was_empty = channel_id not in places.values()
        places[member.id] = channel_id
        return was_empty and before != channel_id


def _is_bot(guild: discord.Guild, member_id: int) -> bool:
    member = guild.get_member(member_id)
    return member is not None and member.bot
