"""Keeps to what servers' admins have decided: where somebody types, and where something is from."""

from collections.abc import Collection

import discord
from discord import app_commands

from bot.discord.plugin import services_of
from bot.services.servers.access import Load


class Refused(app_commands.CheckFailure):
    """A command is refused, or whether it is cannot be known; whoever asks gets an answer."""

    def __init__(self, original: Exception) -> None:
        super().__init__(type(original).__name__)
        self.original = original


async def check_feature(interaction: discord.Interaction, feature: str) -> None:
    """Raise a UserError when the member may not use this feature here."""
    if not feature:
        return
    guild_id, services = interaction.guild_id, services_of(interaction.client)
    await services.decisions.check_open()
    await services.access.check(
        interaction.user.id, guild_id, feature, roles_in(interaction, guild_id)
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


async def check_load(
    interaction: discord.Interaction, load: Load, *features: str, sends: int = 0
) -> None:
    """Raise a UserError when something may not leave the server it is from, wherever one presses.

    That server is asked for these features as well, and for so many more sends.
    """
    services = services_of(interaction.client)
    await services.decisions.check_open()
    await services.access.check_load(
        interaction.user.id,
        load,
        *features,
        role_ids=roles_in(interaction, load.guild_id),
        sends=sends,
    )


def roles_in(interaction: discord.Interaction, guild_id: int | None) -> Collection[int] | None:
    """Return the roles that Discord has just told of a member of this server; None elsewhere."""
    user = interaction.user
    if not isinstance(user, discord.Member) or user.guild.id != guild_id or user.guild.unavailable:
        return None
    return {role.id for role in user.roles}
