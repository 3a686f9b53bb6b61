"""Says in plain words what became of deliveries."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from bot.discord.access import check_load
from bot.discord.cog import Answered
from bot.discord.plugin import services_of
from bot.discord.replies import defer_edit, items, locale_of, way_to_link
from bot.discord.words import plain
from bot.services.accounts.oauth import BASIC_SCOPES, FRIENDS_SCOPES
from bot.services.deliveries.outcomes import ALLOWANCES, CONSENT, may_repeat
from bot.services.kakao_codes import member_key
from bot.texts import Locale, Texts
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
# For these Kakao's code says more than our reason does.
TOLD_BY_CODE = frozenset({"barred", "operator"})
# Discord lets an answer be changed for a quarter of an hour.
ANSWERABLE = 12 * 60.0
EXPLAINED = frozenset({DeliveryState.QUEUED, DeliveryState.PARKED, DeliveryState.FAILED})
# Of a cancelled delivery only these say why; others are what it had waited for before.
CANCELS = frozenset({"not-allowed", "nothing-left"})


def outcome(texts: Texts, locale: Locale, row: Delivery) -> str:
    """Return where a delivery stands and why, in half a sentence."""
    when = f"<t:{int(row.next_try_at)}:R>"
    state = texts.say(locale, f"forward-state-{row.state}", when=when)
    cancels = row.state is DeliveryState.CANCELLED and row.reason in CANCELS
    if row.reason is None or not (cancels or row.state in EXPLAINED):
        return state
    reason = texts.say(locale, _reason(row), code=str(row.code))
    if row.state is DeliveryState.QUEUED:
        return f"{reason} {state}"
    if row.reason in ALLOWANCES and may_repeat(row):
        return f"{reason} {texts.say(locale, 'forward-again-from', when=when)}"
    return reason


def _reason(row: Delivery) -> str:
    if row.chat is Chat.ME and row.reason in {"allowance-pair", "allowance-recipient"}:
        return "delivery-allowance-me"
    if row.state is DeliveryState.FAILED and row.reason in TOLD_BY_CODE and row.code is not None:
        return member_key(row.code)
    return f"delivery-{row.reason}"


def line(texts: Texts, locale: Locale, row: Delivery) -> str:
    """Return one line: a mark, the chat and what became of the delivery."""
    if row.chat is Chat.ME:
        name = texts.say(locale, "forward-chat-me")
    else:
        name = row.friend_name or texts.say(locale, "forward-chat-friend")
    shown = plain(name)
    return f"{MARKS[row.state]} **{shown}** · {outcome(texts, locale, row)}"


def doubts(texts: Texts, locale: Locale, rows: Sequence[Delivery], *, found: bool = False) -> str:
    """Return what it means for these rows that nobody knows whether they have arrived.

    Empty where that is known of all of them; `found` are those of rules and subscriptions.
    """
    unknown = [row for row in rows if row.state is DeliveryState.UNKNOWN]
    kinds = dict.fromkeys("found" if found or row.is_automatic else row.chat for row in unknown)
    return "\n".join(texts.say(locale, f"forward-unknown-{kind}") for kind in kinds)


def me_text(texts: Texts, locale: Locale, row: Delivery) -> str:
    """Return what became of a send to the member's own chat."""
    text = texts.say(locale, f"forward-me-{row.state}", why=outcome(texts, locale, row))
    return "\n".join(filter(None, (f"{MARKS[row.state]} {text}", doubts(texts, locale, [row]))))


def friends_text(texts: Texts, locale: Locale, rows: Sequence[Delivery]) -> str:
    """Return what became of one forward to friends, one line for each."""
    arrived = sum(row.state is DeliveryState.SENT for row in rows)
    head = texts.say(locale, "forward-friends-result", arrived=arrived, count=len(rows))
    lines = [head, *(line(texts, locale, row) for row in rows), doubts(texts, locale, rows)]
    return "\n".join(filter(None, lines))


async def way_on(
    interaction: discord.Interaction, rows: Sequence[Delivery]
) -> tuple[discord.ui.View | None, str]:
    """Return the button that helps: to link again or agree at Kakao, or to send again.

    Where linking is not allowed, why there is none.
    """
    for row in rows:
        if row.state is DeliveryState.PARKED:
            usual = BASIC_SCOPES if row.chat is Chat.ME else FRIENDS_SCOPES
            return await way_to_link(
                interaction,
                scopes=row.required_scopes or usual,
                label="kakao-button-agree" if row.reason == CONSENT else "kakao-button-relink",
            )
    again = [row for row in rows if may_repeat(row)]
    if not again:
        return None, ""
    texts, locale = services_of(interaction.client).texts, locale_of(interaction)
    label = texts.say(locale, "forward-button-repeat", count=len(again))
    return items(RepeatButton(again[0].forward_id, label)), ""


async def show_results(
    interaction: discord.Interaction,
    rows: Sequence[Delivery],
    *,
    more: Sequence[discord.ui.Item[Any]] = (),
    besides: Sequence[str] = (),
) -> None:
    """Answer with what became of a forward, and again whenever what still waits has moved on.

    `more` stands beside the button that helps, if there is one, and below it all `besides`.
    """
    deliveries = services_of(interaction.client).deliveries
    clock = asyncio.get_running_loop().time
    answerable_until = clock() + ANSWERABLE
    shown: Sequence[Delivery] = ()
    while [row.state for row in shown] != [row.state for row in rows]:
        shown = rows
        await _show(interaction, shown, more, besides)
        rows = await deliveries.settle(
            shown[0].forward_id,
            shown[0].member_id,
            timeout=answerable_until - clock(),
            parked=any(row.state is DeliveryState.PARKED for row in shown),
        )


async def _show(
    interaction: discord.Interaction,
    rows: Sequence[Delivery],
    more: Sequence[discord.ui.Item[Any]],
    besides: Sequence[str],
) -> None:
    texts, locale = services_of(interaction.client).texts, locale_of(interaction)
    to_me = rows[0].chat is Chat.ME
    view, why = await way_on(interaction, rows)
    view = view or items()
    for item in more:
        view.add_item(item)
    text = me_text(texts, locale, rows[0]) if to_me else friends_text(texts, locale, rows)
    await interaction.edit_original_response(
        content="\n".join(filter(None, (text, why, *besides))), view=view
    )


class RepeatButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:repeat:(?P<forward>[\w-]+)",
):
    """Sends again to the friends whom a forward did not reach."""

    feature = "forward"

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
        for row in await forwarding.rows(interaction.user.id, self.forward_id):
            await check_load(interaction, row, self.feature)
        rows = await forwarding.repeat(interaction.user.id, self.forward_id)
        await show_results(interaction, rows)
