"""How much Kkachi does in a server: numbers for its admins, never who or what."""

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO

from bot.services.clock import DAY, Clock
from bot.services.deliveries.allowance import Allowance
from storage.deliveries import DeliveryState
from storage.statistics import KOREA, StatisticsStore

DAYS = 30
EPOCH = date(1970, 1, 1)


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

    first: date
    """The oldest day, in Korea."""

    def csv(self) -> str:
        """Return the days as a table: the date, and how many sends there were of each state."""
        file = StringIO()
        table = csv.writer(file)
        table.writerow(["date", *DeliveryState])
        for number, day in enumerate(self.days):
            counts = [day.get(state, 0) for state in DeliveryState]
            table.writerow([self.first + timedelta(number), *counts])
        return file.getvalue()

    def total(self, state: DeliveryState) -> int:
        """Count the sends of a state over all days."""
        return sum(day.get(state, 0) for day in self.days)


@dataclass(frozen=True, slots=True)
class ServerUse:
    """What a server sends: today, of its part of the day's allowance, and in the last days."""

    guild_id: int
    today: int
    part: int
    month: int


class StatisticsService:
    """Puts the numbers together."""

    def __init__(self, store: StatisticsStore, allowance: Allowance, *, now: Clock) -> None:
        self._store = store
        self._allowance = allowance
        self._now = now

    async def servers(self, guild_ids: Collection[int]) -> list[ServerUse]:
        """Return what each of these servers sends, whoever sends most first."""
        lately = await self._store.by_server(self._now() - DAYS * DAY)
        shares = await self._allowance.shares_now()
        servers = [
            ServerUse(one, shares.used.get(one, 0), shares.part(one), lately.get(one, 0))
            for one in guild_ids
        ]
        return sorted(servers, key=lambda one: (-one.month, -one.today, one.guild_id))

    async def linked(self, guild_id: int) -> int:
        """Count the members who use Kkachi in a server."""
        return await self._store.linked(guild_id)

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
            first=EPOCH + timedelta(first),
        )
