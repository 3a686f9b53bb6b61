"""Members whose words stay out of every automatic forward, because they said so.

Where Kkachi is no member, and no admin decides what may leave, their words stay out of forwards by
hand as well.
"""

from dataclasses import replace

from bot.errors import UserError
from bot.services.cache import Cache
from bot.services.clock import Clock
from bot.services.messages.models import Highlight
from storage.optouts import OptOutStore


class AuthorOptedOut(UserError):
    """Whoever wrote it wants nothing carried, and it stands where Kkachi is no member."""

    key = "error-author-opted-out"


class OptOuts:
    """Knows who opted out; every message asks, so it is kept in memory."""

    def __init__(self, store: OptOutStore, now: Clock) -> None:
        self._store = store
        self._now = now
        self._members: Cache[None, frozenset[int]] = Cache(self._read, most=1)

    async def has(self, member_id: int) -> bool:
        """Tell whether a member opted out."""
        return member_id in await self._members.get(None)

    async def without_theirs(self, member_id: int, highlight: Highlight) -> Highlight:
        """Return a message without what others than the member wrote in it who opted out.

        Raises AuthorOptedOut where its own author did.
        """
        opted_out = await self._members.get(None) - {member_id}
        if highlight.seen.author_id in opted_out:
            raise AuthorOptedOut
        kept = tuple(
            part
            for part in highlight.seen.parts
            if part.author is None or part.author.id not in opted_out
        )
        return replace(highlight, seen=replace(highlight.seen, parts=kept))

    async def set(self, member_id: int, *, on: bool) -> None:
        """Opt a member out, or in again."""
        with self._members.changing():
            if on:
                await self._store.add(member_id, self._now())
            else:
                await self._store.remove(member_id)

    def doubt(self) -> None:
        """Read anew who opted out: another process may know of somebody else."""
        self._members.drop(None)

    async def _read(self, _: None) -> frozenset[int]:
        return frozenset(await self._store.all())
