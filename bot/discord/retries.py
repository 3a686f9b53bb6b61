"""Does again what Discord could not be asked for, or what could not be kept."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable

from bot.discord.plugin import AnyBot
from bot.errors import DiscordAway
from bot.services.clock import Patience
from storage.database import StorageError

MOST_WAITING = 1000


class Retries:
    """Tries until Discord and the database answer, for as long as the bot runs."""

    def __init__(self, bot: AnyBot, patience: Patience) -> None:
        self._bot = bot
        self._patience = patience
        self._waiting: set[Hashable] = set()

    async def do(self, key: Hashable, work: Callable[[], Awaitable[None]]) -> None:
        """Do this, again if need be; what waits by the same key already does it for both."""
        tries = 0
        while not self._bot.is_closed():
            try:
                return await work()
            except (DiscordAway, StorageError):
                tries += 1
            if key in self._waiting or len(self._waiting) >= MOST_WAITING:
                return None
            self._waiting.add(key)
            try:
                await asyncio.sleep(self._patience.wait(tries))
            finally:
                self._waiting.discard(key)
        return None
