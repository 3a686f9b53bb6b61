"""`/share` and the message menu that does the same: by way of Kakao's own picker."""

import discord
from discord import app_commands

from bot.discord.carrying import carried
from bot.discord.cog import KkachiCog, ListenerLists
from bot.discord.plugin import AnyBot
from bot.discord.replies import member_of
from bot.discord.ui.share_button import ShareButton, offer_share, reached_text
from storage.shares import Share as Shared


class Share(KkachiCog):
    """Share a Discord message with anyone on KakaoTalk."""

    feature = "share"
    components = (ShareButton,)

    def __init__(self, bot: AnyBot) -> None:
        super().__init__(bot)
        menu = app_commands.ContextMenu(name="Share on KakaoTalk", callback=self.share_this)
        self.menus = (menu,)

    def listeners(self) -> ListenerLists:
        """Listen to where shares arrive."""
        return ((self.services.shares.on_reached, self.tell_reached),)

    @app_commands.command()
    async def share(
        self, interaction: discord.Interaction, message: str, note: str | None = None
    ) -> None:
        """Share a message with anyone on KakaoTalk, using Kakao's own picker. No link needed.

        Args:
            interaction: who asks, and where
            message: Link of the message, or its ID in this channel
            note: A short note that goes first
        """
        await self._share(interaction, message, note)

    async def share_this(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Share the message that was clicked."""
        await self._share(interaction, message)

    async def tell_reached(self, share: Shared) -> None:
        """Say on the answer how many chats a share has reached."""
        self.notices.change(share.nonce, reached_text(self.services.texts, share))

    async def _share(
        self,
        interaction: discord.Interaction,
        message: discord.Message | str,
        note: str | None = None,
    ) -> None:
        highlight = await carried(interaction, message, self.feature)
        share = await self.services.shares.highlight(member_of(interaction), highlight, note)
        await offer_share(interaction, share)


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Share(bot))
