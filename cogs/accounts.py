"""What a member hears of when they have cut the connection at Kakao itself."""

from discord.ext import commands

from bot.discord.cog import KkachiCog, ListenerLists
from bot.discord.plugin import AnyBot
from bot.texts import Locale


class Accounts(KkachiCog, commands.Cog):
    """Listens to what Kakao tells of its accounts."""

    def listeners(self) -> ListenerLists:
        """Listen to accounts that are undone at Kakao."""
        return ((self.services.links.on_undone, self.tell_undone),)

    async def tell_undone(self, member_id: int, locale: Locale) -> None:
        """Tell a member that nothing of their Kakao account is left here."""
        await self.notices.send_direct(member_id, self.services.texts.say(locale, "account-undone"))


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Accounts(bot))
