"""Asks members, by direct message, whether somebody may hear when they come into voice."""

import asyncio
import logging
from contextlib import suppress
from typing import Protocol

from bot.errors import DiscordAway, NotAllowed
from bot.services.clock import Clock, Patience
from bot.services.messages.events import NOTIFY_FEATURE
from bot.services.servers.access import Access
from storage.database import StorageError
from storage.presences import Presence, PresenceState, PresenceStore

logger = logging.getLogger(__name__)

MOST_QUESTIONS = 5  # that a member is asked within a day; others wait silently
AT_ONCE = 100  # questions that are read together


class PresenceDoor(Protocol):
    """The way to a member's direct messages."""

    async def can_ask(self, question: Presence) -> bool:
        """Tell whether both are in that server, and this process looks after it.

        Raises DiscordAway.
        """

    async def ask(self, question: Presence) -> bool:
        """Ask a member; False when they take no direct messages. Raises DiscordAway."""


class PresenceAsking:
    """Asks each question once, as soon as Discord can be asked and the day's bound allows."""

    def __init__(
        self, store: PresenceStore, access: Access, *, patience: Patience, now: Clock
    ) -> None:
        self._store = store
        self._access = access
        self._patience = patience
        self._now = now
        self._door: PresenceDoor | None = None
        self._woken = asyncio.Event()

    def attach(self, door: PresenceDoor) -> None:
        """Ask through this door from now on."""
        self._door = door

    def detach(self) -> None:
        """Ask nobody any more."""
        self._door = None

    def wake(self) -> None:
        """Ask now: somebody new wants to hear of somebody."""
        self._woken.set()

    async def run(self) -> None:
        """Ask whoever is to be asked, until cancelled; raises StorageError."""
        while True:
            self._woken.clear()
            is_known = await self.ask_all()
            with suppress(TimeoutError):
                wait = self._patience.longest if is_known else self._patience.first
                async with asyncio.timeout(wait):
                    await self._woken.wait()

    async def ask_all(self) -> bool:
        """Ask whoever may be asked today; False when Discord could not be asked about one of them.

        Raises StorageError.
        """
        door, last, is_known = self._door, 0, True
        if door is None:
            return False
        while questions := await self._store.due(self._now(), last, AT_ONCE):
            for one in questions:
                is_known &= await self._is_done(door, one)
            last = questions[-1].id
        return is_known

    async def _is_done(self, door: PresenceDoor, one: Presence) -> bool:
        try:
            if await door.can_ask(one):
                await self._access.admits(one.asker_id, one.guild_id, NOTIFY_FEATURE, ())
                await self._ask(door, one)
        except NotAllowed:  # as long as the server's admins say so
            return True
        except DiscordAway:
            return False
        return True

    async def _ask(self, door: PresenceDoor, one: Presence) -> None:
        """Ask one member; a question that may not have come is put back and asked again.

        Raises DiscordAway.
        """
        if not await self._store.claim(one, self._now(), MOST_QUESTIONS):
            return
        try:
            is_asked = await door.ask(one)
        except DiscordAway:
            await self._put_back(one)
            raise
        state = PresenceState.ASKED if is_asked else PresenceState.CLOSED
        await self._store.asked(one, state)

    async def _put_back(self, one: Presence) -> None:
        try:
            await self._store.put_back(one)
        except StorageError as error:  # it is asked again when asking has taken too long
            logger.warning("a question waits, the database fails: %s", error)
