"""The message that was clicked or named, as much of it as may leave its server."""

from typing import cast

import discord

from bot.discord.access import roles_in
from bot.discord.convert import highlight_of
from bot.discord.failures import asking
from bot.discord.messages import find_message
from bot.discord.plugin import AnyBot, services_of
from bot.discord.reader import reader_of
from bot.discord.replies import defer
from bot.discord.whereabouts import is_outside
from bot.services.messages.models import Highlight


async def carried(
    interaction: discord.Interaction, message: discord.Message | str, feature: str
) -> Highlight:
    """Return as much of the message that was clicked or named as may leave its server.

    That server decides about the feature, wherever the member types; where Kkachi is no member,
    its author. Tells Discord first that an answer comes. Raises what `find_message` raises,
    NotAllowed, AuthorOptedOut or DiscordAway.
    """
    await defer(interaction)
    if isinstance(message, str):
        message, outside = await find_message(interaction, message), False
    else:
        _put_in_place(interaction, message)
        outside = await is_outside(interaction)
    services = services_of(interaction.client)
    async with asking(interaction.client, services.patience.answer):
        people = reader_of(cast("AnyBot", interaction.client)).people
        highlight = await highlight_of(message, interaction.user, people, outside=outside)
    roles = roles_in(interaction, highlight.source.guild_id)
    return await services.picked.carried(
        interaction.user.id, highlight, feature, roles, outside=outside
    )


def _put_in_place(interaction: discord.Interaction, message: discord.Message) -> None:
    """Let a message that was clicked stand in its channel as Discord has just described that."""
    here, there = interaction.channel, message.channel
    if here is not None and isinstance(there, discord.PartialMessageable) and there.id == here.id:
        message.channel = here  # type: ignore[assignment] # it is where messages are
