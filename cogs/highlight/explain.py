"""`/highlight test` and `/highlight why`: what a text would do, what a message did."""

from dataclasses import replace

import discord
from discord import app_commands

from bot.discord.convert import seen_of
from bot.discord.limits import MESSAGE_CONTENT
from bot.discord.messages import find_message
from bot.discord.replies import defer, say
from bot.discord.ui.arrival_hint import arriving
from bot.kakao import cut
from bot.services.highlights.trial import try_out
from bot.services.messages.models import Seen, Source
from cogs.highlight.base import HighlightCog, NothingNamed, who


class ExplainCommands(HighlightCog):
    """Try a text, and explain what became of a message."""

    @app_commands.command()
    async def test(
        self, interaction: discord.Interaction, text: app_commands.Range[str, 1, 2000]
    ) -> None:
        """Try a text against my rules here.

        Args:
            interaction: who asks, and where
            text: What somebody might write
        """
        await defer(interaction)
        member_id, _ = who(interaction)
        seen = _written(interaction, text, self.services.now())
        matches = await self.services.watch.matches(member_id, seen)
        trial = await try_out(self.services.rules, member_id, seen, matches)
        hints, view = await arriving(interaction, is_first=False)
        lines = [*hints, *self.words(interaction).trial(trial)]
        await say(interaction, cut("\n".join(lines), MESSAGE_CONTENT), view=view)

    @app_commands.command()
    async def why(self, interaction: discord.Interaction, message: str) -> None:
        """Show why a message did or did not come to my KakaoTalk.

        Args:
            interaction: who asks, and where
            message: Link of the message, or its ID in this channel
        """
        await defer(interaction)
        found = await find_message(interaction, message)
        if found.guild is None:
            raise NothingNamed
        seen, member_id = seen_of(found), interaction.user.id
        watch = self.services.watch
        verdicts = [verdict async for verdict in watch.explain(member_id, seen)]
        fate = await watch.fate(member_id, seen)
        text = self.words(interaction).explained(fate, verdicts)
        if delay := self.services.patterns.delay(member_id, seen):
            late = self.text(interaction, f"highlight-why-{delay}")
            text = f"{late}\n{text}"
        await say(interaction, "", embeds=[discord.Embed(description=text)])


def _written(interaction: discord.Interaction, text: str, at: float) -> Seen:
    """Return a text as if somebody had written it where the command was typed."""
    channel = interaction.channel
    source = Source(interaction.guild_id, interaction.channel_id or 0, interaction.id)
    return replace(
        Seen.of_text(source, 0, text, at),
        parent_id=channel.parent_id if isinstance(channel, discord.Thread) else None,
        category_id=getattr(channel, "category_id", None),
    )
