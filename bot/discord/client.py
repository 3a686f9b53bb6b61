"""The Discord client: connects, registers the commands, answers what no cog answers."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, cast

import discord
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.config import Config
from bot.discord.cog import is_claimed, refuse
from bot.discord.notices import Notices
from bot.discord.plugin import AnyBot, HasKkachi
from bot.discord.translator import CommandTexts
from bot.errors import Expired
from bot.services import Services
from bot.services.operations.extensions import CogBroken

_log = logging.getLogger(__name__)

CLICKS = frozenset({discord.InteractionType.component, discord.InteractionType.modal_submit})
FIRST_WAIT = 1.0
# Commands are answered before all servers are known; health need not wait for long.
GUILD_READY_SECONDS = 0.5
LONGEST_WAIT = 60.0
CLOSING_SECONDS = 2.0
AUTHENTICATION_FAILED = 4004
# What makes two registrations the same; Discord adds ids, versions and defaults of its own.
COMPARED = (
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "options",
    "choices",
    "required",
    "autocomplete",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "channel_types",
    "nsfw",
    "default_member_permissions",
    "contexts",
    "integration_types",
)


class TokenRefused(Exception):
    """Discord does not accept the bot token."""


class CannotLoad(Exception):
    """A cog that the settings name cannot be loaded; the text says why."""


async def attach(bot: AnyBot, services: Services) -> None:
    """Give Kkachi's commands to any discord.py bot, best in its `setup_hook`.

        async with open_services(config) as services, at_work(services):
            await attach(bot, services)

    Korean names need `await bot.tree.set_translator(CommandTexts(services.texts))` as well.
    """
    kkachi = cast("HasKkachi", bot)
    kkachi.kkachi = services
    kkachi.kkachi_notices = Notices(bot)
    for extension in services.plugins.names:
        await bot.load_extension(extension)


async def reload_cog(client: "KkachiClient", name: str) -> None:
    """Load a cog's module anew; its commands are registered again where they differ.

    Raises CogBroken; then the cog goes on as it was.
    """
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
        )
        self._services = services

    async def setup_hook(self) -> None:
        """Load the cogs and register their commands where they have changed."""
        await find_gateway(self)
        await self.tree.set_translator(CommandTexts(self._services.texts))
        await attach(self, self._services)
        self._services.plugins.attach(partial(reload_cog, self))
        await register_commands(self)

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


async def register_commands(client: KkachiClient, *, always: bool = False) -> bool:
    """Register the commands when they differ from what Discord has; tell whether they did."""
    wanted = await _wanted(client)
    if not always and _ordered(await _registered(client)) == _ordered(wanted):
        return False
    await client.tree.sync()
    _log.info("%d commands are registered", len(wanted))
    return True


async def commands_differ(
    config: Config, services: Services, registered: Sequence[Mapping[str, Any]]
) -> bool:
    """Tell whether these registered commands are others than ours, without connecting."""
    point_at(config)
    async with KkachiClient(services) as client:
        await client.tree.set_translator(CommandTexts(services.texts))
        await attach(client, services)
        return _ordered(registered) != _ordered(await _wanted(client))


async def _wanted(client: KkachiClient) -> Sequence[Mapping[str, Any]]:
    translator = client.tree.translator
    assert translator is not None  # noqa: S101  # whoever asks has set it
    commands = client.tree.get_commands()
    return [await one.get_translated_payload(client.tree, translator) for one in commands]


async def _registered(client: KkachiClient) -> Sequence[Mapping[str, Any]]:
    route = Route(
        "GET",
        "/applications/{application_id}/commands",
        application_id=client.application_id or 0,
    )
    found = await client.http.request(route, params={"with_localizations": "true"})
    return cast("Sequence[Mapping[str, Any]]", found)


def _ordered(all_commands: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    plain = [_plain(command) for command in all_commands]
    return sorted(plain, key=lambda command: (command["type"], command["name"]))


def _plain(command: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _value(key, command[key]) for key in COMPARED if command.get(key)}


def _value(key: str, value: Any) -> Any:  # noqa: ANN401  # whatever Discord's JSON holds
    if key in {"options", "choices"}:
        return [_plain(part) for part in value]
    if key in {"contexts", "integration_types", "channel_types"}:
        return sorted(value)
    return str(value) if key == "default_member_permissions" else value


class Discord:
    """Keeps a client connected for as long as the program runs."""

    def __init__(
        self,
        config: Config,
        services: Services,
        *,
        guild_ready_timeout: float = GUILD_READY_SECONDS,
    ) -> None:
        self._config = config
        self._services = services
        self._guild_ready_timeout = guild_ready_timeout
        self._message_content = True
        self._client: KkachiClient | None = None
        self._wait = FIRST_WAIT
        point_at(config)

    @property
    def is_ready(self) -> bool:
        """Whether commands are answered just now."""
        return self._client is not None and self._client.is_connected

    async def run(self) -> None:
        """Connect, and again whenever that ends, until cancelled; raises TokenRefused."""
        while True:
            try:
                await self._connect()
            except discord.PrivilegedIntentsRequired:
                _log.warning(
                    "Discord does not let this bot read message texts: switch on Message Content "
                    "Intent in the Developer Portal (Bot); until then /forward with a link or id "
                    "finds empty messages, while the message menus work"
                )
                self._message_content = False
            except commands.ExtensionError as error:
                raise CannotLoad(f"COGS: {error.name} cannot be loaded: {error}") from None
            except Exception as error:  # noqa: BLE001  # the next connection may fare better
                _check_token(error)
                await self._pause(error)

    async def _connect(self) -> None:
        client = self._new_client()
        self._client = client
        try:
            await client.start(self._config.discord_token.get_secret_value())
        finally:
            if client.is_ready():
                self._wait = FIRST_WAIT
            with suppress(TimeoutError):
                await asyncio.wait_for(client.close(), CLOSING_SECONDS)

    def _new_client(self) -> KkachiClient:
        return KkachiClient(
            self._services,
            message_content=self._message_content,
            guild_ready_timeout=self._guild_ready_timeout,
        )

    async def _pause(self, error: Exception) -> None:
        expected = isinstance(error, OSError | discord.DiscordException)
        _log.warning(
            "no connection to Discord (%s); next try in %.0f s",
            type(error).__name__,
            self._wait,
            exc_info=None if expected else error,
        )
        await asyncio.sleep(self._wait)
        self._wait = min(2 * self._wait, LONGEST_WAIT)


def point_at(config: Config) -> None:
    """Let discord.py speak with the Discord that the settings name, and say nothing of voice."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    Route.BASE = config.discord_api_url
    discord.Asset.BASE = config.discord_cdn_url


async def find_gateway(bot: AnyBot) -> None:
    """Ask this Discord for its gateway; only another Discord than the real one needs that.

    discord.py asks once at most and comes back to its built-in address after a lost session.
    """
    _, gateway, _ = await bot.http.get_bot_gateway()
    DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)


def _check_token(error: Exception) -> None:
    closed = isinstance(error, discord.ConnectionClosed) and error.code == AUTHENTICATION_FAILED
    if closed or isinstance(error, discord.LoginFailure):
        raise TokenRefused from None


async def sync_commands(config: Config, services: Services) -> None:
    """Register the commands whether they differ or not, without connecting any further."""
    point_at(config)
    async with KkachiClient(services) as client:
        try:
            await client.login(config.discord_token.get_secret_value())
        except discord.LoginFailure:
            raise TokenRefused from None
        await register_commands(client, always=True)
