"""Names whoever floods a member's rules, with one press to hear no more of them."""

import re
from typing import Any, Self

import discord

from bot.discord.cog import Answered
from bot.discord.plugin import services_of
from bot.discord.replies import defer, items, locale_of, say
from bot.discord.words import plain
from bot.errors import Marked
from bot.services.highlights.digests import Flood
from cogs.highlight.base import HighlightCog


class IgnoreButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:ignore:(?P<guild>[0-9]+):(?P<author>[0-9]+)",
):
    """Lets whoever presses it hear nothing more of somebody in one server."""

    feature = "highlight"

    def __init__(self, guild_id: int, author_id: int, label: str) -> None:
        custom_id = f"kkachi:ignore:{guild_id}:{author_id}"
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id))
        self.guild_id = guild_id
        self.author_id = author_id

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the button of a message that may be older than this process."""
        del item
        return cls(int(match["guild"]), int(match["author"]), "…")

    async def press(self, interaction: discord.Interaction) -> None:
        """Ignore them from now on; pressing again changes nothing."""
        await defer(interaction)
        services, member_id = services_of(interaction.client), interaction.user.id
        await services.rules.ignore_author(member_id, self.guild_id, self.author_id)
        author = Marked(f"<@{self.author_id}>")
        text = services.texts.say(locale_of(interaction), "highlight-flood-ignored", author=author)
        await say(interaction, text)


class FloodNotices(HighlightCog):
    """The part of `/highlight` that tells of floods."""

    async def tell_flood(self, flood: Flood) -> None:
        """Tell a member who writes their word over and over."""
        texts = self.services.texts
        label = texts.say(flood.locale, "highlight-flood-ignore")
        button = IgnoreButton(flood.guild_id, flood.author_id, label)
        author = plain(flood.author)
        text = texts.say(flood.locale, "highlight-flood", author=author, count=flood.count)
        await self.notices.send_direct(flood.member_id, text, view=items(button))
