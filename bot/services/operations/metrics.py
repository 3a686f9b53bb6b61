"""Numbers for Prometheus: read when they are asked for, or counted as things happen."""

import asyncio
import logging

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from bot.services.alarms import Alarm
from bot.services.clock import Clock
from bot.services.deliveries.allowance import Allowance
from bot.services.operations.supervision import Supervisor
from storage.database import StorageError
from storage.hits import HitStore
from storage.statistics import StatisticsStore

logger = logging.getLogger(__name__)

MATCH_BUCKETS = (0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05)


class Metrics:
    """Everything an operator may want to watch; nothing names a member, a server or a message."""

    def __init__(
        self,
        statistics: StatisticsStore,
        hits: HitStore,
        allowance: Allowance,
        supervisor: Supervisor,
        *,
        now: Clock,
    ) -> None:
        self._statistics = statistics
        self._hits = hits
        self._allowance = allowance
        self._supervisor = supervisor
        self._now = now
        self._registry = CollectorRegistry()
        # What is counted here can be read also when the database cannot.
        self._stored = CollectorRegistry()
        # Memory, processor time and descriptors, by the names that Prometheus knows.
        ProcessCollector(registry=self._registry)
        self._match = Histogram(
            "kkachi_match_seconds",
            "How long a message took to meet all rules.",
            buckets=MATCH_BUCKETS,
            registry=self._registry,
        )
        self._refreshes = self._counter("token_refreshes", "Tokens asked for anew.", "result")
        self._failures = self._counter("loop_failures", "Loops started anew.", "loop")
        self._lost = self._counter(
            "gateway_events_lost", "Events of Discord that could not be read.", "event"
        )
        self._skipped = self._counter(
            "patterns_skipped", "Messages not searched for a member's patterns: it took too long."
        )
        self._tasks = self._gauge("tasks", "Tasks under way in this process.")
        self._gateway = self._gauge("gateway_up", "Whether Discord is connected.")
        self._troubles = self._gauge("alarm", "Troubles that need a person.", "alarm")
        self._loops = self._gauge("loop_up", "Whether a loop runs well.", "loop")
        self._deliveries = self._kept("deliveries", "Sends that are kept.", "state", "code")
        self._queue = self._kept("queue_depth", "Sends that wait or are under way.")
        self._oldest = self._kept("queue_oldest_seconds", "For how long the oldest of them waits.")
        self._waiting = self._kept("hits_waiting", "Hits that wait for their card.")
        self._links = self._kept("links", "Linked members.", "state")
        self._used = self._kept("allowance_used", "Sends that Kakao has counted for us today.")
        self._limit = self._kept("allowance_limit", "Sends that Kakao lets us make in a day.")

    def matched(self, seconds: float) -> None:
        """Count a message that was matched."""
        self._match.observe(seconds)

    def refreshed(self, result: str) -> None:
        """Count a token refresh: "ok", "ended" or "failed"."""
        self._refreshes.labels(result).inc()

    def loop_failed(self, name: str) -> None:
        """Count a loop that failed."""
        self._failures.labels(name).inc()

    def event_lost(self, name: str) -> None:
        """Count an event of Discord that could not be read."""
        self._lost.labels(name).inc()

    def patterns_skipped(self) -> None:
        """Count a message that was not searched for a member's patterns."""
        self._skipped.inc()

    async def text(self, *, connected: bool) -> bytes:
        """Return all numbers in Prometheus' text format, without those that cannot be read.

        `connected` is whether Discord is.
        """
        self._tasks.set(len(asyncio.all_tasks()))
        self._gateway.set(connected)
        for alarm in Alarm:
            self._troubles.labels(alarm).set(alarm in self._supervisor.alarms.active)
        for loop in self._supervisor.loops:
            self._loops.labels(loop).set(loop not in self._supervisor.down)
        try:
            await self._read()
        except StorageError as error:
            logger.warning("some numbers cannot be read: %s", error)
            return generate_latest(self._registry)
        return generate_latest(self._registry) + generate_latest(self._stored)

    async def _read(self) -> None:
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

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"kkachi_{name}", what, labels, registry=self._registry)

    def _gauge(self, name: str, help_text: str, *labels: str) -> Gauge:
        return Gauge(f"kkachi_{name}", help_text, labels, registry=self._registry)

    def _kept(self, name: str, help_text: str, *labels: str) -> Gauge:
        return Gauge(f"kkachi_{name}", help_text, labels, registry=self._stored)
