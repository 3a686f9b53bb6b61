"""The scheduled events of all servers, and who is interested in them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

import discord

from bot.discord.failures import NO, asking
from bot.discord.guilds import guild_of
from bot.discord.limits import HISTORY_PAGE
from bot.discord.plugin import AnyBot
from bot.errors import DiscordAway
from bot.services.cache import Bounded
from bot.services.clock import Clock, Patience
from bot.services.listeners import guarded
from bot.services.messages.events import ServerEvent
from cogs.events.convert import event_of_event
from storage.subscriptions import SubscriptionKind as Kind

BELIEVED_SECONDS = 600.0
MOST_EVENTS = 5000
# Interest comes in bursts right after an event is made.
SETTLING_SECONDS = 20.0
Asks = Callable[[int], Awaitable[bool]]


class DiscordScheduledEvents:
    """Asks Discord who is interested, and remembers it for when an event is cancelled.

    Discord tells who marks an event only by ids of users that discord.py drops when it does not
    know them, so any such sign makes all that is known doubtful.
    """

    def __init__(self, bot: AnyBot, asks: Asks, *, patience: Patience, now: Clock) -> None:
        self._bot = bot
        self._seconds = patience.answer
        self._asks = asks
        self._now = now
        self._known = Bounded[int, tuple[float, frozenset[int]]](MOST_EVENTS)
        # After an outage of one server discord.py still knows what was cancelled in it.
        self._gone = Bounded[int, None](MOST_EVENTS)
        self._refreshing: asyncio.Task[None] | None = None

    def upcoming(self) -> Iterator[ServerEvent]:
        """Yield "starting soon" of every event that has not begun."""
        now = self._now()
        for guild in self._bot.guilds:
            for event in guild.scheduled_events:
                is_planned = event.status is discord.EventStatus.scheduled
                if is_planned and event.id not in self._gone and event.start_time.timestamp() > now:
                    yield event_of_event(event, Kind.EVENT_SOON, now)

    def servers(self) -> Iterator[int]:
        """Yield the servers whose events are known here."""
        return (guild.id for guild in self._bot.guilds)

    def is_off(self, guild_id: int, event_id: int, channel_id: int | None) -> bool:
        """Tell whether an event that should still begin will clearly not.

        One that is in a channel that Kkachi does not see may be hidden only. Raises DiscordAway.
        """
        guild = guild_of(self._bot, guild_id)
        if guild is None:
            return False
        event = guild.get_scheduled_event(event_id)
        if event is not None:
            is_cancelled = event.status is discord.EventStatus.cancelled
            return is_cancelled or event_id in self._gone
        if channel_id is None:
            return True
        channel = guild.get_channel(channel_id)
        return channel is not None and channel.permissions_for(guild.me).view_channel

    async def interested(self, guild_id: int, event_id: int) -> frozenset[int]:
        """Return the members who marked an event; of one that is gone, as far as it was known.

        Raises DiscordAway.
        """
        until, members = self._known.get(event_id, (0.0, frozenset[int]()))
        guild = guild_of(self._bot, guild_id)
        event = guild.get_scheduled_event(event_id) if guild else None
        if event is None or until > self._time():
            return members
        try:
            members = await self._ask(event)
        except NO:
            return members
        self._known[event_id] = self._time() + BELIEVED_SECONDS, members
        return members

    def doubt(self) -> None:
        """Ask anew, in a moment, for whatever events it matters."""
        for number, (_, members) in list(self._known.items()):
            self._known[number] = 0.0, members
        if self._refreshing is None or self._refreshing.done():
            work = guarded("asking who is interested in events", self._refresh())
            self._refreshing = asyncio.create_task(work)

    def over(self, event_id: int) -> None:
        """Remind of an event no more: Discord does not list it."""
        self._gone[event_id] = None

    def forget(self, event_id: int) -> None:
        """Remember nothing of an event that is over."""
        self._known.pop(event_id, None)

    def close(self) -> None:
        """Ask no more."""
        if self._refreshing is not None:
            self._refreshing.cancel()

    async def _refresh(self) -> None:
        await asyncio.sleep(SETTLING_SECONDS)
        for guild in self._bot.guilds:
            if await self._asks(guild.id):
                for event in guild.scheduled_events:
                    # Whoever needs to know it asks again.
                    with suppress(DiscordAway):
                        await self.interested(guild.id, event.id)

    async def _ask(self, event: discord.ScheduledEvent) -> frozenset[int]:
        """Return everybody page by page; by itself discord.py reads one page only."""
        found: set[int] = set()
        last = 0
        while True:
            after = discord.Object(last)
            async with asking(self._bot, self._seconds):
                page = [user.id async for user in event.users(limit=HISTORY_PAGE, after=after)]
            found.update(page)
            if len(page) < HISTORY_PAGE:
                return frozenset(found)
            last = max(page)

    def _time(self) -> float:
        return asyncio.get_running_loop().time()
