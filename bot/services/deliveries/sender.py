"""The outbox sender: takes rows that are due, has them sent and records how it went.

Kakao knows no idempotency key and no undo. So a row is committed as `sending`, and counted, before
the call, and a call never outlives its lease: whoever finds an old `sending` row knows that nobody
is at work on it, and only the member's own chat ever gets something twice. How one send is made
stands in `attempt`, what its answer means for a row in `outcomes`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from bot import tracing
from bot.kakao import LostAnswer
from bot.services.alarms import Alarm, Alarms
from bot.services.breaker import BreakerState
from bot.services.clock import DAY, HOUR, PATIENCE, Clock, Patience, has_passed
from bot.services.deliveries.allowance import Allowance
from bot.services.deliveries.attempt import LONGEST_LEASE, Answered, Attempts, report
from bot.services.deliveries.followups import FollowUps
from bot.services.deliveries.outcomes import (
    ALLOWANCE_OF_APP,
    AWAITS_KAKAO,
    LONGEST_WAIT,
    LONGEST_WAITS,
    LOST,
    OPERATOR,
    OPERATOR_PATIENCE,
    UNAVAILABLE,
    RetryPolicy,
    may_have_arrived,
)
from bot.services.deliveries.signals import OutboxSignals
from storage.database import StorageError
from storage.deliveries import Delivery, DeliveryState, DeliveryStore
from storage.duties import SENDER
from storage.leases import Lease, LeaseStore, Outcome, Probe

logger = logging.getLogger(__name__)

LOOK_EVERY = 60.0
# Other processes may accept something, or die, and nobody tells.
SHARED_LOOK_EVERY = 1.0
TROUBLE_WAIT = 5.0
BREATH, FULL_BREATH = 0.05, 1.0
TIDYING_SECONDS = 1.0
# How long Kakao may answer nothing before somebody is told.
AWAY = 60.0
# How often to try for a token while nobody gets any.
SEEK_EVERY = 5.0
# What waited for Kakao goes within so many seconds when it answers again.
RESUME_WITHIN = 8.0
# What did not reach a friend can be sent again for so long.
REPEATABLE = DAY


@dataclass(frozen=True, slots=True)
class Keep:
    """For how many seconds texts wait for what cannot be sent, and receipts are kept."""

    texts: float = 7 * DAY
    receipts: float = 90 * DAY


KEEP = Keep()
Halted = Callable[[], Awaitable[bool]]
"""Tells whether the operator lets nothing be sent for now."""


async def never() -> bool:
    """Let everything be sent."""
    return False


class Sender:
    """Sends what is due, so many forwards at once."""

    def __init__(
        self,
        store: DeliveryStore,
        allowance: Allowance,
        attempts: Attempts,
        followups: FollowUps,
        signals: OutboxSignals,
        *,
        leases: LeaseStore,
        now: Clock,
        random: Random,
        lease: float = LONGEST_LEASE,
        keep: Keep = KEEP,
        alarms: Alarms | None = None,
        patience: Patience = PATIENCE,
        is_halted: Halted = never,
    ) -> None:
        self._store, self._leases = store, leases
        self._allowance = allowance
        self._attempts = attempts
        self._followups = followups
        self._signals = signals
        self._now = now
        self._rules = RetryPolicy(allowance.limits, now=now, random=random, patience=patience)
        self._is_halted = is_halted
        self._lease = lease
        self._keep = keep
        self._alarms = alarms or Alarms()
        self._busy: dict[asyncio.Task[None], list[Delivery]] = {}
        self._tidying: asyncio.Task[None] | None = None
        self._breaker, self._slots = attempts.breaker, attempts.slots
        self.worker = attempts.worker
        """This process, which has to show that it lives; see `Worker.run`."""
        self._tokens, self._seek_at = attempts.tokens, 0.0
        # The one send that finds out whether Kakao answers again.
        self._probe: asyncio.Task[None] | None = None
        self._is_full = False
        self._ended = asyncio.Event()
        self._ended.set()
        self._unrecorded: StorageError | None = None
        self._recovered_at: float | None = None
        self._tidied_at: float | None = None

    async def run(self) -> None:
        """Send what is due until `stop`; raises what keeps results from being recorded.

        To be run again then: whatever nobody knows about is settled first.
        """
        self._ended.clear()
        self._unrecorded = self._recovered_at = None
        try:
            while not self._signals.closed and self._unrecorded is None:
                self._signals.work.clear()
                await self._pause(await self._round())
        finally:
            await self._finish()
            self._ended.set()
        if self._unrecorded is not None:
            raise self._unrecorded

    async def stop(self) -> None:
        """Start no more sends and wait for those under way."""
        self._signals.close()
        await self._ended.wait()

    def is_stopping(self) -> bool:
        """Tell whether this was told to stop."""
        return self._signals.closed

    async def _round(self) -> float:
        """Start what is due and return how long there is nothing more to start."""
        try:
            if not self.worker.lives():
                await self.worker.beat()
            await self._recover()
            self._tidy()
            rest = LOOK_EVERY if await self._is_halted() else await self._start_due()
        except (StorageError, TimeoutError) as error:
            logger.warning("deliveries wait, the database fails: %s", error)
            self._alarms.begin(Alarm.DATABASE)
            return TROUBLE_WAIT
        self._alarms.end([Alarm.DATABASE])
        return rest if self.worker.is_alone else min(rest, SHARED_LOOK_EVERY)

    async def _pause(self, seconds: float) -> None:
        # Not `wait_for`: before Python 3.12 that forgets a cancellation at the same moment.
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._signals.work.wait()

    async def _finish(self) -> None:
        await self._stop_tidying()
        try:
            if self._busy:
                await asyncio.wait(self._busy)
        except asyncio.CancelledError:
            for task in self._busy:
                task.cancel()
            await asyncio.gather(*self._busy, return_exceptions=True)
            raise

    async def _stop_tidying(self) -> None:
        if self._tidying is not None:
            # Most often it is about to end, and then nothing is torn off.
            await asyncio.wait([self._tidying], timeout=TIDYING_SECONDS)
            self._tidying.cancel()
            await asyncio.wait([self._tidying])

    async def _recover(self) -> None:
        now, last = self._now(), self._recovered_at
        every = LOOK_EVERY if self.worker.is_alone else SHARED_LOOK_EVERY
        if last is not None and not has_passed(last, every, now):
            return
        busy = {row.id for rows in self._busy.values() for row in rows}
        rows = await self._leases.recover(now, worker=self.worker.id, busy=busy)
        await self._store.hasten(now, LONGEST_WAITS, LONGEST_WAIT)
        self._recovered_at = now
        for row in self._signals.changed(rows):
            logger.warning("delivery %d: %s (%s)", row.id, row.state, row.reason)

    def _tidy(self) -> None:
        """Erase what is old, beside the sending: there may be much of it."""
        now, last = self._now(), self._tidied_at
        if self._tidying is not None and not self._tidying.done():
            return
        if not self.worker.leads(SENDER):
            return
        if last is None or has_passed(last, HOUR, now):
            self._tidied_at = now
            self._tidying = asyncio.create_task(self._erase(now))

    async def _erase(self, now: float) -> None:
        try:
            await self._store.erase_cards(now - REPEATABLE)
            await self._store.drop_parked(now - self._keep.texts, now)
            await self._give_up(now)
            await self._store.purge(now - self._keep.receipts)
            await self._allowance.tidy()
        except StorageError as error:
            self._tidied_at = None
            logger.warning("old deliveries stay for now, the database fails: %s", error)

    async def _give_up(self, now: float) -> None:
        """End what has waited for as long as Kakao has not answered, when that is very long."""
        if self._breaker.away() >= OPERATOR_PATIENCE:
            old = await self._store.give_up(AWAITS_KAKAO, now - OPERATOR_PATIENCE, now)
            self._signals.changed(old, work=False)

    async def _start_due(self) -> float:
        if self._breaker.state is not BreakerState.CLOSED:
            return await self._start_one()
        await self._resume()
        await self._seek_token()
        free = self._slots.free(len(self._busy))
        self._is_full = not free
        if self._is_full:
            return LOOK_EVERY
        self._is_full = len(await self._take(free)) == free
        return LOOK_EVERY if self._is_full else await self._until_due()

    async def _start_one(self) -> float:
        """Let one forward at a time find out whether Kakao answers again; the others wait."""
        if self._breaker.away() >= AWAY:
            self._alarms.begin(Alarm.KAKAO_AWAY)
        is_open = self._breaker.state is BreakerState.OPEN
        if self._probe is None:
            self._probe = await self._start_probe(only_asking=is_open)
        if is_open:
            until = self._now() + max(1.0, self._breaker.wait())
            held = await self._store.hold(until, UNAVAILABLE)
            self._signals.changed(held, work=False)
        if self._probe is not None:
            return LOOK_EVERY
        wait = self._breaker.wait() or LOOK_EVERY
        return wait if is_open else min(wait, await self._until_due())

    async def _start_probe(self, *, only_asking: bool) -> asyncio.Task[None] | None:
        asks = not self._breaker.wait()
        if only_asking and not asks:
            return None
        probe = Probe(AWAITS_KAKAO if asks else (), self._breaker.suspects)
        tasks = await self._take(1, probe)
        if tasks and asks:
            self._breaker.ask()
        return tasks[0] if tasks else None

    async def _resume(self) -> None:
        if self._breaker.recovered or self._tokens.recovered:
            rows = await self._store.resume(AWAITS_KAKAO, self._now(), RESUME_WITHIN)
            self._breaker.recovered = self._tokens.recovered = False
            self._signals.changed(rows)
        self._alarms.end([Alarm.KAKAO_AWAY])

    async def _seek_token(self) -> None:
        """Let one row find out whether there are new tokens again, without waiting for its time."""
        now = self._now()
        if self._tokens.state is BreakerState.CLOSED or now < self._seek_at <= now + SEEK_EVERY:
            return
        self._seek_at = now + SEEK_EVERY
        await self._take(1, Probe(AWAITS_KAKAO))

    async def _until_due(self) -> float:
        most = LOOK_EVERY if self._tokens.state is BreakerState.CLOSED else SEEK_EVERY
        due = await self._store.next_due()
        if due is None:
            return most
        # What is due and was not taken waits for others of its member to end.
        self._is_full = due <= self._now() and bool(self._busy)
        return min(most, max(FULL_BREATH if self._is_full else BREATH, due - self._now()))

    async def _take(self, forwards: int, probe: Probe | None = None) -> list[asyncio.Task[None]]:
        now, shares = self._now(), await self._allowance.shares()
        leases = await self._leases.lease(
            now,
            now + self._lease,
            forwards,
            lambda row: self._allowance.claims(row, now, shares),
            share=self._slots.share,
            probe=probe,
            worker=self.worker.id,
        )
        return [self._begin(lease) for lease in leases]

    def _begin(self, lease: Lease) -> asyncio.Task[None]:
        task = asyncio.create_task(self._deliver(lease))
        self._busy[task] = lease.rows
        task.add_done_callback(self._delivered)
        return task

    def _delivered(self, task: asyncio.Task[None]) -> None:
        rows = self._busy.pop(task)
        failed = None if task.cancelled() else task.exception()
        if failed is not None:
            report(rows, failed)
            self._recovered_at = None
        if task is self._probe:
            self._probe = None
            self._signals.work.set()
        elif self._is_full or failed is not None:
            self._signals.work.set()

    async def _deliver(self, lease: Lease) -> None:
        tracing.forward.set(lease.rows[0].forward_id)
        answered = await self._answered(lease)
        outcomes = self._outcomes(lease, answered)
        try:
            await self._record(lease, answered, outcomes)
        except StorageError as error:
            self._stop_for(error)
            return
        for outcome in outcomes:
            reason = outcome.reason or "ok"
            logger.info("delivery %d: %s (%s)", outcome.delivery.id, outcome.state, reason)
        self._judge(outcomes)
        await self._followups.apply(lease, outcomes)
        waits = any(outcome.state is DeliveryState.QUEUED for outcome in outcomes)
        recorded = [outcome.recorded for outcome in outcomes]
        self._signals.changed(lease.rows, work=waits, recorded=recorded)

    def _stop_for(self, error: StorageError) -> None:
        logger.critical("sending stops, results cannot be recorded: %s", error)
        self._alarms.begin(Alarm.DATABASE)
        self._unrecorded = error
        self._signals.work.set()

    async def _answered(self, lease: Lease) -> list[Answered]:
        try:
            return await self._attempts.make(lease)
        except Exception as error:  # noqa: BLE001 - one bug must not stop everybody's sends
            report(lease.rows, error)
            return [(row, LostAnswer()) for row in lease.rows]

    def _outcomes(self, lease: Lease, answered: list[Answered]) -> list[Outcome]:
        try:
            return [self._rules.outcome(row, answer, lease.at) for row, answer in answered]
        except Exception as error:  # noqa: BLE001 - a row that says nothing sensible ends here
            report(lease.rows, error)
            unknown = DeliveryState.UNKNOWN
            return [Outcome(row, unknown, self._now(), LOST) for row in lease.rows]

    def _judge(self, outcomes: list[Outcome]) -> None:
        """Tell whoever runs this of what only they can mend."""
        reasons = {outcome.reason for outcome in outcomes}
        if OPERATOR in reasons:
            self._alarms.begin(Alarm.APP_REFUSED)
        if ALLOWANCE_OF_APP in reasons:
            self._alarms.begin(Alarm.APP_SPENT)
        if any(outcome.state is DeliveryState.SENT for outcome in outcomes):
            self._alarms.end([Alarm.APP_REFUSED, Alarm.APP_SPENT])

    async def _record(
        self, lease: Lease, answered: list[Answered], outcomes: list[Outcome]
    ) -> None:
        unused = [
            claim
            for row, answer in answered
            if not may_have_arrived(answer)
            for claim in lease.claims.get(row.id, ())
        ]
        spent = [
            claim
            for row, answer in answered
            for claim in self._allowance.spent(self._allowance.claims(row, lease.at), answer)
        ]
        await self._leases.record(outcomes, unused=unused, spent=spent)
