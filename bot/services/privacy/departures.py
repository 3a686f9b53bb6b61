"""Cleans up after members who left a server, and after servers that Kkachi has left."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.errors import UserError
from bot.services.clock import DAY, HOUR, Clock
from bot.services.messages.reader import ReaderSlot
from storage.database import StorageError
from storage.departures import KKACHI, DepartureStore

logger = logging.getLogger(__name__)

# Asking Discord for one member after the other must not hold up anything else.
BREATH = 0.2


class Departures:
    """Looks once a day who is still there; what is kept for the others goes after some days."""

    def __init__(
        self,
        store: DepartureStore,
        sight: ReaderSlot,
        *,
        grace_days: int,
        forget_member: Callable[[int, int], Awaitable[None]],
        forget_guild: Callable[[int], Awaitable[None]],
        now: Clock,
    ) -> None:
        self._store = store
        self._sight = sight
        self._grace = grace_days * DAY
        self._forget_member = forget_member
        self._forget_guild = forget_guild
        self._now = now
        self._looked_at = 0.0

    async def run(self) -> None:
        """Look and clean up until cancelled."""
        while True:
            try:
                if self._now() >= self._looked_at + DAY and await self.look():
                    self._looked_at = self._now()
                await self.tidy()
            except (StorageError, UserError) as error:
                logger.info("nobody looks who has left: %s", type(error).__name__)
            await asyncio.sleep(HOUR)

    async def left(self, guild_id: int) -> None:
        """Note that Kkachi was removed from a server."""
        await self._store.note(guild_id, KKACHI, self._now())

    async def joined(self, guild_id: int) -> None:
        """Note that Kkachi is in a server, again or still."""
        await self._store.forget(guild_id, KKACHI)

    async def look(self) -> bool:
        """Ask Discord who of those who have something in a server is still there.

        Tells whether that is known of all servers. Kkachi itself may have been removed, or taken
        back, while it did not run.
        """
        servers = {one: self._sight.reader.is_in(one) for one in await self._store.servers()}
        for guild_id, is_in in servers.items():
            if is_in is not None:
                await (self.joined if is_in else self.left)(guild_id)
        for guild_id, member_id in await self._store.present():
            if not servers.get(guild_id):
                continue
            belongs = await self._sight.reader.belongs(member_id, guild_id)
            if belongs is False:
                await self._store.note(guild_id, member_id, self._now())
            elif belongs:
                await self._store.forget(guild_id, member_id)
            await asyncio.sleep(BREATH)
        return None not in servers.values()

    async def tidy(self) -> None:
        """Erase what belongs to those who left long enough ago."""
        for guild_id, member_id in await self._store.before(self._now() - self._grace):
            if member_id == KKACHI:
                if self._sight.reader.is_in(guild_id) is not False:
                    continue
                await self._forget_guild(guild_id)
            else:
                await self._forget_member(member_id, guild_id)
            await self._store.forget(guild_id, member_id)
            logger.info("what belonged to somebody who left server %d is erased", guild_id)
