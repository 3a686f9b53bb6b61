"""Compares the scheduled events of a server with what was known of them before a gap."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bot.services.clock import HOUR, Clock, has_passed
from bot.services.locks import KeyedLocks
from storage.planned_events import PlannedEvent, PlannedEventStore
from storage.subscriptions import SubscriptionKind

LONGEST_GAP = HOUR  # what may have happened longer ago is no news
COMPARED = frozenset({SubscriptionKind.EVENT_CHANGED, SubscriptionKind.EVENT_CANCELLED})


@dataclass(frozen=True, slots=True)
class Listed:
    """An event that Discord lists now; one that `repeats` goes on with its next date by itself."""

    event: PlannedEvent
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Missed:
    """What has become of an event meanwhile: these `words` of it are different, or it is off."""

    event: PlannedEvent
    words: tuple[str, ...] = ()

    @property
    def is_cancelled(self) -> bool:
        """Whether it will not be."""
        return not self.words


class PlannedEvents:
    """Keeps what is known of the events of servers where somebody wants to hear of changes."""

    def __init__(self, store: PlannedEventStore, *, now: Clock) -> None:
        self._store = store
        self._now = now
        self.turns = KeyedLocks[int]()
        """Held while Discord's list of a server is asked for and compared."""

    async def missed(
        self, guild_id: int, found: Sequence[Listed], unread: Collection[int] = ()
    ) -> list[Missed]:
        """Return what has changed since a server was last listened to, if that was lately.

        `found` is all that Discord lists; of `unread` it is only known that they are there.
        """
        known = await self._store.of_guild(guild_id)
        if known is None or has_passed(known[0], LONGEST_GAP, self._now()):
            return []
        there = [one for one in known[1] if one.event_id not in unread]
        return list(compare(there, found, self._now()))

    async def learn(self, guild_id: int, found: Sequence[Listed]) -> None:
        """Keep what Discord lists now."""
        await self._store.learn(guild_id, self._now(), [one.event for one in found])

    async def note(self, event: PlannedEvent) -> None:
        """Keep an event as the gateway tells of it."""
        async with self.turns.of(event.guild_id):
            await self._store.note(event)

    async def gone(self, guild_id: int, event_id: int) -> None:
        """Forget an event of which the gateway tells that it is over."""
        async with self.turns.of(guild_id):
            await self._store.gone(event_id)

    async def servers(self) -> frozenset[int]:
        """Return the servers whose events are kept."""
        return await self._store.servers()

    async def still(self, guild_ids: Collection[int]) -> None:
        """Note that nothing was missed in these servers until now."""
        await self._store.still(guild_ids, self._now())

    async def forget(self, guild_id: int) -> None:
        """Forget a server."""
        await self._store.forget(guild_id)


def compare(known: Sequence[PlannedEvent], found: Sequence[Listed], now: float) -> Iterator[Missed]:
    """Yield what has become of events that were known, the earliest known first.

    One that is not listed any more is cancelled if it should still begin; else it is just over.
    """
    listed = {one.event.event_id: one for one in found}
    for old in known:
        new = listed.get(old.event_id)
        if new is None:
            if old.is_planned and old.starts_at > now:
                yield Missed(old)
        elif words := tuple(_changed(old, new, now)):
            yield Missed(new.event, words)


def _changed(old: PlannedEvent, found: Listed, now: float) -> Iterator[str]:
    new = found.event
    if old.is_planned is not new.is_planned:  # it has begun, or its next date comes
        return
    if old.name != new.name:
        yield "name"
    has_gone_on = found.repeats and old.starts_at <= now
    if (old.starts_at, old.ends_at) != (new.starts_at, new.ends_at) and not has_gone_on:
        yield "time"
    if (old.location, old.channel_id) != (new.location, new.channel_id):
        yield "place"
    if old.digest != new.digest:
        yield "text"
