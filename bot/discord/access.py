"""Keeps to what a server's admins have switched off, wherever somebody types or clicks."""

from typing import cast

import discord
from discord import app_commands

from bot.discord.convert import highlight_of, places_of
from bot.discord.failures import asking
from bot.discord.messages import find_message
from bot.discord.people import people_of
from bot.discord.plugin import AnyBot, services_of
from bot.discord.replies import defer
from bot.services.messages.models import Highlight


class Refused(app_commands.CheckFailure):
    """A command is refused, or whether it is cannot be known; whoever asks gets an answer."""

    def __init__(self, original: Exception) -> None:
        super().__init__(type(original).__name__)
        self.original = original


async def check_feature(interaction: discord.Interaction, feature: str) -> None:
    """Raise a UserError when the member may not use this feature here."""
    if not feature or interaction.guild_id is None:
        return
    roles = getattr(interaction.user, "roles", ())
    await services_of(interaction.client).access.check(
        interaction.user.id, interaction.guild_id, feature, {role.id for role in roles}
    )


async def check_command(interaction: discord.Interaction, feature: str) -> None:
    """Raise Refused when the member may not use a command of this feature here.

    discord.py answers nothing that a check raises otherwise.
    """
    if interaction.type is discord.InteractionType.autocomplete:
        return
    try:
        await check_feature(interaction, feature)
    except Exception as error:
        raise Refused(error) from error


async def carried(interaction: discord.Interaction, message: discord.Message | str) -> Highlight:
    """Return as much of the message that was clicked or named as may leave its server.

    Tells Discord first that an answer comes. Raises what `find_message` raises, PlaceOff,
    TooManySends or DiscordAway.
    """
    await defer(interaction)
    if isinstance(message, str):
        message = await find_message(interaction, message)
    services = services_of(interaction.client)
    async with asking(interaction.client, services.patience.answer):
        people = people_of(cast("AnyBot", interaction.client))
        highlight = await highlight_of(message, interaction.user, people)
    return await services.access.carried(interaction.user.id, highlight, places_of(message))
