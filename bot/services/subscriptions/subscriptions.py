"""What events a member wants to hear of in a server, and who wants to hear of one."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import UserError
from bot.services.cache import Cache
from bot.services.clock import Clock
from bot.services.messages.events import ServerEvent
from bot.services.servers.settings import Settings
from storage.reading import Unreadable, reading
from storage.subscriptions import Subscription, SubscriptionKind, SubscriptionStore

MOST_TAGS = 20  # that a forum has on Discord
REMEMBERED = 10_000
EVENTS = frozenset(kind for kind in SubscriptionKind if kind.startswith("event-"))
# Nobody is interested yet in an event that has just been made.
BY_INTEREST = EVENTS - {SubscriptionKind.EVENT_NEW}


class TooManySubscriptions(UserError):
    """The member has as many subscriptions as the server's admins allow."""

    key = "error-subscriptions-too-many"


class EverywhereAlready(UserError):
    """The member hears of this in the whole server, so one channel adds nothing."""

    key = "error-subscription-everywhere"


class SubscriptionUnknown(UserError):
    """The member has no such subscription any more."""

    key = "error-subscription-unknown"


class Options(BaseModel):
    """What a subscription asks for beside its kind and channel.

    `interested_only`, `minutes` (before the start) and `calendar` (put it into the member's Talk
    Calendar) belong to scheduled events, `tags` to forums.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    interested_only: bool = False
    minutes: int = Field(default=15, ge=1, le=1440)
    tags: tuple[int, ...] = Field(default=(), max_length=MOST_TAGS)
    calendar: bool = False


def options_of(subscription: Subscription) -> Options:
    """Return what a subscription asks for."""
    return Options.model_validate(subscription.options)


class Subscriptions:
    """Keeps members' subscriptions; those of a server that were read stay in memory."""

    def __init__(self, store: SubscriptionStore, settings: Settings, *, now: Clock) -> None:
        self._store = store
        self._settings = settings
        self._now = now
        self._known: Cache[int, Sequence[Subscription]] = Cache(self._kept, most=REMEMBERED)
        # One at a time, so that two changes at once do not pass the limit together.
        self._turn = asyncio.Lock()
        self.on_changed: list[Callable[[], None]] = []

    async def of_guild(self, guild_id: int) -> Sequence[Subscription]:
        """Return everybody's subscriptions in a server, the oldest first."""
        return await self._known.get(guild_id)

    async def of(self, member_id: int, guild_id: int | None = None) -> list[Subscription]:
        """Return a member's subscriptions, in one server or everywhere, the oldest first."""
        if guild_id is None:
            return _readable(await self._store.of_member(member_id))
        return [one for one in await self.of_guild(guild_id) if one.member_id == member_id]

    async def add(
        self,
        member_id: int,
        guild_id: int,
        kind: SubscriptionKind,
        channel_id: int | None = None,
        *,
        watched_id: int | None = None,
        **options: Any,  # noqa: ANN401 - those of `Options`
    ) -> None:
        """Subscribe to a kind, in one channel or in the whole server; newer options replace older.

        A forum's tags add up; each member who is watched counts by themselves. Raises
        TooManySubscriptions or EverywhereAlready.
        """
        mine = await self._of_kind(member_id, guild_id, kind, watched_id)
        if channel_id is not None and any(one.channel_id is None for one in mine):
            raise EverywhereAlready
        same = [one for one in mine if channel_id is None or one.channel_id == channel_id]
        chosen = Options(**options)
        if chosen.tags:
            tags = {tag for one in same for tag in options_of(one).tags} | set(chosen.tags)
            chosen = chosen.model_copy(update={"tags": tuple(sorted(tags))[:MOST_TAGS]})
        new = replace(
            self._new(member_id, guild_id, kind, channel_id, chosen), watched_id=watched_id
        )
        await self._replace(member_id, guild_id, same, [new])

    async def remove(self, member_id: int, subscription_id: int) -> Subscription:
        """Forget a member's subscription; raises SubscriptionUnknown."""
        for one in await self.of(member_id):
            if one.id == subscription_id:
                await self._replace(member_id, one.guild_id, [one], [])
                return one
        raise SubscriptionUnknown

    async def switch(
        self,
        member_id: int,
        guild_id: int,
        shown: Collection[SubscriptionKind],
        on: Collection[SubscriptionKind],
    ) -> None:
        """Of the kinds that were shown, hear of these and no others; raises TooManySubscriptions.

        What was on already keeps its channels and options.
        """
        mine = await self.of(member_id, guild_id)
        had = {one.kind for one in mine}
        gone = [one for one in mine if one.kind in shown and one.kind not in on]
        new = [
            self._new(member_id, guild_id, kind, None, Options())
            for kind in shown
            if kind in on and kind not in had
        ]
        await self._replace(member_id, guild_id, gone, new)

    async def wanting(self, event: ServerEvent) -> list[Subscription]:
        """Return the subscriptions that something meets, their members' interest aside."""
        found = await self.of_guild(event.guild_id)
        now = self._now()
        return [one for one in found if _meets(one, event, now)]

    async def has(self, guild_id: int, kinds: Collection[SubscriptionKind]) -> bool:
        """Tell whether anybody in a server wants to hear of one of these kinds."""
        return any(one.kind in kinds for one in await self.of_guild(guild_id))

    async def asks_interest(self, guild_id: int) -> bool:
        """Tell whether it matters to anybody which events they marked as interesting."""
        return any(options_of(one).interested_only for one in await self.of_guild(guild_id))

    async def forget(self, *, member_id: int | None = None, guild_id: int | None = None) -> None:
        """Forget the subscriptions of a member, of a server, or of a member in a server."""
        with self._known.changing():
            await self._store.forget(member_id=member_id, guild_id=guild_id)

    async def forget_about(self, member_id: int, guild_id: int | None = None) -> None:
        """Forget the subscriptions of others about a member, in one server or everywhere."""
        with self._known.changing():
            await self._store.forget_about(member_id, guild_id)

    def doubt(self, guild_id: int | None) -> None:
        """Read those of a server, or of all, anew: another process may have changed them."""
        self._known.doubt(guild_id)
        for listener in self.on_changed:
            listener()

    async def _kept(self, guild_id: int) -> list[Subscription]:
        return _readable(await self._store.of_guild(guild_id))

    async def _of_kind(
        self, member_id: int, guild_id: int, kind: SubscriptionKind, watched_id: int | None
    ) -> list[Subscription]:
        mine = await self.of(member_id, guild_id)
        return [one for one in mine if one.kind is kind and one.watched_id == watched_id]

    async def _replace(
        self,
        member_id: int,
        guild_id: int,
        gone: Collection[Subscription],
        new: Collection[Subscription],
    ) -> None:
        async with self._turn:
            await self._check_limit(member_id, guild_id, len(new), len(gone))
            with self._known.changing(guild_id):
                await self._store.replace(gone, new)
        for listener in self.on_changed:
            listener()

    async def _check_limit(self, member_id: int, guild_id: int, more: int, less: int) -> None:
        limit = (await self._settings.of(guild_id)).limits.subscriptions
        found = await self._kept(guild_id)
        mine = sum(one.member_id == member_id for one in found)
        # Whoever has too many since an admin lowered the limit may still take some away.
        if more > less and mine + more - less > limit:
            raise TooManySubscriptions(limit=limit)

    def _new(
        self,
        member_id: int,
        guild_id: int,
        kind: SubscriptionKind,
        channel_id: int | None,
        options: Options,
    ) -> Subscription:
        return Subscription(
            id=0,
            member_id=member_id,
            guild_id=guild_id,
            kind=kind,
            created_at=self._now(),
            channel_id=channel_id,
            options=_stored(options),
        )


def _readable(found: Sequence[Subscription]) -> list[Subscription]:
    """Leave out those of which nobody knows what they ask for: each costs only its own member."""
    kept = []
    for one in found:
        with suppress(Unreadable), reading("subscriptions", one.id):
            options_of(one)
            kept.append(one)
    return kept


def _stored(options: Options) -> dict[str, Any]:
    return options.model_dump(mode="json", exclude_defaults=True)


def _meets(one: Subscription, event: ServerEvent, now: float) -> bool:
    # One that was made ahead of now was made before the clock was set back.
    is_newer = event.at < one.created_at <= now
    if one.kind is not event.kind or is_newer:
        return False
    if one.member_id == event.by or event.only_for not in (None, one.member_id):
        return False
    if one.watched_id not in {None, event.by}:
        return False
    if one.channel_id is not None and one.channel_id not in event.places:
        return False
    options = options_of(one)
    if options.tags and event.tags.isdisjoint(options.tags):
        return False
    return one.kind is not SubscriptionKind.EVENT_SOON or _is_soon(options, event)


def _is_soon(options: Options, event: ServerEvent) -> bool:
    starts_at = event.facts.starts_at
    return starts_at is not None and starts_at - 60 * options.minutes <= event.at < starts_at
