"""What a member may ask of us: everything we hold about them, and to forget it."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from bot.errors import NotLinked
from bot.services.accounts.links import Links
from bot.services.accounts.partings import UNDONE, Parting
from bot.services.clock import Clock
from bot.services.privacy.optouts import OptOuts
from bot.services.privacy.presences import Presences
from bot.texts import Locale, Texts
from storage.personal import PersonalStore

Forgetter = Callable[[int], Awaitable[None]]


class PersonalData:
    """Shows and erases; `forgetters` let go of what is kept in memory."""

    def __init__(
        self,
        store: PersonalStore,
        links: Links,
        optouts: OptOuts,
        presences: Presences,
        texts: Texts,
        *,
        now: Clock,
    ) -> None:
        self._store = store
        self._links = links
        self._optouts = optouts
        self._presences = presences
        self._texts = texts
        self._now = now
        self.forgetters: list[Forgetter] = []

    async def export(self, member_id: int, locale: Locale) -> dict[str, Any]:
        """Return everything that is held about a member, as JSON, with what each part is for."""
        tables = await self._store.all(member_id)
        return {
            "about": self._texts.say(locale, "privacy-export-about"),
            "member_id": str(member_id),
            "exported_at": datetime.fromtimestamp(self._now(), UTC).isoformat(),
            "held": {
                name: {"what": self._texts.say(locale, f"privacy-table-{name}"), "rows": rows}
                for name, rows in tables.items()
            },
        }

    async def delete(self, member_id: int) -> Parting:
        """Erase everything about a member, here and, as far as it can be reached, at Kakao."""
        parting = UNDONE
        with suppress(NotLinked):
            parting = await self._links.unlink(member_id)
        for forget in self.forgetters:
            await forget(member_id)
        await self._store.erase(member_id)
        return parting

    async def opt_out(self, member_id: int, *, on: bool) -> None:
        """Keep what a member writes out of every automatic forward, or no more.

        Whoever opts out says no to all who want to hear when they come into voice.
        """
        await self._optouts.set(member_id, on=on)
        if on:
            await self._presences.decline_all(member_id)
