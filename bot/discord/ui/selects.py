"""Selects that are read from the message they stand in, so that they outlive this process."""

import re
from typing import Any, Self, cast

import discord

from bot.discord.cog import Answered


class OnlySelect(
    Answered,
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"kkachi:(?P<what>[\w:-]+)",
):
    """A select whose id says no more than which one it is."""

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], __: re.Match[str], /
    ) -> Self:
        """Read the select of a message that may be older than this process."""
        return cls(cast("discord.ui.Select[Any]", item))


class MemberSelect(
    Answered,
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"kkachi:(?P<what>[\w-]+):(?P<member>[0-9]+)",
):
    """A select of one member, whom its id names."""

    def __init__(self, select: discord.ui.Select[Any], member_id: int) -> None:
        super().__init__(select)
        self.member_id = member_id

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the select of a message that may be older than this process."""
        return cls(cast("discord.ui.Select[Any]", item), int(match["member"]))
