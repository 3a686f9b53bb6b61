"""The tie of a Discord member to a Kakao account: kept usable, broken and undone."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

from bot.errors import LinkBroken, NotLinked, OperatorFault, TryLater
from bot.kakao import (
    TALK_MESSAGE,
    AppFault,
    GrantInvalid,
    KakaoClient,
    KakaoError,
    TokenInvalid,
    Tokens,
)
from bot.services.clock import Clock
from bot.services.listeners import Listeners
from bot.services.locks import KeyedLocks
from bot.texts import Locale, pick_locale
from storage.links import Link, LinkStore

logger = logging.getLogger(__name__)

# Without this one no card goes out.
NEEDED = frozenset({TALK_MESSAGE})
REFRESH_EARLY = 60
UNLINK_PATIENCE = 5
# How far Kakao's clock and ours may be apart.
CLOCKS_APART = 10

BrokenListener = Callable[[int, Locale], Awaitable[None]]
UnlinkedListener = Callable[[int], Awaitable[None]]
ConsentListener = Callable[[int, Locale, frozenset[str]], Awaitable[None]]


class OtherAccount(Exception):
    """The link would go to another Kakao account than the one that is linked."""


class Links:
    """Every link of a member with Kakao."""

    def __init__(self, store: LinkStore, kakao: KakaoClient, *, now: Clock) -> None:
        self._store = store
        self._kakao = kakao
        self._now = now
        self._turns = KeyedLocks[int]()
        self._listeners = Listeners()
        self.on_broken: list[BrokenListener] = []
        self.on_refreshed: list[Callable[[str], None]] = []
        self.on_unlinked: list[UnlinkedListener] = []
        self.on_consent_missing: list[ConsentListener] = []
        # At Kakao itself, where the member may not think of us.
        self.on_undone: list[BrokenListener] = []

    async def keep(self, link: Link, *, same_account: bool) -> frozenset[str]:
        """Store a new link in place of the member's former one.

        Returns what a link that stood already allows beyond what it did. Raises OtherAccount, when
        it must be the `same_account`, and KakaoAccountTaken.
        """
        async with self._turns.of(link.member_id):
            before = await self._store.get(link.member_id)
            moved = before is not None and before.kakao_id != link.kakao_id
            if moved and same_account:
                raise OtherAccount
            await self._store.put(link)
        if before is not None and moved:
            await self._leave(before)
            await self._listeners.tell(listener(link.member_id) for listener in self.on_unlinked)
        if before is None or before.broken_at is not None or moved:
            return frozenset()
        return link.scopes - before.scopes

    # Tokens

    async def get(self, member_id: int) -> Link | None:
        """Return the member's link, broken or not."""
        return await self._store.get(member_id)

    async def access_token(self, member_id: int) -> str:
        """Return a token that is good for at least another minute.

        Raises NotLinked, LinkBroken (the member must link again), TryLater or OperatorFault.
        """
        return await self._ensure(
            member_id, lambda link: link.access_expires_at > self._now() + REFRESH_EARLY
        )

    async def renew(self, member_id: int, refused: str) -> str:
        """Return another token than the one Kakao has just refused, with one refresh at most."""
        return await self._ensure(member_id, lambda link: link.access_token != refused)

    async def broke(self, member_id: int) -> None:
        """Note that Kakao no longer accepts this member; the first time listeners are told."""
        link = await self._store.get(member_id)
        if link is not None and await self._store.mark_broken(member_id, self._now()):
            await self._tell_broken(link)

    async def consent_missing(
        self, member_id: int, scopes: frozenset[str], at: float, *, quietly: bool
    ) -> None:
        """Note that Kakao asked for consents at this time; the first time listeners are told.

        Unless `quietly`: then the member is looking at an answer that says so.
        """
        link = await self._store.get(member_id)
        if link is not None and link.linked_at > self._now():
            at = link.linked_at  # made before the clock was set back
        first = await self._store.withdraw(member_id, scopes, at)
        if first and link is not None and not quietly:
            await self._tell_consent_missing(link, scopes)

    async def consented(self, member_id: int, scopes: Iterable[str]) -> None:
        """Keep what the member agrees to, as Kakao has just told."""
        await self._store.set_scopes(member_id, scopes)

    async def _ensure(self, member_id: int, good: Callable[[Link], bool]) -> str:
        link = await self._sound(member_id)
        if good(link):
            return link.access_token
        # The caller may be cancelled; a pair that Kakao has issued must still be saved.
        return await asyncio.shield(self._listeners.spawn(self._renewed(member_id, good)))

    async def _renewed(self, member_id: int, good: Callable[[Link], bool]) -> str:
        async with self._turns.of(member_id):
            link = await self._sound(member_id)
            if good(link):
                return link.access_token
            token = await self._refresh(link)
            if token is not None:
                return token
            first = await self._store.mark_broken(member_id, self._now())
        # Outside the lock: a listener may ask for this member's token itself.
        if first:
            await self._tell_broken(link)
        raise LinkBroken

    async def _sound(self, member_id: int) -> Link:
        link = await self._store.get(member_id)
        if link is None:
            raise NotLinked
        if link.broken_at is not None:
            raise LinkBroken
        return link

    async def _refresh(self, link: Link) -> str | None:
        """Return a new token that is saved already, or None when the link has come to its end."""
        if link.refresh_expires_at <= self._now():
            return None
        try:
            tokens = await self._kakao.refresh(link.refresh_token)
        except GrantInvalid:
            self._refreshed("ended")
            return None
        except AppFault as fault:
            self._refreshed("failed")
            logger.warning("Kakao refuses the app: %s, see docs/kakao-errors.md", fault.code)
            raise OperatorFault from None
        except KakaoError as failure:
            self._refreshed("failed")
            logger.warning("No refresh now: %s %s", type(failure).__name__, failure.code)
            raise TryLater from None
        self._refreshed("ok")
        await self._save(link.member_id, tokens)
        return tokens.access_token

    def _refreshed(self, result: str) -> None:
        for listener in self.on_refreshed:
            listener(result)

    async def _save(self, member_id: int, tokens: Tokens) -> None:
        now = self._now()
        life = tokens.refresh_token_expires_in
        await self._store.save_tokens(
            member_id,
            access_token=tokens.access_token,
            access_expires_at=now + tokens.expires_in,
            refresh_token=tokens.refresh_token,
            refresh_expires_at=None if life is None else now + life,
        )

    # The end of a link

    async def unlink(self, member_id: int) -> None:
        """Forget the member's Kakao account, here and, when Kakao can be reached, there.

        Raises NotLinked.
        """
        async with self._turns.of(member_id):
            link = await self._store.get(member_id)
            if link is None:
                raise NotLinked
            await self._leave(link)
            await self._store.delete(member_id)
        await self._listeners.tell(listener(member_id) for listener in self.on_unlinked)

    async def _leave(self, link: Link) -> None:
        """Ask Kakao to undo the connection; the member's wish stands whatever it answers."""
        try:
            async with asyncio.timeout(UNLINK_PATIENCE):
                await self._unlink_at_kakao(link)
        except (KakaoError, TimeoutError) as failure:
            logger.warning("Kakao keeps a connection: %s", type(failure).__name__)

    async def _unlink_at_kakao(self, link: Link) -> None:
        try:
            await self._kakao.unlink(link.access_token)
        except TokenInvalid:
            tokens = await self._kakao.refresh(link.refresh_token)
            await self._kakao.unlink(tokens.access_token)

    # What Kakao tells us of an account; `at` is when it happened there

    async def undone(self, kakao_id: int, at: float) -> None:
        """Forget a link that was undone at Kakao; its member is told."""
        async with self._of_account(kakao_id, at) as link:
            if link is not None:
                await self._store.delete(link.member_id)
        if link is not None:
            await self._listeners.tell(listener(link.member_id) for listener in self.on_unlinked)
            await self._tell_all(self.on_undone, link)

    async def revoked(self, kakao_id: int, at: float) -> None:
        """Note that the tokens of an account are dead; its member is told."""
        async with self._of_account(kakao_id, at) as link:
            first = link is not None and await self._store.mark_broken(link.member_id, self._now())
        if link is not None and first:
            await self._tell_broken(link)

    async def withdrew(self, kakao_id: int, scopes: frozenset[str], at: float) -> None:
        """Note what an account no longer agrees to; one that gets no more cards is told."""
        async with self._of_account(kakao_id, at) as link:
            if link is not None:
                await self._store.withdraw(link.member_id, scopes, link.linked_at)
        if link is not None and NEEDED & link.scopes & scopes:
            await self._tell_consent_missing(link, NEEDED)

    @asynccontextmanager
    async def _of_account(self, kakao_id: int, at: float) -> AsyncIterator[Link | None]:
        """Hold still the link of an account, unless it was made after this happened."""
        found = await self._store.of_account(kakao_id)
        if found is None:
            yield None
            return
        async with self._turns.of(found.member_id):
            link = await self._store.of_account(kakao_id)
            newest = self._now() + CLOCKS_APART
            # What was made ahead of now was made before the clock was set back.
            is_newer = link is not None and at + CLOCKS_APART < link.linked_at <= newest
            yield None if is_newer else link

    # Small things

    async def _tell_broken(self, link: Link) -> None:
        await self._tell_all(self.on_broken, link)

    async def _tell_consent_missing(self, link: Link, scopes: frozenset[str]) -> None:
        locale, listeners = pick_locale(link.locale), self.on_consent_missing
        await self._listeners.tell(
            listener(link.member_id, locale, scopes) for listener in listeners
        )

    async def _tell_all(self, listeners: Iterable[BrokenListener], link: Link) -> None:
        locale = pick_locale(link.locale)
        await self._listeners.tell(listener(link.member_id, locale) for listener in listeners)
