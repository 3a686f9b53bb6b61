"""Sends the messages that members react to with the emoji of their choice, to their own chats.

A reaction that counts is a row before anything else is done, so nothing is lost by a restart. What
Discord cannot be asked about is asked again, for a day at most.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.errors import (
    ConsentMissing,
    ContentHidden,
    DiscordAway,
    Expired,
    MessageNotFound,
    NotAllowed,
    NotLinked,
    UserError,
)
from bot.logs import described
from bot.services.accounts.links import NEEDED, Links
from bot.services.cache import Bounded, Cache
from bot.services.clock import DAY, MINUTE, Clock, Patience
from bot.services.deliveries.outbox import Outbox
from bot.services.deliveries.signals import OutboxSignals
from bot.services.forwarding.forwarding import Forwarding
from bot.services.highlights.emoji import Emoji
from bot.services.highlights.picked import Picked
from bot.services.listeners import Listeners, guarded
from bot.services.locks import KeyedLocks
from bot.services.messages.models import Body, Highlight, Member, Source
from bot.services.messages.reader import ReaderSlot
from bot.texts import Locale, pick_locale
from storage.changes import Moved
from storage.database import StorageError
from storage.deliveries import Delivery, DeliveryState
from storage.reactions import BeingSent, Choice, NewSend, Noted, ReactionStore, Send
from storage.reading import Unreadable

logger = logging.getLogger(__name__)

FEATURE = "forward"
# As many as "Me" takes in a day.
MOST_UNDER_WAY = 20
# So long a message counts as sent, and so long a member need not hear of the same cause again.
KEPT_SECONDS = 30 * DAY
GIVEN_UP_AFTER = DAY
MOST_KNOWN = 10_000
KNOWN_SECONDS = MINUTE  # for what another process has changed
AT_ONCE = 20
LOOK_EVERY = MINUTE
TROUBLE_WAIT = 5.0
# Of what has ended only these were not the member's own wish.
CANCELS = frozenset({"not-allowed", "nothing-left"})


class TooManyReactions(UserError):
    """So much that a member has reacted to is still under way that no more is taken."""

    key = "error-too-many-reactions"


@dataclass(frozen=True, slots=True)
class Reaction:
    """Somebody's reaction to a message in a server; `key` stands for the emoji."""

    member_id: int
    source: Source
    key: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message did not go that a member reacted to: what was refused, or what has failed."""

    member_id: int
    locale: Locale
    emoji: str
    error: UserError | None = None
    failed: Delivery | None = None


class Reactions:
    """Knows everybody's emoji, and turns reactions with it into deliveries, each message once."""

    def __init__(
        self,
        store: ReactionStore,
        *,
        links: Links,
        forwarding: Forwarding,
        outbox: Outbox,
        signals: OutboxSignals,
        picked: Picked,
        sight: ReaderSlot,
        patience: Patience,
        now: Clock,
    ) -> None:
        self._store = store
        self._links = links
        self._forwarding = forwarding
        self._outbox = outbox
        self._signals = signals
        self._picked = picked
        self._sight = sight
        self._patience = patience
        self._now = now
        self._choices = Cache(store.of, most=MOST_KNOWN, seconds=KNOWN_SECONDS)
        # Whether it is there, or was taken away, by who reacted to what with what.
        self._heard = Bounded[tuple[int, int, str], bool](MOST_KNOWN)
        self._turns = KeyedLocks[int]()
        self._woken = asyncio.Event()
        self._listeners = Listeners()
        self.on_refused: list[Callable[[Refusal], Awaitable[None]]] = []
        signals.on_told.append(self._told)
        signals.on_moved.append(self._moved)

    # What a member has chosen

    async def of(self, member_id: int) -> Choice | None:
        """Return a member's emoji; None while they have not turned this on."""
        return await self._choices.get(member_id)

    async def choose(self, member_id: int, emoji: Emoji, locale: Locale) -> None:
        """Let a member send with this emoji from now on, in all servers."""
        choice = Choice(member_id, emoji.shown, emoji.key, locale, self._now())
        with self._choices.changing(member_id):
            await self._store.choose(choice)

    async def switch_off(self, member_id: int) -> bool:
        """Let a member's reactions be reactions again; False when they were."""
        with self._choices.changing(member_id):
            return await self._store.forget(member_id)

    async def forget(self, member_id: int) -> None:
        """Forget what is remembered of a member: it is erased."""
        self._choices.drop(member_id)

    def doubt(self, member_id: int | None) -> None:
        """Read anew what a member, or anybody, has chosen: another process may have changed it."""
        self._choices.doubt(member_id)

    # What Discord tells

    def hear(self, reaction: Reaction, *, is_there: bool) -> None:
        """Note a reaction, or that it was taken away, in the order in which Discord tells."""
        self._heard[_key(reaction)] = is_there

    async def settle(self, reaction: Reaction) -> None:
        """Do what was heard last of a reaction; raises StorageError, and can be called again."""
        key = _key(reaction)
        async with self._turns.of(reaction.member_id):
            is_there = self._heard.get(key)
            if is_there is None:
                return
            try:
                await (self._added(reaction) if is_there else self._removed(reaction))
            except BeingSent:
                later = guarded("taking back what was on its way", self._settle_later(reaction))
                self._listeners.spawn(later)
                return
            if self._heard.get(key) is is_there:
                del self._heard[key]

    async def _settle_later(self, reaction: Reaction) -> None:
        while True:
            await asyncio.sleep(self._patience.first)
            with suppress(StorageError):
                await self.settle(reaction)
                return

    async def _added(self, reaction: Reaction) -> None:
        source, choice = reaction.source, await self._choices.get(reaction.member_id)
        if choice is None or choice.key != reaction.key or source.guild_id is None:
            return
        new = NewSend(
            reaction.member_id, source.message_id, source.guild_id, source.channel_id, reaction.key
        )
        now = self._now()
        noted = await self._store.note(
            new, most=MOST_UNDER_WAY, at=now, expires_at=now + KEPT_SECONDS
        )
        if noted is Noted.FULL:
            await self._refuse(choice, TooManyReactions(limit=MOST_UNDER_WAY))
        self._woken.set()

    async def _removed(self, reaction: Reaction) -> None:
        member_id, message_id = reaction.member_id, reaction.source.message_id
        send = await self._store.find(member_id, message_id)
        if send is not None and send.key == reaction.key:
            cancelled = await self._store.withdraw(member_id, message_id, self._now())
            self._signals.changed(cancelled)

    # The way out

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            self._woken.clear()
            try:
                rest = await self.look()
            except StorageError as error:
                logger.warning("reactions wait, the database fails: %s", error)
                await asyncio.sleep(TROUBLE_WAIT)
                continue
            # Not `wait_for`: before Python 3.12 that forgets a cancellation at the same moment.
            with suppress(TimeoutError):
                async with asyncio.timeout(rest):
                    await self._woken.wait()

    async def look(self) -> float:
        """Send what is due, and return when to look again, in seconds; raises StorageError."""
        await self._store.hasten(self._now(), self._patience.longest)
        while await self._round() == AT_ONCE:
            pass
        while await self._look_after() == AT_ONCE:
            pass
        due = await self._store.next_due()
        return LOOK_EVERY if due is None else min(LOOK_EVERY, max(0.0, due - self._now()))

    async def _round(self) -> int:
        due = await self._store.due(self._now(), AT_ONCE)
        await asyncio.gather(*map(self._turn, due))
        return len(due)

    async def _turn(self, send: Send) -> None:
        """Give one of them its turn; whatever fails costs that one only."""
        try:
            await self._send(send)
        except StorageError:
            raise
        except DiscordAway as error:
            await self._wait(send, error)
        except Exception as error:  # noqa: BLE001 - the others have nothing to do with it
            logger.error("what a member reacted to waits: %s", described(error))  # noqa: TRY400 - its words may quote
            await self._wait(send, UserError())

    async def _send(self, send: Send) -> None:
        choice = await self._store.of(send.member_id)
        if choice is None:  # they have turned it off since
            await self._store.drop(send)
            return
        try:
            highlight = await self._carried(send)
            member = Member(send.member_id, "", "", pick_locale(choice.locale))
            row = await self._forwarding.row_to_me(member, highlight)
            await self._outbox.accept([row], claim=self._store.claim(send))
        except (DiscordAway, Unreadable):
            raise
        except Expired:  # taken away meanwhile
            return
        except UserError as error:
            await self._store.drop(send)
            await self._refuse(choice, error)
        else:
            await self._ask_for_consent(choice)

    async def _carried(self, send: Send) -> Highlight:
        """Return what may leave the server; raises a UserError, DiscordAway among them."""
        if await self._links.get(send.member_id) is None:
            raise NotLinked
        reader, source = self._sight.reader, Source(send.guild_id, send.channel_id, send.message_id)
        if not await reader.reads(send.member_id, send.guild_id, send.channel_id):
            raise MessageNotFound
        found = (await reader.highlights(send.member_id, [source])).get(source)
        if found is None:
            raise MessageNotFound
        if not reader.has_content(send.guild_id) and _is_blank(found):
            raise ContentHidden
        agreed = await self._picked.agreed(send.member_id, found)
        return await self._picked.carried(send.member_id, agreed, FEATURE)

    async def _wait(self, send: Send, error: UserError) -> None:
        now = self._now()
        if now < send.created_at + GIVEN_UP_AFTER:
            await self._store.postpone(send, now + self._patience.wait(send.tries + 1))
            return
        await self._store.drop(send)
        if choice := await self._choices.get(send.member_id):
            await self._refuse(choice, error)

    async def _ask_for_consent(self, choice: Choice) -> None:
        """Tell a member for what their message waits; Kakao would say it once it is asked."""
        link = await self._links.get(choice.member_id)
        if link is not None and not link.scopes >= NEEDED:
            await self._refuse(choice, ConsentMissing(NEEDED - link.scopes))

    # What a member is told

    async def _refuse(self, choice: Choice, error: UserError) -> None:
        place = f":{error.guild_id}" if isinstance(error, NotAllowed) else ""
        await self._tell(choice, f"{error.key}{place}", error=error)

    async def _look_after(self) -> int:
        """Tell of what was accepted and has not gone after all; return how much has ended."""
        ended = await self._store.take_ended(AT_ONCE)
        for row in ended:
            choice = await self._choices.get(row.member_id)
            is_news = row.state is DeliveryState.FAILED or row.reason in CANCELS
            if choice is not None and is_news:
                await self._tell(choice, f"delivery:{row.reason}:{row.guild_id}", failed=row)
        return len(ended)

    async def _tell(
        self,
        choice: Choice,
        cause: str,
        *,
        error: UserError | None = None,
        failed: Delivery | None = None,
    ) -> None:
        """Tell a member of a cause, once."""
        if await self._store.tell(choice.member_id, cause, self._now(), KEPT_SECONDS):
            locale = pick_locale(choice.locale)
            refusal = Refusal(choice.member_id, locale, choice.emoji, error, failed)
            await self._listeners.tell(listener(refusal) for listener in self.on_refused)

    def _told(self, rows: Sequence[Delivery]) -> None:
        if any(row.state in {DeliveryState.FAILED, DeliveryState.CANCELLED} for row in rows):
            self._woken.set()

    def _moved(self, moved: Moved) -> None:
        if moved.state in {DeliveryState.FAILED, DeliveryState.CANCELLED}:
            self._woken.set()


def _key(reaction: Reaction) -> tuple[int, int, str]:
    return reaction.member_id, reaction.source.message_id, reaction.key


def _is_blank(highlight: Highlight) -> bool:
    return all(part.body == Body() for part in highlight.seen.parts)
