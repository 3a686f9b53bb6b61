"""Numbers for Prometheus: read when they are asked for, or counted as things happen."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.services.alarms import Alarm, Alarms
from bot.services.clock import Clock
from bot.services.deliveries.allowance import Allowance
from storage.hits import HitStore
from storage.statistics import StatisticsStore

MATCH_BUCKETS = (0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05)


class Metrics:
    """Everything an operator may want to watch; nothing names a member, a server or a message."""

    def __init__(
        self,
        statistics: StatisticsStore,
        hits: HitStore,
        allowance: Allowance,
        alarms: Alarms,
        *,
        now: Clock,
    ) -> None:
        self._statistics = statistics
        self._hits = hits
        self._allowance = allowance
        self._alarms = alarms
        self._now = now
        self.is_connected: Callable[[], bool] = lambda: False
        self._registry = CollectorRegistry()
        self._match = Histogram(
            "kkachi_match_seconds",
            "How long a message took to meet all rules.",
            buckets=MATCH_BUCKETS,
            registry=self._registry,
        )
        self._refreshes = Counter(
            "kkachi_token_refreshes", "Tokens asked for anew.", ["result"], registry=self._registry
        )
        self._deliveries = self._gauge("deliveries", "Sends that are kept.", "state", "code")
        self._queue = self._gauge("queue_depth", "Sends that wait or are under way.")
        self._oldest = self._gauge("queue_oldest_seconds", "For how long the oldest of them waits.")
        self._waiting = self._gauge("hits_waiting", "Hits that wait for their card.")
        self._links = self._gauge("links", "Linked members.", "state")
        self._used = self._gauge("allowance_used", "Sends that Kakao has counted for us today.")
        self._limit = self._gauge("allowance_limit", "Sends that Kakao lets us make in a day.")
        self._gateway = self._gauge("gateway_up", "Whether Discord is connected.")
        self._troubles = self._gauge("alarm", "Troubles that need a person.", "alarm")

    def matched(self, seconds: float) -> None:
        """Count a message that was matched."""
        self._match.observe(seconds)

    def refreshed(self, result: str) -> None:
        """Count a token refresh: "ok", "ended" or "failed"."""
        self._refreshes.labels(result).inc()

    async def text(self) -> bytes:
        """Return all numbers in Prometheus' text format."""
        self._deliveries.clear()
        for (state, code), number in (await self._statistics.by_state()).items():
            self._deliveries.labels(state, str(code)).set(number)
        depth, oldest = await self._statistics.queue()
        self._queue.set(depth)
        self._oldest.set(0 if oldest is None else max(0.0, self._now() - oldest))
        self._waiting.set(await self._hits.count_waiting())
        links, broken = await self._statistics.links()
        self._links.labels("sound").set(links - broken)
        self._links.labels("broken").set(broken)
        used, limit = await self._allowance.of_app()
        self._used.set(used)
        self._limit.set(limit)
        self._gateway.set(self.is_connected())
        for alarm in Alarm:
            self._troubles.labels(alarm).set(alarm in self._alarms.active)
        return generate_latest(self._registry)

    def _gauge(self, name: str, help_text: str, *labels: str) -> Gauge:
        return Gauge(f"kkachi_{name}", help_text, labels, registry=self._registry)
