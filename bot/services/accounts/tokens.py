"""Saves the tokens that Kakao gives, and keeps in memory those that cannot be saved yet."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.services.cache import Bounded
from bot.services.locks import KeyedLocks
from storage.database import StorageError
from storage.links import Link, LinkStore

logger = logging.getLogger(__name__)

MAX_MEMBERS = 1000
AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Renewal:
    """A link with its new tokens, and what may be stored of it: whether saving failed is unsure."""

    renewed: Link
    stored: tuple[Link, ...]

    def of(self, link: Link) -> Link:
        """Return a link that was just read with the new tokens, unless it has others by now."""
        if link.refresh_token not in {former.refresh_token for former in self.stored}:
            return link
        return replace(
            link,
            access_token=self.renewed.access_token,
            access_expires_at=self.renewed.access_expires_at,
            refresh_token=self.renewed.refresh_token,
            refresh_expires_at=self.renewed.refresh_expires_at,
            # A new one was never refused.
            broken_at=None if self.replaces(link) else link.broken_at,
        )

    def before(self, link: Link) -> tuple[Link, ...]:
        """Return what may be stored of a link while it is renewed once more."""
        if link.refresh_token != self.renewed.refresh_token:
            return (link,)
        return (*self.stored, link)

    def replaces(self, link: Link) -> bool:
        """Tell whether a link gets another refresh token, and not only an access token."""
        return link.refresh_token != self.renewed.refresh_token


class TokenKeeper:
    """Loses no tokens while the database takes nothing: Kakao gives each of them only once."""

    def __init__(self, store: LinkStore) -> None:
        self._store = store
        self._unsaved = Bounded[int, Renewal](MAX_MEMBERS)
        self._saving = KeyedLocks[int]()
        self._arrived = asyncio.Event()

    def newest(self, link: Link | None) -> Link | None:
        """Return a link that was just read with its newest tokens, saved or not."""
        renewal = None if link is None else self._unsaved.get(link.member_id)
        return link if link is None or renewal is None else renewal.of(link)

    async def keep(self, link: Link, renewed: Link) -> None:
        """Keep what Kakao gave for a link, whether or not the database takes it now."""
        async with self._saving.of(link.member_id):
            former = self._unsaved.get(link.member_id)
            stored = former.before(link) if former is not None else (link,)
            self._unsaved[link.member_id] = Renewal(renewed, stored)
        try:
            await self.save(link.member_id)
        except StorageError as error:
            logger.warning("new tokens of a member are not saved yet: %s", error)
            self._arrived.set()

    async def save(self, member_id: int) -> None:
        """Save a member's tokens, if there are any to save; raises StorageError."""
        async with self._saving.of(member_id):
            renewal = self._unsaved.get(member_id)
            if renewal is None:
                return
            for stored in renewal.stored:
                await self._save(stored, renewal)
            self.forget(member_id)

    async def _save(self, stored: Link, renewal: Renewal) -> None:
        renewed = renewal.renewed
        await self._store.save_tokens(
            stored,
            access_token=renewed.access_token,
            access_expires_at=renewed.access_expires_at,
            refresh_token=renewed.refresh_token if renewal.replaces(stored) else None,
            refresh_expires_at=renewed.refresh_expires_at,
        )

    def forget(self, member_id: int) -> None:
        """Let go of what is not saved, as after an unlink."""
        self._unsaved.pop(member_id, None)

    async def run(self) -> None:
        """Save what could not be saved, as soon as the database takes it, until cancelled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._unsaved:
                await asyncio.sleep(AGAIN_SECONDS)
                await self._save_all()

    async def _save_all(self) -> None:
        for member_id in tuple(self._unsaved):
            with suppress(StorageError):
                await self.save(member_id)
