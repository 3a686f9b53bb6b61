"""What one answer of Kakao's means for everything else that waits."""

from collections.abc import Sequence

from bot.kakao import TALK_MESSAGE
from bot.services.accounts.links import Links
from bot.services.deliveries.attempt import report
from bot.services.deliveries.outcomes import ALLOWANCE_OF_APP, ALLOWANCES, CONSENT
from bot.services.deliveries.signals import OutboxSignals
from storage.deliveries import DeliveryState, DeliveryStore
from storage.leases import Lease, Outcome


class FollowUps:
    """Spares Kakao the questions whose answer is known."""

    def __init__(self, store: DeliveryStore, links: Links, signals: OutboxSignals) -> None:
        self._store = store
        self._links = links
        self._signals = signals

    async def apply(self, lease: Lease, outcomes: Sequence[Outcome]) -> None:
        """Hold back other rows that could not go out either."""
        try:
            for outcome in outcomes:
                if outcome.reason in ALLOWANCES and outcome.state is DeliveryState.QUEUED:
                    await self._postpone_others(outcome)
                elif outcome.state is DeliveryState.PARKED:
                    # They were sent in one call: what holds for one of them holds for all.
                    await self._park_others(lease, outcome)
                    break
        except Exception as error:  # noqa: BLE001 - the result is recorded, the others can wait
            report(lease.rows, error)

    async def _postpone_others(self, outcome: Outcome) -> None:
        row, reason = outcome.delivery, outcome.reason or ""
        like = None if reason == ALLOWANCE_OF_APP else row
        until = outcome.next_try_at or 0
        rows = await self._store.postpone(like, chat=row.chat, until=until, reason=reason)
        self._signals.changed(rows)

    async def _park_others(self, lease: Lease, outcome: Outcome) -> None:
        row, reason, scopes = outcome.delivery, outcome.reason or "", outcome.required_scopes
        everything = reason != CONSENT or (scopes is not None and TALK_MESSAGE in scopes)
        parked = await self._store.park(
            row, reason=reason, required_scopes=scopes, chat=None if everything else row.chat
        )
        self._signals.changed(parked)
        if reason == CONSENT and not scopes:
            return  # nobody says what would have to be agreed to
        link = await self._links.get(row.member_id)
        if link is not None and link.broken_at is None:
            # They may have linked again, or agreed, while Kakao was refusing what they had before.
            ready = await self._store.unpark(row.member_id, link.scopes, lease.at)
            self._signals.changed(ready)
