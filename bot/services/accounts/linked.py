"""Knows who has linked, without asking the database for every message."""

import logging
import time
from collections.abc import Collection, Sequence

from bot.services.cache import Bounded
from bot.services.clock import Clock
from storage.database import StorageError
from storage.links import LinkStore

logger = logging.getLogger(__name__)

MOST_MEMBERS = 100_000
# Another process may let a member link: for so long that goes unnoticed here.
NOT_LINKED_SECONDS = 1.0
# Who is no longer linked costs a little time only.
LINKED_SECONDS = 60.0


class LinkedMembers:
    """Tells members with a link, be it broken or without a consent, from those who have none."""

    def __init__(self, store: LinkStore, *, now: Clock = time.monotonic) -> None:
        self._store = store
        self._now = now
        self._changes = 0
        # Whether a member has linked, and until when that is believed.
        self._known = Bounded[int, tuple[bool, float]](MOST_MEMBERS)

    async def among(self, member_ids: Collection[int]) -> frozenset[int]:
        """Return those who have linked, and those of whom that cannot be found out now."""
        now = self._now()
        known = {member_id: self._answer(member_id, now) for member_id in member_ids}
        unknown = [member_id for member_id, answer in known.items() if answer is None]
        if unknown:
            known |= await self._ask(unknown)
        return frozenset(member_id for member_id, is_linked in known.items() if is_linked)

    async def changed(self, member_id: int) -> None:
        """Note that a member has linked, or has no longer."""
        self.doubt(member_id)

    def doubt(self, member_id: int | None) -> None:
        """Ask anew whether a member, or anybody, has linked: another process may know better."""
        self._changes += 1
        if member_id is None:
            self._known.clear()
        else:
            self._known.pop(member_id, None)

    def _answer(self, member_id: int, now: float) -> bool | None:
        is_linked, until = self._known.get(member_id, (False, now))
        return is_linked if now < until else None

    async def _ask(self, member_ids: Sequence[int]) -> dict[int, bool]:
        changes = self._changes
        try:
            linked, seconds = await self._store.linked(member_ids), LINKED_SECONDS
        except StorageError as error:
            logger.warning("nobody knows who has linked: %s", error)
            linked, seconds = frozenset(member_ids), NOT_LINKED_SECONDS
        answers = {member_id: member_id in linked for member_id in member_ids}
        if changes == self._changes:  # else it may be what was true before
            now = self._now()
            for member_id, is_linked in answers.items():
                until = now + (seconds if is_linked else NOT_LINKED_SECONDS)
                self._known[member_id] = is_linked, until
        return answers
