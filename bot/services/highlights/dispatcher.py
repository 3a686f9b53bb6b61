"""Turns what was found for members into deliveries, when the planner says so.

Members are looked at many at a time: a statement for five hundred of them costs hardly more than
one for a single member.
"""

import asyncio
import logging
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress

from bot.errors import DiscordAway
from bot.logs import described
from bot.services.accounts.links import Links
from bot.services.clock import Clock, Patience, has_passed
from bot.services.deliveries.sender import TROUBLE_WAIT
from bot.services.deliveries.signals import OutboxSignals
from bot.services.highlights.days import Days
from bot.services.highlights.filters import LONGEST_DELAY
from bot.services.highlights.planner import Plan, Waiting, plan
from bot.services.highlights.schedule import Schedules
from bot.services.messages.reader import ReaderSlot
from storage.changes import Moved
from storage.database import StorageError
from storage.deliveries import OF_HITS, Chat, Delivery, NewDelivery
from storage.hits import Hit, HitStore
from storage.reading import Unreadable
from storage.taking import Bundle

logger = logging.getLogger(__name__)

# How many members are looked at together, and how often before it is asked anew who comes first.
BATCH = 500
BATCHES = 10
# A clock that was moved, or a member who linked again elsewhere, is noticed this soon.
LOOK_EVERY = 1.0
BUSY_WAIT = 30.0
TAKE_OVER_EVERY = 15.0
UNREADABLE_WAIT = 300.0
# A server that Discord does not show is looked for as often as after so many tries.
AWAY_TRIES = 3

Found = Mapping[int, Sequence[Hit]]
"""What was found for members, the most important first."""
Times = dict[int, float | None]
"""When to look at members again; None when there is nothing to do."""


class Dispatcher:
    """One loop for all members; a member has one automatic delivery under way at a time."""

    def __init__(
        self,
        *,
        hits: HitStore,
        links: Links,
        days: Days,
        schedules: Schedules,
        signals: OutboxSignals,
        sight: ReaderSlot,
        patience: Patience,
        now: Clock,
        batch: int = BATCH,
        is_alone: bool = True,
    ) -> None:
        self._hits = hits
        self._links = links
        self._days = days
        self._schedules = schedules
        self._signals = signals
        self._sight = sight
        self._patience = patience
        self._now = now
        self._batch = batch
        self._is_alone = is_alone
        self._times: dict[int, float] = {}
        self._looked_at, self._took_over_at = math.inf, 0.0
        self._told: set[str] = set()
        self._woken = asyncio.Event()
        signals.on_told.append(self._ended)
        signals.on_moved.append(self._moved)

    def wake(self, member_id: int) -> None:
        """Look at a member's hits now."""
        self._times[member_id] = 0.0
        self._woken.set()

    async def forget(self, member_id: int) -> None:
        """Forget a member."""
        self._times.pop(member_id, None)
        self._days.forget(member_id)

    async def run(self) -> None:
        """Dispatch until cancelled."""
        while True:
            self._woken.clear()
            try:
                await self._mind_the_clock()
                await self._round()
            except StorageError as error:
                logger.warning("hits wait, the database fails: %s", error)
                await asyncio.sleep(TROUBLE_WAIT)
                continue
            # Not `wait_for`: before Python 3.12 that forgets a cancellation at the same moment.
            with suppress(TimeoutError):
                async with asyncio.timeout(self._rest()):
                    await self._woken.wait()

    async def preview(self, member_id: int, hit: Hit) -> Plan:
        """Return what would become of a hit if it were found now."""
        waiting = [*await self._hits.waiting(member_id), hit]
        return (await self._plans({member_id: waiting}))[member_id]

    async def _mind_the_clock(self) -> None:
        """Look at everybody for whom something waits, at first and when the clock was set back."""
        now = self._now()
        back = self._looked_at - now
        if back > 0:
            await self._hits.hasten(now, LONGEST_DELAY)
            self._times |= dict.fromkeys(await self._hits.members_waiting(), 0.0)
            self._days.set_back(back)
        elif not self._is_alone and has_passed(self._took_over_at, TAKE_OVER_EVERY, now):
            # Of a process that found something and died nobody else would hear.
            self._times = dict.fromkeys(await self._hits.members_waiting(), 0.0) | self._times
            self._took_over_at = now
        self._looked_at = now

    def _rest(self) -> float:
        if not self._times:
            return LOOK_EVERY
        return min(LOOK_EVERY, max(0.0, min(self._times.values()) - self._now()))

    # Whose turn it is

    async def _round(self) -> None:
        self._told.clear()
        line = await self._line()
        for start in range(0, len(line), self._batch):
            await self._look_at(line[start : start + self._batch])

    async def _line(self) -> Sequence[int]:
        """Return the members whose time has come, the most urgent first."""
        now = self._now()
        due = {member_id: None for member_id, at in self._times.items() if at <= now}
        if len(due) <= self._batch:
            return list(due)
        urgent = [one for one in await self._hits.members_waiting() if one in due]
        return list(dict.fromkeys([*urgent, *due]))[: BATCHES * self._batch]

    async def _look_at(self, member_ids: Sequence[int]) -> None:
        # If this is torn off, they are looked at again.
        until = self._now() + BUSY_WAIT
        known = [member_id for member_id in member_ids if member_id in self._times]
        self._times |= dict.fromkeys(known, until)
        for member_id, at in (await self._turns(known)).items():
            # Not if somebody has woken us for them meanwhile, or they were forgotten.
            if self._times.get(member_id) == until:
                self._put_off(member_id, at)

    def _put_off(self, member_id: int, at: float | None) -> None:
        if at is None:
            del self._times[member_id]
        else:
            self._times[member_id] = at

    async def _turns(self, member_ids: Sequence[int]) -> Times:
        """Serve members; whatever fails for one, the others have nothing to do with it."""
        try:
            return await self._serve(member_ids)
        except Exception as error:  # noqa: BLE001 - of which kind is not known
            if len(member_ids) <= 1 or _is_trouble(error):
                return dict.fromkeys(member_ids, self._after(error))
        # Whose fault it was is found by halves.
        middle = len(member_ids) // 2
        first = await self._turns(member_ids[:middle])
        return first | await self._turns(member_ids[middle:])

    def _after(self, error: Exception) -> float:
        """Return when to look again at those for whom something failed."""
        if isinstance(error, Unreadable):
            # The log has named it; whoever sets their wishes anew is served at once.
            return self._now() + UNREADABLE_WAIT
        if isinstance(error, StorageError):
            self._tell(logging.WARNING, f"hits wait, the database fails: {error}")
            return self._now() + TROUBLE_WAIT
        # Its words may quote.
        self._tell(logging.ERROR, f"hits of a member wait: {described(error)}")
        return self._now() + BUSY_WAIT

    def _tell(self, level: int, text: str) -> None:
        """Log something once a round, for however many members it holds."""
        if text not in self._told:
            self._told.add(text)
            logger.log(level, "%s", text)

    # What becomes of it

    async def _serve(self, member_ids: Sequence[int]) -> Times:
        """Send what may go, and return when to look again."""
        able = await self._links.able(member_ids)
        busy = await self._hits.busy(able) if able else set()
        free = able - busy
        waiting = await self._hits.waiting_for(free) if free else {}
        shown = await self._shown(waiting)
        plans = await self._plans(shown) if shown else {}
        going = [_bundle(planned.now, shown[one]) for one, planned in plans.items() if planned.now]
        times: Times = dict.fromkeys(member_ids)
        times |= self._away(waiting, shown)
        times |= {one: _earliest(planned.next_at, times[one]) for one, planned in plans.items()}
        times |= dict.fromkeys(busy, self._now() + BUSY_WAIT)
        return times | (await self._take(going) if going else {})

    async def _shown(self, found: Found) -> Found:
        """Return what is of servers that Discord shows, the most urgent member first."""
        servers = {hit.guild_id for hits in found.values() for hit in hits}
        here = {guild_id for guild_id in servers if await self._is_shown(guild_id)}
        shown = {one: [hit for hit in hits if hit.guild_id in here] for one, hits in found.items()}
        some = [(one, hits) for one, hits in shown.items() if hits]
        return dict(sorted(some, key=lambda pair: _urgency(pair[1][0])))

    async def _is_shown(self, guild_id: int) -> bool:
        """Tell whether Discord can be asked about a server, be it only that we were removed."""
        try:
            await self._sight.reader.is_in(guild_id)
        except DiscordAway:
            return False
        return True

    def _away(self, found: Found, shown: Found) -> Times:
        """Return when to ask Discord again; what it does not show holds up nothing that can go."""
        at = self._now() + self._patience.wait(AWAY_TRIES)
        return {one: at for one, hits in found.items() if len(shown.get(one, ())) < len(hits)}

    async def _plans(self, found: Found) -> dict[int, Plan]:
        """Plan for each of these members, who share what is left for the app in this order."""
        today = await self._days.today(found)
        schedules = await self._schedules.of_all(found)
        plans = {}
        for member_id, hits in found.items():
            waiting = [_waiting(hit) for hit in hits]
            planned = plan(waiting, today.of(member_id), schedules[member_id])
            if planned.now:
                today.use()
            plans[member_id] = planned
        return plans

    async def _take(self, bundles: Sequence[Bundle]) -> Times:
        """Turn hits into deliveries; where that fails, each member's by themselves."""
        try:
            taken = await self._hits.take_all(bundles, self._now())
        except Exception as error:  # noqa: BLE001 - of which kind is not known
            if len(bundles) == 1:
                return {bundles[0].member_id: self._after(error)}
            # Storage commits them as one group, and undoes only what fails.
            each = await asyncio.gather(*(self._take([bundle]) for bundle in bundles))
            return {member_id: at for times in each for member_id, at in times.items()}
        for member_id in taken:
            self._days.note_sent(member_id)
        if taken:
            self._signals.work.set()
        return {bundle.member_id: self._now() + BUSY_WAIT for bundle in bundles}

    def _ended(self, rows: Sequence[Delivery]) -> None:
        for row in rows:
            if row.chat is Chat.ME and (row.member_id in self._times or row.is_automatic):
                self.wake(row.member_id)

    def _moved(self, moved: Moved) -> None:
        if moved.member_id in self._times:
            self.wake(moved.member_id)


def _is_trouble(error: Exception) -> bool:
    """Tell whether the database itself fails, for everybody."""
    return isinstance(error, StorageError) and not isinstance(error, Unreadable)


def _urgency(hit: Hit) -> tuple[int, float]:
    return hit.priority, hit.found_at


def _earliest(*times: float | None) -> float | None:
    return min(filter(None, times), default=None)


def _waiting(hit: Hit) -> Waiting:
    return Waiting(hit.id, hit.priority, hit.found_at, hit.due_at)


def _bundle(ids: Sequence[int], hits: Sequence[Hit]) -> Bundle:
    """Return a delivery of these; it names what they have in common."""
    going = set(ids)
    chosen = [hit for hit in hits if hit.id in going]
    first, guilds = chosen[0], {hit.guild_id for hit in chosen}
    is_message = len(chosen) == 1 and first.message_id is not None
    row = NewDelivery(
        first.member_id,
        Chat.ME,
        OF_HITS,
        guild_id=first.guild_id if len(guilds) == 1 else None,
        channel_id=first.channel_id if is_message else None,
        message_id=first.message_id if is_message else None,
    )
    return Bundle(row, ids)
