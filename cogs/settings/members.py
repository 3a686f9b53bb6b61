"""What admins may do about a member, and what a server's log channel hears of it."""

import logging
import re
from typing import Any, ClassVar, Self, cast

import discord

from bot.discord.cog import Answered, answering
from bot.discord.failures import FAILURES, summary
from bot.discord.guilds import language_of
from bot.discord.limits import MESSAGE_CONTENT
from bot.discord.notices import NOBODY
from bot.discord.plugin import AnyBot, notices_of, services_of
from bot.discord.reader import reader_of
from bot.discord.replies import defer, locale_of, say
from bot.discord.words import plain
from bot.errors import Expired, Marked, UserError
from bot.services.servers.settings import GuildSettings
from bot.texts import Locale, Texts, pick_locale
from cogs.settings.panel import NeedsManageServer, managed

_log = logging.getLogger(__name__)
LONGEST_REASON = 200


class MemberGone(UserError):
    """Whoever was looked up is no member of the server any more."""

    key = "error-settings-member-gone"


class LookUpButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:(?P<act>[\w-]+):(?P<guild>[0-9]+):(?P<member>[0-9]+)",
):
    """A red button about a member of one server.

    It works for whoever may manage that server, as long as the member is in it.
    """

    act: ClassVar[str]

    def __init__(self, guild_id: int, member_id: int, label: str) -> None:
        custom_id = f"kkachi:{self.act}:{guild_id}:{member_id}"
        style = discord.ButtonStyle.danger
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=custom_id))
        self.guild_id = guild_id
        self.member_id = member_id

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the button of a message that may be older than this process."""
        del item
        return cls(int(match["guild"]), int(match["member"]), "…")


class UnlinkMemberButton(
    LookUpButton, template=r"kkachi:unlink-member:(?P<guild>[0-9]+):(?P<member>[0-9]+)"
):
    """Ends what a server may do with a member's link, after asking for the reason."""

    act = "unlink-member"

    async def press(self, interaction: discord.Interaction) -> None:
        """Ask for the reason that the member will read."""
        check_manages(interaction, self.guild_id)
        await check_is_here(interaction, self.guild_id, self.member_id)
        texts = services_of(interaction.client).texts
        modal = ReasonModal(self.guild_id, self.member_id, texts, locale_of(interaction))
        await interaction.response.send_modal(modal)


class LiftMemberButton(
    LookUpButton, template=r"kkachi:lift-member:(?P<guild>[0-9]+):(?P<member>[0-9]+)"
):
    """Lets a server use a member's link again."""

    act = "lift-member"

    async def press(self, interaction: discord.Interaction) -> None:
        """Take the decision back, tell the member, and note that it was done."""
        check_manages(interaction, self.guild_id)
        await defer(interaction)
        await check_is_here(interaction, self.guild_id, self.member_id)
        services = services_of(interaction.client)
        if not await services.exclusions.lift(self.guild_id, self.member_id):
            raise Expired
        await say(interaction, services.texts.say(locale_of(interaction), "settings-member-lifted"))
        await _tell_lifted(interaction, self.member_id)
        await _record(interaction, self.guild_id, "settings-log-lift", self.member_id)


class ReasonModal(discord.ui.Modal):
    """Asks why, and ends what the server may do with the link."""

    def __init__(self, guild_id: int, member_id: int, texts: Texts, locale: Locale) -> None:
        super().__init__(title=texts.say(locale, "settings-member-unlink"))
        self._guild_id = guild_id
        self._member_id = member_id
        self._reason: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, max_length=LONGEST_REASON
        )
        label = texts.say(locale, "settings-member-reason")
        self.add_item(discord.ui.Label(text=label, component=self._reason))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """End it, tell the member why, and note that it was done."""
        async with answering(interaction):
            check_manages(interaction, self._guild_id)
            await defer(interaction)
            await check_is_here(interaction, self._guild_id, self._member_id)
            services = services_of(interaction.client)
            told = await services.exclusions.exclude(
                self._guild_id, self._member_id, self._reason.value
            )
            key = "settings-member-done" if told else "settings-member-done-untold"
            await say(interaction, services.texts.say(locale_of(interaction), key))
            await _record(interaction, self._guild_id, "settings-log-unlink", self._member_id)


def check_manages(interaction: discord.Interaction, guild_id: int) -> None:
    """Raise NeedsManageServer unless whoever presses may manage this very server now."""
    if managed(interaction) != guild_id:
        raise NeedsManageServer


async def check_is_here(interaction: discord.Interaction, guild_id: int, member_id: int) -> None:
    """Raise MemberGone unless somebody is a member of a server now; raises DiscordAway."""
    reader = reader_of(cast("AnyBot", interaction.client))
    if not await reader.belongs(member_id, guild_id):
        raise MemberGone


async def _tell_lifted(interaction: discord.Interaction, member_id: int) -> None:
    services, guild = services_of(interaction.client), interaction.guild
    link = await services.links.get(member_id)
    if link is not None and guild is not None:
        locale, name = pick_locale(link.locale), guild.name
        text = services.texts.say(locale, "excluded-lifted", guild=plain(name))
        await notices_of(interaction.client).send_direct(member_id, text)


async def _record(
    interaction: discord.Interaction, guild_id: int, key: str, member_id: int
) -> None:
    services = services_of(interaction.client)
    settings = await services.settings.of(guild_id)
    who = Marked(f"<@{interaction.user.id}>")
    member = Marked(f"<@{member_id}>")
    locale = language_of(interaction.guild, settings)
    text = services.texts.say(locale, key, who=who, member=member)
    await write_log(interaction.guild, settings, text)


async def write_log(guild: discord.Guild | None, settings: GuildSettings, text: str) -> bool:
    """Write a line into a server's log channel; False without one that we may write in."""
    if guild is None or settings.log_channel_id is None:
        return False
    room = guild.get_channel_or_thread(settings.log_channel_id)
    if not isinstance(room, discord.abc.Messageable):
        return False
    try:
        await room.send(text[:MESSAGE_CONTENT], allowed_mentions=NOBODY)
    except FAILURES as error:
        _log.info("a log channel takes nothing: %s", summary(error))
        return False
    return True
