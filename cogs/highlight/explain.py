"""`/highlight test` and `/highlight why`: what a text would do, what a message did."""

from collections.abc import Sequence

import discord
from discord import app_commands

from bot.discord.convert import seen_of
from bot.discord.messages import find_message
from bot.discord.replies import defer, say
from bot.services.highlights.rules import as_text
from bot.services.messages.models import Seen, Source
from cogs.highlight.base import HighlightCog, NothingNamed, who
from storage.rules import Rule


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
        member_id, guild_id = who(interaction)
        rules = await self.services.rules.of(member_id, guild_id)
        seen = Seen.of_text(_here(interaction), 0, text, self.services.now())
        met = {
            match.rule_id
            for match in self.services.rules.matcher.matches(seen)
            if match.member_id == member_id
        }
        hits = [rule for rule in rules if rule.id in met]
        key = "highlight-test-hit" if hits else "highlight-test-miss"
        await say(interaction, "\n".join([self.text(interaction, key), *self._lines(hits)]))

    def _lines(self, rules: Sequence[Rule]) -> list[str]:
        return [f"- {as_text(rule)}" for rule in rules]

    @app_commands.command()
    async def why(self, interaction: discord.Interaction, message: str) -> None:
        """Say why a message did, or did not, come to my KakaoTalk.

        Args:
            interaction: who asks, and where
            message: Link of the message, or its id in this channel
        """
        await defer(interaction)
        found = await find_message(interaction, message)
        if found.guild is None:
            raise NothingNamed
        seen, member_id = seen_of(found), interaction.user.id
        watch = self.services.watch
        verdicts = [verdict async for verdict in watch.explain(member_id, seen)]
        lines = [self.words(interaction).verdicts(verdicts)]
        if known := await watch.found(member_id, seen):
            lines.append(self.text(interaction, f"highlight-why-{known.state}"))
        await say(interaction, "", embeds=[discord.Embed(description="\n".join(lines))])


def _here(interaction: discord.Interaction) -> Source:
    return Source(interaction.guild_id, interaction.channel_id or 0, interaction.id)
