"""A cog of one's own, loaded by name: `COGS=…,examples.greeter`."""

import discord
from discord import app_commands

from bot.discord import AnyBot, KkachiCog, say


class Greeter(KkachiCog):
    """Answers with how many cards are left today."""

    @app_commands.command()
    async def left(self, interaction: discord.Interaction) -> None:
        """Say how many cards I can still send to myself today."""
        left = await self.services.allowance.left(interaction.user.id)
        await say(interaction, f"{left.me} / {left.me_limit}")


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Greeter(bot))
