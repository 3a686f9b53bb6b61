"""Lets members share by way of Kakao's own picker: nobody has to be linked for that.

A share is a page of ours behind an unguessable nonce. The page hands the message and the nonce to
Kakao's JavaScript SDK, and Kakao tells us by webhook of every chat that the message has reached.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from bot.errors import UserError
from bot.kakao import Message, message_from
from bot.services.accounts.webhook_queue import WebhookQueue
from bot.services.cards.message import message_card
from bot.services.clock import DAY, Clock
from bot.services.deliveries.attempt import Prepare, Settle, as_it_is, unheard
from bot.services.forwarding.jumps import Jumps
from bot.services.messages.models import Highlight, Member, Source
from bot.texts import Locale, Texts, pick_locale
from storage.shares import Share, ShareStore

KEPT_SECONDS = DAY
Permit = Callable[[int, Share], Awaitable[None]]
"""Asks a member's server whether a share may still leave it."""
NONCE_BYTES = 16


class SharingOff(UserError):
    """The operator has given no JavaScript key, without which Kakao's picker does not open."""

    key = "share-off"


class ShareUnknown(Exception):
    """No share has this nonce, or none any more."""


class ShareExpired(Exception):
    """The share was made too long ago."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a share page shows and hands to Kakao."""

    nonce: str
    locale: Locale
    message: Message


@dataclass(frozen=True, slots=True)
class Reached:
    """One chat that Kakao says a message has reached; `id` is Kakao's own for this notice."""

    id: str
    nonce: str


def new_nonce() -> str:
    """Return a nonce that nobody can guess."""
    return secrets.token_urlsafe(NONCE_BYTES)


class Shares:
    """Makes share pages and counts the chats that they reach."""

    def __init__(
        self,
        store: ShareStore,
        inbox: WebhookQueue,
        jumps: Jumps,
        texts: Texts,
        *,
        public_url: str,
        is_on: bool,
        is_told: bool,
        permit: Permit,
        prepare: Prepare = as_it_is,
        settle: Settle = unheard,
        now: Clock,
        token: Callable[[], str] = new_nonce,
    ) -> None:
        self._store = store
        self._inbox = inbox
        self._jumps = jumps
        self._texts = texts
        self._public_url = public_url
        self._is_on = is_on
        self.is_told = is_told
        """Whether Kakao's webhooks can be believed, so that we hear what became of a share."""
        self._permit = permit
        self._prepare = prepare
        self._settle = settle
        self._now = now
        self._token = token
        self.on_reached: list[Callable[[Share], Awaitable[None]]] = []

    async def highlight(self, member: Member, highlight: Highlight, note: str | None) -> Share:
        """Make a page that shares a Discord message.

        Raises SharingOff, SystemMessage or NoteTooLong.
        """
        self._check()
        link = await self._jumps.open(member.id, highlight.source)
        card = message_card(
            highlight, note=note, link=link, locale=member.locale, texts=self._texts
        )
        return await self.message(member, card, highlight.source, highlight.policy)

    async def message(
        self,
        member: Member,
        message: Message,
        source: Source | None = None,
        policy: str | None = None,
    ) -> Share:
        """Make a page that shares any message, out of a server or not; raises SharingOff."""
        self._check()
        prepared = await self._prepare(message, None)  # a sharer need not be linked
        # From here on it may go to any chat at any time, with its pictures.
        await self._settle(prepared, True)  # noqa: FBT003 - as `Settle` has it
        now = self._now()
        share = Share(
            nonce=self._token(),
            member_id=member.id,
            locale=member.locale,
            message=prepared.stored(),
            created_at=now,
            expires_at=now + KEPT_SECONDS,
            guild_id=source.guild_id if source else None,
            channel_id=source.channel_id if source else None,
            policy=policy,
        )
        await self._store.add(share)
        return share

    def address(self, share: Share) -> str:
        """Return where a share's page is."""
        return f"{self._public_url}/share/{share.nonce}"

    async def offer(self, nonce: str) -> Offer:
        """Return what the page behind a nonce offers.

        Raises ShareUnknown, ShareExpired, NotAllowed or DiscordAway.
        """
        share = await self._store.find(nonce)
        if share is None:
            raise ShareUnknown
        if share.expires_at <= self._now():
            raise ShareExpired
        await self._permit(share.member_id, share)
        return Offer(share.nonce, pick_locale(share.locale), message_from(share.message))

    async def take(self, reached: Reached) -> None:
        """Count what Kakao says; raises NotKept while that is still to be done."""
        await self._inbox.commit(partial(self._count, reached))

    async def _count(self, reached: Reached) -> None:
        # Noting the notice and counting it is one change, so that neither happens alone.
        notice_id = f"share:{reached.id}"
        share = await self._store.count(reached.nonce, notice_id, self._now())
        if share is not None:
            for told in self.on_reached:
                await told(share)

    def _check(self) -> None:
        if not self._is_on:
            raise SharingOff
