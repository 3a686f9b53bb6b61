"""Channels, categories and threads as an option of a command."""

import discord
from discord import app_commands
from discord.app_commands import AppCommandChannel, AppCommandThread

Chosen = AppCommandChannel | AppCommandThread


class PlaceTransformer(app_commands.Transformer):
    """Takes whatever place Discord offers, also one that the bot itself does not see."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """The kind of option."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """All that hold messages, or channels that do.

        Media channels are not among them: Discord's own specification refuses them here.
        """
        types = discord.ChannelType
        return [
            types.text,
            types.news,
            types.voice,
            types.stage_voice,
            types.forum,
            types.category,
            types.public_thread,
            types.private_thread,
            types.news_thread,
        ]

    async def transform(self, _: discord.Interaction, value: Chosen, /) -> Chosen:
        """Return the place as Discord tells of it."""
        return value


Place = app_commands.Transform[Chosen, PlaceTransformer]
