"""Who of those with rules for all servers is in a server, without asking Discord every time."""

import asyncio
import time
from collections.abc import Collection

from bot.errors import DiscordAway
from bot.services.cache import Cache
from bot.services.clock import MINUTE, Clock
from bot.services.messages.reader import ReaderSlot

MOST_REMEMBERED = 100_000
BELIEVED_SECONDS = 10 * MINUTE
ASKED_AT_ONCE = 50


class Presence:
    """Keeps what a stranger wants to hear of from costing a server anything.

    It decides nothing: the gates ask Discord anew about everything that it lets pass.
    """

    def __init__(self, sight: ReaderSlot, *, now: Clock = time.monotonic) -> None:
        self._sight = sight
        most, seconds = MOST_REMEMBERED, float(BELIEVED_SECONDS)
        self._known = Cache(self._ask, most=most, seconds=seconds, now=now)
        self._asking = asyncio.Semaphore(ASKED_AT_ONCE)

    async def among(self, guild_id: int, member_ids: Collection[int]) -> frozenset[int]:
        """Return those who are members of a server, and those of whom nobody knows now."""
        present = await asyncio.gather(*(self._is_there(guild_id, one) for one in member_ids))
        return frozenset(one for one, is_in in zip(member_ids, present, strict=True) if is_in)

    def note(self, guild_id: int, member_id: int) -> None:
        """Note that somebody has just written in a server."""
        is_there = True
        self._known.put((guild_id, member_id), is_there)

    def forget(self, member_id: int) -> None:
        """Forget where somebody is."""
        self._known.drop_where(lambda key: key[1] == member_id)

    async def _is_there(self, guild_id: int, member_id: int) -> bool:
        try:
            return await self._known.get((guild_id, member_id))
        except DiscordAway:
            return True

    async def _ask(self, key: tuple[int, int]) -> bool:
        guild_id, member_id = key
        async with self._asking:
            return await self._sight.reader.roles(member_id, guild_id) is not None
