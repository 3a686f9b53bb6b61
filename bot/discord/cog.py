"""How Kkachi answers: the same way in commands, buttons, selects and modals."""

import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.access import check_command, check_feature
from bot.discord.notices import NOBODY
from bot.discord.plugin import AnyBot, notices_of, services_of
from bot.errors import ConsentMissing, LinkBroken, NotLinked, TextArgument, UserError
from bot.services.accounts.oauth import BASIC_SCOPES
from bot.services.messages.models import Member
from bot.texts import Locale, pick_locale

_log = logging.getLogger(__name__)
Heard = Sequence[tuple[list[Any], Callable[..., Awaitable[None]]]]
CLAIMED = "kkachi-claimed"
PICTURE_SIZE = 128
ACKNOWLEDGED = 40060  # "Interaction has already been acknowledged."


class KkachiCog(commands.Cog):
    """A cog that finds Kkachi's services on its bot and answers mistakes in plain words.

    Admins can switch its `feature` off for their server; one without a name is always on. While
    it is loaded its `menus` are up, and clicks on its `components` are taken.
    """

    feature: ClassVar[str] = ""
    components: ClassVar[Sequence[type[discord.ui.DynamicItem[Any]]]] = ()
    menus: Sequence[app_commands.ContextMenu] = ()

    def __init__(self, bot: AnyBot) -> None:
        self.bot = bot
        self.services = services_of(bot)
        self.notices = notices_of(bot)

    def heard(self) -> Heard:
        """Return what this cog listens to: lists of listeners, each with the one of its own."""
        return ()

    async def cog_load(self) -> None:
        """Put up the menus, take the clicks, and listen."""
        if self.feature:
            self.services.access.offer(self.feature)
        for menu in self.menus:
            menu.error(self.cog_app_command_error)
            menu.add_check(self.interaction_check)
            self.bot.tree.add_command(menu)
        self.bot.add_dynamic_items(*self.components)
        for listeners, own in self.heard():
            listeners.append(own)

    async def cog_unload(self) -> None:
        """Take the menus down, leave the clicks to nobody, and listen no more."""
        self.services.access.withdraw(self.feature)
        for menu in self.menus:
            self.bot.tree.remove_command(menu.name, type=menu.type)
        self.bot.remove_dynamic_items(*self.components)
        for listeners, own in self.heard():
            listeners.remove(own)

    def text(self, interaction: discord.Interaction, key: str, **arguments: TextArgument) -> str:
        """Return a text in the language of whoever asks."""
        return self.services.texts.say(locale_of(interaction), key, **arguments)

    async def interaction_check(self, interaction: discord.Interaction) -> bool:
        """Refuse what this server's admins have switched off."""
        await check_command(interaction, self.feature)
        return True

    async def cog_app_command_error(
        self, interaction: discord.Interaction, error: app_commands.AppCommandError
    ) -> None:
        """Answer what a command of this cog raised."""
        await refuse(interaction, error)


class Answered:
    """A button or select whose mistakes get the shared answer; `press` is what it does.

    It is refused where its `feature` is switched off.
    """

    feature: ClassVar[str] = ""

    async def press(self, interaction: discord.Interaction) -> None:
        """Do what the member pressed it for."""
        raise NotImplementedError  # every button and select has its own

    async def callback(self, interaction: discord.Interaction) -> None:
        """Press, and answer mistakes."""
        async with answering(interaction, self.feature):
            await self.press(interaction)


@asynccontextmanager
async def answering(interaction: discord.Interaction, feature: str = "") -> AsyncIterator[None]:
    """Claim a click or a filled-in form, and answer whatever goes wrong with it."""
    interaction.extras[CLAIMED] = True
    try:
        await check_feature(interaction, feature)
        yield
    except Exception as error:  # noqa: BLE001  # nobody above would answer the member
        await refuse(interaction, error)


def is_claimed(interaction: discord.Interaction) -> bool:
    """Tell whether one of Kkachi's own components took this click."""
    return CLAIMED in interaction.extras


def locale_of(interaction: discord.Interaction) -> Locale:
    """Return the language that the member's Discord is set to."""
    return pick_locale(str(interaction.locale))


def member_of(interaction: discord.Interaction) -> Member:
    """Return whoever asks; with the user name, since nicknames can imitate each other."""
    user = interaction.user
    picture = user.display_avatar.with_size(PICTURE_SIZE)
    name = f"{user.display_name} (@{user.name})"
    return Member(user.id, name, picture.url, locale_of(interaction))


def is_private(interaction: discord.Interaction) -> bool:
    """Tell whether the answer must be for the member's eyes only."""
    return interaction.guild_id is not None


def items(*children: discord.ui.Item[Any]) -> discord.ui.View:
    """Return a view of components that need no memory of ours: they survive a restart."""
    view = discord.ui.View(timeout=None)
    for child in children:
        view.add_item(child)
    return view


async def defer(interaction: discord.Interaction) -> None:
    """Tell Discord within its three seconds that an answer comes."""
    await interaction.response.defer(ephemeral=is_private(interaction), thinking=True)


async def defer_edit(interaction: discord.Interaction) -> None:
    """Tell Discord that the message this button stands on will change."""
    await interaction.response.defer()


async def say(
    interaction: discord.Interaction,
    text: str,
    *,
    view: discord.ui.View | None = None,
    embeds: Sequence[discord.Embed] = (),
) -> None:
    """Answer, or follow up where an answer was already begun."""
    done = interaction.response.is_done()
    send = interaction.followup.send if done else interaction.response.send_message
    await send(
        text,
        view=view or items(),
        embeds=embeds,
        ephemeral=is_private(interaction),
        allowed_mentions=NOBODY,
    )


async def refuse(
    interaction: discord.Interaction,
    error: Exception,
    *,
    draft_id: str | None = None,
    scopes: Sequence[str] = BASIC_SCOPES,
) -> None:
    """Answer a mistake in words, with the way on where there is one.

    `draft_id` names the draft that goes on by itself once the member has linked and agreed to
    `scopes` at Kakao.
    """
    original = getattr(error, "original", error)
    if isinstance(original, discord.HTTPException) and original.code == ACKNOWLEDGED:
        _log.info("Discord told of an interaction twice")
        return
    if not isinstance(original, UserError):
        # Where, not what: an error's own words may quote a message.
        place = "".join(traceback.format_tb(original.__traceback__))
        _log.error("unexpected %s while answering a member\n%s", type(original).__name__, place)
        original = UserError()
    services, locale = services_of(interaction.client), locale_of(interaction)
    try:
        view = await _way_on(interaction, original, draft_id, scopes)
        await say(
            interaction, services.texts.say(locale, original.key, **original.arguments), view=view
        )
    except discord.HTTPException as failure:
        _log.warning("a member got no answer: %s, code %s", failure.status, failure.code)


async def _way_on(
    interaction: discord.Interaction,
    error: UserError,
    draft_id: str | None,
    scopes: Sequence[str],
) -> discord.ui.View | None:
    if isinstance(error, ConsentMissing):
        return await link_button(
            interaction,
            scopes=sorted(error.scopes),
            draft_id=draft_id,
            label="kakao-button-agree",
        )
    if isinstance(error, NotLinked | LinkBroken):
        return await link_button(interaction, scopes=scopes, draft_id=draft_id)
    return None


async def link_button(
    interaction: discord.Interaction,
    *,
    scopes: Sequence[str] = BASIC_SCOPES,
    draft_id: str | None = None,
    label: str = "kakao-button-link",
) -> discord.ui.View:
    """Return a button to the member's own link page; they are told here when they return."""
    services = services_of(interaction.client)
    member = member_of(interaction)
    address = await services.linking.invite(member, scopes=tuple(scopes), draft_id=draft_id)
    notices_of(interaction.client).expect(interaction)
    text = services.texts.say(member.locale, label)
    return items(discord.ui.Button(label=text, url=address))
