"""Catches up with what was written while nobody listened, from where each server was judged."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress

from bot.errors import DiscordAway
from bot.services.clock import Clock, Patience
from bot.services.highlights.gaps import Gaps, See
from bot.services.highlights.presence import Presence
from bot.services.highlights.rule_index import RuleIndex
from bot.services.highlights.under_way import UnderWay
from bot.services.messages.models import Seen
from bot.services.messages.reader import ReaderSlot
from storage.database import StorageError
from storage.rules import EVERYWHERE
from storage.watermarks import WatermarkStore

logger = logging.getLogger(__name__)

LONGEST_GAP = 3600.0
DISCORD_EPOCH = 1_420_070_400.0
SAVE_EVERY = 1.0  # what lives for seconds only gets on as well


class CatchUp:
    """Keeps up to where each server was judged; what came after is read from history."""

    def __init__(
        self,
        index: RuleIndex,
        watermarks: WatermarkStore,
        sight: ReaderSlot,
        presence: Presence,
        *,
        patience: Patience,
        now: Clock,
    ) -> None:
        self._index = index
        self._watermarks = watermarks
        self._sight = sight
        self._presence = presence
        self._now = now
        # By server, the message that was judged last as it came, those that still are being judged,
        # and what is stored of it.
        self._heard: dict[int, int] = {}
        self._under_way: dict[int, UnderWay] = {}
        self._saved: dict[int, int] = {}
        self._gaps = Gaps(patience)
        # Servers with a mark when this process began.
        self._known: set[int] = set()

    async def load(self) -> None:
        """Learn which servers were judged before; to be done once, before messages come in."""
        judged = await self._watermarks.guilds()
        self._known = {one for one in judged if self._index.shards.holds(one)}

    def missed(self) -> None:
        """Note that nobody listened for a while; an hour of it, at most, will be read.

        What is written from now on does not move the marks from where to look.
        """
        now, guild_ids = self._now(), self._index.matcher.guilds()
        # Of the others it is found out when it is their turn whether anybody is there.
        far = self._heard.keys() | self._known if self._index.matcher.members_everywhere() else ()
        for guild_id in dict.fromkeys((*sorted(guild_ids), *sorted(far))):
            self._gaps.open(guild_id, now - LONGEST_GAP, self._judged(guild_id))
            self._heard[guild_id] = first_id_at(now)

    def wake(self) -> None:
        """Look now: Discord may show what it did not show before."""
        self._gaps.wake()

    async def see(self, seen: Seen, judge: See[Seen]) -> None:
        """Judge a message as it comes; until that is done the mark stays below it.

        One that cannot be judged is judged again as soon as that is possible, also after a
        restart; so is one that comes while too many are under way.
        """
        guild_id = seen.guild_id
        under_way = self._under_way.setdefault(guild_id, UnderWay())
        if not under_way.begin(seen.source):
            self._put_back(seen)
            return
        is_judged = False
        try:
            is_judged = await judge(seen)
        finally:
            # Also when it is cancelled. Nothing is awaited in between: no mark passes the message.
            self._heard[guild_id] = seen.source.message_id
            if not is_judged:
                self._put_back(seen)
            under_way.end(seen.source)
            if not under_way:
                del self._under_way[guild_id]

    async def begin(self, guild_id: int) -> None:
        """Keep from where to look in a server from now on, unless that is known."""
        guild_ids = [guild_id]
        if guild_id == EVERYWHERE:
            with suppress(DiscordAway):  # then from its next message on
                guild_ids = [*self._sight.reader.guilds()]
        for one in guild_ids:
            self._heard.setdefault(one, first_id_at(self._now()))
        await self._save()

    async def forget(self, guild_id: int) -> None:
        """Forget a server."""
        self._gaps.forget(guild_id)
        self._known.discard(guild_id)
        self._heard.pop(guild_id, None)
        self._saved.pop(guild_id, None)
        await self._watermarks.delete_guild(guild_id)

    async def run(self) -> None:
        """Keep up to where each server was judged, until cancelled."""
        try:
            while True:
                await asyncio.sleep(SAVE_EVERY)
                await self._save()
        finally:
            await asyncio.shield(self._save())

    async def keep_reading(self, see: See[Seen]) -> None:
        """Look at what was missed, each time something was, until cancelled."""
        await self._gaps.run(self._rooms, self._history, see)

    async def catch_up(self, see: See[Seen]) -> None:
        """Look at as much of what was missed as Discord shows now."""
        await self._gaps.read(self._rooms, self._history, see)

    async def _rooms(self, guild_id: int, since: float) -> Mapping[int, int]:
        await self._store()
        mark = await self._watermarks.get(guild_id)
        if mark is None or not await self._is_wanted(guild_id):
            return {}
        after = max(mark, first_id_at(since))
        return dict.fromkeys(self._sight.reader.rooms(guild_id, after), after)

    async def _is_wanted(self, guild_id: int) -> bool:
        """Tell whether anybody may have missed something in a server."""
        matcher = self._index.matcher
        if guild_id in matcher.guilds():
            return True
        return bool(await self._presence.among(guild_id, sorted(matcher.members_everywhere())))

    async def _history(
        self, guild_id: int, room_id: int, after: int
    ) -> AsyncIterator[tuple[int, Seen]]:
        async for seen in self._sight.reader.history(guild_id, room_id, after):
            yield seen.source.message_id, seen

    def _put_back(self, seen: Seen) -> None:
        before = seen.source.message_id - 1
        self._heard.setdefault(seen.guild_id, before)
        since = self._now() - LONGEST_GAP
        self._gaps.put_back(seen.guild_id, seen.source.channel_id, before, since)

    def _judged(self, guild_id: int) -> int | None:
        """Return the message up to which everything in a server was judged, if it is known."""
        heard, read = self._heard.get(guild_id), self._gaps.judged(guild_id)
        if heard is None or read is None:
            return None
        under_way = self._under_way.get(guild_id)
        lowest = under_way.lowest if under_way else None
        return min(heard, read) if lowest is None else min(heard, read, lowest - 1)

    async def _save(self) -> None:
        try:
            await self._store()
        except StorageError as error:
            logger.warning("watermarks are not kept: %s", error)

    async def _store(self) -> None:
        judged = {guild_id: self._judged(guild_id) for guild_id in self._heard}
        new = {
            guild_id: mark
            for guild_id, mark in judged.items()
            if mark is not None and mark != self._saved.get(guild_id)
        }
        if new:
            await self._watermarks.put(new)
            self._saved |= new


def first_id_at(at: float) -> int:
    """Return the smallest id that Discord gives to anything made at this time."""
    return int((at - DISCORD_EPOCH) * 1000) << 22
