"""What a member hears of when others cut their link: Kakao, an admin, the operator."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.cog import KkachiCog, ListenerLists
from bot.discord.plugin import AnyBot
from bot.discord.untold import tell_after, tell_directly
from bot.services.listeners import guarded
from bot.services.servers.exclusions import Exclusion
from bot.texts import Locale


class Accounts(KkachiCog, commands.Cog):
    """Listens to what becomes of links without their members."""

    def listeners(self) -> ListenerLists:
        """Listen to accounts that are undone at Kakao, and to what others decide about links."""
        return (
            (self.services.links.on_undone, self.tell_undone),
            (self.services.exclusions.tellers, self.tell_decided),
        )

    async def tell_undone(self, member_id: int, locale: Locale) -> None:
        """Tell a member that nothing of their Kakao account is left here."""
        await self.notices.send_direct(member_id, self.services.texts.say(locale, "account-undone"))

    async def tell_decided(self, exclusion: Exclusion) -> bool:
        """Tell a member what was decided about their link; False when that does not reach them."""
        return await tell_directly(self.bot, exclusion)

    @commands.Cog.listener()
    async def on_app_command_completion(
        self,
        interaction: discord.Interaction,
        _: app_commands.Command[KkachiCog, ..., None] | app_commands.ContextMenu,
    ) -> None:
        """Tell on what a member has just asked for what they could not be told before."""
        await tell_after(interaction)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Tell of what was decided while Discord was away."""
        await guarded("telling members of their links", self.services.exclusions.tell_missed())


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Accounts(bot))
