"""Sees to it that members' calendars follow what is planned on Discord.

Nothing is remembered of what has changed: what is planned is compared with what is wanted, after
every sign that something may be different and once a minute. So a gap misses nothing.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Mapping
from contextlib import suppress
from typing import Protocol

from bot.errors import DiscordAway, UserError
from bot.logs import described
from bot.services.calendar.calendar import Calendar
from bot.services.calendar.entry import CalendarEntry
from bot.services.calendar.writer import CalendarWriter
from bot.services.clock import Clock, Patience
from bot.services.messages.events import ServerEvent
from bot.services.subscriptions.subscriptions import Subscriptions, options_of
from storage.calendar_events import CalendarEvent
from storage.database import StorageError
from storage.reading import Unreadable, reading
from storage.subscriptions import Subscription, SubscriptionKind

logger = logging.getLogger(__name__)

Plan = Mapping[int, ServerEvent]
"""What has not begun in a server, by Discord's id."""
Wanting = dict[tuple[int, int], bool | None]
"""Whether a member wants an event by a subscription; None where Discord does not say."""


class PlannedOnDiscord(Protocol):
    """The scheduled events of all servers, as Discord has them right now."""

    def upcoming(self) -> Iterable[ServerEvent]:
        """Yield "starting soon" of every event that has not begun."""

    def servers(self) -> Iterable[int]:
        """Yield the servers whose events are known here."""

    async def interested(self, guild_id: int, event_id: int) -> frozenset[int]:
        """Return the members who marked an event; raises DiscordAway."""

    def is_off(self, guild_id: int, event_id: int, channel_id: int | None) -> bool:
        """Tell whether an event that should still begin will clearly not; raises DiscordAway."""


class CalendarPlans:
    """Compares, whenever it is woken and once a minute."""

    def __init__(
        self,
        calendar: Calendar,
        writer: CalendarWriter,
        subscriptions: Subscriptions,
        *,
        patience: Patience,
        now: Clock,
    ) -> None:
        self._calendar = calendar
        self._writer = writer
        self._subscriptions = subscriptions
        self._patience = patience
        self._now = now
        self._source: PlannedOnDiscord | None = None
        self._woken = asyncio.Event()

    def attach(self, source: PlannedOnDiscord) -> None:
        """Read what is planned here from now on."""
        self._source = source
        self.wake()

    def detach(self) -> None:
        """Read what is planned nowhere any more."""
        self._source = None

    def wake(self) -> None:
        """Compare soon: something may be different."""
        self._woken.set()

    def planned(self, guild_id: int) -> Plan:
        """Return what has not begun in a server; raises DiscordAway."""
        if self._source is None:
            raise DiscordAway
        found = (one for one in self._source.upcoming() if one.guild_id == guild_id)
        return {one.facts.event_id or 0: one for one in found}

    async def run(self) -> None:
        """Compare until cancelled; raises StorageError."""
        while True:
            self._woken.clear()
            is_known = await self.compare()
            # What comes in a burst is looked at together.
            await asyncio.sleep(self._patience.first)
            with suppress(TimeoutError):
                wait = self._patience.longest if is_known else self._patience.first
                async with asyncio.timeout(wait):
                    await self._woken.wait()

    async def compare(self) -> bool:
        """Compare all servers; False when Discord could not be asked about something.

        Raises StorageError.
        """
        source = self._source
        if source is None:
            return False
        plans: dict[int, dict[int, ServerEvent]] = defaultdict(dict)
        for event in source.upcoming():
            plans[event.guild_id][event.facts.event_id or 0] = event
        is_known = True
        kept = await self._calendar.servers()
        for guild_id in {*plans, *kept.intersection(source.servers())}:
            is_known &= await self._compare_server(source, guild_id, plans.get(guild_id, {}))
        self._writer.wake()
        return is_known

    async def _compare_server(self, source: PlannedOnDiscord, guild_id: int, plan: Plan) -> bool:
        wanting, is_known = await self._wanting(source, guild_id, plan)
        rows = await self._calendar.of_guild(guild_id)
        for one in rows:
            if one.wanted is not None:
                is_known &= await self._is_done(self._follow(source, one, plan, wanting))
        kept = {(one.member_id, one.event_id) for one in rows}
        for key in sorted({key for key, is_wanted in wanting.items() if is_wanted} - kept):
            putting = self._calendar.put(key[0], plan[key[1]], by_hand=False)
            is_known &= await self._is_done(putting)
        return is_known

    async def _wanting(
        self, source: PlannedOnDiscord, guild_id: int, plan: Plan
    ) -> tuple[Wanting, bool]:
        """Return who wants which event by subscription, and whether that is known of all."""
        mine = list(filter(_is_for_calendar, await self._subscriptions.of_guild(guild_id)))
        wanting: Wanting = {}
        is_known = True
        for event_id, event in plan.items() if mine else ():
            marked: frozenset[int] | None = frozenset()
            if any(options_of(one).interested_only for one in mine):
                try:
                    marked = await source.interested(guild_id, event_id)
                except DiscordAway:
                    marked, is_known = None, False
            for one in mine:
                key, wants = (one.member_id, event_id), _wants(one, event, marked)
                if wants is not False or key not in wanting:
                    wanting[key] = wanting.get(key) or wants
        return wanting, is_known

    async def _follow(
        self,
        source: PlannedOnDiscord,
        one: CalendarEvent,
        plan: Plan,
        wanting: Wanting,
    ) -> None:
        with reading("calendar_events", one.id):
            known = CalendarEntry.read(one.wanted)
        event = plan.get(one.event_id)
        if event is None:
            has_begun = known.event.start_at <= self._now()
            if not has_begun and source.is_off(one.guild_id, one.event_id, known.places[0]):
                await self._calendar.drop(one)
            return
        is_wanted = one.by_hand or wanting.get((one.member_id, one.event_id), False)
        if is_wanted is False or not await self._calendar.sees(one.member_id, event):
            await self._calendar.drop(one)
        else:
            await self._calendar.follow(one, event)

    async def _is_done(self, work: Awaitable[None]) -> bool:
        """Do something for one member, whose turn is all that an error costs.

        False when Discord could not be asked. Raises StorageError.
        """
        try:
            await work
        except Unreadable:  # it has been told
            return True
        except DiscordAway:
            return False
        except UserError:  # nobody has asked just now, and it shows where they look
            return True
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - the others have nothing to do with it
            logger.error("an event is passed over: %s", described(error))  # noqa: TRY400 - its words may quote
        return True


def _is_for_calendar(one: Subscription) -> bool:
    return one.kind is SubscriptionKind.EVENT_NEW and options_of(one).calendar


def _wants(one: Subscription, event: ServerEvent, marked: frozenset[int] | None) -> bool | None:
    if one.channel_id is not None and one.channel_id not in event.places:
        return False
    if not options_of(one).interested_only:
        return True
    return None if marked is None else one.member_id in marked
