"""`/settings`: what a server's admins decide for it."""

from contextlib import suppress

import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import UserError
from cogs._answers import KkachiCog, defer, say
from cogs._kkachi import AnyBot
from storage.templates import NamedTemplate

HIGHEST_ID = 2**53 - 1  # that Discord's own apps can send


class NeedsManageServer(UserError):
    """Only whoever may manage the server can do this."""

    key = "error-needs-manage-server"


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class Settings(KkachiCog, commands.GroupCog, group_name="settings"):
    """Decide what Kkachi does in this server."""

    templates = app_commands.Group(
        name="templates", description="Name custom templates for your members."
    )

    @templates.command(name="list")
    async def list_templates(self, interaction: discord.Interaction) -> None:
        """Show the custom templates that have a name here."""
        guild_id = _managed(interaction)
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
    ) -> None:
        """Name a custom template of the Kakao app, so that members can fill it in.

        Args:
            interaction: who asks, and where
            name: What members will see
            template_id: Its number in Kakao's message template tool
            arguments: The names of its ${…}, with commas between: WHO, WHEN
        """
        guild_id = _managed(interaction)
        await defer(interaction)
        template, replaced = await self.services.templates.add(
            guild_id, interaction.user.id, name, template_id, arguments
        )
        key = "settings-templates-replaced" if replaced else "settings-templates-added"
        await say(
            interaction, f"{self.text(interaction, key)}\n{self._line(interaction, template)}"
        )

    @templates.command(name="remove")
    async def remove_template(self, interaction: discord.Interaction, name: str) -> None:
        """Take a custom template's name away.

        Args:
            interaction: who asks, and where
            name: Which one
        """
        guild_id = _managed(interaction)
        await defer(interaction)
        await self.services.templates.remove(guild_id, name)
        shown = discord.utils.escape_markdown(name)
        await say(interaction, self.text(interaction, "settings-templates-removed", name=shown))

    @remove_template.autocomplete("name")
    async def complete_name(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the names that hold what was typed."""
        with suppress(NeedsManageServer):  # nobody reads a refusal while they type
            return [
                app_commands.Choice(name=one.name, value=one.name)
                for one in await self.services.templates.of(_managed(interaction))
                if current.casefold() in one.name.casefold()
            ]
        return []

    def _line(self, interaction: discord.Interaction, template: NamedTemplate) -> str:
        arguments = ", ".join(f"`{name}`" for name in template.arguments)
        return self.text(
            interaction,
            "settings-templates-line",
            name=discord.utils.escape_markdown(template.name),
            number=str(template.template_id),
            arguments=arguments or self.text(interaction, "settings-templates-no-arguments"),
        )


def _managed(interaction: discord.Interaction) -> int:
    """Return the server that whoever asks may manage; raises NeedsManageServer.

    Discord hides the command from others, but admins can show it to anybody.
    """
    if interaction.guild_id is None or not interaction.permissions.manage_guild:
        raise NeedsManageServer
    return interaction.guild_id


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Settings(bot))
