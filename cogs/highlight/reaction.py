"""`/highlight reaction`: an emoji of one's own that sends a message to one's own chat."""

import discord
from discord import app_commands

from bot.discord.notices import is_private
from bot.discord.replies import defer, locale_of, say
from bot.discord.ui.results import outcome
from bot.discord.words import sentence
from bot.errors import ConsentMissing, DiscordAway, NotLinked, UserError
from bot.services.highlights.emoji import emoji_of
from bot.services.highlights.reactions import FEATURE, Refusal
from cogs.highlight.base import HighlightCog
from cogs.highlight.schedule import OFF

# What has its way on in a direct message, where there is no answer with a button.
TOLD_APART = {
    NotLinked.key: "highlight-reaction-not-linked",
    ConsentMissing.key: "highlight-reaction-consent",
    DiscordAway.key: "highlight-reaction-away",
}


class ReactionCommands(HighlightCog):
    """The part of `/highlight` about reactions that send."""

    @app_commands.command()
    async def reaction(self, interaction: discord.Interaction, emoji: str) -> None:
        """Send a message to My Chatroom by reacting to it, in all servers.

        Args:
            interaction: who asks, and where
            emoji: The emoji to react with, such as 🔖, or off
        """
        await defer(interaction)
        reactions, member_id = self.services.reactions, interaction.user.id
        if emoji.strip().casefold() in OFF:
            await reactions.switch_off(member_id)
            await say(interaction, self.text(interaction, "highlight-reaction-off"))
            return
        chosen = emoji_of(emoji)
        await reactions.choose(member_id, chosen, locale_of(interaction))
        lines = [self.text(interaction, "highlight-reaction-on", emoji=chosen.shown)]
        if await self.services.links.get(member_id) is None:
            lines.append(self.text(interaction, "arriving-not-linked"))
        if why := await self._refused_here(interaction):
            lines.append(self.text(interaction, "highlight-reaction-not-here", why=why))
        await say(interaction, "\n".join(lines))

    async def _refused_here(self, interaction: discord.Interaction) -> str:
        """Return why nothing goes out of this server, if that is so."""
        if not is_private(interaction):
            return ""
        member_id, guild_id = interaction.user.id, interaction.guild_id or 0
        try:
            await self.services.access.check(member_id, guild_id, FEATURE)
        except UserError as error:
            return sentence(self.services.texts, locale_of(interaction), error, guild_id)
        return ""

    async def tell_refused(self, refusal: Refusal) -> None:
        """Tell a member once why what they reacted to did not go."""
        texts, locale, emoji = self.services.texts, refusal.locale, refusal.emoji
        waits = isinstance(refusal.error, ConsentMissing)
        key = "highlight-reaction-waits" if waits else "highlight-reaction-refused"
        text = texts.say(locale, key, emoji=emoji, why=self._why(refusal))
        await self.notices.send_direct(refusal.member_id, text)

    def _why(self, refusal: Refusal) -> str:
        texts, locale, error = self.services.texts, refusal.locale, refusal.error
        if refusal.failed is not None:
            return outcome(texts, locale, refusal.failed)
        error = error or UserError()
        own = TOLD_APART.get(error.key)
        return texts.say(locale, own) if own else sentence(texts, locale, error)
