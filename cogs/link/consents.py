"""How members give Kakao a consent that is missing, and how they take one back."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from bot.discord.cog import Answered
from bot.discord.limits import OPTION_LABEL
from bot.discord.plugin import services_of
from bot.discord.replies import defer, defer_edit, items, locale_of, say, way_to_link
from bot.discord.ui.selects import MemberSelect
from bot.discord.words import plain
from bot.kakao import TALK_CALENDAR
from bot.services.accounts.consents import Agreements
from bot.services.accounts.scopes import EXPLAINED, KNOWN_SCOPES, scope_name, scope_names
from bot.services.forwarding.drafts import NotYours
from bot.texts import Locale, Texts


class TakeBackSelect(
    MemberSelect,
    template=r"kkachi:consents:(?P<member>[0-9]+)",
):
    """The consents that a member can take back."""

    @classmethod
    def of(cls, member_id: int, consents: Agreements, texts: Texts, locale: Locale) -> Self:
        """Return the select for what Kakao lets this member take back."""
        options = [
            discord.SelectOption(
                label=scope_name(texts, locale, scope.id, scope.display_name)[:OPTION_LABEL],
                value=scope.id,
            )
            for scope in consents.revocable
        ]
        select: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=f"kkachi:consents:{member_id}",
            placeholder=texts.say(locale, "kakao-consents-take-back"),
            options=options,
        )
        return cls(select, member_id)

    async def press(self, interaction: discord.Interaction) -> None:
        """Ask whether that is meant, and say what it leads to."""
        if interaction.user.id != self.member_id:
            raise NotYours
        await defer(interaction)
        [scope] = self.item.values
        texts, locale = services_of(interaction.client).texts, locale_of(interaction)
        label = next(option.label for option in self.item.options if option.value == scope)
        question = texts.say(locale, "kakao-consent-ask", name=plain(label))
        yes = TakeBackButton(self.member_id, scope, texts.say(locale, "kakao-consent-yes"))
        await say(interaction, f"{question}\n{_meaning(texts, locale, scope)}", view=items(yes))


class TakeBackButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:take-back:(?P<member>[0-9]+):(?P<scope>\w{1,50})",
):
    """The member's yes to taking a consent back."""

    def __init__(self, member_id: int, scope: str, label: str) -> None:
        super().__init__(
            discord.ui.Button(
                label=label,
                style=discord.ButtonStyle.danger,
                custom_id=f"kkachi:take-back:{member_id}:{scope}",
            )
        )
        self.member_id = member_id
        self.scope = scope

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the button of a message that may be older than this process."""
        del item
        return cls(int(match["member"]), match["scope"], "…")

    async def press(self, interaction: discord.Interaction) -> None:
        """Take it back, say what that means, and offer the way back to it."""
        if interaction.user.id != self.member_id:
            raise NotYours
        await defer_edit(interaction)
        services, locale = services_of(interaction.client), locale_of(interaction)
        await services.consents.revoke(self.member_id, self.scope)
        await services.friends.forget(self.member_id)
        name = scope_name(services.texts, locale, self.scope)
        done = services.texts.say(locale, "kakao-consent-taken-back", name=plain(name))
        view, lines = None, [done, _meaning(services.texts, locale, self.scope)]
        if self.scope in KNOWN_SCOPES:
            view, why = await way_to_link(
                interaction, scopes=[self.scope], label="kakao-button-agree-again"
            )
            lines += filter(None, [why])
        text = "\n".join(lines)
        await interaction.edit_original_response(content=text, view=view or items())


class AgreeButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:agree:(?P<scopes>\w+(,\w+)*)",
):
    """Leads to Kakao for a consent, however late it is pressed: link pages live half an hour."""

    def __init__(self, scopes: Sequence[str], label: str) -> None:
        chosen = ",".join(scopes)
        super().__init__(discord.ui.Button(label=label, custom_id=f"kkachi:agree:{chosen}"))
        self.scopes = scopes

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the button of a message that may be older than this process."""
        del item
        return cls(match["scopes"].split(","), "…")

    async def press(self, interaction: discord.Interaction) -> None:
        """Answer with a fresh link page for just these consents."""
        await defer(interaction)
        texts, locale = services_of(interaction.client).texts, locale_of(interaction)
        view, why = await way_to_link(interaction, scopes=self.scopes, label="kakao-button-agree")
        names = plain(scope_names(texts, locale, self.scopes))
        text = why or texts.say(locale, "kakao-consent-way", names=names)
        await say(interaction, text, view=view)


def consents_text(texts: Texts, locale: Locale, scopes: Sequence[str]) -> str:
    """Return which consents are missing, by their names."""
    if set(scopes) == {TALK_CALENDAR}:
        return texts.say(locale, "calendar-consent-gone")
    names = plain(scope_names(texts, locale, scopes))
    return texts.say(locale, "kakao-consent-missing", names=names)


def _meaning(texts: Texts, locale: Locale, scope: str) -> str:
    known = scope if scope in EXPLAINED else "other"
    return texts.say(locale, f"kakao-without-{known}")
