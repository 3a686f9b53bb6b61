"""Members whose words stay out of every automatic forward, because they said so."""

from bot.services.clock import Clock
from storage.optouts import OptOutStore


class OptOuts:
    """Knows who opted out; every message asks, so it is kept in memory."""

    def __init__(self, store: OptOutStore, now: Clock) -> None:
        self._store = store
        self._now = now
        self._members: frozenset[int] | None = None

    async def has(self, member_id: int) -> bool:
        """Tell whether a member opted out."""
        if self._members is None:
            self._members = frozenset(await self._store.all())
        return member_id in self._members

    async def set(self, member_id: int, *, on: bool) -> None:
        """Opt a member out, or in again."""
        if on:
            await self._store.add(member_id, self._now())
        else:
            await self._store.remove(member_id)
        self._members = None
