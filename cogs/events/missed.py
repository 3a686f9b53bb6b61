"""Tells of scheduled events and threads that changed or were made while nobody listened."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

import discord

from bot.discord.failures import NO, UNREADABLE, asking
from bot.discord.guilds import guild_of
from bot.discord.plugin import AnyBot, services_of
from bot.errors import DiscordAway
from bot.services.clock import MINUTE
from bot.services.highlights.gaps import Gaps
from bot.services.messages.events import ServerEvent
from bot.services.subscriptions.planned import COMPARED, LONGEST_GAP, Listed
from bot.services.subscriptions.subscriptions import EVENTS
from cogs.events.convert import (
    event_of_cancelled,
    event_of_changed,
    event_of_event,
    event_of_thread,
    planned_of,
)
from storage.database import StorageError
from storage.subscriptions import SubscriptionKind as Kind

_log = logging.getLogger(__name__)

Tell = Callable[[ServerEvent], Awaitable[object]]


class MissedLists:
    """Compares Discord's own lists after a gap, until they could be read; keeps what is known."""

    def __init__(self, bot: AnyBot, tell: Tell, over: Callable[[int], None]) -> None:
        self._bot = bot
        self._services = services_of(bot)
        self._planned = self._services.planned
        self._tell = tell
        self._over = over
        self._gaps = Gaps(self._services.patience)
        self._woken = asyncio.Event()

    def open(self, guild_id: int) -> None:
        """Look at what was missed in a server within the last hour."""
        self._gaps.open(guild_id, self._services.now() - LONGEST_GAP)

    def forget(self, guild_id: int) -> None:
        """Look at a server no more."""
        self._gaps.forget(guild_id)

    def wake(self) -> None:
        """Look now: Discord may show what it did not show, or somebody has subscribed."""
        self._gaps.wake()
        self._woken.set()

    async def read(self) -> None:
        """Tell of what was missed, each time something was, until cancelled."""
        await self._gaps.run(self._look, _no_history, _nothing_seen)

    async def keep(self) -> None:
        """Keep what is known of scheduled events where somebody wants to hear, until cancelled."""
        while True:
            self._woken.clear()
            wait = MINUTE if await self._is_kept() else self._services.patience.first
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._woken.wait()

    # what was missed

    async def _look(self, guild_id: int, since: float) -> Mapping[int, int]:
        """Tell of a server; raises DiscordAway while it cannot be asked."""
        guild = guild_of(self._bot, guild_id)
        if guild is None:
            return {}
        if await self._services.subscriptions.has(guild_id, EVENTS):
            async with self._planned.turns.of(guild_id):
                await self._look_at_events(guild, since)
        if await self._services.subscriptions.has(guild_id, {Kind.THREAD}):
            await self._look_at_threads(guild, since)
        return {}

    async def _look_at_events(self, guild: discord.Guild, since: float) -> None:
        listed = await self._events(guild)
        if listed is None:
            return
        found, events, unread = listed
        for event in events.values():
            await self._tell_begun(event, since)
        now = self._services.now()
        for one in await self._planned.missed(guild.id, found, unread):
            if one.is_cancelled:
                self._over(one.event.event_id)
                told = event_of_cancelled(one.event, guild, now)
            else:
                told = event_of_changed(events[one.event.event_id], one.words, now)
            if told is not None:
                await self._tell(told)
        if await self._services.subscriptions.has(guild.id, COMPARED):
            await self._planned.learn(guild.id, found)

    async def _tell_begun(self, event: discord.ScheduledEvent, since: float) -> None:
        created = discord.utils.snowflake_time(event.id).timestamp()
        start = event.start_time.timestamp()
        if created > since:
            await self._tell(event_of_event(event, Kind.EVENT_NEW, created))
        if event.status is discord.EventStatus.active and start > since:
            await self._tell(event_of_event(event, Kind.EVENT_STARTED, start))

    async def _look_at_threads(self, guild: discord.Guild, since: float) -> None:
        try:
            async with asking(self._bot, self._services.patience.answer):
                raw = await self._bot.http.get_active_threads(guild.id)
        except NO:
            return
        for thread in _threads(guild, raw["threads"]):
            made_at = thread.created_at or discord.utils.snowflake_time(thread.id)
            if made_at.timestamp() > since and not isinstance(thread.parent, discord.ForumChannel):
                await self._tell(event_of_thread(thread, made_at.timestamp()))

    async def _events(
        self, guild: discord.Guild
    ) -> tuple[list[Listed], dict[int, discord.ScheduledEvent], set[int]] | None:
        """Return all events that Discord lists, and the ids of those that cannot be read.

        None when Discord clearly says no; raises DiscordAway.
        """
        try:
            async with asking(self._bot, self._services.patience.answer):
                raws = await self._bot.http.get_scheduled_events(guild.id, False)  # noqa: FBT003 - without counts
        except NO:
            return None
        found, events, unread = [], {}, set()
        for raw in raws:
            try:
                event = discord.ScheduledEvent(state=guild._state, data=raw)  # noqa: SLF001 - there is no other way to make one of its JSON
                repeats = raw.get("recurrence_rule") is not None
                found.append(Listed(planned_of(event), repeats=repeats))
            except UNREADABLE as error:
                _log.warning("a scheduled event cannot be read: %s", type(error).__name__)
                unread.add(int(raw["id"]))
            else:
                events[event.id] = event
        return found, events, unread

    # what is known

    async def _is_kept(self) -> bool:
        """Note that nothing is missed where the gateway is; False to look again soon."""
        try:
            return await self._keep_all()
        except StorageError as error:
            _log.warning("what is known of scheduled events is not kept: %s", error)
            return False

    async def _keep_all(self) -> bool:
        known, heard, is_known = await self._planned.servers(), set(), True
        for guild in list(self._bot.guilds):
            is_wanted = await self._services.subscriptions.has(guild.id, COMPARED)
            if not is_wanted and guild.id in known:
                await self._planned.forget(guild.id)
            elif is_wanted and not self._is_heard(guild.id):
                is_known = False
            elif is_wanted and guild.id not in known:
                is_known &= await self._is_learnt(guild)
            elif is_wanted:
                heard.add(guild.id)
        await self._planned.still(heard)
        return is_known

    def _is_heard(self, guild_id: int) -> bool:
        with suppress(DiscordAway):
            return guild_of(self._bot, guild_id) is not None and guild_id not in self._gaps
        return False

    async def _is_learnt(self, guild: discord.Guild) -> bool:
        with suppress(DiscordAway):
            async with self._planned.turns.of(guild.id):
                listed = await self._events(guild)
                if listed is not None:
                    await self._planned.learn(guild.id, listed[0])
            return True
        return False


def _threads(guild: discord.Guild, raws: Iterable[Any]) -> list[discord.Thread]:
    """Return the threads that discord.py understands, the oldest first."""
    found = []
    for raw in raws:
        try:
            found.append(discord.Thread(guild=guild, state=guild._state, data=raw))  # noqa: SLF001 - there is no other way to make one of its JSON
        except UNREADABLE as error:
            _log.warning("a thread cannot be read: %s", type(error).__name__)
    return sorted((one for one in found if one.parent is not None), key=lambda one: one.id)


async def _no_history(*_: int) -> AsyncIterator[tuple[int, None]]:
    rooms: tuple[tuple[int, None], ...] = ()  # nothing is read message by message
    for one in rooms:
        yield one


async def _nothing_seen(_: None) -> bool:
    return True
