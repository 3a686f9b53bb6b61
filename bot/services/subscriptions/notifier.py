"""Tells members of what happens in a server, once, if they may know of it."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from bot.errors import DiscordAway
from bot.logs import described
from bot.services.clock import HOUR, Clock, Patience
from bot.services.highlights.cases import EventCase
from bot.services.highlights.gates import Gates, Moment
from bot.services.highlights.watcher import Watcher
from bot.services.messages.events import ServerEvent
from bot.services.subscriptions.subscriptions import BY_INTEREST, Subscriptions, options_of
from storage.database import StorageError
from storage.reading import Unreadable
from storage.subscriptions import Subscription

logger = logging.getLogger(__name__)

# Events that wait until Discord says who marked them, or until the database takes them.
MOST_PUT_OFF = 500
LONGEST_FAILURE = HOUR  # of the database; what has waited for so long is no news any more


class ScheduledEvents(Protocol):
    """The scheduled events of all servers, as Discord has them right now."""

    def upcoming(self) -> Iterable[ServerEvent]:
        """Yield "starting soon" of every event that has not begun."""

    async def interested(self, guild_id: int, event_id: int) -> frozenset[int]:
        """Return the members who marked an event; of one that is gone, as far as it was known.

        Raises DiscordAway.
        """


@dataclass(slots=True)
class _Waiting:
    """An event of which not everybody has been told yet; `failing_since` if for the database."""

    event: ServerEvent
    told: set[int] = field(default_factory=set)
    failing_since: float | None = None


class _Offered(NamedTuple):
    """For how many something was new; whether all is known that matters, and what failed."""

    new: int
    is_known: bool = True
    error: StorageError | None = None


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
        self._put_off: OrderedDict[str, _Waiting] = OrderedDict()

    def attach(self, almanac: ScheduledEvents) -> None:
        """Read the scheduled events here from now on."""
        self._almanac = almanac

    def detach(self) -> None:
        """Read scheduled events nowhere any more."""
        self._almanac = None

    async def tell(self, event: ServerEvent) -> int:
        """Note something for all who want to hear of it; return for how many that was new.

        Those who only want what they marked hear of it once Discord says what that is, and those
        for whom the database does not take it once it does.
        """
        return await self._tell(_Waiting(event))

    async def run(self) -> None:
        """Remind of scheduled events, and tell of what was put off, until cancelled."""
        while True:
            await self.remind()
            for waiting in list(self._put_off.values()):
                await self._tell(waiting)
            await asyncio.sleep(self._patience.first)

    async def remind(self) -> None:
        """Tell of what starts soon, each member once as early as they wanted.

        What should have been told while nobody listened is told now, if it has not begun.
        """
        upcoming = list(self._almanac.upcoming()) if self._almanac else []
        self._reminded = {one.key: self._reminded.get(one.key, set()) for one in upcoming}
        for event in upcoming:
            offered = await self._offer(event, self._reminded[event.key])
            if offered.error is not None:
                logger.warning("a reminder waits, the database fails: %s", offered.error)

    async def _tell(self, waiting: _Waiting) -> int:
        """Tell those who are left; put it off for those of whom nobody knows yet, or it failed."""
        offered = await self._offer(waiting.event, waiting.told)
        is_lost = self._is_lost(waiting, offered.error)
        # Not before: it stays when the loop is killed meanwhile.
        self._put_off.pop(waiting.event.key, None)
        if not is_lost and not (offered.is_known and offered.error is None):
            self._put_off[waiting.event.key] = waiting
        if len(self._put_off) > MOST_PUT_OFF:
            logger.warning("an event is lost, too many wait for Discord or the database")
            self._put_off.popitem(last=False)
        return offered.new

    def _is_lost(self, waiting: _Waiting, error: StorageError | None) -> bool:
        """Note whether the database fails, and tell whether it has done so for too long."""
        now = self._now()
        if error is None:
            waiting.failing_since = None
        elif waiting.failing_since is None:
            logger.warning("something that happened waits, the database fails: %s", error)
            waiting.failing_since = now
        elif now >= waiting.failing_since + LONGEST_FAILURE:
            logger.warning("an event is lost, the database has failed for too long: %s", error)
            return True
        return False

    async def _offer(self, event: ServerEvent, done: set[int]) -> _Offered:
        """Note something for the others than those, who are more then."""
        try:
            wanting = await self._subscriptions.wanting(event)
        except StorageError as error:
            return _Offered(0, error=error)
        left = [one for one in wanting if one.member_id not in done]
        meant, unknown = await self._meant(event, left)
        new, failed = 0, None
        for one in sorted(meant):
            try:
                is_new = await self._note(one, event)
            except StorageError as error:
                failed = error
                continue
            new += is_new is True
            done |= set() if is_new is None else {one}
        return _Offered(new, not unknown, failed)

    async def _meant(
        self, event: ServerEvent, wanting: Iterable[Subscription]
    ) -> tuple[set[int], set[int]]:
        """Return the members, without those who marked another event, and who that is not known of.

        Nobody knows it while Discord is away.
        """
        members = {one.member_id for one in wanting if not _is_choosy(one)}
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

        None when they may not hear of it, or when nobody knows why that failed. Raises
        StorageError when it is to be done again.
        """
        try:
            case = EventCase.of(member_id, event)
            if await self._gates.stopped_by(case, Moment.FOUND) is not None:
                return None
            return await self._watch.happened(member_id, event)
        except Unreadable:  # it has been told
            return None
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - the others have nothing to do with it
            kind = described(error)  # its words may quote
            logger.error("a member is passed over: %s", kind)  # noqa: TRY400
        return None


def _is_choosy(one: Subscription) -> bool:
    """Tell whether a member hears only of what they marked; nobody has marked what is new."""
    return one.kind in BY_INTEREST and options_of(one).interested_only
