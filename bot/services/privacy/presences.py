"""Who lets whom hear when they come into voice; each is asked once, by Kkachi."""

from collections.abc import Sequence

from bot.errors import Expired, UserError
from bot.services.clock import Clock
from bot.services.privacy.optouts import OptOuts
from storage.presences import Presence, PresenceState, PresenceStore

MOST_ASKED = 10  # whom a member may have asked within a day


class TooManyAsked(UserError):
    """The member has had as many others asked today as there may be."""

    key = "error-presence-too-many"


class OptedOut(UserError):
    """Whoever has opted out of automatic sends cannot say yes meanwhile."""

    key = "error-presence-opted-out"


class Presences:
    """Keeps the questions and the answers; a no is final until the member says yes."""

    def __init__(self, store: PresenceStore, optouts: OptOuts, *, now: Clock) -> None:
        self._store = store
        self._optouts = optouts
        self._now = now

    async def wish(self, asker_id: int, member_id: int, guild_id: int) -> None:
        """Let a member be asked, unless they were; raises TooManyAsked.

        Whoever has opted out of automatic sends has said no already.
        """
        has_said_no = await self._optouts.has(member_id)
        state = PresenceState.DECLINED if has_said_no else PresenceState.WAITING
        is_kept = await self._store.wish(
            guild_id, member_id, asker_id, self._now(), state=state, most=MOST_ASKED
        )
        if not is_kept:
            raise TooManyAsked(limit=MOST_ASKED)

    async def answer(self, member_id: int, asker_id: int, guild_id: int, *, yes: bool) -> None:
        """Keep what a member answers, also when they change it; raises Expired or OptedOut."""
        if yes and await self._optouts.has(member_id):
            raise OptedOut
        state = PresenceState.ALLOWED if yes else PresenceState.DECLINED
        if not await self._store.answer(guild_id, member_id, asker_id, state):
            raise Expired

    async def is_allowed(self, guild_id: int, member_id: int, asker_id: int) -> bool:
        """Tell whether somebody may hear when a member comes into voice in a server."""
        return await self._store.is_allowed(guild_id, member_id, asker_id)

    async def of_asker(self, asker_id: int, guild_id: int) -> dict[int, PresenceState]:
        """Return by member how far what somebody has asked in a server is."""
        found = await self._store.of_asker(asker_id, guild_id)
        return {one.member_id: one.state for one in found}

    async def of_member(self, member_id: int) -> Sequence[Presence]:
        """Return who wants to hear when a member comes into voice, the newest first."""
        return await self._store.of_member(member_id)

    async def decline_all(self, member_id: int) -> None:
        """Say no for a member to everybody who has asked."""
        await self._store.decline_all(member_id)
