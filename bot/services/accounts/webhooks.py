"""What Kakao tells of its accounts, and what follows for their links.

Every one of these may come twice, late or for an account that nobody has linked.
"""

from bot.services.accounts.links import Links
from bot.services.accounts.pending import PendingLinks
from bot.services.accounts.security_events import AccountEvent, Event, SecurityEvents, account_id
from bot.services.accounts.webhook_queue import WebhookQueue
from bot.services.clock import Clock

Unlinked = tuple[int, float]
"""An account, and when we heard that it was unlinked."""


class AccountWebhooks:
    """Keeps Kakao's word at once; the links follow soon after."""

    def __init__(
        self,
        links: Links,
        pending: PendingLinks,
        inbox: WebhookQueue,
        events: SecurityEvents,
        *,
        now: Clock,
    ) -> None:
        self._links = links
        self._pending = pending
        self._inbox = inbox
        self._events = events
        self._now = now
        inbox.on("unlink", Unlinked, self._undone)
        inbox.on("event", Event, self._follow)

    async def unlinked(self, user_id: str) -> bool:
        """Take a notice that somebody has just cut the connection at Kakao; False if nobody.

        Raises NotKept.
        """
        kakao_id = account_id(user_id)
        if kakao_id is not None:
            await self._inbox.put("unlink", (kakao_id, self._now()), kakao_id=kakao_id)
        return kakao_id is not None

    async def take(self, token: bytes) -> None:
        """Take a signed account event; raises EventRefused or NotKept."""
        event = await self._events.read(token)
        of_whom = next((one.kakao_id for one in event.happenings), None)
        await self._inbox.put("event", event, kakao_id=of_whom, once=event.id)

    async def _follow(self, event: Event) -> None:
        for happening in event.happenings:
            await self._follow_one(happening)

    async def _undone(self, unlinked: Unlinked) -> None:
        kakao_id, at = unlinked
        await self._links.undone(kakao_id, at)
        await self._pending.undone(kakao_id, at)

    async def _follow_one(self, happening: AccountEvent) -> None:
        await self._pending.undone(happening.kakao_id, happening.at)
        match happening.kind:
            case "user-unlinked":
                await self._links.undone(happening.kakao_id, happening.at)
            case "tokens-revoked":
                await self._links.revoked(happening.kakao_id, happening.at)
            case "user-scope-withdraw":
                await self._links.withdrew(happening.kakao_id, happening.scopes, happening.at)
