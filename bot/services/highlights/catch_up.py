"""Catches up with what was written while nobody listened, from where each server was heard."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial

from bot.services.clock import Clock, Patience
from bot.services.highlights.gaps import Gaps
from bot.services.highlights.rules import Rules
from bot.services.messages.reader import ReaderSlot, Seen
from storage.database import StorageError
from storage.watermarks import WatermarkStore

logger = logging.getLogger(__name__)

See = Callable[[Seen], Awaitable[None]]
"""Looks at a message."""

LONGEST_GAP = 3600.0
DISCORD_EPOCH = 1_420_070_400.0
SAVE_EVERY = 5.0


class CatchUp:
    """Keeps up to where each server was heard; what came after is read from history."""

    def __init__(
        self,
        rules: Rules,
        watermarks: WatermarkStore,
        sight: ReaderSlot,
        *,
        patience: Patience,
        now: Clock,
    ) -> None:
        self._rules = rules
        self._watermarks = watermarks
        self._sight = sight
        self._now = now
        self._heard: dict[int, int] = {}
        self._gaps = Gaps(patience)

    def missed(self) -> None:
        """Note that nobody listened for a while; an hour of it, at most, will be read.

        What is written from now on does not move the marks from where to look.
        """
        for guild_id in self._rules.matcher.guilds():
            self._gaps.open(guild_id, self._now() - LONGEST_GAP)

    def wake(self) -> None:
        """Look now: Discord may show what it did not show before."""
        self._gaps.wake()

    def mark(self, seen: Seen) -> None:
        """Note that everything up to a message was heard, unless something was missed."""
        if seen.guild_id not in self._gaps:
            last = self._heard.get(seen.guild_id, 0)
            self._heard[seen.guild_id] = max(last, seen.source.message_id)

    async def run(self) -> None:
        """Keep up to where each server was heard, until cancelled."""
        try:
            while True:
                await asyncio.sleep(SAVE_EVERY)
                await self._save()
        finally:
            await asyncio.shield(self._save())

    async def keep_reading(self, see: See) -> None:
        """Look at what was missed, each time something was, until cancelled."""
        await self._gaps.run(self._rooms, partial(self._look, see))

    async def catch_up(self, see: See) -> None:
        """Look at as much of what was missed as Discord shows now."""
        await self._gaps.read(self._rooms, partial(self._look, see))

    async def _rooms(self, guild_id: int, since: float) -> Mapping[int, int]:
        await self._save()
        mark = await self._watermarks.get(guild_id)
        if mark is None:
            return {}
        after = max(mark, first_id_at(since))
        return dict.fromkeys(self._sight.reader.rooms(guild_id, after), after)

    async def _look(self, see: See, guild_id: int, room_id: int, after: int) -> AsyncIterator[int]:
        async for seen in self._sight.reader.history(guild_id, room_id, after):
            await see(seen)
            yield seen.source.message_id

    async def _save(self) -> None:
        heard, self._heard = self._heard, {}
        if not heard:
            return
        try:
            await self._watermarks.put(heard)
        except StorageError as error:
            self._heard = heard | self._heard
            logger.warning("watermarks are not kept: %s", error)


def first_id_at(at: float) -> int:
    """Return the smallest id that Discord gives to anything made at this time."""
    return int((at - DISCORD_EPOCH) * 1000) << 22
