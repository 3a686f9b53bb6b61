"""`/compose`: write any kind of KakaoTalk message and send it."""

from contextlib import suppress

import discord
from discord import app_commands

from bot.discord.cog import KkachiCog, ListenerLists
from bot.discord.consents import linked_text
from bot.discord.plugin import AnyBot
from bot.discord.replies import defer, items, say
from bot.errors import UserError
from bot.services.accounts.oauth import NewLink
from bot.services.compose.message_types import MESSAGE_TYPES
from cogs.compose.panel import ComposeButton, TemplateSelect, panel_of, start

CHOICES = {
    "feed": "Feed: a picture, a title and a text",
    "list": "List: two or three things under a heading",
    "location": "Location: a place on the map",
    "commerce": "Commerce: something with a price",
    "text": "Text: plain words",
    "calendar": "Calendar: an event of a KakaoTalk channel",
    "custom": "Custom: a template of this server",
    "scrape": "Page: what an address shows",
}


class NoPicture(UserError):
    """A picture was given for a kind that shows none."""

    key = "error-compose-no-picture"


class NotAPicture(UserError):
    """The file that was given is no picture."""

    key = "error-compose-not-a-picture"


class OnlyInServers(UserError):
    """Custom templates belong to servers; this is no server."""

    key = "error-compose-only-in-servers"


class NoTemplates(UserError):
    """The server's admins have not named any template."""

    key = "error-compose-no-templates"


class Compose(KkachiCog):
    """Write a KakaoTalk message."""

    feature = "compose"
    components = (ComposeButton, TemplateSelect)
    outside = ("compose",)

    def listeners(self) -> ListenerLists:
        """Listen to those who return from linking."""
        return ((self.services.linking.on_linked, self.go_on),)

    @app_commands.command()
    @app_commands.choices(
        kind=[app_commands.Choice(name=name, value=value) for value, name in CHOICES.items()]
    )
    async def compose(
        self,
        interaction: discord.Interaction,
        kind: str,
        picture: discord.Attachment | None = None,
    ) -> None:
        """Write a KakaoTalk message and send it to yourself or to friends.

        Args:
            interaction: who asks, and where
            kind: What kind of message
            picture: A picture for it
        """
        given = _with_picture(kind, picture)
        if kind == "custom":
            await self._choose_template(interaction)
        else:
            await start(interaction, kind, given)

    async def go_on(self, new: NewLink) -> None:
        """Show the panel again to whoever went to Kakao because of it."""
        with suppress(UserError):  # `/forward` tells about drafts that are gone
            draft = await self.services.drafts.open(new.member_id, new.draft_id or "")
            if draft.is_being_written:
                panel = panel_of(self.bot, draft)
                text = f"{linked_text(self.services.texts, new)}\n{panel.text()}"
                await self.notices.tell(
                    new.member_id, text, view=panel.view(), embeds=panel.preview()
                )

    async def _choose_template(self, interaction: discord.Interaction) -> None:
        await defer(interaction)
        if interaction.guild_id is None:
            raise OnlyInServers
        templates = await self.services.templates.of(interaction.guild_id)
        if not templates:
            raise NoTemplates
        placeholder = self.text(interaction, "compose-template-placeholder")
        select = TemplateSelect.of(templates, placeholder)
        await say(interaction, self.text(interaction, "compose-template"), view=items(select))


def _with_picture(kind: str, picture: discord.Attachment | None) -> dict[str, str]:
    """Return what is known before anything was typed; raises NoPicture and NotAPicture."""
    if picture is None:
        return {}
    path = MESSAGE_TYPES[kind].picture
    if path is None:
        raise NoPicture
    if not (picture.content_type or "").startswith("image/"):
        raise NotAPicture(name=picture.filename)
    return {path: picture.url}


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Compose(bot))
