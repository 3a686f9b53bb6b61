"""What commands, buttons, selects and forms have in common: services, switches, mistakes."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.access import check_command, check_feature
from bot.discord.commands import let_outside
from bot.discord.plugin import AnyBot, notices_of, services_of
from bot.discord.reader import reader_of
from bot.discord.replies import locale_of, refuse
from bot.discord.untold import tell_after
from bot.errors import TextArgument

ListenerLists = Sequence[tuple[list[Any], Callable[..., Awaitable[object]]]]
CLAIMED = "kkachi-claimed"


class KkachiCog(commands.Cog):
    """A cog that finds Kkachi's services on its bot and answers mistakes in plain words.

    Admins can switch its `feature` off for their server; one without a name is always on. While
    it is loaded its `menus` are up, and clicks on its `components` are taken.
    """

    feature: ClassVar[str] = ""
    components: ClassVar[Sequence[type[discord.ui.DynamicItem[Any]]]] = ()
    menus: Sequence[app_commands.ContextMenu] = ()
    outside: ClassVar[Collection[str]] = ()
    """Which commands and menus work where Kkachi is no member as well, if that is switched on."""

    def __init__(self, bot: AnyBot) -> None:
        self.bot = bot
        self.services = services_of(bot)
        self.notices = notices_of(bot)

    def listeners(self) -> ListenerLists:
        """Return what this cog listens to: lists of listeners, each with the one of its own."""
        return ()

    async def cog_load(self) -> None:
        """Put up the menus, take the clicks, and listen."""
        self.services.sight.attach(reader_of(self.bot))
        if self.feature:
            self.services.access.offer(self.feature)
        for menu in self.menus:
            menu.error(self.cog_app_command_error)
            menu.add_check(self.interaction_check)
            self.bot.tree.add_command(menu)
        self._reach_out()
        self.bot.add_dynamic_items(*self.components)
        for listeners, own in self.listeners():
            self.services.carrier.tellers(listeners).append(own)

    def _reach_out(self) -> None:
        group = self.app_command
        for command in (*self.menus, *([group] if group else self.get_app_commands())):
            if self.services.user_install and command.name in self.outside:
                let_outside(command)

    async def cog_unload(self) -> None:
        """Take the menus down, leave the clicks to nobody, and listen no more."""
        self.services.access.withdraw(self.feature)
        for menu in self.menus:
            self.bot.tree.remove_command(menu.name, type=menu.type)
        self.bot.remove_dynamic_items(*self.components)
        for listeners, own in self.listeners():
            self.services.carrier.tellers(listeners).remove(own)

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
        await tell_after(interaction, error)


class Answered:
    """A button or select whose mistakes get the shared answer; `press` is what it does.

    It is refused where its `feature` is switched off. What it is about may be of another server:
    that is asked as well, by `check_load`.
    """

    feature: ClassVar[str] = ""

    async def press(self, interaction: discord.Interaction) -> None:
        """Do what the member pressed it for."""
        raise NotImplementedError  # every button and select has its own

    async def callback(self, interaction: discord.Interaction) -> None:
        """Press, and answer mistakes."""
        async with answering(interaction):
            await check_feature(interaction, self.feature)
            await self.press(interaction)


@asynccontextmanager
async def answering(interaction: discord.Interaction) -> AsyncIterator[None]:
    """Claim a click or a filled-in form, and answer whatever goes wrong with it."""
    interaction.extras[CLAIMED] = True
    try:
        yield
    except Exception as error:  # noqa: BLE001  # nobody above would answer the member
        await refuse(interaction, error)


def is_claimed(interaction: discord.Interaction) -> bool:
    """Tell whether one of Kkachi's own components took this click."""
    return CLAIMED in interaction.extras
