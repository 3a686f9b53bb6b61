"""The end of a connection at Kakao itself, tried again for as long as Kakao does not undo it.

With the admin key an account is all that has to be known for that: it is kept, sealed and without
its member. The account's own tokens can do it too, also where there is no such key or it may not;
they stay in memory for a day, and go with it.
"""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Literal

from bot.kakao import (
    NO_ANSWER,
    GrantInvalid,
    KakaoClient,
    KakaoError,
    NotLinked,
    TokenInvalid,
    Unavailable,
    Unreachable,
)
from bot.services.cache import Bounded
from bot.services.clock import DAY, HOUR, MINUTE, Clock
from storage.database import StorageError
from storage.links import Link, LinkStore
from storage.partings import PartingStore, StoredParting

logger = logging.getLogger(__name__)

# Before each further try; the last one again and again.
WAITS = (5.0, 30.0, 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR)
KEPT_DAYS = 30
HELD_SECONDS = DAY
MOST_HELD = 1000
AT_ONCE = 20
LOOK_EVERY = 2.0

Obstacle = Literal["away", "unclear", "refused", "lapsed"]
"""Kakao is away, it may have done it, it refuses the app, or takes none of our tokens any more."""


@dataclass(frozen=True, slots=True)
class Parting:
    """What came of undoing a connection at Kakao: without an `obstacle` it is undone.

    `tried` says whether Kkachi goes on trying: no more, as long as this process lives, or for
    `KEPT_DAYS`.
    """

    obstacle: Obstacle | None = None
    tried: Literal["no-more", "while-running", "for-days"] = "no-more"


UNDONE = Parting()


@dataclass(frozen=True, slots=True)
class _Held:
    """A link that is gone from the storage, for its tokens."""

    link: Link
    tries: int
    next_try_at: float
    expires_at: float


class Partings:
    """Undoes connections at Kakao; the `store` is there where the admin key is."""

    def __init__(
        self,
        links: LinkStore,
        kakao: KakaoClient,
        store: PartingStore | None = None,
        *,
        now: Clock,
        patience: float = 5.0,
    ) -> None:
        self._links = links
        self._kakao = kakao
        self._store = store
        self._now = now
        self._patience = patience
        self._held = Bounded[int, _Held](MOST_HELD)

    async def part(self, link: Link) -> Parting:
        """Ask Kakao to undo the connection, and see to it that it is asked again if need be."""
        kept = await self._keep(link.kakao_id)
        self._held.pop(link.kakao_id, None)
        obstacle = await self._try(self._undo(link))
        if obstacle is None:
            if kept is not None and self._store is not None:
                await self._store.forget(kept)
            return UNDONE
        if obstacle != "lapsed":
            now = self._now()
            self._held[link.kakao_id] = _Held(link, 0, now + WAITS[0], now + HELD_SECONDS)
        if kept is not None:
            return Parting(obstacle, "for-days")
        return Parting(obstacle, "no-more" if obstacle == "lapsed" else "while-running")

    async def run(self) -> None:
        """Try again until cancelled; raises StorageError."""
        while True:
            await self.try_again()
            await asyncio.sleep(LOOK_EVERY)

    async def try_again(self) -> None:
        """Try those whose time has come once more, and forget those that were tried for long."""
        now = self._now()
        latest = now + WAITS[-1] + self._patience
        for kakao_id in [one for one, held in self._held.items() if held.expires_at <= now]:
            del self._held[kakao_id]
        if self._store is not None:
            await self._store.give_up(now)
            rows = await self._store.due(now, latest, AT_ONCE)
            await asyncio.gather(*(self._again(self._store, row) for row in rows))
        due = [one for one in self._held.values() if not now < one.next_try_at <= latest]
        await asyncio.gather(*map(self._again_by_tokens, due[:AT_ONCE]))

    async def _keep(self, kakao_id: int) -> int | None:
        """Note what is wished before anything is asked, so that a kill leaves it not undone."""
        if self._store is None:
            return None
        now = self._now()
        first, end = now + self._patience + WAITS[0], now + KEPT_DAYS * DAY
        try:
            return await self._store.add(kakao_id, next_try_at=first, expires_at=end)
        except StorageError as error:  # the link is erased already, and the rest can still be done
            logger.warning("a connection at Kakao is not noted: %s", error)
            return None

    async def _again(self, store: PartingStore, row: StoredParting) -> None:
        # Whoever has linked the account again since wants the connection.
        if await self._links.is_held(row.kakao_id) or not await self._try(
            self._kakao.unlink_account(row.kakao_id)
        ):
            await store.forget(row.id)
        else:
            await store.postpone(row.id, row.tries + 1, self._now() + _wait(row.tries + 1))

    async def _again_by_tokens(self, held: _Held) -> None:
        kakao_id = held.link.kakao_id
        is_held = await self._links.is_held(kakao_id)
        obstacle = None if is_held else await self._try(self._undo(held.link))
        # Another end of a link with the same account may have come meanwhile.
        if self._held.get(kakao_id) is not held:
            return
        if obstacle in {None, "lapsed"}:
            del self._held[kakao_id]
        else:
            tries = held.tries + 1
            later = replace(held, tries=tries, next_try_at=self._now() + _wait(tries))
            self._held[kakao_id] = later

    async def _try(self, undoing: Awaitable[object]) -> Obstacle | None:
        """Return what is in the way of a connection's end."""
        try:
            async with asyncio.timeout(self._patience):
                await undoing
        except NotLinked:
            return None
        except (KakaoError, TimeoutError) as failure:
            code = failure.code if isinstance(failure, KakaoError) else None
            logger.warning("Kakao keeps a connection: %s %s", type(failure).__name__, code)
            return _obstacle(failure)
        return None

    async def _undo(self, link: Link) -> None:
        try:
            await self._undo_by_tokens(link)
        except GrantInvalid:
            if not self._kakao.has_admin_key:
                raise
            await self._kakao.unlink_account(link.kakao_id)

    async def _undo_by_tokens(self, link: Link) -> None:
        try:
            await self._kakao.unlink(link.access_token)
        except TokenInvalid:
            tokens = await self._kakao.refresh(link.refresh_token)
            await self._kakao.unlink(tokens.access_token)


def _wait(tries: int) -> float:
    return WAITS[min(tries, len(WAITS) - 1)]


def _obstacle(failure: Exception) -> Obstacle:
    if isinstance(failure, Unavailable | Unreachable):
        return "away"
    if isinstance(failure, (*NO_ANSWER, TimeoutError)):
        return "unclear"
    return "lapsed" if isinstance(failure, GrantInvalid) else "refused"
