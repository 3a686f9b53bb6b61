"""Says in plain words what became of deliveries."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from bot.services.deliveries import may_repeat
from bot.services.links import BASIC_SCOPES, FRIENDS_SCOPES
from bot.texts import Locale, Texts
from cogs._answers import Answered, defer_edit, items, link_button, locale_of
from cogs._kkachi import services_of
from storage.deliveries import Chat, Delivery, DeliveryState

MARKS = {
    DeliveryState.QUEUED: "⏳",
    DeliveryState.SENDING: "⏳",
    DeliveryState.SENT: "✅",
    DeliveryState.PARKED: "⏸️",
    DeliveryState.FAILED: "❌",
    DeliveryState.UNKNOWN: "❔",
    DeliveryState.CANCELLED: "🚫",
}
CONSENT = "consent"
# Discord lets an answer be changed for a quarter of an hour.
ANSWERABLE = 12 * 60.0
EXPLAINED = frozenset({DeliveryState.QUEUED, DeliveryState.PARKED, DeliveryState.FAILED})


def outcome(texts: Texts, locale: Locale, row: Delivery) -> str:
    """Return where a delivery stands and why, in half a sentence."""
    state = texts.say(locale, f"forward-state-{row.state}", when=f"<t:{int(row.next_try_at)}:R>")
    if row.reason is None or row.state not in EXPLAINED:
        return state
    reason = texts.say(locale, f"delivery-{row.reason}")
    return f"{reason} {state}" if row.state is DeliveryState.QUEUED else reason


def line(texts: Texts, locale: Locale, row: Delivery) -> str:
    """Return one line: a mark, the chat and what became of the delivery."""
    if row.chat is Chat.ME:
        name = texts.say(locale, "forward-chat-me")
    else:
        name = row.friend_name or texts.say(locale, "forward-chat-friend")
    shown = discord.utils.escape_markdown(name)
    return f"{MARKS[row.state]} **{shown}** · {outcome(texts, locale, row)}"


def me_text(texts: Texts, locale: Locale, row: Delivery) -> str:
    """Return what became of a send to the member's own chat."""
    text = texts.say(locale, f"forward-me-{row.state}", why=outcome(texts, locale, row))
    return f"{MARKS[row.state]} {text}"


def friends_text(texts: Texts, locale: Locale, rows: Sequence[Delivery]) -> str:
    """Return what became of one forward to friends, one line for each."""
    arrived = sum(row.state is DeliveryState.SENT for row in rows)
    head = texts.say(locale, "forward-friends-result", arrived=arrived, count=len(rows))
    return "\n".join([head, *(line(texts, locale, row) for row in rows)])


async def way_on(
    interaction: discord.Interaction, rows: Sequence[Delivery]
) -> discord.ui.View | None:
    """Return the button that helps: to link again or agree at Kakao, or to send again."""
    for row in rows:
        if row.state is DeliveryState.PARKED:
            return await link_button(
                interaction,
                scopes=BASIC_SCOPES if row.chat is Chat.ME else FRIENDS_SCOPES,
                label="kakao-button-agree" if row.reason == CONSENT else "kakao-button-relink",
            )
    again = [row for row in rows if may_repeat(row)]
    if not again:
        return None
    texts, locale = services_of(interaction.client).texts, locale_of(interaction)
    label = texts.say(locale, "forward-button-repeat", count=len(again))
    return items(RepeatButton(again[0].forward_id, label))


async def show_results(interaction: discord.Interaction, rows: Sequence[Delivery]) -> None:
    """Answer with what became of a forward, and once more when what still waits has gone."""
    await _show(interaction, rows)
    deliveries = services_of(interaction.client).deliveries
    later = await deliveries.settle(rows[0].forward_id, rows[0].member_id, timeout=ANSWERABLE)
    if [row.state for row in later] != [row.state for row in rows]:
        await _show(interaction, later)


async def _show(interaction: discord.Interaction, rows: Sequence[Delivery]) -> None:
    texts, locale = services_of(interaction.client).texts, locale_of(interaction)
    to_me = rows[0].chat is Chat.ME
    view = await way_on(interaction, rows)
    await interaction.edit_original_response(
        content=me_text(texts, locale, rows[0]) if to_me else friends_text(texts, locale, rows),
        view=view or items(),
    )


class RepeatButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:repeat:(?P<forward>[\w-]+)",
):
    """Sends again to the friends whom a forward did not reach."""

    def __init__(self, forward_id: str, label: str) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"kkachi:repeat:{forward_id}"))
        self.forward_id = forward_id

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the button of a message that may be older than this process."""
        del item
        return cls(match["forward"], "…")

    async def press(self, interaction: discord.Interaction) -> None:
        """Send again and show the new results in place of the old ones."""
        await defer_edit(interaction)
        forwarding = services_of(interaction.client).forwarding
        rows = await forwarding.repeat(interaction.user.id, self.forward_id)
        await show_results(interaction, rows)
