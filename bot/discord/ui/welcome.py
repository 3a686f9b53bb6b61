"""What whoever has linked can do next, in one press each."""

import re
from collections.abc import Collection
from typing import Any, Self

import discord

from bot.discord.access import check_load, roles_in
from bot.discord.cog import Answered, answering
from bot.discord.limits import BUTTON_LABEL
from bot.discord.plugin import services_of
from bot.discord.replies import defer, locale_of, member_of
from bot.discord.ui.buttons import MemberButton
from bot.discord.ui.new_rule import add_rule
from bot.discord.ui.results import show_results
from bot.errors import Expired
from bot.services.clock import MINUTE
from bot.services.forwarding.drafts import NotYours
from bot.services.messages.models import Source
from bot.services.services import Services
from bot.texts import Locale, Texts
from storage.rules import RuleKind

HIGHLIGHT, FORWARD = "highlight", "forward"
OFFERED = (RuleKind.MENTION, RuleKind.REPLY, RuleKind.WORD)
LONGEST_WORD = 100
FORM_LIFE = 10 * MINUTE


class RuleButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:welcome:(?P<kind>mention|reply|word):(?P<guild>[0-9]+)",
):
    """Makes a rule for one server; its id says which, since it may stand in a direct message."""

    feature = HIGHLIGHT

    def __init__(self, kind: RuleKind, guild_id: int, label: str) -> None:
        super().__init__(
            discord.ui.Button(
                label=label[:BUTTON_LABEL],
                style=discord.ButtonStyle.primary,
                custom_id=f"kkachi:welcome:{kind}:{guild_id}",
            )
        )
        self.kind = kind
        self.guild_id = guild_id

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the button of a message that may be older than this process."""
        del item
        return cls(RuleKind(match["kind"]), int(match["guild"]), "…")

    async def press(self, interaction: discord.Interaction) -> None:
        """Make the rule, or ask for its word first."""
        await _check(interaction, self.guild_id)
        if self.kind is RuleKind.WORD:
            texts, locale = services_of(interaction.client).texts, locale_of(interaction)
            await interaction.response.send_modal(WordModal(self.guild_id, texts, locale))
            return
        await defer(interaction)
        await add_rule(interaction, self.guild_id, self.kind)


class WordModal(discord.ui.Modal):
    """Asks for the word."""

    def __init__(self, guild_id: int, texts: Texts, locale: Locale) -> None:
        super().__init__(title=texts.say(locale, "welcome-word"), timeout=FORM_LIFE)
        self._guild_id = guild_id
        self._word: discord.ui.TextInput[Any] = discord.ui.TextInput(max_length=LONGEST_WORD)
        self.add_item(
            discord.ui.Label(
                text=texts.say(locale, "welcome-word.label"),
                description=texts.say(locale, "welcome-word.hint"),
                component=self._word,
            )
        )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Make the rule."""
        async with answering(interaction):
            await defer(interaction)
            await _check(interaction, self._guild_id)
            await add_rule(interaction, self._guild_id, RuleKind.WORD, self._word.value)


class SampleButton(MemberButton, template=r"kkachi:sample:(?P<member>[0-9]+)"):
    """Sends a card that shows what cards are like."""

    act = "sample"
    feature = FORWARD
    style = discord.ButtonStyle.secondary

    async def press(self, interaction: discord.Interaction) -> None:
        """Send it, and say what became of it."""
        if interaction.user.id != self.member_id:
            raise NotYours
        await defer(interaction)
        forwarding = services_of(interaction.client).forwarding
        place = Source(interaction.guild_id, interaction.channel_id or 0, 0)
        row = await forwarding.sample(member_of(interaction), place)
        await check_load(interaction, row, sends=1)
        await show_results(interaction, await forwarding.send([row]))


async def next_steps(
    services: Services,
    locale: Locale,
    member_id: int,
    guild_id: int | None,
    features: Collection[str],
) -> list[RuleButton | SampleButton]:
    """Return the buttons for what this member has not got yet in a server, out of some features."""
    steps: list[RuleButton | SampleButton] = []
    if guild_id and HIGHLIGHT in features:
        have = {rule.kind for rule in await services.rules.holding(member_id, guild_id)}
        steps += [
            RuleButton(kind, guild_id, services.texts.say(locale, f"welcome-{kind}"))
            for kind in OFFERED
            if kind is RuleKind.WORD or kind not in have
        ]
    if FORWARD in features:
        steps.append(SampleButton(member_id, services.texts.say(locale, "welcome-sample")))
    return steps


async def _check(interaction: discord.Interaction, guild_id: int) -> None:
    """Raise a UserError where the member may not have rules in a server."""
    access = services_of(interaction.client).access
    if HIGHLIGHT not in access.features:
        raise Expired
    await access.check(interaction.user.id, guild_id, HIGHLIGHT, roles_in(interaction, guild_id))
