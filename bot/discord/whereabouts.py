"""Where somebody types or presses: in a server of ours, in another one, or in direct messages.

Whoever has added Kkachi to their own account uses it where it is no member. There it can read
nothing: all it knows is what Discord tells along with the interaction.
"""

from typing import cast

import discord

from bot.discord.failures import NO, asking
from bot.discord.guilds import guild_of
from bot.discord.plugin import AnyBot, services_of
from bot.errors import DiscordAway


async def is_outside(interaction: discord.Interaction) -> bool:
    """Tell whether this is where Kkachi is no member, whatever lets it be used.

    Raises DiscordAway.
    """
    guild_id = interaction.guild_id
    if guild_id is None:
        return interaction.context.private_channel
    return not interaction.is_guild_integration() and not await _is_in(interaction, guild_id)


async def home_of(interaction: discord.Interaction) -> int | None:
    """Return the server where this is, if Kkachi is a member of it; raises DiscordAway."""
    return None if await is_outside(interaction) else interaction.guild_id


async def _is_in(interaction: discord.Interaction, guild_id: int) -> bool:
    """Tell whether Kkachi is in a server; another process may be the one that hears of it."""
    bot = cast("AnyBot", interaction.client)
    try:
        return guild_of(bot, guild_id) is not None
    except DiscordAway:
        if bot.get_guild(guild_id) is not None:
            return True
    try:
        async with asking(bot, services_of(bot).patience.answer):
            await bot.fetch_guild(guild_id, with_counts=False)
    except NO:
        return False
    return True
