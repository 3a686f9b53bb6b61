"""Keeps the client connected, and registers commands without connecting."""

import asyncio
import logging
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import aiohttp
import discord
from discord.ext import commands
from discord.gateway import KeepAliveHandler

from bot.config import Config
from bot.discord.client import GUILD_READY_SECONDS, KkachiClient, point_at
from bot.discord.commands import in_order, register_commands, stay_home, wanted_commands
from bot.discord.plugin import attach
from bot.discord.translator import CommandTexts
from bot.logs import described
from bot.services.services import Services

_log = logging.getLogger(__name__)

FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
CLOSING_SECONDS = 2.0
AUTHENTICATION_FAILED = 4004
# discord.py lets out the second when the package of a module is not there.
NOT_LOADED = (commands.ExtensionError, ModuleNotFoundError)


class TokenRefused(Exception):
    """Discord does not accept the bot token."""


class CannotLoad(Exception):
    """A cog that the settings name cannot be loaded; the text says why."""


async def commands_differ(
    config: Config,
    services: Services,
    registered: Sequence[Mapping[str, Any]],
    *,
    by_users: bool,
) -> bool:
    """Tell whether these registered commands are others than ours, without connecting.

    `by_users` tells whether people can add Kkachi to their own account.
    Raises CannotLoad.
    """
    point_at(config)
    async with KkachiClient(services) as client:
        await client.tree.set_translator(CommandTexts(services.texts))
        try:
            await attach(client, services)
        except NOT_LOADED as error:
            raise _cannot_load(error) from None
        if not by_users:
            stay_home(client)
        return in_order(registered) != in_order(await wanted_commands(client))


def _sockets_of(client: discord.Client) -> list[aiohttp.ClientWebSocketResponse]:
    """Return the open connections to the gateway, as they are made.

    One on which it was being greeted when it was cancelled, discord.py forgets unclosed.
    """
    sockets: list[aiohttp.ClientWebSocketResponse] = []
    connect = client.http.ws_connect

    async def remembered(url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
        socket = await connect(url, compress=compress)
        sockets[:] = [one for one in sockets if not one.closed] + [socket]
        return socket

    client.http.ws_connect = remembered  # type: ignore[method-assign] # it has no hook
    return sockets


def _stop_heartbeats(client: discord.Client) -> None:
    """Stop the threads of such connections, which would go on after the loop."""
    state = client._connection  # noqa: SLF001 - nothing else tells whose a thread is
    for thread in threading.enumerate():
        if isinstance(thread, KeepAliveHandler) and thread.ws._connection is state:  # noqa: SLF001 - as above
            thread.stop()


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

    def stop_listening(self) -> None:
        """Take no more events; what is under way may ask Discord until this is cancelled."""
        if self._client is not None:
            self._client.stop_listening()

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
            except NOT_LOADED as error:
                raise _cannot_load(error) from None
            except Exception as error:  # noqa: BLE001  # the next connection may fare better
                _check_token(error)
                await self._pause(error)

    async def _connect(self) -> None:
        client = self._new_client()
        self._client, sockets = client, _sockets_of(client)
        token = self._config.discord_token.get_secret_value()
        connection = asyncio.create_task(client.start(token), name="gateway")
        try:
            await asyncio.wait([connection])
        finally:
            connection.cancel()
            if client.is_ready():
                self._wait = FIRST_WAIT
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSING_SECONDS):
                    await client.close()
            # While it comes back to the gateway, discord.py takes no notice of the first.
            connection.cancel()
            await asyncio.wait([connection], timeout=CLOSING_SECONDS)
            _stop_heartbeats(client)
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSING_SECONDS):
                    await asyncio.gather(*(socket.close() for socket in sockets))
        connection.result()

    def _new_client(self) -> KkachiClient:
        return KkachiClient(
            self._services,
            message_content=self._message_content,
            guild_ready_timeout=self._guild_ready_timeout,
            shards=self._config.shards,
        )

    async def _pause(self, error: Exception) -> None:
        _log.warning(
            "no connection to Discord (%s); next try in %.0f s", described(error), self._wait
        )
        await asyncio.sleep(self._wait)
        self._wait = min(2 * self._wait, LONGEST_WAIT)


def _cannot_load(error: commands.ExtensionError | ModuleNotFoundError) -> CannotLoad:
    return CannotLoad(f"COGS: {error.name} cannot be loaded: {error}")


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
