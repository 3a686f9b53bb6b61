"""The outbox sender: takes rows that are due, sends them to Kakao and records how it went.

Kakao knows no idempotency key and no undo. So a row is committed as `sending` before the call
and a call never outlives its lease: whoever finds an old `sending` row knows that nobody is at
work on it, and only the member's own chat ever gets something twice. What an answer means for a
row stands in `bot.services.outcomes`.
"""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from random import Random

from bot import errors
from bot.kakao import (
    AppFault,
    BadRequest,
    ConsentMissing,
    KakaoClient,
    KakaoError,
    LimitBroken,
    LostAnswer,
    NotFriends,
    NotLinked,
    NotTalkUser,
    PairDaySpent,
    ReceiverDaySpent,
    ReceiverRefuses,
    Template,
    TokenInvalid,
    Unavailable,
    template_from,
)
from bot.services.links import Links
from bot.services.outcomes import (
    ALLOWANCE_OF_APP,
    ALLOWANCES,
    CONSENT,
    DAY,
    HOUR,
    LINK_AGAIN,
    Failure,
    Rules,
    may_repeat,
    seoul_midnight,
)
from storage.database import StorageError
from storage.deliveries import Chat, Delivery, DeliveryState, DeliveryStore, NewDelivery, Outcome

__all__ = ["Deliveries", "NewDelivery", "may_repeat"]

logger = logging.getLogger(__name__)

MAX_RECEIVERS = 5  # that Kakao takes in one send
FORWARD_ID_BITS = 96
RECORDING_SECONDS = 5.0
LOOK_EVERY = 60.0
TROUBLE_WAIT = 5.0
BREATH = 0.05
KEEP_CARDS = DAY
KEEP_PARKED = 30 * DAY
KEEP_ROWS = 90 * DAY

# Kakao refused the whole send, perhaps because of some receivers.
ABOUT_RECEIVERS = (
    BadRequest,
    NotFriends,
    NotTalkUser,
    PairDaySpent,
    ReceiverDaySpent,
    ReceiverRefuses,
)


class Deliveries:
    """The outbox and its sender."""

    def __init__(
        self,
        store: DeliveryStore,
        links: Links,
        kakao: KakaoClient,
        *,
        now: Callable[[], float],
        random: Random,
        concurrency: int = 16,
        lease: float = 60.0,
    ) -> None:
        self._store = store
        self._links = links
        self._kakao = kakao
        self._now = now
        self._random = random
        self._rules = Rules(now=now, random=random)
        self._concurrency = concurrency
        self._lease = lease
        self._busy: set[asyncio.Task[None]] = set()
        self._watchers: dict[str, set[asyncio.Event]] = {}
        self._wake = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()
        self._stopping = False
        self._unrecorded: StorageError | None = None
        self._recovered_at: float | None = None
        self._tidied_at: float | None = None

    # What members do

    async def accept(self, rows: Sequence[NewDelivery]) -> str:
        """Commit one forward, to "Me" or to friends, and return its id; sending starts at once."""
        _check(rows)
        forward_id = f"{self._random.getrandbits(FORWARD_ID_BITS):024x}"
        await self._store.accept(forward_id, rows, at=self._now())
        self._wake.set()
        return forward_id

    async def settle(
        self,
        forward_id: str,
        member_id: int,
        *,
        timeout: float = 3.0,  # noqa: ASYNC109 - at its end this returns, it does not raise
    ) -> list[Delivery]:
        """Return a forward's rows as soon as nothing more happens to them within the timeout."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + timeout
        with _watching(self._watchers, forward_id) as changed:
            while True:
                changed.clear()
                rows = await self._store.of_forward(forward_id, member_id)
                left = deadline - clock()
                if self._stopping or left <= 0 or not self._moving(rows, left):
                    return rows
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), left)

    async def repeat(self, forward_id: str, member_id: int) -> list[Delivery]:
        """Queue the rows of a forward that failed and may be repeated; return those."""
        rows = await self._store.of_forward(forward_id, member_id)
        again = [row.id for row in rows if may_repeat(row)]
        return self._told(await self._store.requeue(again, self._now()))

    async def unpark(self, member_id: int) -> None:
        """Send what waited for the member's consent or new link."""
        self._told(await self._store.unpark(member_id, self._now()))

    async def cancel(self, member_id: int) -> None:
        """Cancel all that waits and forget to whom the member sent what, as after an unlink."""
        self._told(await self._store.cancel(member_id, self._now()))

    async def last(self, member_id: int, n: int = 5) -> list[Delivery]:
        """Return a member's latest deliveries, the newest first."""
        return await self._store.last(member_id, n)

    async def sent_today(self, member_id: int, chat: Chat = Chat.ME) -> int:
        """Count what a member has used of today's allowance; Kakao's day is Seoul's."""
        return await self._store.sent_since(member_id, seoul_midnight(self._now()), chat)

    def _moving(self, rows: Iterable[Delivery], seconds: float) -> bool:
        soon = self._now() + seconds
        return any(
            row.state is DeliveryState.SENDING
            or (row.state is DeliveryState.QUEUED and row.next_try_at <= soon)
            for row in rows
        )

    def _told(self, rows: list[Delivery]) -> list[Delivery]:
        """Wake the sender and whoever waits for one of these rows."""
        self._wake.set()
        for forward_id in {row.forward_id for row in rows}:
            for watcher in self._watchers.get(forward_id, ()):
                watcher.set()
        return rows

    # The sender

    async def run(self) -> None:
        """Send what is due until `stop`; raises StorageError when results cannot be recorded."""
        self._ended.clear()
        try:
            while not self._stopping:
                self._wake.clear()
                await self._pause(await self._round())
        finally:
            await self._finish()
            self._ended.set()
        if self._unrecorded is not None:
            raise self._unrecorded

    async def stop(self) -> None:
        """Start no more sends and wait for those under way."""
        self._halt()
        await self._ended.wait()

    def _halt(self) -> None:
        self._stopping = True
        self._wake.set()
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.set()

    async def _round(self) -> float:
        """Start what is due and return how long there is nothing more to start."""
        try:
            await self._recover()
            await self._tidy()
            return await self._start_due()
        except StorageError as error:
            logger.warning("deliveries wait, the database fails: %s", error)
            return TROUBLE_WAIT

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    async def _finish(self) -> None:
        try:
            if self._busy:
                await asyncio.wait(self._busy)
        except asyncio.CancelledError:
            for task in self._busy:
                task.cancel()
            await asyncio.gather(*self._busy, return_exceptions=True)
            raise

    async def _recover(self) -> None:
        now = self._now()
        if self._recovered_at is not None and now < self._recovered_at + LOOK_EVERY:
            return
        rows = await self._store.recover(now, starting=self._recovered_at is None)
        self._recovered_at = now
        for row in self._told(rows):
            logger.warning("delivery %d: %s (%s)", row.id, row.state, row.reason)

    async def _tidy(self) -> None:
        now = self._now()
        if self._tidied_at is not None and now < self._tidied_at + HOUR:
            return
        await self._store.erase_cards(now - KEEP_CARDS)
        await self._store.drop_parked(now - KEEP_PARKED, now)
        await self._store.purge(now - KEEP_ROWS)
        self._tidied_at = now

    async def _start_due(self) -> float:
        free = self._concurrency - len(self._busy)
        if not free:
            return LOOK_EVERY
        now = self._now()
        leased = await self._store.lease(now, now + self._lease, free)
        for rows in leased:
            task = asyncio.create_task(self._deliver(rows))
            self._busy.add(task)
            task.add_done_callback(self._delivered)
        if len(leased) == free:
            return LOOK_EVERY
        due = await self._store.next_due()
        return LOOK_EVERY if due is None else min(LOOK_EVERY, max(BREATH, due - self._now()))

    def _delivered(self, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        self._wake.set()

    # One forward

    async def _deliver(self, rows: list[Delivery]) -> None:
        try:
            outcomes = await self._attempt(rows)
        except Exception as error:  # noqa: BLE001 - one bug must not stop everybody's sends
            _report(rows, error)
            outcomes = [self._rules.lost(row, LostAnswer()) for row in rows]
        try:
            await self._store.record(outcomes)
        except StorageError as error:
            logger.critical("sending stops, results cannot be recorded: %s", error)
            self._unrecorded = error
            self._halt()
            return
        for outcome in outcomes:
            reason = outcome.reason or "ok"
            logger.info("delivery %d: %s (%s)", outcome.delivery.id, outcome.state, reason)
        await self._draw_conclusions(outcomes[0])
        self._told(rows)

    async def _attempt(self, rows: list[Delivery]) -> list[Outcome]:
        """Send, with one refresh when Kakao refuses a token that should be good.

        A fresh token that is refused as well means that Kakao does not let this server in, such as
        by its list of allowed addresses; the member's link is sound.
        """
        try:
            token = await self._token(rows)
            answers: Sequence[Failure | None]
            try:
                answers = await self._send(rows, token)
            except TokenInvalid:
                answers = await self._send(rows, await self._token(rows, refused=token))
        except TokenInvalid as error:
            answers = [AppFault(error.code, error.status)] * len(rows)
        except (KakaoError, errors.UserError) as error:
            answers = [error] * len(rows)
        return [self._rules.outcome(row, answer) for row, answer in zip(rows, answers, strict=True)]

    async def _token(self, rows: list[Delivery], *, refused: str | None = None) -> str:
        member_id = rows[0].member_id
        try:
            if refused is None:
                return await self._links.access_token(member_id)
            return await self._links.renew(member_id, refused)
        except errors.UserError:
            raise
        except Exception as error:
            # Nothing was sent yet, so trying again later does no harm.
            _report(rows, error)
            raise errors.TryLater from error

    async def _send(self, rows: list[Delivery], token: str) -> Sequence[Failure | None]:
        """Call Kakao and return what became of each row, None for success."""
        template = template_from(rows[0].card or {})
        if rows[0].chat is Chat.ME:
            async with self._within_lease(rows[0]):
                await self._kakao.send_to_me(token, template)
            return [None]
        try:
            return await self._to_friends(rows, token, template)
        except LimitBroken:
            raise
        except ABOUT_RECEIVERS as error:
            if len(rows) == 1:
                return [_gone(error)]
            return await self._one_by_one(rows, token, template)

    async def _to_friends(
        self, rows: Sequence[Delivery], token: str, template: Template
    ) -> list[Failure | None]:
        uuids = [row.friend_uuid or "" for row in rows]
        async with self._within_lease(rows[0]):
            result = await self._kakao.send_to_friends(token, uuids, template)
        answers: dict[str, Failure | None] = {
            uuid: _of_receiver(info.error)
            for info in result.failure_info
            for uuid in info.receiver_uuids
        }
        answers |= dict.fromkeys(result.successful_receiver_uuids)
        return [answers.get(uuid, LostAnswer()) for uuid in uuids]

    async def _one_by_one(
        self, rows: Sequence[Delivery], token: str, template: Template
    ) -> list[Failure | None]:
        """Find out whom Kakao means; nobody has got anything yet.

        One vanished friend makes it refuse a whole send; and when nobody gets it, it gives one
        reason for all of them.
        """
        answers: list[Failure | None] = []
        for row in rows:
            try:
                answers += await self._to_friends([row], token, template)
            except KakaoError as error:
                answers.append(_gone(error))
        return answers

    @asynccontextmanager
    async def _within_lease(self, row: Delivery) -> AsyncIterator[None]:
        """See to it that a call ends, and can be recorded, before the row's lease does."""
        left = (row.lease_until or 0) - RECORDING_SECONDS - self._now()
        if left <= 0:
            raise Unavailable(reason="the lease is over")
        try:
            async with asyncio.timeout(left):
                yield
        except TimeoutError:
            raise LostAnswer(reason="the lease is over") from None

    # What one answer means for the member's other rows

    async def _draw_conclusions(self, outcome: Outcome) -> None:
        try:
            if outcome.state is DeliveryState.PARKED:
                await self._park_others(outcome)
            elif outcome.reason in ALLOWANCES and outcome.next_try_at is not None:
                await self._postpone_others(outcome, outcome.reason, outcome.next_try_at)
        except Exception as error:  # noqa: BLE001 - the result is recorded, the others can wait
            _report([outcome.delivery], error)

    async def _postpone_others(self, outcome: Outcome, reason: str, until: float) -> None:
        row = outcome.delivery
        member_id = None if reason == ALLOWANCE_OF_APP else row.member_id
        self._told(await self._store.postpone(member_id, chat=row.chat, until=until, reason=reason))

    async def _park_others(self, outcome: Outcome) -> None:
        row, reason = outcome.delivery, outcome.reason or ""
        chat = row.chat if reason == CONSENT else None
        self._told(await self._store.park(row.member_id, reason=reason, chat=chat))
        link = await self._links.get(row.member_id)
        leased_at = (row.lease_until or 0) - self._lease
        if link is not None and link.broken_at is None and link.linked_at > leased_at:
            # They linked again while Kakao was refusing the former link.
            await self.unpark(row.member_id)
        elif reason == LINK_AGAIN and outcome.code is not None:
            # Kakao said so to us; what Links found out by itself it has noted already.
            await self._links.broke(row.member_id)


def _check(rows: Sequence[NewDelivery]) -> None:
    """Refuse what does not go out in one call."""
    chats = {(row.member_id, row.chat) for row in rows}
    most = 1 if rows[0].chat is Chat.ME else MAX_RECEIVERS
    if len(chats) != 1 or len(rows) > most:
        raise ValueError("a forward goes to one member's own chat or to one to five friends")


def _gone(answer: KakaoError) -> KakaoError:
    """Read "bad parameter": our cards are checked, so it is a friend who does not use Kkachi."""
    return NotFriends(answer.code) if isinstance(answer, BadRequest) else answer


def _of_receiver(answer: KakaoError) -> KakaoError:
    """Read a code that Kakao gives for one receiver: a missing consent is theirs, not ours."""
    theirs = isinstance(answer, (ConsentMissing, NotLinked, TokenInvalid))
    return NotFriends(answer.code) if theirs else _gone(answer)


def _report(rows: Sequence[Delivery], error: Exception) -> None:
    """Log a mistake of ours by its type and place: its text may hold what a member wrote."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    ids = [row.id for row in rows]
    logger.error(
        "deliveries %s: unexpected %s at %s:%s",
        ids,
        type(error).__name__,
        place.filename,
        place.lineno,
    )


@contextmanager
def _watching(watchers: dict[str, set[asyncio.Event]], key: str) -> Iterator[asyncio.Event]:
    changed = asyncio.Event()
    watchers.setdefault(key, set()).add(changed)
    try:
        yield changed
    finally:
        watchers[key].discard(changed)
        if not watchers[key]:
            del watchers[key]
