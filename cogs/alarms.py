"""Writes into the operator's channel when something needs a person, and when it is over."""

from bot.discord.cog import KkachiCog, ListenerLists
from bot.discord.notices import NOBODY
from bot.discord.plugin import AnyBot
from bot.services.alarms import Alarm


class Alarms(KkachiCog):
    """Tells; answers nobody."""

    def listeners(self) -> ListenerLists:
        """Listen to troubles that begin and end."""
        return ((self.services.alarms.on_change, self.tell),)

    async def tell(self, alarm: Alarm, begins: bool) -> None:  # noqa: FBT001 - as it is told
        """Write an alarm, or its end, in both languages."""
        channel_id = self.services.alert_channel_id
        if not channel_id:
            return
        await self.bot.wait_until_ready()
        key = f"alarm-{alarm}" if begins else "alarm-over"
        korean, english = (
            self.services.texts.say(locale, key, what=alarm) for locale in ("ko", "en")
        )
        room = self.bot.get_partial_messageable(channel_id)
        await room.send(f"{korean}\n{english}", allowed_mentions=NOBODY)


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Alarms(bot))
