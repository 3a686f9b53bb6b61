"""Listens to what happens in servers, for those who subscribed to it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import discord
from discord.ext import commands

from bot.discord.cog import KkachiCog
from bot.discord.failures import NO, asking
from bot.discord.guilds import Room, guild_of
from bot.discord.history import rooms_with_news, written_after
from bot.discord.plugin import AnyBot
from bot.discord.retries import Retries
from bot.services.highlights.gaps import Gaps
from bot.services.messages.events import ServerEvent
from cogs.events.convert import (
    VoiceRoom,
    event_of_change,
    event_of_event,
    event_of_message,
    event_of_pinned,
    event_of_roles,
    event_of_thread,
    event_of_voice,
    planned_of,
)
from cogs.events.missed import MissedLists
from cogs.events.scheduled import DiscordScheduledEvents
from cogs.events.voice import Voices
from storage.subscriptions import SubscriptionKind as Kind

_log = logging.getLogger(__name__)

LONGEST_GAP = 3600.0
MOST_MISSED = 200  # messages of one channel that are looked at after a gap
IN_MESSAGES = frozenset({Kind.PIN, Kind.NEWCOMER, Kind.BOOST, Kind.FORUM, Kind.ANNOUNCEMENT})
INTEREST = frozenset({"GUILD_SCHEDULED_EVENT_USER_ADD", "GUILD_SCHEDULED_EVENT_USER_REMOVE"})
PLANNING = "GUILD_SCHEDULED_EVENT_"
NEEDED = ("guild_messages", "guild_scheduled_events", "voice_states", "moderation")


class Events(KkachiCog):
    """Tells the services what happens; answers nobody."""

    def __init__(self, bot: AnyBot) -> None:
        super().__init__(bot)
        asks = self.services.subscriptions.asks_interest
        patience, now = self.services.patience, self.services.now
        self._almanac = DiscordScheduledEvents(bot, asks, patience=patience, now=now)
        self._voices = Voices()
        self._retries = Retries(bot, patience)
        self._gaps = Gaps(patience)
        self._missed_lists = MissedLists(bot, self.services.notifying.tell, self._almanac.over)
        self._work: list[asyncio.Task[None]] = []

    async def cog_load(self) -> None:
        """Let the services look at scheduled events, and look at what was missed."""
        self.services.notifying.attach(self._almanac)
        self.services.calendar_plans.attach(self._almanac)
        reading = partial(self._gaps.run, self._missed_rooms, self._missed, self._hear_missed)
        loops: Mapping[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "missed-events": reading,
            "missed-lists": self._missed_lists.read,
            "planned-events": self._missed_lists.keep,
        }
        keep = self.services.supervisor.run
        self._work = [asyncio.create_task(keep(name, loop)) for name, loop in loops.items()]
        self.services.subscriptions.on_changed.append(self._missed_lists.wake)
        for guild in self.bot.guilds:
            self._voices.learn(guild)
        for name in NEEDED:
            if not getattr(self.bot.intents, name):
                _log.warning("without the intent %s some subscriptions hear nothing", name)

    async def cog_unload(self) -> None:
        """Let nobody look any more."""
        self.services.notifying.detach()
        self.services.calendar_plans.detach()
        self._almanac.close()
        self.services.subscriptions.on_changed.remove(self._missed_lists.wake)
        for task in self._work:
            task.cancel()

    # after a connection was made

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Look at what happened while nobody listened."""
        for guild in self.bot.guilds:
            self._voices.learn(guild)
            self._open(guild)
        self._almanac.doubt()
        self.services.calendar_plans.wake()

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """Look at what happened while one of several connections was away."""
        for guild in self.bot.guilds:
            if guild.shard_id == shard_id:
                self._open(guild)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Look at a server that Discord could not show before."""
        self._voices.learn(guild)
        self._missed_lists.open(guild.id)
        self._gaps.wake()

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Forget a server that Kkachi was removed from."""
        self._voices.forget(guild.id)
        self._missed_lists.forget(guild.id)

    # scheduled events

    @commands.Cog.listener()
    async def on_scheduled_event_create(self, event: discord.ScheduledEvent) -> None:
        """Tell of a new event."""
        await self._tell(event_of_event(event, Kind.EVENT_NEW, self.services.now()))
        await self._note(event)

    @commands.Cog.listener()
    async def on_scheduled_event_update(
        self, before: discord.ScheduledEvent, after: discord.ScheduledEvent
    ) -> None:
        """Tell of an event that has begun, changed or will not be."""
        await self._tell(event_of_change(before, after, self.services.now()))
        if after.status in {discord.EventStatus.completed, discord.EventStatus.cancelled}:
            self._almanac.forget(after.id)
            await self._note_gone(after)
        else:
            await self._note(after)

    @commands.Cog.listener()
    async def on_scheduled_event_delete(self, event: discord.ScheduledEvent) -> None:
        """Tell of an event that will not be; one that has begun is only over."""
        planned = {discord.EventStatus.scheduled, discord.EventStatus.cancelled}
        if event.status in planned:
            await self._tell(event_of_event(event, Kind.EVENT_CANCELLED, self.services.now()))
        self._almanac.forget(event.id)
        await self._note_gone(event)

    @commands.Cog.listener()
    async def on_socket_event_type(self, event_type: str) -> None:
        """Ask anew who is interested when that changes, and let calendars follow."""
        if event_type in INTEREST:
            self._almanac.doubt()
        if event_type.startswith(PLANNING):
            self.services.calendar_plans.wake()

    # voice

    @commands.Cog.listener()
    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """Tell of whoever comes into a channel, or an empty one, or begins to stream."""
        channel = after.channel
        came = self._voices.move(member, channel.id if channel else None)
        if not isinstance(channel, VoiceRoom) or member.bot:
            return
        now = self.services.now()
        if before.channel is None or before.channel.id != channel.id:
            await self._tell(event_of_voice(member, channel, Kind.PERSON, now))
        if came:
            await self._tell(event_of_voice(member, channel, Kind.VOICE, now))
        if after.self_stream and not before.self_stream:
            await self._tell(event_of_voice(member, channel, Kind.STREAM, now))

    # messages, threads, roles

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Tell of announcements, posts, pins, new members and boosts."""
        await self._hear(message, self.services.now())

    @commands.Cog.listener()
    async def on_guild_channel_pins_update(
        self, channel: discord.abc.GuildChannel | discord.Thread, last_pin: object
    ) -> None:
        """Tell of a new pin also where Discord writes no line about it."""
        if last_pin is None or not isinstance(channel, discord.abc.Messageable):
            return
        await self._retries.do(channel.id, partial(self._look_at_pins, channel.guild.id, channel))

    @commands.Cog.listener()
    async def on_thread_create(self, thread: discord.Thread) -> None:
        """Tell of a new thread; a forum's are posts, which are messages."""
        if not isinstance(thread.parent, discord.ForumChannel):
            await self._tell(event_of_thread(thread, self.services.now()))

    @commands.Cog.listener()
    async def on_audit_log_entry_create(self, entry: discord.AuditLogEntry) -> None:
        """Tell a member of the roles that they were given."""
        await self._tell(event_of_roles(entry, self.services.now()))

    # the way to the services

    async def _tell(self, event: ServerEvent | None) -> None:
        if event is not None:
            await self.services.notifying.tell(event)

    async def _note(self, event: discord.ScheduledEvent) -> None:
        await self._retries.do(("planned", event.id), partial(self._note_newest, event))

    async def _note_newest(self, event: discord.ScheduledEvent) -> None:
        """Keep an event as it is now: it may have changed again while this waited."""
        newest = event.guild.get_scheduled_event(event.id) if event.guild else None
        await self.services.planned.note(planned_of(newest or event))

    async def _note_gone(self, event: discord.ScheduledEvent) -> None:
        work = partial(self.services.planned.gone, event.guild_id, event.id)
        await self._retries.do(("gone", event.id), work)

    def _open(self, guild: discord.Guild) -> None:
        self._gaps.open(guild.id, self.services.now() - LONGEST_GAP)
        self._missed_lists.open(guild.id)

    async def _hear(self, message: discord.Message, at: float) -> None:
        mine = self.bot.user is not None and message.author.id == self.bot.user.id
        if message.guild is not None and not mine:
            await self._tell(event_of_message(message, at))

    async def _look_at_pins(self, guild_id: int, channel: discord.abc.Messageable) -> None:
        if not await self.services.subscriptions.has(guild_id, {Kind.PIN}):
            return
        try:
            async with asking(self.bot, self.services.patience.answer):
                newest = [message async for message in channel.pins(limit=1)]
        except NO:
            return
        for message in newest:
            # Taking one pin away leaves another that is not new.
            await self._tell_pin(message)

    async def _tell_pin(self, message: discord.Message) -> None:
        now = self.services.now()
        if message.pinned_at is None or message.pinned_at.timestamp() > now - LONGEST_GAP:
            await self._tell(event_of_pinned(message, now))

    # what was missed

    async def _missed_rooms(self, guild_id: int, since: float) -> Mapping[int, int]:
        """Return the rooms where messages tell of something."""
        guild = guild_of(self.bot, guild_id)
        if guild is None or not await self.services.subscriptions.has(guild_id, IN_MESSAGES):
            return {}
        after = discord.utils.time_snowflake(datetime.fromtimestamp(since, UTC))
        return {room.id: after for room in rooms_with_news(guild, after)}

    async def _missed(
        self, guild_id: int, room_id: int, after: int
    ) -> AsyncIterator[tuple[int, discord.Message]]:
        guild = guild_of(self.bot, guild_id)
        room = guild.get_channel_or_thread(room_id) if guild else None
        if not isinstance(room, Room):
            return
        seconds = self.services.patience.answer
        async for message in written_after(
            self.bot, room, after, most=MOST_MISSED, seconds=seconds
        ):
            yield message.id, message

    async def _hear_missed(self, message: discord.Message) -> bool:
        await self._hear(message, message.created_at.timestamp())
        return True


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Events(bot))
