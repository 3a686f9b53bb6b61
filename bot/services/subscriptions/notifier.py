"""Tells members of what happens in a server, once, if they may know of it."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Protocol

from bot.services.clock import Clock
from bot.services.highlights.cases import EventCase
from bot.services.highlights.gates import Gates, Moment
from bot.services.highlights.watcher import Watcher
from bot.services.messages.events import ServerEvent
from bot.services.subscriptions.subscriptions import Subscriptions, options_of
from storage.database import StorageError
from storage.subscriptions import Subscription

logger = logging.getLogger(__name__)

EVERY_SECONDS = 2.0


class ScheduledEvents(Protocol):
    """The scheduled events of all servers, as Discord has them right now."""

    def upcoming(self) -> Iterable[ServerEvent]:
        """Yield "starting soon" of every event that has not begun."""

    async def interested(self, guild_id: int, event_id: int) -> frozenset[int]:
        """Return the members who marked an event, as far as that is known."""


class Notifier:
    """Finds whoever subscribed to what happens, and reminds of scheduled events in time."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        gates: Gates,
        watch: Watcher,
        *,
        now: Clock,
    ) -> None:
        self._subscriptions = subscriptions
        self._gates = gates
        self._watch = watch
        self._now = now
        self._almanac: ScheduledEvents | None = None
        self._reminded: dict[str, set[int]] = {}

    def attach(self, almanac: ScheduledEvents) -> None:
        """Read the scheduled events here from now on."""
        self._almanac = almanac

    def detach(self) -> None:
        """Read scheduled events nowhere any more."""
        self._almanac = None

    async def tell(self, happening: ServerEvent) -> int:
        """Note something for all who want to hear of it; return for how many that was new."""
        try:
            wanting = await self._subscriptions.wanting(happening)
            allowed = await self._allowed(happening, await self._meant(happening, wanting))
            return await self._note(happening, allowed)
        except StorageError as error:
            logger.warning("something that happened is lost, the database fails: %s", error)
            return 0

    async def run(self) -> None:
        """Remind of scheduled events until cancelled."""
        while True:
            try:
                await self.remind()
            except StorageError as error:
                logger.warning("reminders wait, the database fails: %s", error)
            await asyncio.sleep(EVERY_SECONDS)

    async def remind(self) -> None:
        """Tell of what starts soon, each member once as early as they wanted.

        What should have been told while nobody listened is told now, if it has not begun.
        """
        upcoming = list(self._almanac.upcoming()) if self._almanac else []
        self._reminded = {one.key: self._reminded.get(one.key, set()) for one in upcoming}
        for happening in upcoming:
            done = self._reminded[happening.key]
            wanting = await self._subscriptions.wanting(happening)
            new = [one for one in wanting if one.member_id not in done]
            allowed = await self._allowed(happening, await self._meant(happening, new))
            await self._note(happening, allowed)
            done |= allowed

    async def _meant(self, happening: ServerEvent, wanting: Iterable[Subscription]) -> set[int]:
        """Return the members, without those who marked another event than this one."""
        members = {one.member_id for one in wanting if not options_of(one).interested_only}
        choosy = {one.member_id for one in wanting} - members
        event_id = happening.facts.event_id
        if choosy and event_id is not None and self._almanac is not None:
            members |= choosy & await self._almanac.interested(happening.guild_id, event_id)
        return members

    async def _allowed(self, happening: ServerEvent, members: Iterable[int]) -> set[int]:
        return {one for one in members if await self._may_hear(one, happening)}

    async def _may_hear(self, member_id: int, happening: ServerEvent) -> bool:
        case = EventCase.of(member_id, happening)
        return await self._gates.stopped_by(case, Moment.FOUND) is None

    async def _note(self, happening: ServerEvent, members: Iterable[int]) -> int:
        return sum([await self._watch.happened(one, happening) for one in sorted(members)])
