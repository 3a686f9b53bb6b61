"""The links in cards: each stands for one Discord message, opens only that, and expires."""

import secrets
from collections.abc import Callable, Iterable

from bot.services.clock import DAY, Clock
from bot.services.messages.models import Source, message_address
from storage.jumps import Jump, JumpStore

KEPT_SECONDS = 30 * DAY
TOKEN_BYTES = 16


class JumpUnknown(Exception):
    """No jump has this id, or none any more."""


class JumpExpired(Exception):
    """The jump was made too long ago."""


def new_jump_id() -> str:
    """Return an id that nobody can guess."""
    return secrets.token_urlsafe(TOKEN_BYTES)


class Jumps:
    """Makes and follows the addresses that cards link to."""

    def __init__(
        self,
        store: JumpStore,
        public_url: str,
        now: Clock,
        token: Callable[[], str] = new_jump_id,
    ) -> None:
        self._store = store
        self._public_url = public_url
        self._now = now
        self._token = token

    async def open(self, member_id: int, source: Source, since: float | None = None) -> str:
        """Return a new address of ours that leads to this message for 30 days from now or then."""
        return (await self.open_all(member_id, [source], since))[source]

    async def open_all(
        self, member_id: int, sources: Iterable[Source], since: float | None = None
    ) -> dict[Source, str]:
        """Return a new address of ours for each of these, all kept at once."""
        new = {source: self._jump(member_id, source, since) for source in sources}
        await self._store.add(*new.values())
        return {source: f"{self._public_url}/m/{jump.id}" for source, jump in new.items()}

    def _jump(self, member_id: int, source: Source, since: float | None) -> Jump:
        now = self._now()
        return Jump(
            id=self._token(),
            member_id=member_id,
            guild_id=source.guild_id,
            channel_id=source.channel_id,
            message_id=source.message_id,
            created_at=now,
            expires_at=max(now, since or now) + KEPT_SECONDS,
        )

    async def follow(self, jump_id: str) -> str:
        """Return the Discord address that a jump stands for; raises JumpUnknown or JumpExpired."""
        jump = await self._store.find(jump_id)
        if jump is None:
            raise JumpUnknown
        if jump.expires_at <= self._now():
            raise JumpExpired
        return message_address(Source(jump.guild_id, jump.channel_id, jump.message_id))
