"""What admins may do about a member, and what a server's log channel hears of it."""

import logging
from typing import Any, cast

import discord

from bot.discord.cog import answering
from bot.discord.failures import FAILURES, summary
from bot.discord.limits import MESSAGE_CONTENT
from bot.discord.notices import NOBODY
from bot.discord.plugin import AnyBot, notices_of, services_of
from bot.discord.replies import locale_of, say
from bot.discord.ui.buttons import MemberButton
from bot.discord.words import plain
from bot.errors import Marked
from bot.services.servers.settings import GuildSettings
from bot.texts import Locale, Texts, pick_locale
from cogs.settings.panel import managed

_log = logging.getLogger(__name__)
LONGEST_REASON = 200


class UnlinkMemberButton(MemberButton, template=r"kkachi:unlink-member:(?P<member>[0-9]+)"):
    """Disconnects a member, after asking for the reason that they will read."""

    act = "unlink-member"

    async def press(self, interaction: discord.Interaction) -> None:
        """Ask for the reason."""
        managed(interaction)
        texts = services_of(interaction.client).texts
        await interaction.response.send_modal(
            ReasonModal(self.member_id, texts, locale_of(interaction))
        )


class ReasonModal(discord.ui.Modal):
    """Asks why, and disconnects."""

    def __init__(self, member_id: int, texts: Texts, locale: Locale) -> None:
        super().__init__(title=texts.say(locale, "settings-member-unlink"))
        self._member_id = member_id
        self._reason: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, max_length=LONGEST_REASON
        )
        label = texts.say(locale, "settings-member-reason")
        self.add_item(discord.ui.Label(text=label, component=self._reason))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Disconnect the member, tell them why, and note that it was done."""
        async with answering(interaction):
            guild_id = managed(interaction)
            await interaction.response.defer(ephemeral=True, thinking=True)
            services = services_of(interaction.client)
            settings = await services.settings.of(guild_id)
            link = await services.links.get(self._member_id)
            await services.links.unlink(self._member_id)
            locale = pick_locale(link.locale if link else settings.spoken)
            told = services.texts.say(
                locale,
                "settings-member-told",
                guild=plain(interaction.guild.name),  # type: ignore[union-attr] # managed
                reason=plain(self._reason.value),
            )
            await notices_of(interaction.client).send_direct(self._member_id, told)
            text = services.texts.say(locale_of(interaction), "settings-member-done")
            await say(interaction, text)
            logged = services.texts.say(
                settings.spoken,
                "settings-log-unlink",
                who=f"<@{interaction.user.id}>",
                member=Marked(f"<@{self._member_id}>"),
            )
            await write_log(cast("AnyBot", interaction.client), settings, logged)


async def write_log(bot: AnyBot, settings: GuildSettings, text: str) -> None:
    """Write a line into a server's log channel, if it has one that we may write in."""
    if settings.log_channel_id is None:
        return
    room = bot.get_channel(settings.log_channel_id)
    if not isinstance(room, discord.abc.Messageable):
        return
    try:
        await room.send(text[:MESSAGE_CONTENT], allowed_mentions=NOBODY)
    except FAILURES as error:
        _log.info("a log channel takes nothing: %s", summary(error))
