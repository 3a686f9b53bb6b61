"""Turns what was found for members into deliveries, when the planner says so."""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Sequence
from contextlib import suppress

from bot.errors import DiscordAway
from bot.logs import described
from bot.services.accounts.links import NEEDED, Links
from bot.services.cache import Bounded
from bot.services.clock import HOUR, Clock, Patience
from bot.services.deliveries.allowance import Allowance
from bot.services.deliveries.sender import TROUBLE_WAIT
from bot.services.deliveries.signals import OutboxSignals
from bot.services.highlights.planner import Day, Plan, Waiting, plan
from bot.services.highlights.rules import LONGEST_DELAY
from bot.services.highlights.schedule import Schedule, Schedules
from bot.services.messages.reader import ReaderSlot
from storage.database import StorageError
from storage.deliveries import OF_HITS, Chat, Delivery, DeliveryStore, NewDelivery
from storage.hits import Hit, HitStore
from storage.reading import Unreadable

logger = logging.getLogger(__name__)

# A clock that was moved, or a member who linked again elsewhere, is noticed this soon.
LOOK_EVERY = 1.0
BUSY_WAIT = 30.0
UNREADABLE_WAIT = 300.0
# A server that Discord does not show is looked for as often as after so many tries.
AWAY_TRIES = 3
# How many sends are remembered of a member, and of how many members.
REMEMBERED = 32
MOST_MEMBERS = 20_000


class Dispatcher:
    """One loop for all members; a member has one automatic delivery under way at a time."""

    def __init__(
        self,
        *,
        hits: HitStore,
        deliveries: DeliveryStore,
        links: Links,
        allowance: Allowance,
        schedules: Schedules,
        signals: OutboxSignals,
        sight: ReaderSlot,
        patience: Patience,
        now: Clock,
    ) -> None:
        self._hits = hits
        self._deliveries = deliveries
        self._links = links
        self._allowance = allowance
        self._schedules = schedules
        self._signals = signals
        self._sight = sight
        self._patience = patience
        self._now = now
        self._times: dict[int, float] = {}
        self._sent = Bounded[int, deque[float]](MOST_MEMBERS)
        self._looked_at = math.inf
        self._woken = asyncio.Event()
        signals.on_told.append(self._ended)

    def wake(self, member_id: int) -> None:
        """Look at a member's hits now."""
        self._times[member_id] = 0.0
        self._woken.set()

    async def forget(self, member_id: int) -> None:
        """Forget a member."""
        self._times.pop(member_id, None)
        self._sent.pop(member_id, None)

    async def run(self) -> None:
        """Dispatch until cancelled."""
        while True:
            self._woken.clear()
            try:
                await self._mind_the_clock()
            except StorageError as error:
                logger.warning("hits wait, the database fails: %s", error)
                await asyncio.sleep(TROUBLE_WAIT)
                continue
            await self._round()
            # Not `wait_for`: before Python 3.12 that forgets a cancellation at the same moment.
            with suppress(TimeoutError):
                async with asyncio.timeout(self._rest()):
                    await self._woken.wait()

    async def preview(self, member_id: int, hit: Hit) -> Plan:
        """Return what would become of a hit if it were found now."""
        waiting = [*await self._hits.waiting(member_id), hit]
        return plan([_waiting(one) for one in waiting], *await self._today(member_id))

    async def _mind_the_clock(self) -> None:
        """Look at everybody for whom something waits, at first and when the clock was set back."""
        now = self._now()
        back = self._looked_at - now
        if back > 0:
            await self._hits.hasten(now, LONGEST_DELAY)
            self._times |= dict.fromkeys(await self._hits.members_waiting(), 0.0)
            for member_id, sent in list(self._sent.items()):
                self._sent[member_id] = deque((at - back for at in sent), REMEMBERED)
        self._looked_at = now

    async def _round(self) -> None:
        now = self._now()
        for member_id in [one for one, at in self._times.items() if at <= now]:
            # If this is torn off, they are looked at again.
            until = self._times[member_id] = now + BUSY_WAIT
            at = await self._turn(member_id)
            # Not if somebody has woken us for them meanwhile, or they were forgotten.
            if self._times.get(member_id) == until:
                self._put_off(member_id, at)

    def _put_off(self, member_id: int, at: float | None) -> None:
        if at is None:
            del self._times[member_id]
        else:
            self._times[member_id] = at

    async def _turn(self, member_id: int) -> float | None:
        """Serve a member; whatever fails for them, the others have nothing to do with it."""
        try:
            return await self._serve(member_id)
        except Unreadable:
            # The log has named it; whoever sets their wishes anew is served at once.
            return self._now() + UNREADABLE_WAIT
        except StorageError as error:
            logger.warning("hits wait, the database fails: %s", error)
            return self._now() + TROUBLE_WAIT
        except Exception as error:  # noqa: BLE001 - of which kind is not known
            kind = described(error)  # its words may quote
            logger.error("hits of a member wait: %s", kind)  # noqa: TRY400
            return self._now() + BUSY_WAIT

    def _rest(self) -> float:
        if not self._times:
            return LOOK_EVERY
        return min(LOOK_EVERY, max(0.0, min(self._times.values()) - self._now()))

    async def _serve(self, member_id: int) -> float | None:
        """Send what may go, and return when to look again; None when there is nothing to do."""
        link = await self._links.get(member_id)
        if link is None or link.broken_at is not None or not link.scopes >= NEEDED:
            return None
        waiting = await self._hits.waiting(member_id)
        hits = [hit for hit in waiting if self._is_shown(hit.guild_id)]
        # What is of servers that Discord does not show holds up nothing that can go.
        again_at = self._now() + self._patience.wait(AWAY_TRIES) if hits != waiting else None
        if not hits:
            return again_at
        if await self._deliveries.is_busy(member_id):
            return self._now() + BUSY_WAIT
        day, schedule = await self._today(member_id)
        planned = plan([_waiting(hit) for hit in hits], day, schedule)
        if planned.now:
            await self._take(member_id, planned.now, hits)
            return self._now() + BUSY_WAIT
        return min(filter(None, (planned.next_at, again_at)), default=None)

    def _is_shown(self, guild_id: int) -> bool:
        """Tell whether Discord can be asked about a server, be it only that we were removed."""
        try:
            self._sight.reader.is_in(guild_id)
        except DiscordAway:
            return False
        return True

    async def _today(self, member_id: int) -> tuple[Day, Schedule]:
        now, left = self._now(), await self._allowance.left(member_id)
        recent = [at for at in self._sent.get(member_id, ()) if at > now - HOUR]
        day = Day(now, left.me, left.me_limit, left.resets_at, recent)
        return day, await self._schedules.of(member_id)

    async def _take(self, member_id: int, ids: Sequence[int], hits: Sequence[Hit]) -> None:
        row = _about([hit for hit in hits if hit.id in set(ids)])
        if await self._hits.take(ids, row, self._now()):
            self._note_sent(member_id)
            self._signals.work.set()

    def _note_sent(self, member_id: int) -> None:
        sent = [*self._sent.get(member_id, ()), self._now()]
        self._sent[member_id] = deque(sent, REMEMBERED)

    def _ended(self, rows: Sequence[Delivery]) -> None:
        for row in rows:
            if row.chat is Chat.ME and (row.member_id in self._times or row.is_automatic):
                self.wake(row.member_id)


def _waiting(hit: Hit) -> Waiting:
    return Waiting(hit.id, hit.priority, hit.found_at, hit.due_at)


def _about(hits: Sequence[Hit]) -> NewDelivery:
    """Return a delivery of these; it names what they have in common."""
    first, guilds = hits[0], {hit.guild_id for hit in hits}
    is_message = len(hits) == 1 and first.message_id is not None
    return NewDelivery(
        first.member_id,
        Chat.ME,
        OF_HITS,
        guild_id=first.guild_id if len(guilds) == 1 else None,
        channel_id=first.channel_id if is_message else None,
        message_id=first.message_id if is_message else None,
    )
