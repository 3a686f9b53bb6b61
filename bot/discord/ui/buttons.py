"""Buttons that carry all they need in their ids, so that they outlive this process."""

import re
from typing import Any, ClassVar, Self

import discord

from bot.discord.cog import Answered
from bot.discord.limits import BUTTON_LABEL


class DraftButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:(?P<panel>\w+):(?P<act>\w+):(?P<draft>[\w-]+)",
):
    """A button of a draft's panel; its id says what it does and to which draft."""

    panel: ClassVar[str]

    def __init__(
        self,
        act: str,
        draft_id: str,
        label: str,
        *,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        row: int | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(
            discord.ui.Button(
                label=label[:BUTTON_LABEL],
                style=style,
                row=row,
                disabled=disabled,
                custom_id=f"kkachi:{self.panel}:{act}:{draft_id}",
            )
        )
        self.act = act
        self.draft_id = draft_id

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the button of a message that may be older than this process."""
        del item
        return cls(match["act"], match["draft"], "…")


class MemberButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:(?P<act>[\w-]+):(?P<member>[0-9]+)",
):
    """A button of one member; its id says what it does and to whom.

    Most are red, for what cannot be undone.
    """

    act: ClassVar[str]
    style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.danger

    def __init__(self, member_id: int, label: str) -> None:
        custom_id = f"kkachi:{self.act}:{member_id}"
        super().__init__(discord.ui.Button(label=label, style=self.style, custom_id=custom_id))
        self.member_id = member_id

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the button of a message that may be older than this process."""
        del item
        return cls(int(match["member"]), "…")
