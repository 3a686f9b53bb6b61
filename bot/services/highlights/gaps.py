"""Reads what was missed while nobody listened, as it was written, until all of it was judged."""

import asyncio
import heapq
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.errors import DiscordAway
from bot.logs import described
from bot.services.clock import Patience

logger = logging.getLogger(__name__)

T = TypeVar("T")
FindRooms = Callable[[int, float], Awaitable[Mapping[int, int]]]
"""Returns the rooms of a server to read since a time, each with the message to read after."""
History = Callable[[int, int, int], AsyncIterator[tuple[int, T]]]
"""Yields what was written in a server's room after a message, by its id, the oldest first."""
See = Callable[[T], Awaitable[bool]]
"""Judges a message, and tells whether that was possible."""

EVERYTHING = sys.maxsize
ROOMS_AT_ONCE = 10  # whose first page is asked for


@dataclass
class Gap:
    """What was missed of a server since a time; after which message each room is still unread.

    The rooms are None until they are known; up to `done` everything was judged before. Those in
    `again` have a message that could not be judged.
    """

    since: float
    done: int | None = None
    rooms: dict[int, int] | None = None
    again: dict[int, int] = field(default_factory=dict)

    @property
    def judged(self) -> int | None:
        """The message up to which everything was judged; None while nobody knows."""
        if self.rooms is None:
            return self.done
        return min((*self.rooms.values(), *self.again.values()), default=EVERYTHING)

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is left."""
        return self.rooms == {} and not self.again

    def put_back(self, room_id: int, after: int) -> None:
        """Read a room again from after a message."""
        self.again[room_id] = min(after, self.again.get(room_id, after))

    def begin(self, rooms: Mapping[int, int]) -> dict[int, int]:
        """Return the rooms to read, with those that are to be read again."""
        self.rooms = dict(rooms)
        for room_id, after in self.again.items():
            self.rooms[room_id] = min(after, self.rooms.get(room_id, after))
        self.again.clear()
        return self.rooms


class Gaps:
    """Keeps a gap open until everything in it was judged; Discord may be away meanwhile."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._open: dict[int, Gap] = {}
        self._woken = asyncio.Event()

    def __contains__(self, guild_id: int) -> bool:
        """Tell whether something of a server may still have been missed."""
        return guild_id in self._open

    def judged(self, guild_id: int) -> int | None:
        """Return the message up to which all that was missed was judged; None if unknown."""
        gap = self._open.get(guild_id)
        return EVERYTHING if gap is None else gap.judged

    def open(self, guild_id: int, since: float, done: int | None = None) -> None:
        """Note that something may have been missed since then, or since a gap that is open.

        `done` is the message up to which everything was judged, if that is known.
        """
        known = self._open.get(guild_id)
        new = Gap(known.since, done, again=dict(known.again)) if known else Gap(since, done)
        self._open[guild_id] = new
        self.wake()

    def put_back(self, guild_id: int, room_id: int, after: int, since: float) -> None:
        """Read a room again from after a message that could not be judged."""
        gap = self._open.get(guild_id)
        if gap is None:
            gap = self._open[guild_id] = Gap(since, rooms={})
            self.wake()
        gap.put_back(room_id, after)

    def forget(self, guild_id: int) -> None:
        """Read nothing of a server any more."""
        self._open.pop(guild_id, None)

    def wake(self) -> None:
        """Try now: Discord may show what it did not show before."""
        self._woken.set()

    async def run(self, find_rooms: FindRooms, history: History[T], see: See[T]) -> None:
        """Read what is missed until cancelled; what Discord does not show is asked for again."""
        tries = 0
        while True:
            self._woken.clear()
            await self.read(find_rooms, history, see)
            tries = tries + 1 if self._open else 0
            wait = self._patience.wait(tries) if self._open else None
            # Not `wait_for`: before Python 3.12 that forgets a cancellation at the same moment.
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._woken.wait()

    async def read(self, find_rooms: FindRooms, history: History[T], see: See[T]) -> None:
        """Read as much as there is to see now."""
        for guild_id, gap in list(self._open.items()):
            if await _is_done(guild_id, _list(guild_id, gap, find_rooms)):
                await _Reading(guild_id, gap.begin(gap.rooms or {}), history, see).run()
            # It may have been opened anew meanwhile.
            if gap.is_over and self._open.get(guild_id) is gap:
                del self._open[guild_id]


class _Reading(Generic[T]):
    """Reads the rooms of a server at once, so that their messages come as they were written.

    A room that fails stays where it is and costs the others nothing.
    """

    def __init__(
        self, guild_id: int, rooms: dict[int, int], history: History[T], see: See[T]
    ) -> None:
        self._guild_id = guild_id
        self._rooms = rooms
        self._see = see
        self._unread = {one: aiter(history(guild_id, one, rooms[one])) for one in rooms}
        self._next: list[tuple[int, int, T]] = []
        self._turns = asyncio.Semaphore(ROOMS_AT_ONCE)

    async def run(self) -> None:
        await asyncio.gather(*map(self._begin, list(self._rooms)))
        while self._next:
            message_id, room_id, seen = heapq.heappop(self._next)
            if await _is_done(self._guild_id, self._judge(seen)):
                self._rooms[room_id] = message_id
                await _is_done(self._guild_id, self._go_on(room_id))

    async def _begin(self, room_id: int) -> None:
        async with self._turns:
            await _is_done(self._guild_id, self._go_on(room_id))

    async def _go_on(self, room_id: int) -> None:
        """Find a room's next message; before that there is nothing to judge."""
        found = await anext(self._unread[room_id], None)
        if found is None:
            del self._rooms[room_id]
            return
        message_id, seen = found
        self._rooms[room_id] = message_id - 1
        heapq.heappush(self._next, (message_id, room_id, seen))

    async def _judge(self, seen: T) -> None:
        if not await self._see(seen):
            raise _NotJudged


class _NotJudged(Exception):
    """A message has to be judged later."""


async def _list(guild_id: int, gap: Gap, find_rooms: FindRooms) -> None:
    if gap.rooms is None:
        gap.rooms = dict(await find_rooms(guild_id, gap.since))


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
