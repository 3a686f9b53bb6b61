"""`/settings`: what a server's admins decide for it."""

import asyncio
import io
from contextlib import suppress

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.cog import KkachiCog, ListenerLists
from bot.discord.guilds import language_of
from bot.discord.plugin import AnyBot
from bot.discord.replies import defer, items, say
from bot.discord.words import code, plain
from bot.errors import UserError
from bot.services.listeners import Listeners, guarded
from bot.services.servers.exclusions import Exclusion
from bot.services.servers.settings import CustomTemplate, GuildSettings
from bot.services.servers.statistics import Statistics
from cogs.settings.members import (
    LiftMemberButton,
    UnlinkMemberButton,
    check_is_here,
    write_log,
)
from cogs.settings.operator import OperatorButton, OperatorSelect, show_operator
from cogs.settings.owner import check_operator
from cogs.settings.panel import NeedsManageServer, SettingButton, SettingSelect, managed, show_panel
from cogs.settings.texts import SettingTexts
from storage.deliveries import UNDER_WAY, DeliveryState
from storage.settings import Change

HIGHEST_ID = 2**53 - 1  # that Discord's own apps can send


class UnknownHere(UserError):
    """Whoever is looked up does not use Kkachi in this server."""

    key = "error-settings-member-unknown"


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class Settings(KkachiCog, commands.GroupCog, group_name="settings"):
    """Decide what Kkachi does in this server."""

    components = (
        *(SettingSelect, SettingButton, UnlinkMemberButton, LiftMemberButton),
        *(OperatorSelect, OperatorButton),
    )

    def __init__(self, bot: AnyBot) -> None:
        super().__init__(bot)
        self._posts = Listeners()

    def listeners(self) -> ListenerLists:
        """Listen to changes of settings."""
        return ((self.services.settings.on_changed, self.log_change),)

    @app_commands.command()
    async def panel(self, interaction: discord.Interaction) -> None:
        """Choose features, channels, roles, content, limits and language."""
        await show_panel(interaction)

    @app_commands.command()
    async def member(self, interaction: discord.Interaction, member: discord.User) -> None:
        """Look up a member, and stop this server from using their link if necessary.

        Args:
            interaction: who asks, and where
            member: The member to look up
        """
        guild_id = managed(interaction)
        await defer(interaction)
        await check_is_here(interaction, guild_id, member.id)
        if not await self.services.access.is_known(guild_id, member.id):
            raise UnknownHere
        link = await self.services.links.get(member.id)
        exclusion = await self.services.exclusions.of(guild_id, member.id)
        sent = await self.services.allowance.sent_today(member.id)
        lines = [f"<@{member.id}>"]
        if link is None:
            lines.append(self.text(interaction, "settings-member-unlinked"))
        else:
            state = "broken" if link.broken_at is not None else "sound"
            since = f"<t:{int(link.linked_at)}:D>"
            lines.append(self.text(interaction, f"settings-member-{state}", since=since))
        if exclusion is not None:
            lines.append(self._excluded(interaction, exclusion))
        lines.append(self.text(interaction, "settings-member-sent", count=sent))
        view = None
        if exclusion is not None:
            label = self.text(interaction, "settings-member-lift")
            view = items(LiftMemberButton(guild_id, member.id, label))
        elif link is not None:
            label = self.text(interaction, "settings-member-unlink")
            view = items(UnlinkMemberButton(guild_id, member.id, label))
        await say(interaction, "\n".join(lines), view=view)

    @app_commands.command()
    async def statistics(self, interaction: discord.Interaction) -> None:
        """Show how much was sent from this server in the last 30 days."""
        guild_id = managed(interaction)
        await defer(interaction)
        found = await self.services.statistics.of(guild_id)
        picture = await asyncio.to_thread(_chart, found)
        text = self.text(
            interaction,
            "settings-statistics",
            linked=found.linked,
            sent=found.total(DeliveryState.SENT),
            failed=found.total(DeliveryState.FAILED),
            unknown=found.total(DeliveryState.UNKNOWN),
            waiting=sum(found.total(state) for state in UNDER_WAY),
            used=found.app_used,
            limit=found.app_limit,
            most=round(100 * max(found.shares)),
        )
        files = [
            discord.File(io.BytesIO(picture), "statistics.png", description=text[:1000]),
            discord.File(io.BytesIO(found.csv().encode()), "statistics.csv"),
        ]
        await interaction.followup.send(text, files=files, ephemeral=True)

    @app_commands.command()
    async def operator(self, interaction: discord.Interaction) -> None:
        """See all servers and decide for all of Kkachi; for the operator only."""
        await check_operator(interaction)
        await show_operator(interaction)

    async def log_change(self, guild_id: int, settings: GuildSettings, change: Change) -> None:
        """Write a change into the server's log channel; the answer does not wait for that."""
        guild = self.bot.get_guild(guild_id)
        locale = language_of(guild, settings)
        words = SettingTexts(self.services.texts, locale)
        text = self.services.texts.say(locale, "settings-log-change", who=f"<@{change.member_id}>")
        post = write_log(guild, settings, f"{text} {words.told(change)}")
        self._posts.spawn(guarded("a line for a log channel", post))

    templates = app_commands.Group(
        name="templates", description="Name custom templates for your members."
    )

    @templates.command(name="list")
    async def list_templates(self, interaction: discord.Interaction) -> None:
        """Show the custom templates that have a name here."""
        guild_id = managed(interaction)
        await defer(interaction)
        templates = await self.services.templates.of(guild_id)
        lines = [self._line(interaction, one) for one in templates]
        text = "\n".join(lines) or self.text(interaction, "settings-templates-none")
        await say(interaction, "", embeds=[discord.Embed(description=text)])

    @templates.command(name="add")
    async def add_template(
        self,
        interaction: discord.Interaction,
        name: str,
        template_id: app_commands.Range[int, 1, HIGHEST_ID],
        arguments: str = "",
        in_links: str = "",
    ) -> None:
        """Name a custom template of the Kakao app, so that members can fill it in.

        Args:
            interaction: who asks, and where
            name: What members will see
            template_id: Its number in Kakao's message template tool
            arguments: The names of its ${…}, with commas between: WHO, WHEN
            in_links: Those that are part of a link: PATH. Their values are form-encoded.
        """
        guild_id = managed(interaction)
        await defer(interaction)
        template, replaced = await self.services.templates.add(
            guild_id, interaction.user.id, name, template_id, arguments, in_links=in_links
        )
        key = "settings-templates-replaced" if replaced else "settings-templates-added"
        await say(
            interaction, f"{self.text(interaction, key)}\n{self._line(interaction, template)}"
        )

    @templates.command(name="remove")
    async def remove_template(self, interaction: discord.Interaction, name: str) -> None:
        """Remove a custom template from the list.

        Args:
            interaction: who asks, and where
            name: Which one
        """
        guild_id = managed(interaction)
        await defer(interaction)
        await self.services.templates.remove(guild_id, interaction.user.id, name)
        shown = plain(name)
        await say(interaction, self.text(interaction, "settings-templates-removed", name=shown))

    @remove_template.autocomplete("name")
    async def complete_name(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the names that hold what was typed."""
        with suppress(NeedsManageServer):  # nobody reads a refusal while they type
            return [
                app_commands.Choice(name=one.name, value=one.name)
                for one in await self.services.templates.of(managed(interaction))
                if current.casefold() in one.name.casefold()
            ]
        return []

    def _excluded(self, interaction: discord.Interaction, exclusion: Exclusion) -> str:
        key = "settings-member-excluded"
        return self.text(
            interaction,
            key if exclusion.told else f"{key}-untold",
            since=f"<t:{int(exclusion.at)}:D>",
            reason=plain(exclusion.reason),
        )

    def _line(self, interaction: discord.Interaction, template: CustomTemplate) -> str:
        arguments = ", ".join(
            self._argument(interaction, one, template) for one in template.arguments
        )
        return self.text(
            interaction,
            "settings-templates-line",
            name=plain(template.name),
            number=str(template.template_id),
            arguments=arguments or self.text(interaction, "settings-templates-no-arguments"),
        )

    def _argument(
        self, interaction: discord.Interaction, name: str, template: CustomTemplate
    ) -> str:
        if name not in template.in_links:
            return code(name)
        return self.text(interaction, "settings-templates-in-link", name=code(name))


def _chart(found: Statistics) -> bytes:
    # Pillow is not imported at the start, where nobody waits for a picture.
    from bot.services.servers.chart import draw_chart  # noqa: PLC0415

    return draw_chart(found.days, found.shares)


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Settings(bot))
