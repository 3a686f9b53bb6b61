"""The Discord client: loads the cogs, and answers what no cog answers."""

import asyncio
import importlib
import logging
import sys
from contextlib import suppress
from functools import partial
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.config import Config
from bot.discord.cog import is_claimed
from bot.discord.commands import register_commands
from bot.discord.identify import PAUSE, IdentifyTurns
from bot.discord.plugin import AnyBot, attach
from bot.discord.replies import refuse
from bot.discord.translator import CommandTexts
from bot.errors import Expired
from bot.logs import described
from bot.services.operations.extensions import CogBroken
from bot.services.services import Services
from storage.duties import ALL, Shards

_log = logging.getLogger(__name__)

# Commands are answered before all servers are known; health need not wait for long.
GUILD_READY_SECONDS = 0.5
# For one shard to be let in, as discord.py has it.
CONNECTING_SECONDS = 180.0
# Of the two seconds there are to close: for Discord to let go, and for what is under way to end.
LETTING_GO_SECONDS, ENDING_SECONDS = 0.5, 0.5
# How discord.py names the tasks in which it calls listeners, commands, and buttons and forms.
UNDER_WAY = ("discord.py: ", "CommandTree-", "discord-ui-")
CLICKS = frozenset({discord.InteractionType.component, discord.InteractionType.modal_submit})


async def reload_cog(client: "KkachiClient", name: str) -> None:
    """Load a cog's module anew; its commands are registered again where they differ.

    Raises CogBroken; then the cog goes on as it was.
    """
    importlib.invalidate_caches()  # a file of it may be new
    try:
        await client.reload_extension(name)
    except commands.ExtensionError as error:
        _log.error("%s could not be loaded anew: %s", name, error)
        raise CogBroken(name=name) from None
    _log.info("%s is loaded anew", name)
    await register_commands(client)


class KkachiTree(app_commands.CommandTree["KkachiClient"]):
    """Answers what goes wrong before a command is found; cogs answer for their own commands."""

    async def on_error(
        self, interaction: discord.Interaction["KkachiClient"], error: app_commands.AppCommandError
    ) -> None:
        """Answer a command that is registered no more."""
        if interaction.command is None:
            await refuse(interaction, Expired())
        else:
            await super().on_error(interaction, error)


class KkachiClient(commands.AutoShardedBot):
    """Slash commands and menus only: what members write is never read as a command."""

    def __init__(
        self,
        services: Services,
        *,
        message_content: bool = True,
        guild_ready_timeout: float = GUILD_READY_SECONDS,
        shards: Shards = ALL,
    ) -> None:
        super().__init__(
            commands.when_mentioned,
            help_command=None,
            tree_cls=KkachiTree,
            intents=discord.Intents(
                guilds=True,
                guild_messages=True,
                guild_reactions=True,
                guild_scheduled_events=True,
                moderation=True,
                voice_states=True,
                message_content=message_content,
            ),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            guild_ready_timeout=guild_ready_timeout,
            max_messages=None,
            **_part(shards),
        )
        # Where there are other processes, their shards come in turn with ours.
        self._turns = IdentifyTurns(services.turn)
        self._services = services
        self._is_listening = True

    async def setup_hook(self) -> None:
        """Load the cogs and register their commands where they have changed."""
        self._turns.at_once = await find_gateway(self)
        await self.tree.set_translator(CommandTexts(self._services.texts))
        await attach(self, self._services)
        self._services.carrier.is_there = lambda: self.is_connected
        self._services.plugins.attach(partial(reload_cog, self))
        await register_commands(self)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait until this shard may come to Discord."""
        del initial  # whoever comes anew may be too early as well
        await self._turns.wait(shard_id or 0)

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as discord.py has it
        """Let listeners hear of an event, until this stops listening."""
        if self._is_listening:
            super().dispatch(event, *args, **kwargs)

    def stop_listening(self) -> None:
        """Take no more events; commands are answered until it closes."""
        self._is_listening = False

    async def close(self) -> None:
        """Take no more events, let what is under way end while Discord can be asked, and close."""
        self.stop_listening()
        if not self.is_closed():
            await self._let_go()
            await _end(_under_way())
        self._turns.close()
        await super().close()

    async def _let_go(self) -> None:
        # First the cogs: what is told from now on is kept for the next connection.
        for name in tuple(self.extensions):
            with suppress(commands.ExtensionError):
                await self.unload_extension(name)
        with suppress(TimeoutError):
            async with asyncio.timeout(LETTING_GO_SECONDS):
                await asyncio.gather(*(shard.disconnect() for shard in self.shards.values()))

    async def on_error(self, event_method: str, /, *_: object, **__: object) -> None:
        """Log what a listener raised, without its words: they may quote a message."""
        error = sys.exception()
        _log.error("%s failed: %s", event_method, error and described(error))

    async def on_message(self, message: discord.Message, /) -> None:
        """Leave messages alone."""

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Answer clicks on what nobody knows any more.

        Kkachi's own components claim their clicks before this event is handled.
        """
        if interaction.type in CLICKS and not is_claimed(interaction):
            await refuse(interaction, Expired())

    @property
    def is_connected(self) -> bool:
        """Whether every shard hears from Discord just now."""
        shards = self.shards.values()
        return self.is_ready() and bool(shards) and not any(s.is_closed() for s in shards)


def _part(shards: Shards) -> dict[str, Any]:
    """Return what names a part of all servers; how many shards all of them take, Discord says."""
    if shards == ALL:
        return {}
    # All others may come first.
    seconds = CONNECTING_SECONDS + PAUSE * shards.count
    numbers = {"shard_ids": shards.numbers, "shard_count": shards.count}
    return numbers | {"shard_connect_timeout": seconds}


def _under_way() -> set[asyncio.Task[Any]]:
    everything = asyncio.all_tasks() - {asyncio.current_task()}
    return {task for task in everything if task and task.get_name().startswith(UNDER_WAY)}


async def _end(tasks: set[asyncio.Task[Any]]) -> None:
    """Let them end by themselves; those that take too long are cancelled."""
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=ENDING_SECONDS)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=ENDING_SECONDS)


def point_at(config: Config) -> None:
    """Let discord.py speak with the Discord that the settings name, and say nothing of voice."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    Route.BASE = config.discord_api_url
    discord.Asset.BASE = config.discord_cdn_url


async def find_gateway(bot: AnyBot) -> int:
    """Ask this Discord for its gateway, and return how many shards it takes at a time.

    Only another Discord than the real one needs its address.

    discord.py asks once at most and comes back to its built-in address after a lost session.
    """
    _, gateway, limits = await bot.http.get_bot_gateway()
    DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)
    return max(1, limits["max_concurrency"])
