"""Writes into the operator's channel when something needs a person, and when it is over."""

from bot.discord.cog import KkachiCog, ListenerLists
from bot.discord.notices import NOBODY
from bot.discord.plugin import AnyBot
from bot.services.alarms import Trouble, line_of
from bot.texts import LOCALES


class Alarms(KkachiCog):
    """Tells; answers nobody."""

    def listeners(self) -> ListenerLists:
        """Listen to troubles that begin and end."""
        return ((self.services.alarms.on_change, self.tell),)

    async def cog_load(self) -> None:
        """Tell also of what began while Discord was away."""
        await super().cog_load()
        self.services.alarms.tell_missed()

    async def tell(self, alarm: Trouble, begins: bool) -> None:  # noqa: FBT001 - as it is told
        """Write an alarm, or its end, in both languages."""
        channel_id = self.services.alert_channel_id
        if not channel_id:
            return
        await self.bot.wait_until_ready()
        lines = [line_of(self.services.texts, locale, alarm, begins=begins) for locale in LOCALES]
        room = self.bot.get_partial_messageable(channel_id)
        await room.send("\n".join(lines), allowed_mentions=NOBODY)


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Alarms(bot))
