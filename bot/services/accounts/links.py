"""The tie of a Discord member to a Kakao account: kept usable, broken and undone."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

from bot import kakao
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
from bot.services.accounts.partings import UNDONE, Parting, Partings
from bot.services.accounts.refreshes import RefreshMemory
from bot.services.accounts.tokens import TokenKeeper
from bot.services.clock import Clock
from bot.services.listeners import Listeners
from bot.texts import Locale, pick_locale
from storage.deliveries import Delivery
from storage.links import KakaoAccountTaken, Link, LinkStore
from storage.pending_links import Guess

logger = logging.getLogger(__name__)

# Without this one no card goes out.
NEEDED = frozenset({TALK_MESSAGE})
REFRESH_EARLY = 60
# How far Kakao's clock and ours may be apart.
CLOCKS_APART = 10
# How late Kakao may tell us of an account.
LATEST_NOTICE = 600

T = TypeVar("T")
BrokenListener = Callable[[int, Locale], Awaitable[None]]
UnlinkedListener = Callable[[int], Awaitable[None]]
UnlinkingListener = Callable[[int], Awaitable[Parting | None]]
"""Does what is to be done before a link ends; what came of it at Kakao, if it was asked."""
KeptListener = Callable[[Link, Parting], Awaitable[None]]
"""Hears of an account that Kakao keeps connected, though it is linked no more."""
ConsentListener = Callable[[int, Locale, frozenset[str]], Awaitable[None]]
DeliveriesListener = Callable[[list[Delivery]], object]


@dataclass(frozen=True, slots=True)
class Waits:
    """How long Kakao is waited for, in seconds.

    For a new token of somebody who can come again; for the end of a connection; and for its word
    on how an account stands, after a notice about that.
    """

    refresh: float = 3.0
    unlink: float = 5.0
    notice: float = 3.0


WAITS = Waits()


class OtherAccount(Exception):
    """The link would go to another Kakao account than the one that is linked."""


class ProofNeeded(Exception):
    """The account is new to the member, who has not shown yet that it is theirs."""


class Links:
    """Every link of a member with Kakao.

    Whoever has used a link hands it back with what Kakao said of it: that is about this link, and
    never about one that was made meanwhile.
    """

    def __init__(
        self,
        store: LinkStore,
        kakao: KakaoClient,
        *,
        now: Clock,
        waits: Waits = WAITS,
        partings: Partings | None = None,
    ) -> None:
        self.refreshes = RefreshMemory(now=now)
        self.tokens = TokenKeeper(store)
        self._waits = waits
        self._store = store
        self._kakao = kakao
        self._now = now
        self._partings = partings or Partings(store, kakao, now=now, patience=waits.unlink)
        self._listeners = Listeners()
        self.on_broken: list[BrokenListener] = []
        self.on_refreshed: list[Callable[[str], None]] = []
        # Before a member's own wish is done.
        self.on_unlinking: list[UnlinkingListener] = []
        # Not called after a kill: whatever must not be left undone belongs to the store.
        self.on_unlinked: list[UnlinkedListener] = []
        self.on_deliveries_changed: list[DeliveriesListener] = []
        self.on_consent_missing: list[ConsentListener] = []
        # At Kakao itself, where the member may not think of us.
        self.on_undone: list[BrokenListener] = []
        self.on_kept: list[KeptListener] = []

    async def keep(self, link: Link, *, same_account: bool, is_proven: bool) -> frozenset[str]:
        """Store a new link in place of the member's former one; what waits stays with its account.

        Returns what a link that stood already allows beyond what it did. Raises OtherAccount, when
        it must be the `same_account`, KakaoAccountTaken, and ProofNeeded, unless it `is_proven` or
        the member has shown before that this account is theirs.
        """
        async with self._store.turn(link.member_id):
            before = await self.get(link.member_id)
            if same_account and _moves(before, link):
                raise OtherAccount
            if not is_proven and (before is None or _moves(before, link)):
                await self._check_free(link)
                raise ProofNeeded
            self._tell_changed(await self._store.put(link))
        await self._leave_former(before, link)
        if before is None or before.broken_at is not None or _moves(before, link):
            return frozenset()
        return link.scopes - before.scopes

    async def prove(self, member_id: int, guess: Callable[[], Awaitable[Guess]]) -> Guess:
        """Let a guess make the member's pending link good, in place of the former one."""
        async with self._store.turn(member_id):
            before = await self.get(member_id)
            made = await guess()
            self._tell_changed(made.changed)
        if made.is_right and made.pending is not None:
            await self._leave_former(before, made.pending.link)
        return made

    async def _check_free(self, link: Link) -> None:
        if await self._store.of_account(link.kakao_id) is not None:
            raise KakaoAccountTaken(f"not linked: member {link.member_id}")

    async def _leave_former(self, before: Link | None, link: Link) -> None:
        if before is not None and _moves(before, link):
            await self._tell_unlinked(link.member_id)
            await self.leave_behind(before, link.locale)

    # Tokens

    async def get(self, member_id: int) -> Link | None:
        """Return the member's link, broken or not."""
        return self.tokens.newest(await self._store.get(member_id))

    async def able(self, member_ids: Collection[int]) -> set[int]:
        """Return those of the members whose links can send; raises Unreadable."""
        scopes = await self._store.scopes_of(member_ids)
        return {member_id for member_id, agreed in scopes.items() if agreed >= NEEDED}

    async def fresh(self, member_id: int, generation: str | None = None) -> Link:
        """Return the member's link with a token that is good for at least another minute.

        Raises NotLinked (also when the link is not of this generation), LinkBroken (the member
        must link again), TryLater or OperatorFault.
        """
        return await self._ensure(
            member_id, generation, lambda link: link.access_expires_at > self._now() + REFRESH_EARLY
        )

    async def renew(self, refused: Link) -> Link:
        """Return the link with another token than the one Kakao has just refused.

        There is one refresh at most. Raises like `fresh`.
        """
        return await self._ensure(
            refused.member_id,
            refused.generation,
            lambda link: link.access_token != refused.access_token,
        )

    async def call(
        self, member_id: int, ask: Callable[[str], Awaitable[T]], generation: str | None = None
    ) -> tuple[Link, T]:
        """Ask Kakao something with a member's token, and return by which link that was.

        Raises like `fresh`, and KakaoError.
        """
        link = await self.fresh(member_id, generation)
        try:
            try:
                return link, await ask(link.access_token)
            except TokenInvalid:
                link = await self.renew(link)
                return link, await ask(link.access_token)
        except kakao.NotLinked:
            await self.broke(link)
            raise LinkBroken from None

    async def broke(self, link: Link) -> None:
        """Note that Kakao no longer accepts this link; the first time listeners are told."""
        if await self._mark_broken(link):
            await self._tell_all(self.on_broken, link)

    async def consent_missing(self, link: Link, scopes: frozenset[str], *, quietly: bool) -> None:
        """Note that Kakao asks for consents; the first time listeners are told.

        Unless `quietly`: then the member is looking at an answer that says so.
        """
        if await self._store.withdraw(link, scopes) and not quietly:
            await self._tell_consent_missing(link, scopes)

    async def consented(self, link: Link, scopes: Iterable[str]) -> None:
        """Keep what the member agrees to, as Kakao has just told."""
        await self._store.set_scopes(link, scopes)

    async def _ensure(
        self, member_id: int, generation: str | None, good: Callable[[Link], bool]
    ) -> Link:
        link = await self._sound(member_id, generation)
        if good(link):
            return link
        self.refreshes.begin(member_id)
        # The caller may be cancelled; a pair that Kakao has issued must still be saved.
        renewed = self._listeners.spawn(self._renewed(link, good))
        # What it raises later is no news: the next who asks hears of it.
        renewed.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            async with asyncio.timeout(self._waits.refresh):
                return await asyncio.shield(renewed)
        except TimeoutError:
            self.refreshes.hung(member_id)
            raise TryLater from None

    async def _renewed(self, seen: Link, good: Callable[[Link], bool]) -> Link:
        async with self._store.turn(seen.member_id):
            # Whoever had the turn before may have done it already.
            link = await self._sound(seen.member_id, seen.generation)
            if good(link):
                return link
            ends = not await self._refresh(link) and await self._mark_broken(link)
        # Outside the turn: a listener may ask for this member's token itself.
        if ends:
            await self._tell_all(self.on_broken, link)
        return await self._sound(seen.member_id, seen.generation)

    async def _mark_broken(self, link: Link) -> bool:
        # What is stored must have the tokens that are refused.
        await self.tokens.save(link.member_id)
        return await self._store.mark_broken(link, self._now())

    async def _sound(self, member_id: int, generation: str | None) -> Link:
        link = await self.get(member_id)
        if link is None or generation not in {None, link.generation}:
            raise NotLinked
        if link.broken_at is not None:
            raise LinkBroken
        return link

    async def _refresh(self, link: Link) -> bool:
        """Save new tokens, or return False when the link has come to its end."""
        if link.refresh_expires_at <= self._now():
            return False
        try:
            with self.refreshes.asking(link.member_id):
                tokens = await self._kakao.refresh(link.refresh_token)
        except GrantInvalid:
            self._refreshed("ended")
            return False
        except AppFault as fault:
            self._refreshed("failed")
            logger.warning("Kakao refuses the app: %s, see docs/kakao-errors.md", fault.code)
            raise OperatorFault from None
        except KakaoError as failure:
            self._refreshed("failed")
            logger.warning("No refresh now: %s %s", type(failure).__name__, failure.code)
            raise TryLater from None
        self._refreshed("ok")
        await self.tokens.keep(link, self._renewal(link, tokens))
        return True

    def _refreshed(self, result: str) -> None:
        for listener in self.on_refreshed:
            listener(result)

    def _renewal(self, link: Link, tokens: Tokens) -> Link:
        now, life = self._now(), tokens.refresh_token_expires_in
        return replace(
            link,
            access_token=tokens.access_token,
            access_expires_at=now + tokens.expires_in,
            refresh_token=tokens.refresh_token or link.refresh_token,
            refresh_expires_at=link.refresh_expires_at if life is None else now + life,
        )

    # The end of a link

    async def unlink(self, member_id: int) -> Parting:
        """Forget the member's Kakao account, here and, when Kakao can be reached, there.

        Raises NotLinked, unless a listener had something to end at Kakao.
        """
        ended = [parting for on in self.on_unlinking if (parting := await on(member_id))]
        async with self._store.turn(member_id):
            link = await self.get(member_id)
            if link is not None:
                await self._forget(link)
        if link is not None:
            await self._tell_unlinked(member_id)
            ended.append(await self.leave(link))
        if not ended:
            raise NotLinked
        return next((parting for parting in ended if parting.obstacle), UNDONE)

    async def _forget(self, link: Link) -> None:
        self._tell_changed(await self._store.delete(link.member_id, self._now()) or [])
        self.tokens.forget(link.member_id)

    async def leave(self, link: Link) -> Parting:
        """Ask Kakao to undo the connection; the member's wish stands whatever it answers."""
        return await self._partings.part(link)

    async def leave_unless_held(self, link: Link) -> Parting:
        """Undo the connection at Kakao, which is one for all links with an account."""
        return UNDONE if await self._store.is_held(link.kakao_id) else await self.leave(link)

    async def leave_behind(self, link: Link, locale: str) -> None:
        """Undo the connection of a link that ends by itself; its member hears if Kakao keeps it."""
        parting = await self.leave_unless_held(link)
        if parting.obstacle is not None:
            await self._listeners.tell(
                listener(replace(link, locale=locale), parting) for listener in self.on_kept
            )

    # What Kakao tells us of an account; `at` is when it happened there

    async def undone(self, kakao_id: int, at: float) -> None:
        """Forget a link that was undone at Kakao; its member is told."""
        async with self._of_account(kakao_id, at) as (link, lives):
            if link is None or lives is not None:
                return
            await self._forget(link)
        await self._tell_unlinked(link.member_id)
        await self._tell_all(self.on_undone, link)

    async def revoked(self, kakao_id: int, at: float) -> None:
        """Note that the tokens of an account are dead; its member is told."""
        async with self._of_account(kakao_id, at) as (link, lives):
            if link is None or lives is not None:
                return
        await self.broke(link)

    async def withdrew(self, kakao_id: int, scopes: frozenset[str], at: float) -> None:
        """Note what an account no longer agrees to; one that gets no more cards is told."""
        async with self._of_account(kakao_id, at) as (link, lives):
            if link is None:
                return
            gone = scopes - (lives or frozenset())
            await self._store.withdraw(link, gone)
        if NEEDED & link.scopes & gone:
            await self._tell_consent_missing(link, NEEDED)

    @asynccontextmanager
    async def _of_account(
        self, kakao_id: int, at: float
    ) -> AsyncIterator[tuple[Link | None, frozenset[str] | None]]:
        """Hold still the link of an account, unless it was made after this happened.

        With it comes what it agrees to by Kakao's word, if it may have been made after this
        happened and Kakao says that it stands.
        """
        found = await self._store.of_account(kakao_id)
        if found is None:
            yield None, None
            return
        async with self._store.turn(found.member_id):
            link = self.tokens.newest(await self._store.of_account(kakao_id))
            # One that seems to be made ahead of now was made before our clock was set back.
            if link is None or at + CLOCKS_APART < link.linked_at <= self._now():
                yield None, None
            elif link.linked_at > at - LATEST_NOTICE:
                yield link, await self.agreed_now(link)
            else:
                yield link, None

    async def agreed_now(self, link: Link) -> frozenset[str] | None:
        """Ask Kakao what a link agrees to; None unless it says so: then a notice is believed."""
        try:
            async with asyncio.timeout(self._waits.notice):
                scopes = await self._kakao.scopes(link.access_token)
        except (KakaoError, TimeoutError):
            return None
        return frozenset(scope.id for scope in scopes if scope.agreed)

    # Small things

    def _tell_changed(self, deliveries: list[Delivery]) -> None:
        for listener in self.on_deliveries_changed if deliveries else ():
            listener(deliveries)

    async def _tell_unlinked(self, member_id: int) -> None:
        await self._listeners.tell(listener(member_id) for listener in self.on_unlinked)

    async def _tell_consent_missing(self, link: Link, scopes: frozenset[str]) -> None:
        locale, listeners = pick_locale(link.locale), self.on_consent_missing
        await self._listeners.tell(
            listener(link.member_id, locale, scopes) for listener in listeners
        )

    async def _tell_all(self, listeners: Iterable[BrokenListener], link: Link) -> None:
        locale = pick_locale(link.locale)
        await self._listeners.tell(listener(link.member_id, locale) for listener in listeners)


def _moves(before: Link | None, link: Link) -> bool:
    return before is not None and before.kakao_id != link.kakao_id
