"""`/privacy`: see what is held, erase it, stay out of automatic forwards, be seen or not."""

import io
import json

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.cog import KkachiCog
from bot.discord.notices import is_private
from bot.discord.partings import ended_text
from bot.discord.plugin import AnyBot, services_of
from bot.discord.replies import defer, defer_edit, items, locale_of, say
from bot.discord.ui.buttons import MemberButton
from bot.services.forwarding.drafts import NotYours
from cogs.privacy.presence import DiscordPresenceDoor, PresenceButton, PresenceSelect, overview


class EraseButton(MemberButton, template=r"kkachi:erase:(?P<member>[0-9]+)"):
    """The member's yes to being forgotten."""

    act = "erase"

    async def press(self, interaction: discord.Interaction) -> None:
        """Erase everything and say so."""
        if interaction.user.id != self.member_id:
            raise NotYours
        await defer_edit(interaction)
        services = services_of(interaction.client)
        parting = await services.privacy.delete(self.member_id)
        text = ended_text(services.texts, locale_of(interaction), "privacy-deleted", parting)
        await interaction.edit_original_response(content=text, view=None)


class Privacy(KkachiCog, commands.GroupCog, group_name="privacy"):
    """See what Kkachi keeps about you, erase it, or opt out of automatic sends."""

    components = (EraseButton, PresenceButton, PresenceSelect)
    outside = ("privacy",)

    async def cog_load(self) -> None:
        """Take the clicks, and let members be asked who may hear of them."""
        await super().cog_load()
        self.services.presence_asking.attach(DiscordPresenceDoor(self.bot))
        self.services.presence_asking.wake()

    async def cog_unload(self) -> None:
        """Take no clicks, and let nobody be asked."""
        await super().cog_unload()
        self.services.presence_asking.detach()

    @commands.Cog.listener()
    async def on_guild_available(self, _: discord.Guild) -> None:
        """Ask members of a server that Discord could not show before."""
        self.services.presence_asking.wake()

    @app_commands.command()
    async def export(self, interaction: discord.Interaction) -> None:
        """Get everything that is kept about me, as a file."""
        await defer(interaction)
        held = await self.services.privacy.export(interaction.user.id, locale_of(interaction))
        text = json.dumps(held, ensure_ascii=False, indent=2)
        file = discord.File(io.BytesIO(text.encode()), "kkachi.json")
        words = self.text(interaction, "privacy-exported", address=self.services.notice_url)
        await interaction.followup.send(words, file=file, ephemeral=is_private(interaction))

    @app_commands.command()
    async def delete(self, interaction: discord.Interaction) -> None:
        """Erase everything that is kept about me, and unlink KakaoTalk."""
        await defer(interaction)
        label = self.text(interaction, "privacy-delete-yes")
        view = items(EraseButton(interaction.user.id, label))
        await say(interaction, self.text(interaction, "privacy-delete-ask"), view=view)

    @app_commands.command()
    async def optout(self, interaction: discord.Interaction, on: bool) -> None:  # noqa: FBT001 - a choice in Discord
        """Opt what I write out of automatic sends, or back in.

        Args:
            interaction: who asks, and where
            on: Whether to opt out
        """
        await defer(interaction)
        await self.services.privacy.opt_out(interaction.user.id, on=on)
        key = "privacy-opted-out" if on else "privacy-opted-in"
        await say(interaction, self.text(interaction, key))

    @app_commands.command()
    async def presence(self, interaction: discord.Interaction) -> None:
        """See and choose who is notified when I join voice."""
        await defer(interaction)
        embed, view = await overview(interaction)
        await say(interaction, "", embeds=[embed], view=view)


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Privacy(bot))
