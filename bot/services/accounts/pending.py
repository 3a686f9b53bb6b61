"""A link becomes good when its owner has shown that both of its ends are theirs.

Kakao's consent shows whose account it is; six digits that go to that account's own chat and come
back from the member in Discord show whose member it is. Until then the link is pending: nothing
is sent or read with it but the card that brings the digits.
"""

import asyncio
import logging
import secrets
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot import errors
from bot.kakao import TALK_MESSAGE, BadAnswer, KakaoClient, KakaoError, LostAnswer
from bot.services.accounts.links import CLOCKS_APART, Links
from bot.services.accounts.number_card import number_card
from bot.services.accounts.partings import Parting
from bot.services.clock import HOUR, MINUTE, Clock
from bot.services.listeners import Listeners
from bot.texts import Locale, Texts, pick_locale
from storage.allowances import Claim
from storage.links import KakaoAccountTaken, Link
from storage.pending_links import (
    Card,
    CardBound,
    CardSpent,
    PendingLink,
    PendingLinkStore,
    TooManyCards,
)

logger = logging.getLogger(__name__)

DIGITS = 6
TRIES = 5
LIFE = 10 * MINUTE
# For one member, and for one account; a card more comes only because somebody asks for it.
CARDS_AN_HOUR = 5
CARD_PATIENCE = 10
LOOK_EVERY = 2
# How far the clocks of two processes may be apart.
SKEW = MINUTE

OverListener = Callable[[int, Locale], Awaitable[None]]


class NumberNotAwaited(errors.UserError):
    """No link of this member waits for a number, or no more."""

    key = "error-number-none"


class NotANumber(errors.UserError):
    """What was typed is not six digits; it costs no try."""

    key = "error-number-form"


class NumberWrong(errors.UserError):
    """It is another number; `left` says how many tries there are."""

    key = "error-number-wrong"


class NumberOver(errors.UserError):
    """That was the last try: the link is erased."""

    key = "error-number-over"


class NumberTaken(errors.UserError):
    """Meanwhile another member has linked the account."""

    key = "error-number-taken"


class CardsTooMany(errors.UserError):
    """So many cards went out in the last hour that another must wait."""

    key = "error-number-cards"


class CardNotSent(errors.UserError):
    """Kakao refuses the card for now."""

    key = "error-number-refused"


class CardRefused(Exception):
    """The card has certainly not arrived: Kakao says why, or our own count does."""

    def __init__(self, why: KakaoError | TooManyCards | CardSpent) -> None:
        super().__init__(type(why).__name__)
        self.why = why


class Meter(Protocol):
    """Knows what a card uses up."""

    def to_me(self, member_id: int, at: float) -> Sequence[Claim]:
        """Return what one to the member's own chat does."""

    def spent(self, claims: Sequence[Claim], answer: object) -> list[Claim]:
        """Return which of these Kakao's answer says are used up."""


class Asker(Protocol):
    """Whoever asked for a link, as the card names them."""

    @property
    def member_name(self) -> str:
        """By both of their names."""

    @property
    def member_avatar_url(self) -> str:
        """Their picture."""

    @property
    def guild_name(self) -> str | None:
        """The server in which they asked."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """A link that waits for its number, and where on Discord it was asked for."""

    member_id: int
    nickname: str
    locale: Locale
    address: str
    is_sure: bool
    """Whether Kakao has taken the card; if not it may come all the same."""


def new_number() -> str:
    """Return six digits that nobody can guess."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def digits_of(typed: str) -> str:
    """Return the six digits that somebody means, or raise NotANumber."""
    plain = unicodedata.normalize("NFKC", typed)
    digits = "".join(one for one in plain if not one.isspace() and one != "-")
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        raise NotANumber
    return digits


class PendingLinks:
    """Sends numbers, takes them back, and ends what is over."""

    def __init__(
        self,
        store: PendingLinkStore,
        links: Links,
        kakao: KakaoClient,
        meter: Meter,
        texts: Texts,
        *,
        public_url: str,
        now: Clock,
        number: Callable[[], str] = new_number,
    ) -> None:
        self._store = store
        self._links = links
        self._kakao = kakao
        self._meter = meter
        self._texts = texts
        self._public_url = public_url
        self._now = now
        self._number = number
        self._listeners = Listeners()
        self.on_over: list[OverListener] = []

    async def ask(self, link: Link, asks: Asker, draft_id: str | None) -> bool:
        """Keep a link until its number comes, and send that to the account's own chat.

        It takes the place of the member's former pending one. False when nobody knows whether the
        card arrives. Raises CardRefused, and nothing is kept then.
        """
        now = self._now()
        pending = PendingLink(
            link=link,
            number=self._number(),
            tries_left=TRIES,
            expires_at=now + LIFE,
            member_name=asks.member_name,
            member_avatar_url=asks.member_avatar_url,
            guild_name=asks.guild_name,
            draft_id=draft_id,
        )
        try:
            async with self._store.turn(link.member_id):
                card, former = await self._store.put(pending, self._claims(link), self._bound())
        except (TooManyCards, CardSpent) as why:
            await self._links.leave_behind(link, link.locale)
            raise CardRefused(why) from None
        if former is not None:
            await self._links.leave_behind(former.link, link.locale)
        try:
            return await self._send(pending, card)
        except CardRefused:
            await self._end(pending)
            raise

    async def of(self, member_id: int) -> PendingLink | None:
        """Return the member's link that waits for its number."""
        pending = await self._store.get(member_id)
        now = self._now()
        is_over = pending is None or not now < pending.expires_at <= self._latest()
        return None if is_over else pending

    async def again(self, member_id: int) -> bool:
        """Send the same number once more; False when nobody knows whether the card arrives.

        Raises NumberNotAwaited, CardsTooMany or CardNotSent.
        """
        pending = await self.of(member_id)
        if pending is None:
            raise NumberNotAwaited
        link = pending.link
        try:
            card = await self._store.count(link, self._claims(link), self._bound())
            return await self._send(pending, card)
        except TooManyCards:
            raise CardsTooMany(limit=CARDS_AN_HOUR) from None
        except (CardSpent, CardRefused):
            raise CardNotSent from None

    async def prove(self, member_id: int, typed: str) -> PendingLink:
        """Make the member's pending link good by its number.

        Raises NotANumber, NumberNotAwaited, NumberWrong, NumberOver or NumberTaken.
        """
        digits = digits_of(typed)
        try:
            guess = await self._links.prove(
                member_id,
                lambda: self._store.guess(member_id, digits, self._now(), self._latest()),
            )
        except KakaoAccountTaken:
            await self._store.take(member_id)
            raise NumberTaken from None
        pending = guess.pending
        if pending is None:
            raise NumberNotAwaited
        if guess.is_right:
            return pending
        if pending.tries_left:
            raise NumberWrong(left=pending.tries_left)
        await self._links.leave_behind(pending.link, pending.link.locale)
        raise NumberOver

    # The end of a pending link

    async def run(self) -> None:
        """End what is over until cancelled; raises StorageError."""
        while True:
            await self.tidy()
            await asyncio.sleep(LOOK_EVERY)

    async def tidy(self) -> None:
        """End the pending links whose time is over; their members are told."""
        over = await self._store.take_over(self._now(), self._latest())
        # Together: a Kakao that hangs delays the end of none that comes after.
        await asyncio.gather(*map(self._over, over))

    async def cancel(self, member_id: int) -> Parting | None:
        """End the member's pending link as they wish; None when there is none."""
        parting = None
        for pending in await self._store.take(member_id):
            parting = await self._links.leave_unless_held(pending.link)
        return parting

    async def undone(self, kakao_id: int, at: float) -> None:
        """End what Kakao says is no more, unless it was made after that happened there."""
        for pending in await self._store.of_account(kakao_id):
            if at + CLOCKS_APART < pending.link.linked_at <= self._now():
                continue
            lives = await self._links.agreed_now(pending.link)
            if TALK_MESSAGE not in (lives or ()) and await self._store.drop(pending):
                await self._tell_over(pending)

    async def _end(self, pending: PendingLink) -> None:
        if await self._store.drop(pending):
            await self._links.leave_behind(pending.link, pending.link.locale)

    async def _over(self, pending: PendingLink) -> None:
        await self._links.leave_behind(pending.link, pending.link.locale)
        await self._tell_over(pending)

    async def _tell_over(self, pending: PendingLink) -> None:
        member_id, locale = pending.link.member_id, pick_locale(pending.link.locale)
        await self._listeners.tell(listener(member_id, locale) for listener in self.on_over)

    # The card

    async def _send(self, pending: PendingLink, card: Card) -> bool:
        try:
            message = number_card(pending, self._texts, self._public_url)
            async with asyncio.timeout(CARD_PATIENCE):
                await self._kakao.send_to_me(pending.link.access_token, message)
        except (LostAnswer, BadAnswer, TimeoutError) as failure:
            logger.warning("a number may be lost: %s", type(failure).__name__)
            return False
        except KakaoError as failure:
            logger.warning("Kakao refuses a number: %s %s", type(failure).__name__, failure.code)
            await self._store.uncount(card, self._meter.spent(card.claims, failure))
            raise CardRefused(failure) from None
        return True

    def _claims(self, link: Link) -> Sequence[Claim]:
        return self._meter.to_me(link.member_id, self._now())

    def _bound(self) -> CardBound:
        return CardBound(self._now(), CARDS_AN_HOUR, HOUR)

    def _latest(self) -> float:
        """Return how late one can end that was made by a clock that was not set back since."""
        return self._now() + LIFE + SKEW
