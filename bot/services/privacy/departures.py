"""Cleans up after members who left a server, and after servers that Kkachi has left."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.errors import DiscordAway
from bot.logs import described
from bot.services.clock import DAY, HOUR, Clock, Patience, has_passed
from bot.services.messages.reader import ReaderSlot
from storage.database import StorageError
from storage.departures import KKACHI, DepartureStore
from storage.duties import ALL, Shards

logger = logging.getLogger(__name__)

Step = Callable[[int, int], Awaitable[None]]
"""Does something about a member of a server."""

# Asking Discord for one member after the other must not hold up anything else.
BREATH = 0.2


class Departures:
    """Looks once a day who is still there; what is kept for the others goes after some days.

    Only a clear no counts as having left. Whoever Discord could not be asked about is asked about
    again soon.
    """

    def __init__(
        self,
        store: DepartureStore,
        sight: ReaderSlot,
        *,
        grace_days: int,
        forget_member: Callable[[int, int], Awaitable[None]],
        forget_guild: Callable[[int], Awaitable[None]],
        patience: Patience,
        now: Clock,
        shards: Shards = ALL,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._sight = sight
        self._grace = grace_days * DAY
        self._forget_member = forget_member
        self._forget_guild = forget_guild
        self._patience = patience
        self._now = now
        self._shards = shards
        self._sleep = sleep
        self._looked_at = 0.0
        # Who is still to be asked about: server and member.
        self._unknown: list[tuple[int, int]] = []

    async def run(self) -> None:
        """Look and clean up until cancelled."""
        tries = 0
        while True:
            try:
                if has_passed(self._looked_at, DAY, self._now()) and await self.look():
                    self._looked_at = self._now()
                tries = tries + 1 if self._unknown else 0
                await self.tidy()
            except StorageError as error:
                logger.warning("nobody looks who has left, the database fails: %s", error)
            await self._sleep(self._patience.wait(tries) if tries else HOUR)

    async def left(self, guild_id: int) -> None:
        """Note that Kkachi was removed from a server."""
        await self._store.note(guild_id, KKACHI, self._now())

    async def joined(self, guild_id: int) -> None:
        """Note that Kkachi is in a server, again or still."""
        await self._store.forget(guild_id, KKACHI)

    async def look(self) -> bool:
        """Ask Discord who of those who have something in a server is still there.

        Tells whether that is known of all; if not, only the others are asked about the next time.
        Kkachi itself may have been removed, or taken back, while it did not run.
        """
        if not self._unknown:
            servers = [(guild_id, KKACHI) for guild_id in await self._store.servers()]
            known = (*servers, *await self._store.present())
            self._unknown = [one for one in known if self._shards.holds(one[0])]
        silent: list[tuple[int, int]] = []
        skipped: list[tuple[int, int]] = []
        for one in self._unknown:
            # Of a server's members one is enough to find out that Discord does not answer.
            if one[0] in {guild_id for guild_id, _ in silent}:
                skipped.append(one)
            elif not await self._turn(self._note, *one):
                silent.append(one)
        self._unknown = skipped + silent
        return not self._unknown

    async def tidy(self) -> None:
        """Erase what belongs to those who left long enough ago and are not back."""
        for one in await self._store.before(self._now() - self._grace):
            if self._shards.holds(one[0]):
                await self._turn(self._erase, *one)

    async def _turn(self, step: Step, guild_id: int, member_id: int) -> bool:
        """Do this for one of them, whose turn is all that an error costs.

        False when Discord could not be asked.
        """
        try:
            await step(guild_id, member_id)
        except DiscordAway:
            return False
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - the others have nothing to do with it
            place = described(error)  # its words may quote
            logger.error("somebody is passed over in server %d: %s", guild_id, place)  # noqa: TRY400
        return True

    async def _note(self, guild_id: int, member_id: int) -> None:
        if await self._is_there(guild_id, member_id):
            await self._store.forget(guild_id, member_id)
        else:
            await self._store.note(guild_id, member_id, self._now())
        await self._sleep(BREATH if member_id != KKACHI else 0)

    async def _erase(self, guild_id: int, member_id: int) -> None:
        """Erase what belongs to somebody, unless they are back."""
        if not await self._is_there(guild_id, member_id):
            if member_id == KKACHI:
                await self._forget_guild(guild_id)
            else:
                await self._forget_member(member_id, guild_id)
            logger.info("what belonged to somebody who left server %d is erased", guild_id)
        await self._store.forget(guild_id, member_id)

    async def _is_there(self, guild_id: int, member_id: int) -> bool:
        """Tell whether somebody is where Kkachi is; raises DiscordAway."""
        reader = self._sight.reader
        if not await reader.is_in(guild_id):
            return False
        return member_id == KKACHI or await reader.belongs(member_id, guild_id)
