"""What members do with the outbox; `sender` beside it takes what is due from it and sends it."""

import asyncio
import logging
import math
from collections.abc import Iterable, Sequence
from contextlib import suppress
from random import Random

from bot import tracing
from bot.errors import Expired, NotLinked
from bot.kakao import MAX_RECEIVERS
from bot.services.clock import Clock
from bot.services.deliveries.outcomes import may_repeat
from bot.services.deliveries.signals import OutboxSignals
from storage.deliveries import (
    Acceptance,
    Chat,
    Claim,
    Delivery,
    DeliveryState,
    DeliveryStore,
    NewDelivery,
)

__all__ = ["NewDelivery", "Outbox", "may_repeat"]

logger = logging.getLogger(__name__)

FORWARD_ID_BITS = 96
PATIENCE = 3.0  # seconds that a member waits for the first answer


class Outbox:
    """The outbox as members see it."""

    def __init__(
        self,
        store: DeliveryStore,
        signals: OutboxSignals,
        *,
        now: Clock,
        random: Random,
        patience: float = PATIENCE,
        look_every: float = math.inf,
    ) -> None:
        self._store = store
        self._signals = signals
        self._now = now
        self._random = random
        self._patience = patience
        self._look_every = look_every

    async def send(
        self, rows: Sequence[NewDelivery], *, draft_id: str | None = None
    ) -> list[Delivery]:
        """Accept a forward and return how it went within a few seconds, or how it stands then.

        It takes the place of its draft, if it has one. Raises NotLinked, or Expired when the draft
        was sent or discarded already.
        """
        forward_id = self._new_id()
        deadline = _clock() + self._patience
        with self._signals.follow(forward_id, rows[0].member_id) as changed:
            await self._accept(forward_id, rows, draft_id)
            await self._until_told(changed, self._next_look(deadline))
        if len(changed.rows) == len(rows) and all(map(_is_sent, changed.rows)):
            return list(changed.rows)
        return await self._settled(forward_id, rows[0].member_id, deadline)

    async def accept(self, rows: Sequence[NewDelivery], *, claim: Claim | None = None) -> str:
        """Commit one forward, to "Me" or to friends, and return its id; sending starts at once.

        Raises NotLinked, or Expired where what it was made of is claimed no more.
        """
        forward_id = self._new_id()
        await self._accept(forward_id, rows, claim=claim)
        return forward_id

    async def settle(
        self,
        forward_id: str,
        member_id: int,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - at its end this returns, it does not raise
        parked: bool = False,
    ) -> list[Delivery]:
        """Return a forward's rows as soon as nothing more happens to them within the timeout.

        With `parked` the member is expected to agree, or to link, meanwhile.
        """
        deadline = _clock() + (self._patience if timeout is None else timeout)
        return await self._settled(forward_id, member_id, deadline, parked=parked)

    async def of_forward(self, forward_id: str, member_id: int) -> list[Delivery]:
        """Return the rows of a member's forward."""
        return await self._store.of_forward(forward_id, member_id)

    async def repeat(self, forward_id: str, member_id: int) -> list[Delivery]:
        """Queue the rows of a forward that failed and may be repeated; return those."""
        rows = await self._store.of_forward(forward_id, member_id)
        again = [row.id for row in rows if may_repeat(row)]
        return self._signals.changed(await self._store.requeue(again, self._now()))

    async def cancel(self, member_id: int) -> None:
        """Cancel all that waits and forget to whom the member sent what, as after an unlink."""
        self._signals.changed(await self._store.cancel(member_id, self._now()))

    async def last(self, member_id: int, n: int = 5) -> list[Delivery]:
        """Return a member's latest deliveries, the newest first."""
        return await self._store.last(member_id, n)

    def _new_id(self) -> str:
        return f"{self._random.getrandbits(FORWARD_ID_BITS):024x}"

    async def _accept(
        self,
        forward_id: str,
        rows: Sequence[NewDelivery],
        draft_id: str | None = None,
        claim: Claim | None = None,
    ) -> None:
        _check(rows)
        tracing.forward.set(forward_id)
        now = self._now()
        match await self._store.accept(forward_id, rows, at=now, draft_id=draft_id, claim=claim):
            case Acceptance.NOT_LINKED:
                raise NotLinked
            case Acceptance.DRAFT_GONE | Acceptance.TAKEN_BACK:
                raise Expired
        logger.info("%d to send", len(rows))
        self._signals.work.set()

    async def _settled(
        self, forward_id: str, member_id: int, deadline: float, *, parked: bool = False
    ) -> list[Delivery]:
        with self._signals.follow(forward_id, member_id) as changed:
            while True:
                changed.clear()
                rows = await self._store.of_forward(forward_id, member_id)
                left = deadline - _clock()
                moving = self._moving(rows, left) or (parked and _waits_for_member(rows))
                if self._signals.closed or left <= 0 or not moving:
                    return rows
                await self._until_told(changed, self._next_look(deadline))

    async def _until_told(self, changed: asyncio.Event, deadline: float) -> None:
        """Wait for a change, though not past the deadline, nor when nothing is sent any more."""
        if not self._signals.closed:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(deadline):
                    await changed.wait()

    def _next_look(self, deadline: float) -> float:
        """Return how long to wait for a change: what another process does may be told nobody."""
        return min(deadline, _clock() + self._look_every)

    def _moving(self, rows: Iterable[Delivery], seconds: float) -> bool:
        soon = self._now() + seconds
        return any(
            row.state is DeliveryState.SENDING
            or (row.state is DeliveryState.QUEUED and row.next_try_at <= soon)
            for row in rows
        )


def _clock() -> float:
    return asyncio.get_running_loop().time()


def _is_sent(row: Delivery) -> bool:
    """Tell whether nothing can happen to a row any more; it need not be read again then."""
    return row.state is DeliveryState.SENT


def _waits_for_member(rows: Iterable[Delivery]) -> bool:
    return any(row.state is DeliveryState.PARKED for row in rows)


def _check(rows: Sequence[NewDelivery]) -> None:
    """Refuse what does not go out in one call."""
    chats = {(row.member_id, row.chat) for row in rows}
    most = 1 if rows[0].chat is Chat.ME else MAX_RECEIVERS
    if len(chats) != 1 or len(rows) > most:
        raise ValueError("a forward goes to one member's own chat or to one to five friends")
