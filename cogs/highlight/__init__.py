"""`/highlight`: what a member wants to hear of by itself."""

from discord import app_commands
from discord.ext import commands

from bot.discord.cog import ListenerLists
from bot.discord.plugin import AnyBot
from cogs.highlight.explain import ExplainCommands
from cogs.highlight.flood import FloodNotices, IgnoreButton
from cogs.highlight.panel import PageButton, RuleButton, RuleSelect, WhenSelect
from cogs.highlight.reaction import ReactionCommands
from cogs.highlight.rules import RuleCommands
from cogs.highlight.schedule import ScheduleCommands


@app_commands.guild_only()
class Highlight(
    ExplainCommands,
    ReactionCommands,
    ScheduleCommands,
    RuleCommands,
    FloodNotices,
    commands.GroupCog,
    group_name="highlight",
):
    """Get Discord highlights on KakaoTalk by rules of your own."""

    components = (IgnoreButton, RuleSelect, WhenSelect, PageButton, RuleButton)

    def listeners(self) -> ListenerLists:
        """Listen to floods, and to reactions that send nothing."""
        return (
            (self.services.digests.on_flood, self.tell_flood),
            (self.services.reactions.on_refused, self.tell_refused),
        )


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Highlight(bot))
