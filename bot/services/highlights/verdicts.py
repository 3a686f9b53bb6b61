"""What became of a message for a member: found, sent, dropped, or stopped when it was judged."""

import logging
from dataclasses import dataclass

from bot.services.cache import Bounded
from bot.services.clock import DAY, Clock
from storage.database import StorageError
from storage.deliveries import Delivery, DeliveryStore
from storage.hits import Hit, HitStore
from storage.verdicts import Stopped, VerdictStore

logger = logging.getLogger(__name__)

# Of one member and day; whoever has more that is stopped needs no more explained.
MOST_KEPT = 1000
MOST_MEMBERS = 10_000


@dataclass(frozen=True, slots=True)
class Fate:
    """What a message has become; `together` is how many hits its card carries."""

    hit: Hit | None = None
    stopped: Stopped | None = None
    delivery: Delivery | None = None
    together: int = 0


class Verdicts:
    """Keeps which gate stopped what, for a day, so that "why" tells the truth of then."""

    def __init__(
        self, store: VerdictStore, hits: HitStore, deliveries: DeliveryStore, *, now: Clock
    ) -> None:
        self._store = store
        self._hits = hits
        self._deliveries = deliveries
        self._now = now
        # By member, which day it is and how many were kept on it.
        self._kept = Bounded[int, tuple[int, int]](MOST_MEMBERS)

    async def note(self, member_id: int, occasion: str, gate: str) -> None:
        """Keep which gate stopped an occasion; without a database it is not known later."""
        now = self._now()
        day, kept = self._kept.get(member_id, (0, 0))
        kept = kept if day == now // DAY else 0
        if kept >= MOST_KEPT:
            return
        self._kept[member_id] = int(now // DAY), kept + 1
        try:
            await self._store.put(member_id, occasion, Stopped(gate, now))
        except StorageError as error:
            logger.warning("why something was stopped is not kept: %s", error)

    async def fate(self, member_id: int, occasion: str) -> Fate:
        """Return what has become of an occasion."""
        hit = await self._hits.of_occasion(member_id, occasion)
        if hit is None:
            return Fate(stopped=await self._store.get(member_id, occasion))
        if hit.forward_id is None:
            return Fate(hit)
        rows = await self._deliveries.of_forward(hit.forward_id, member_id)
        together = len(await self._hits.of_forward(hit.forward_id))
        return Fate(hit, delivery=rows[0] if rows else None, together=together)
