"""Members whose link a server may not use, because an admin of it said so.

The link is the member's: it stays, and other servers go on with it. What the operator ends is the
whole link; that the member is told of it the same way is all that the two have in common.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.errors import NotAllowed
from bot.services.accounts.links import Links
from bot.services.accounts.partings import Parting
from bot.services.clock import Clock
from storage.deliveries import Delivery
from storage.exclusions import OPERATOR, Exclusion, ExclusionStore

__all__ = ["OPERATOR", "Excluded", "Exclusion", "Exclusions", "LinkEnded"]

Teller = Callable[[Exclusion], Awaitable[bool]]
"""Tells a member, and whether they have got it."""


class Excluded(NotAllowed):
    """An admin of the server has ended what it may do with the member's link."""

    key = "error-excluded"
    elsewhere = "error-excluded-elsewhere"


@dataclass(frozen=True, slots=True)
class LinkEnded:
    """What was done to end a link altogether."""

    parting: Parting
    told: bool


class Exclusions:
    """Knows the decisions, and lets their members and everybody concerned hear of them."""

    def __init__(self, store: ExclusionStore, links: Links, *, now: Clock) -> None:
        self._store = store
        self._links = links
        self._now = now
        self.on_excluded: list[Callable[[int, int], Awaitable[None]]] = []
        """Hear of a member and a server; what waits to leave it is cancelled by then."""
        self.on_deliveries_changed: list[Callable[[list[Delivery]], object]] = []
        self.tellers: list[Teller] = []

    async def of(self, guild_id: int, member_id: int) -> Exclusion | None:
        """Return what a server has decided about a member's link."""
        return await self._store.get(guild_id, member_id)

    async def check(self, guild_id: int, member_id: int) -> None:
        """Raise Excluded where a server may not use a member's link."""
        found = await self._store.get(guild_id, member_id)
        if found is not None:
            raise Excluded(guild_id, reason=found.reason)

    async def exclude(self, guild_id: int, member_id: int, reason: str) -> bool:
        """End what a server may do with a member's link; tells whether the member knows of it."""
        exclusion = Exclusion(guild_id, member_id, reason, self._now())
        cancelled = await self._store.put(exclusion)
        for changed in self.on_deliveries_changed:
            changed(cancelled)
        for forget in self.on_excluded:
            await forget(member_id, guild_id)
        return await self.tell(exclusion)

    async def lift(self, guild_id: int, member_id: int) -> bool:
        """Let a server use a member's link again; False when it may already."""
        return await self._store.remove(guild_id, member_id)

    async def end_link(self, member_id: int, reason: str) -> LinkEnded:
        """End a link altogether, at Kakao too; for the operator. Raises NotLinked."""
        parting = await self._links.unlink(member_id)
        exclusion = Exclusion(OPERATOR, member_id, reason, self._now())
        await self._store.put(exclusion)
        return LinkEnded(parting, await self.tell(exclusion))

    async def untold(self, member_id: int | None = None) -> list[Exclusion]:
        """Return what nobody, or one member, has been told of."""
        return await self._store.untold(member_id)

    async def tell_missed(self) -> None:
        """Tell members of what was decided while nobody could."""
        for exclusion in await self.untold():
            await self.tell(exclusion)

    async def tell(self, exclusion: Exclusion, teller: Teller | None = None) -> bool:
        """Tell a member once, by this teller or those that listen; False while that fails."""
        if teller is None and not self.tellers:  # Discord is another process's
            return False
        # Whoever dies here has told nobody, or has not noted it: then another process tells it.
        async with self._store.turn(exclusion.member_id):
            if exclusion not in await self._store.untold(exclusion.member_id):
                return True
            for tell in [teller] if teller else self.tellers:
                if await tell(exclusion):
                    await self._note_told(exclusion)
                    return True
        return False

    async def _note_told(self, exclusion: Exclusion) -> None:
        if exclusion.guild_id == OPERATOR:
            await self._store.remove(OPERATOR, exclusion.member_id)
        else:
            await self._store.mark_told(exclusion)

    async def forget(self, guild_id: int) -> None:
        """Forget a server."""
        await self._store.forget_guild(guild_id)
