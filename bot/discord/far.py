"""Discord for a process that does not listen to it: what has to be known, HTTP is asked."""

import asyncio
import logging
from typing import cast

import discord
from discord.ext import commands

from bot.config import Config
from bot.discord.client import point_at
from bot.discord.connection import FIRST_WAIT, LONGEST_WAIT, TokenRefused
from bot.discord.plugin import HasKkachi
from bot.discord.reader import reader_of
from bot.logs import described
from bot.services.services import Services

_log = logging.getLogger(__name__)


class FarBot(commands.Bot):
    """Signs in and listens to no server."""

    shard_ids: tuple[int, ...] = ()

    def __init__(self, services: Services) -> None:
        super().__init__(
            commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True, message_content=True),
            max_messages=None,
        )
        cast("HasKkachi", self).kkachi = services


class FarDiscord:
    """Lets the services ask Discord for as long as the program runs."""

    def __init__(self, config: Config, services: Services) -> None:
        self._token = config.discord_token.get_secret_value()
        self._services = services
        self._bot: FarBot | None = None
        point_at(config)

    @property
    def is_ready(self) -> bool:
        """Whether Discord has let this process in."""
        return self._bot is not None

    def stop_listening(self) -> None:
        """Nobody listens here."""

    async def run(self) -> None:
        """Sign in, and let the services ask until cancelled; raises TokenRefused."""
        async with FarBot(self._services) as bot:
            await self._sign_in(bot)
            self._services.sight.attach(reader_of(bot))
            self._bot = bot
            try:
                await asyncio.Event().wait()
            finally:
                self._bot = None
                self._services.sight.detach()

    async def _sign_in(self, bot: FarBot) -> None:
        wait = FIRST_WAIT
        while True:
            try:
                return await bot.login(self._token)
            except discord.LoginFailure:
                raise TokenRefused from None
            except Exception as error:  # noqa: BLE001 - it may fare better a moment later
                _log.warning("Discord cannot be asked (%s)", described(error))
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)
