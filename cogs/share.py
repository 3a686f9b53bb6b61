"""`/share` and the message menu that does the same: by way of Kakao's own picker."""

import discord
from discord import app_commands

from cogs._answers import KkachiCog, defer, member_of
from cogs._features import carried
from cogs._kkachi import AnyBot
from cogs._messages import find_message
from cogs._share import ShareButton, offer_share, reached_text
from storage.shares import Share as Shared


class Share(KkachiCog):
    """Share a Discord message with anyone on KakaoTalk."""

    feature = "share"

    def __init__(self, bot: AnyBot) -> None:
        super().__init__(bot)
        self._menu = app_commands.ContextMenu(name="Share on KakaoTalk", callback=self.share_this)

    async def cog_load(self) -> None:
        """Put up the menu, take the clicks on its button and listen to where shares arrive."""
        self._menu.error(self.cog_app_command_error)
        self._menu.add_check(self.interaction_check)
        self.bot.tree.add_command(self._menu)
        self.bot.add_dynamic_items(ShareButton)
        self.services.shares.on_reached.append(self.tell_reached)

    async def cog_unload(self) -> None:
        """Take the menu down, leave the clicks to nobody and listen no more."""
        self.bot.tree.remove_command(self._menu.name, type=self._menu.type)
        self.bot.remove_dynamic_items(ShareButton)
        self.services.shares.on_reached.remove(self.tell_reached)

    @app_commands.command()
    async def share(
        self, interaction: discord.Interaction, message: str, note: str | None = None
    ) -> None:
        """Share a message with anyone on KakaoTalk, by way of Kakao's own picker.

        Args:
            interaction: who asks, and where
            message: Link of the message, or its id in this channel
            note: A few words of yours that go first
        """
        await defer(interaction)
        await self._share(interaction, await find_message(interaction, message), note)

    async def share_this(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Share the message that was clicked."""
        await defer(interaction)
        await self._share(interaction, message, None)

    async def tell_reached(self, share: Shared) -> None:
        """Say on the answer how many chats a share has reached."""
        self.notices.change(share.nonce, reached_text(self.services.texts, share))

    async def _share(
        self, interaction: discord.Interaction, message: discord.Message, note: str | None
    ) -> None:
        highlight = await carried(interaction, message)
        share = await self.services.shares.highlight(member_of(interaction), highlight, note)
        await offer_share(interaction, share)


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Share(bot))
