"""Who runs Kkachi: the owner of the application at Discord, or the team that owns it."""

import discord

from bot.discord.failures import asking
from bot.errors import UserError

# Discord waits three seconds for an answer to a press.
SECONDS = 2.0


class OnlyOwner(UserError):
    """Only the operator can do this."""

    key = "error-only-owner"


async def check_operator(interaction: discord.Interaction) -> None:
    """Raise OnlyOwner unless whoever asks runs Kkachi now; raises DiscordAway."""
    client = interaction.client
    async with asking(client, SECONDS, no=()):
        application = await client.application_info()
    if interaction.user.id not in _operators(application):
        raise OnlyOwner


def _operators(application: discord.AppInfo) -> set[int]:
    team = application.team
    if team is None:
        return {application.owner.id}
    able = discord.TeamMemberRole.admin, discord.TeamMemberRole.developer
    accepted = discord.TeamMembershipState.accepted
    trusted = {
        member.id
        for member in team.members
        if member.role in able and member.membership_state is accepted
    }
    return trusted | {team.owner_id} if team.owner_id else trusted
