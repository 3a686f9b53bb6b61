"""What the parts of `/highlight` have in common."""

import discord

from bot.discord.cog import KkachiCog
from bot.discord.replies import locale_of
from bot.errors import UserError
from cogs.highlight.texts import RuleTexts


class NothingNamed(UserError):
    """A command that needs one of its options got none."""

    key = "error-nothing-named"


class HighlightCog(KkachiCog):
    """A part of `/highlight`; discord.py collects its commands from the base classes."""

    feature = "highlight"

    def words(self, interaction: discord.Interaction) -> RuleTexts:
        """Return what there is to say of rules, in the language of whoever asks."""
        return RuleTexts(self.services.texts, locale_of(interaction))


def who(interaction: discord.Interaction) -> tuple[int, int]:
    """Return whose rules a command is about, and of which server."""
    return interaction.user.id, interaction.guild_id or 0
