"""One attempt to send the rows of one forward, with all that Kakao may answer to it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from bot import errors
from bot.kakao import (
    NO_ANSWER,
    AppFault,
    BadRequest,
    ConsentMissing,
    KakaoClient,
    KakaoError,
    LimitBroken,
    LostAnswer,
    Message,
    NotFriends,
    NotLinked,
    NotTalkUser,
    PairDaySpent,
    ReceiverDaySpent,
    ReceiverRefuses,
    TokenInvalid,
    Unavailable,
    message_from,
)
from bot.logs import described
from bot.services.accounts.links import Links
from bot.services.breaker import Breaker, BreakerState
from bot.services.clock import Clock
from bot.services.deliveries.allowance import REFUSALS
from bot.services.deliveries.outcomes import Failure, Held, may_have_arrived
from bot.services.deliveries.signals import OutboxSignals
from bot.services.deliveries.slots import Slots
from bot.services.processes.worker import Worker
from storage.deliveries import Chat, Delivery
from storage.leases import Lease
from storage.links import Link

logger = logging.getLogger(__name__)

RECORDING_SECONDS = 5.0
LONGEST_LEASE = 60.0
QUESTION_SECONDS = 3.0
# To Kakao at a time.
CALLS = 32

# Kakao refused the whole send, perhaps because of some receivers.
ABOUT_RECEIVERS = (
    BadRequest,
    NotFriends,
    NotTalkUser,
    PairDaySpent,
    ReceiverDaySpent,
    ReceiverRefuses,
)

T = TypeVar("T")
Answered = tuple[Delivery, Failure | None]
"""A row and what Kakao said, None for success."""
Prepare = Callable[[Message, str | None], Awaitable[Message]]
"""Takes a message and the access token it will go out with."""
Settle = Callable[[Message, bool], Awaitable[None]]
"""Hears whether a message that was prepared has gone out, or may have."""
Compose = Callable[[Delivery], Awaitable[Message]]
"""Makes the message of an automatic row."""
Renew = Callable[[Delivery, Message], Awaitable[Message]]
"""Returns what was sent by hand with pictures that can still be fetched."""
Permit = Callable[[int, Delivery], Awaitable[None]]
"""Asks whether what a member sent by hand may still leave its server; raises a UserError."""


async def always(_: int, __: Delivery) -> None:
    """Let everything go."""


async def as_written(_: Delivery, message: Message) -> Message:
    """Leave a message as it was written."""
    return message


async def as_it_is(message: Message, _access_token: str | None) -> Message:
    """Send a message as it was accepted."""
    return message


async def unheard(_: Message, __: bool) -> None:  # noqa: FBT001 - as `Settle` has it
    """Take no notice."""


class Attempts:
    """Sends with a token that is good; `compose` and `prepare` make a message right before.

    What was sent by hand is let go by `permit` only.

    The `breaker` hears of each call to Kakao. While it is open, and before a repeat that may be
    the member's second copy, Kakao is asked first whether it answers at all.
    """

    def __init__(
        self,
        links: Links,
        kakao: KakaoClient,
        signals: OutboxSignals,
        worker: Worker,
        *,
        now: Clock,
        compose: Compose,
        permit: Permit = always,
        renew: Renew = as_written,
        prepare: Prepare = as_it_is,
        settle: Settle = unheard,
        calls: int = CALLS,
    ) -> None:
        self.breaker, self.tokens = Breaker(now=now), links.refreshes.breaker
        self.slots = Slots(calls, signals.work.set)
        self._links = links
        self._kakao = kakao
        self._signals = signals
        self.worker = worker
        self._now = now
        self._compose = compose
        self._permit = permit
        self._renew = renew
        self._prepare = prepare
        self._settle = settle

    async def make(self, lease: Lease) -> list[Answered]:
        """Send what the allowance lets through, and answer for the rest."""
        rows = [row for row in lease.rows if row.id not in lease.refused]
        answers = dict(zip((row.id for row in rows), await self._answers(rows), strict=True))
        spent = {number: REFUSALS[claim.kind]() for number, claim in lease.refused.items()}
        return [(row, spent.get(row.id) or answers[row.id]) for row in lease.rows]

    async def _answers(self, rows: list[Delivery]) -> Sequence[Failure | None]:
        """Make the message and send it.

        A fresh token that is refused as well means that Kakao does not let this server in, such as
        by its list of allowed addresses; the member's link is sound.
        """
        if not rows:
            return []
        try:
            if self._must_ask(rows[0]):
                await self._harmless(rows, self._ask(rows[0]))
            link = await self._harmless(rows, self._link(rows))
            message = await self._harmless(rows, self._message(rows, link.access_token))
            return await self._sent(rows, message)
        except TokenInvalid as error:
            return [AppFault(error.code, error.status)] * len(rows)
        except (KakaoError, errors.UserError, Held) as error:
            return [error] * len(rows)

    def _must_ask(self, row: Delivery) -> bool:
        """Tell whether too much is at stake: a second copy, or a row whose time has not come."""
        at_stake = row.repeats > 0 or row.next_try_at > self._now()
        return self.breaker.state is BreakerState.OPEN or (at_stake and self.breaker.in_doubt)

    async def _ask(self, row: Delivery) -> None:
        """Ask whether Kakao answers. Raises Held, and Unavailable when it says "not now"."""
        link = await self._links.get(row.member_id)
        if link is None:
            return
        try:
            async with asyncio.timeout(QUESTION_SECONDS):
                await self._kakao.ask(link.access_token)
        except (*NO_ANSWER, TimeoutError) as error:
            silent = not _says_not_now(error)
            self.breaker.failed(row.member_id, silent=silent)
            early = row.next_try_at > self._now()
            if silent:
                raise Held(None if early else self._now() + self.breaker.wait()) from None
            raise
        self.breaker.answered()

    async def _message(self, rows: list[Delivery], token: str) -> Message:
        row = rows[0]
        async with asyncio.timeout(self._left(row)):
            return await self._prepare(await self._said(row), token)

    async def _said(self, row: Delivery) -> Message:
        """Return what a row says; what was sent by hand must be allowed out until it goes."""
        if row.is_automatic:
            return await self._compose(row)
        await self._permit(row.member_id, row)
        return await self._renew(row, message_from(row.card or {}))

    async def _harmless(self, rows: Sequence[Delivery], preparation: Awaitable[T]) -> T:
        """Nothing was sent yet: whatever goes wrong, trying again later does no harm."""
        try:
            with self.slots.waiting():
                return await preparation
        except (KakaoError, errors.UserError, Held):
            raise
        except Exception as error:
            report(rows, error)
            raise errors.TryLater from error

    async def _link(self, rows: Sequence[Delivery]) -> Link:
        """Return the link that the rows were accepted for, and no other; raises NotLinked."""
        return await self._links.fresh(rows[0].member_id, rows[0].link_generation)

    async def _by_link(self, rows: Sequence[Delivery], ask: Callable[[str], Awaitable[T]]) -> T:
        """Call Kakao by the rows' link, looked up right before; with one refresh if need be."""
        async with self.slots.call:
            link = await self._harmless(rows, self._link(rows))
            try:
                try:
                    async with self._call(rows[0]):
                        return await ask(link.access_token)
                except TokenInvalid:
                    link = await self._harmless(rows, self._links.renew(link))
                    async with self._call(rows[0]):
                        return await ask(link.access_token)
            except NotLinked:
                await self._harmless(rows, self._links.broke(link))
                raise
            except ConsentMissing as error:
                await self._harmless(rows, self._lacks(rows[0], link, error))
                raise

    async def _lacks(self, row: Delivery, link: Link, error: ConsentMissing) -> None:
        quietly = self._signals.is_watched(row.forward_id)
        await self._links.consent_missing(link, error.required_scopes, quietly=quietly)

    async def _sent(self, rows: list[Delivery], message: Message) -> Sequence[Failure | None]:
        """Send a message, and let its pictures be told whether it may have gone."""
        try:
            answers = await self._send(rows, message)
        except (KakaoError, errors.UserError, Held) as error:
            await self._settle(message, may_have_arrived(error))
            raise
        await self._settle(message, any(map(may_have_arrived, answers)))
        return answers

    async def _send(self, rows: list[Delivery], message: Message) -> Sequence[Failure | None]:
        """Call Kakao and return what became of each row, None for success."""
        if rows[0].chat is Chat.ME:
            await self._by_link(rows, lambda token: self._kakao.send_to_me(token, message))
            return [None]
        try:
            return await self._to_friends(rows, message)
        except LimitBroken:
            raise
        except ABOUT_RECEIVERS as error:
            if len(rows) == 1:
                return [_gone(error)]
            return await self._one_by_one(rows, message)

    async def _to_friends(self, rows: Sequence[Delivery], message: Message) -> list[Failure | None]:
        uuids = [row.friend_uuid or "" for row in rows]
        result = await self._by_link(
            rows, lambda token: self._kakao.send_to_friends(token, uuids, message)
        )
        answers: dict[str, Failure | None] = {
            uuid: _of_receiver(info.error)
            for info in result.failure_info
            for uuid in info.receiver_uuids
        }
        answers |= dict.fromkeys(result.successful_receiver_uuids)
        return [answers.get(uuid, LostAnswer()) for uuid in uuids]

    async def _one_by_one(self, rows: Sequence[Delivery], message: Message) -> list[Failure | None]:
        """Find out whom Kakao means; nobody has got anything yet.

        One vanished friend makes it refuse a whole send; and when nobody gets it, it gives one
        reason for all of them. What stops the later ones says nothing of those before.
        """
        answers: list[Failure | None] = []
        for row in rows:
            try:
                answers += await self._to_friends([row], message)
            except Held as held:
                answers.append(held)
            except KakaoError as error:
                answers.append(_gone(error))
            except errors.UserError as error:
                answers.append(error)
        return answers

    @asynccontextmanager
    async def _call(self, row: Delivery) -> AsyncIterator[None]:
        """Make one call, which ends, and can be recorded, before the row's lease does.

        How it ends says whether Kakao answers. Raises Held and Unavailable before it begins.
        """
        left = self._may_call(row)
        try:
            async with asyncio.timeout(left):
                yield
        except TimeoutError:
            self.breaker.failed(row.member_id)
            raise LostAnswer(reason="the lease is over") from None
        except KakaoError as error:
            self._heard(row, error)
            raise
        self.breaker.succeeded()

    def _may_call(self, row: Delivery) -> float:
        """Return how many seconds a call may take."""
        if self._signals.closed or self.breaker.state is BreakerState.OPEN:
            raise Held
        if not self.worker.holds(row.worker):
            raise Held
        left = self._left(row)
        if left <= 0:
            raise Unavailable(reason="the lease is over")
        return left

    def _heard(self, row: Delivery, error: KakaoError) -> None:
        if isinstance(error, NO_ANSWER):
            self.breaker.failed(row.member_id, silent=not _says_not_now(error))
        elif error.status is not None:  # what we refuse ourselves has none
            self.breaker.succeeded()

    def _left(self, row: Delivery) -> float:
        # The clock may have been set back since.
        left = min((row.lease_until or 0) - self._now(), LONGEST_LEASE)
        return left - RECORDING_SECONDS


def report(rows: Sequence[Delivery], error: BaseException) -> None:
    """Log a mistake of ours by its type and place: its text may hold what a member wrote."""
    logger.error("deliveries %s: unexpected %s", [row.id for row in rows], described(error))


def _says_not_now(error: Exception) -> bool:
    """Tell whether this is Kakao's own word that it is in trouble, and no mere silence."""
    return isinstance(error, Unavailable) and error.code is not None


def _gone(answer: KakaoError) -> KakaoError:
    """Read "bad parameter": our cards are checked, so it is a friend who does not use Kkachi."""
    return NotFriends(answer.code) if isinstance(answer, BadRequest) else answer


def _of_receiver(answer: KakaoError) -> KakaoError:
    """Read a code that Kakao gives for one receiver: a missing consent is theirs, not ours."""
    theirs = isinstance(answer, (ConsentMissing, NotLinked, TokenInvalid))
    return NotFriends(answer.code) if theirs else _gone(answer)
