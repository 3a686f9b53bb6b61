"""Reads what was missed while nobody listened, room by room, until all of it was read."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from bot.errors import DiscordAway
from bot.logs import described
from bot.services.clock import Patience

logger = logging.getLogger(__name__)

FindRooms = Callable[[int, float], Awaitable[Mapping[int, int]]]
"""Returns the rooms of a server to read since a time, each with the message to read after."""
Look = Callable[[int, int, int], AsyncIterator[int]]
"""Looks at what was written in a server's room after a message, and yields each one's id."""


@dataclass
class Gap:
    """What was missed of a server since a time; how far each room was read, once they are known."""

    since: float
    rooms: dict[int, int] | None = None


class Gaps:
    """Keeps a gap open until everything in it was looked at; Discord may be away meanwhile."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._open: dict[int, Gap] = {}
        self._woken = asyncio.Event()

    def __contains__(self, guild_id: int) -> bool:
        """Tell whether something of a server may still have been missed."""
        return guild_id in self._open

    def open(self, guild_id: int, since: float) -> None:
        """Note that something may have been missed since then, or since a gap that is open."""
        known = self._open.get(guild_id)
        self._open[guild_id] = Gap(known.since if known else since)
        self.wake()

    def wake(self) -> None:
        """Try now: Discord may show what it did not show before."""
        self._woken.set()

    async def run(self, find_rooms: FindRooms, look: Look) -> None:
        """Read what is missed until cancelled; what Discord does not show is asked for again."""
        tries = 0
        while True:
            self._woken.clear()
            await self.read(find_rooms, look)
            tries = tries + 1 if self._open else 0
            wait = self._patience.wait(tries) if self._open else None
            # Not `wait_for`: before Python 3.12 that forgets a cancellation at the same moment.
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._woken.wait()

    async def read(self, find_rooms: FindRooms, look: Look) -> None:
        """Read as much as there is to see now."""
        for guild_id, gap in list(self._open.items()):
            if await _is_done(guild_id, self._list(guild_id, gap, find_rooms)):
                for room_id in list(gap.rooms or ()):
                    await _is_done(guild_id, self._read_room(guild_id, room_id, gap, look))
            # It may have been opened anew meanwhile.
            if gap.rooms == {} and self._open.get(guild_id) is gap:
                del self._open[guild_id]

    async def _list(self, guild_id: int, gap: Gap, find_rooms: FindRooms) -> None:
        if gap.rooms is None:
            gap.rooms = dict(await find_rooms(guild_id, gap.since))

    async def _read_room(self, guild_id: int, room_id: int, gap: Gap, look: Look) -> None:
        rooms = gap.rooms or {}
        async for message_id in look(guild_id, room_id, rooms[room_id]):
            rooms[room_id] = message_id
        del rooms[room_id]


async def _is_done(guild_id: int, work: Awaitable[None]) -> bool:
    """Do a part; one that fails costs the others nothing, and is done again later."""
    try:
        await work
    except DiscordAway:
        logger.info("server %d: what was missed waits for Discord", guild_id)
        return False
    except Exception as error:  # noqa: BLE001 - nobody above would do it again
        logger.warning("server %d: what was missed waits: %s", guild_id, described(error))
        return False
    return True
