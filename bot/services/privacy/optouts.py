"""Members whose words stay out of every automatic forward, because they said so."""

from bot.services.cache import Cache
from bot.services.clock import Clock
from storage.optouts import OptOutStore


class OptOuts:
    """Knows who opted out; every message asks, so it is kept in memory."""

    def __init__(self, store: OptOutStore, now: Clock) -> None:
        self._store = store
        self._now = now
        self._members: Cache[None, frozenset[int]] = Cache(self._read, most=1)

    async def has(self, member_id: int) -> bool:
        """Tell whether a member opted out."""
        return member_id in await self._members.get(None)

    async def set(self, member_id: int, *, on: bool) -> None:
        """Opt a member out, or in again."""
        with self._members.changing():
            if on:
                await self._store.add(member_id, self._now())
            else:
                await self._store.remove(member_id)

    async def _read(self, _: None) -> frozenset[int]:
        return frozenset(await self._store.all())
