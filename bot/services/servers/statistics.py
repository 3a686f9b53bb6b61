"""How much Kkachi does in a server: numbers for its admins, never who or what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.services.clock import DAY, Clock
from bot.services.deliveries.allowance import Allowance
from storage.deliveries import DeliveryState
from storage.statistics import KOREA, StatisticsStore

DAYS = 30


@dataclass(frozen=True, slots=True)
class Statistics:
    """The last days of a server, the oldest first.

    `days` count its sends by state; `shares` are the parts of the whole app's allowance, 0 to 1.
    """

    linked: int
    days: Sequence[Mapping[DeliveryState, int]]
    shares: Sequence[float]
    app_used: int
    app_limit: int

    def total(self, state: DeliveryState) -> int:
        """Count the sends of a state over all days."""
        return sum(day.get(state, 0) for day in self.days)


class StatisticsService:
    """Puts the numbers together."""

    def __init__(self, store: StatisticsStore, allowance: Allowance, *, now: Clock) -> None:
        self._store = store
        self._allowance = allowance
        self._now = now

    async def of(self, guild_id: int) -> Statistics:
        """Return the numbers of a server."""
        today = int((self._now() + KOREA) // DAY)
        first = today - DAYS + 1
        counted = await self._store.days(guild_id, first * DAY - KOREA)
        days: list[dict[DeliveryState, int]] = [{} for _ in range(DAYS)]
        for (day, state), count in counted.items():
            if 0 <= day - first < DAYS:
                days[day - first][DeliveryState(state)] = count
        used, limit = await self._allowance.of_app()
        return Statistics(
            linked=await self._store.linked(guild_id),
            days=days,
            shares=await self._allowance.of_app_lately(DAYS),
            app_used=used,
            app_limit=limit,
        )
