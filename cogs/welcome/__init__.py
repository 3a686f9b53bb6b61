"""`/help`, and what Kkachi says when it comes into a server."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.access import check_feature
from bot.discord.cog import KkachiCog
from bot.discord.plugin import AnyBot
from bot.discord.replies import defer, items, locale_of, say, way_to_link
from bot.discord.ui.welcome import next_steps
from bot.discord.whereabouts import home_of
from bot.errors import NotAllowed, TryLater
from cogs.welcome.greeting import greet
from cogs.welcome.help import HelpTexts, Setup


class Welcome(KkachiCog, commands.Cog):
    """Helps whoever is new."""

    outside = ("help",)

    @app_commands.command(name="help")
    async def show_help(self, interaction: discord.Interaction) -> None:
        """Show what is set up for me here and what I can do next."""
        await defer(interaction)
        setup, locale = await self._setup(interaction), locale_of(interaction)
        embed = HelpTexts(self.services.texts, locale).embed(setup)
        view, why = await self._way_on(interaction, setup)
        await say(interaction, why, embeds=[embed], view=view)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Greet a server."""
        await greet(self.bot, guild)

    async def _way_on(
        self, interaction: discord.Interaction, setup: Setup
    ) -> tuple[discord.ui.View | None, str]:
        if not setup.is_linked and not setup.is_awaited and "link" in setup.features:
            return await way_to_link(interaction)
        if not setup.is_linked:
            return None, ""
        steps = await next_steps(
            self.services,
            locale_of(interaction),
            interaction.user.id,
            await home_of(interaction),
            setup.features,
        )
        return items(*steps), ""

    async def _setup(self, interaction: discord.Interaction) -> Setup:
        services, member_id = self.services, interaction.user.id
        guild_id = await home_of(interaction)
        features, refused = await self._features(interaction)
        rules = await services.rules.holding(member_id, guild_id) if guild_id else []
        mine = await services.subscriptions.of(member_id, guild_id) if guild_id else []
        choice = await services.reactions.of(member_id)
        return Setup(
            link=await services.links.get(member_id),
            is_awaited=await services.pending.of(member_id) is not None,
            left=await services.allowance.left(member_id),
            in_server=guild_id is not None,
            rules=len(rules),
            subscriptions=len(mine),
            is_paused=await self._is_paused(member_id, guild_id),
            features=features,
            refused=refused,
            manages=interaction.permissions.manage_guild and guild_id is not None,
            emoji=choice.emoji if choice else "",
        )

    async def _features(self, interaction: discord.Interaction) -> tuple[list[str], list[str]]:
        """Return which features the member may use here, and which not."""
        features, refused = [], []
        for feature in self.services.access.features:
            try:
                await check_feature(interaction, feature)
            except NotAllowed:
                refused.append(feature)
                continue
            except TryLater:
                pass  # nobody has said no
            features.append(feature)
        return features, refused

    async def _is_paused(self, member_id: int, guild_id: int | None) -> bool:
        now = self.services.now()
        schedule = (await self.services.wishes.of(member_id)).as_of(now)
        if (schedule.dnd_until or 0) > now:
            return True
        if guild_id is None:
            return False
        return (await self.services.rules.filter(member_id, guild_id)).is_paused(now)


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Welcome(bot))
