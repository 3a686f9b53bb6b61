"""The answer with the way to a share page, which later says how many chats it reached."""

import re
from typing import Any, Self

import discord

from bot.discord.access import check_load
from bot.discord.cog import Answered
from bot.discord.plugin import notices_of, services_of
from bot.discord.replies import defer, items, locale_of, member_of
from bot.kakao import message_from
from bot.services.messages.models import Source
from bot.texts import Texts, pick_locale
from storage.shares import Share


async def offer_share(interaction: discord.Interaction, share: Share) -> None:
    """Answer with a button to the page; the interaction must have been deferred."""
    services, locale = services_of(interaction.client), locale_of(interaction)
    key = "share-ready" if services.shares.is_told else "share-ready-untold"
    label = services.texts.say(locale, "share-button")
    button: discord.ui.Button[Any] = discord.ui.Button(
        label=label, url=services.shares.address(share)
    )
    notices_of(interaction.client).keep(share.nonce, interaction)
    await interaction.edit_original_response(
        content=services.texts.say(locale, key), view=items(button)
    )


def reached_text(texts: Texts, share: Share) -> str:
    """Return how many chats a share has reached."""
    return texts.say(pick_locale(share.locale), "share-reached", chats=share.chats)


class ShareButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:share:(?P<draft>[\w-]+)",
):
    """Shares a draft, whatever kind of message it is; the draft stays as it was."""

    feature = "share"

    def __init__(
        self, draft_id: str, label: str, *, row: int | None = None, disabled: bool = False
    ) -> None:
        super().__init__(
            discord.ui.Button(
                label=label, row=row, disabled=disabled, custom_id=f"kkachi:share:{draft_id}"
            )
        )
        self.draft_id = draft_id

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the button of a message that may be older than this process."""
        del item
        return cls(match["draft"], "…")

    async def press(self, interaction: discord.Interaction) -> None:
        """Answer beside the panel with the way to the share page."""
        await defer(interaction)
        services = services_of(interaction.client)
        draft = await services.drafts.open(interaction.user.id, self.draft_id)
        await check_load(interaction, draft, self.feature, sends=1)
        card = await services.compose.card(draft)
        source = Source(draft.guild_id, draft.channel_id or 0, draft.message_id or 0)
        share = await services.shares.message(
            member_of(interaction), message_from(card), source, draft.policy
        )
        await offer_share(interaction, share)
