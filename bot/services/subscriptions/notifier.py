"""Tells members of what happens in a server, once, if they may know of it."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterable
from typing import Protocol

from bot.errors import DiscordAway
from bot.logs import described
from bot.services.clock import Clock, Patience
from bot.services.highlights.cases import EventCase
from bot.services.highlights.gates import Gates, Moment
from bot.services.highlights.watcher import Watcher
from bot.services.messages.events import ServerEvent
from bot.services.subscriptions.subscriptions import Subscriptions, options_of
from storage.database import StorageError
from storage.subscriptions import Subscription

logger = logging.getLogger(__name__)

# Events that wait until Discord says who marked them.
MOST_PUT_OFF = 500


class ScheduledEvents(Protocol):
    """The scheduled events of all servers, as Discord has them right now."""

    def upcoming(self) -> Iterable[ServerEvent]:
        """Yield "starting soon" of every event that has not begun."""

    async def interested(self, guild_id: int, event_id: int) -> frozenset[int]:
        """Return the members who marked an event; of one that is gone, as far as it was known.

        Raises DiscordAway.
        """


class Notifier:
    """Finds whoever subscribed to what happens, and reminds of scheduled events in time."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        gates: Gates,
        watch: Watcher,
        *,
        patience: Patience,
        now: Clock,
    ) -> None:
        self._subscriptions = subscriptions
        self._gates = gates
        self._watch = watch
        self._patience = patience
        self._now = now
        self._almanac: ScheduledEvents | None = None
        self._reminded: dict[str, set[int]] = {}
        # What is not known yet to matter to somebody, and who has been told of it.
        self._put_off: OrderedDict[str, tuple[ServerEvent, set[int]]] = OrderedDict()

    def attach(self, almanac: ScheduledEvents) -> None:
        """Read the scheduled events here from now on."""
        self._almanac = almanac

    def detach(self) -> None:
        """Read scheduled events nowhere any more."""
        self._almanac = None

    async def tell(self, event: ServerEvent) -> int:
        """Note something for all who want to hear of it; return for how many that was new.

        Those who only want what they marked hear of it once Discord says what that is.
        """
        return await self._tell(event, set())

    async def run(self) -> None:
        """Remind of scheduled events, and tell of what was put off, until cancelled."""
        while True:
            try:
                await self.remind()
            except StorageError as error:
                logger.warning("reminders wait, the database fails: %s", error)
            for event, done in list(self._put_off.values()):
                await self._tell(event, done)
            await asyncio.sleep(self._patience.first)

    async def remind(self) -> None:
        """Tell of what starts soon, each member once as early as they wanted.

        What should have been told while nobody listened is told now, if it has not begun.
        """
        upcoming = list(self._almanac.upcoming()) if self._almanac else []
        self._reminded = {one.key: self._reminded.get(one.key, set()) for one in upcoming}
        for event in upcoming:
            await self._offer(event, self._reminded[event.key])

    async def _tell(self, event: ServerEvent, done: set[int]) -> int:
        """Tell the others than those; put it off for those of whom nobody knows yet."""
        self._put_off.pop(event.key, None)
        try:
            new, is_over = await self._offer(event, done)
        except StorageError as error:
            logger.warning("something that happened is lost, the database fails: %s", error)
            return 0
        if not is_over:
            self._put_off[event.key] = event, done
        if len(self._put_off) > MOST_PUT_OFF:
            logger.warning("an event is lost, too many wait for Discord")
            self._put_off.popitem(last=False)
        return new

    async def _offer(self, event: ServerEvent, done: set[int]) -> tuple[int, bool]:
        """Note something for the others than those, who are more then.

        Returns for how many it was new, and whether nobody is left of whom that is not known.
        """
        wanting = await self._subscriptions.wanting(event)
        left = [one for one in wanting if one.member_id not in done]
        meant, unknown = await self._meant(event, left)
        noted = {one: await self._note(one, event) for one in sorted(meant)}
        done |= {one for one, is_new in noted.items() if is_new is not None}
        return sum(is_new is True for is_new in noted.values()), not unknown

    async def _meant(
        self, event: ServerEvent, wanting: Iterable[Subscription]
    ) -> tuple[set[int], set[int]]:
        """Return the members, without those who marked another event, and who that is not known of.

        Nobody knows it while Discord is away.
        """
        members = {one.member_id for one in wanting if not options_of(one).interested_only}
        choosy = {one.member_id for one in wanting} - members
        event_id = event.facts.event_id
        if not choosy or event_id is None:
            return members, set()
        try:
            interested = await self._scheduled.interested(event.guild_id, event_id)
        except DiscordAway:
            return members, choosy
        return members | (choosy & interested), set()

    @property
    def _scheduled(self) -> ScheduledEvents:
        if self._almanac is None:
            raise DiscordAway
        return self._almanac

    async def _note(self, member_id: int, event: ServerEvent) -> bool | None:
        """Note something for one member, and tell whether it is new to them.

        None when they may not hear of it, or when that failed.
        """
        try:
            case = EventCase.of(member_id, event)
            if await self._gates.stopped_by(case, Moment.FOUND) is not None:
                return None
            return await self._watch.happened(member_id, event)
        except StorageError as error:
            logger.warning("something is not told, the database fails: %s", error)
        except Exception as error:  # noqa: BLE001 - the others have nothing to do with it
            kind = described(error)  # its words may quote
            logger.error("a member is passed over: %s", kind)  # noqa: TRY400
        return None
