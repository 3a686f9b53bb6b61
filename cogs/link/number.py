"""The number that shows that both ends of a link are the same person's: asked for, taken."""

from typing import Any

import discord

from bot.discord.cog import answering
from bot.discord.plugin import notices_of, services_of
from bot.discord.replies import defer, items, link_button, locale_of, say
from bot.discord.ui.buttons import MemberButton
from bot.discord.words import plain, sentence
from bot.services.accounts.pending import (
    LIFE,
    NotANumber,
    NumberNotAwaited,
    NumberWrong,
)
from bot.services.forwarding.drafts import NotYours
from bot.texts import Locale, Texts
from storage.pending_links import PendingLink

# Some write it in two halves.
LONGEST = 12


class NumberButton(MemberButton, template=r"kkachi:number:(?P<member>[0-9]+)"):
    """Opens the form for the number."""

    act = "number"
    feature = "link"
    style = discord.ButtonStyle.primary

    async def press(self, interaction: discord.Interaction) -> None:
        """Ask for the number, if one is awaited."""
        if interaction.user.id != self.member_id:
            raise NotYours
        services, locale = services_of(interaction.client), locale_of(interaction)
        if await services.pending.of(self.member_id) is not None:
            await interaction.response.send_modal(NumberModal(services.texts, locale))
            return
        link = await services.links.get(self.member_id)
        if link is None or link.broken_at is not None:
            raise NumberNotAwaited
        nickname = plain(link.nickname)
        text = services.texts.say(locale, "kakao-link-again", nickname=nickname)
        view = await link_button(interaction, label="kakao-button-relink")
        await say(interaction, text, view=view)


class NumberAgainButton(MemberButton, template=r"kkachi:number-again:(?P<member>[0-9]+)"):
    """Sends the card once more."""

    act = "number-again"
    feature = "link"
    style = discord.ButtonStyle.secondary

    async def press(self, interaction: discord.Interaction) -> None:
        """Send it, and say whether it came through."""
        if interaction.user.id != self.member_id:
            raise NotYours
        await defer(interaction)
        services, locale = services_of(interaction.client), locale_of(interaction)
        is_sure = await services.pending.again(self.member_id)
        pending = await services.pending.of(self.member_id)
        if pending is None:
            raise NumberNotAwaited
        if is_sure:
            text = services.texts.say(locale, "kakao-number-again")
        else:
            text = awaited_text(services.texts, locale, pending, "kakao-number-unsure")
        await say(interaction, text, view=number_view(services.texts, locale, self.member_id))


class NumberModal(discord.ui.Modal):
    """Asks for the number; as long as one can be awaited."""

    def __init__(self, texts: Texts, locale: Locale) -> None:
        super().__init__(title=texts.say(locale, "kakao-number-title"), timeout=LIFE)
        self._number: discord.ui.TextInput[Any] = discord.ui.TextInput(max_length=LONGEST)
        self.add_item(
            discord.ui.Label(
                text=texts.say(locale, "kakao-number-label"),
                description=texts.say(locale, "kakao-number-hint"),
                component=self._number,
            )
        )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Make the link good; whoever hears that it is answers here."""
        async with answering(interaction):
            await defer(interaction)
            services, member_id = services_of(interaction.client), interaction.user.id
            notices_of(interaction.client).expect(interaction)
            try:
                await services.linking.prove(member_id, self._number.value)
            except (NotANumber, NumberWrong) as mistake:
                locale = locale_of(interaction)
                text = sentence(services.texts, locale, mistake)
                view = number_view(services.texts, locale, member_id)
                await say(interaction, text, view=view)


def number_view(texts: Texts, locale: Locale, member_id: int) -> discord.ui.View:
    """Return the buttons to type the number and to have it sent again."""
    return items(
        NumberButton(member_id, texts.say(locale, "kakao-button-number")),
        NumberAgainButton(member_id, texts.say(locale, "kakao-button-number-again")),
    )


def awaited_text(texts: Texts, locale: Locale, pending: PendingLink, key: str) -> str:
    """Say which account waits for its number, and until when."""
    nickname = plain(pending.link.nickname)
    return texts.say(locale, key, nickname=nickname, when=f"<t:{int(pending.expires_at)}:R>")
