"""Watches what is written, for the rules of members."""

import asyncio
import logging
from functools import partial

import discord
from discord.ext import commands

from bot.discord.cog import KkachiCog
from bot.discord.convert import seen_of
from bot.discord.failures import NO, asking
from bot.discord.plugin import AnyBot
from bot.discord.reader import is_watched, reader_of
from bot.discord.retries import Retries
from bot.services.highlights.emoji import key_of
from bot.services.highlights.reactions import Reaction
from bot.services.messages.models import Source
from storage.database import StorageError

_log = logging.getLogger(__name__)
NEEDED = ("guilds", "guild_messages", "message_content", "guild_reactions")


class Watch(KkachiCog):
    """Tells the services what happens; answers nobody."""

    def __init__(self, bot: AnyBot) -> None:
        super().__init__(bot)
        self._people = reader_of(bot).people
        self._retries = Retries(bot, self.services.patience)
        self._catching_up: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Look at what was missed first."""
        await super().cog_load()
        reading = partial(self.services.catch_up.keep_reading, self.services.watch.judge)
        keep = self.services.supervisor.run("missed-messages", reading)
        self._catching_up = asyncio.create_task(keep)
        for name in NEEDED:
            if not getattr(self.bot.intents, name):
                _log.warning("without the intent %s some rules of members find nothing", name)

    async def cog_unload(self) -> None:
        """Look no more."""
        await super().cog_unload()
        if self._catching_up is not None:
            self._catching_up.cancel()

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Look whose rules a new message meets."""
        if message.webhook_id is not None:
            # It may have written in place of somebody else.
            await self.services.replacements.came(seen_of(message))
        if not self._is_looked_at(message):
            return
        for user in (message.author, *message.mentions):
            if isinstance(user, discord.Member):
                self._people.learn(user)
        await self.services.watch.see(seen_of(message))

    @commands.Cog.listener()
    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Look whose rules a message meets after it was changed, or filled in."""
        if self._is_looked_at(event.message):
            await self.services.watch.edited(seen_of(event.message))

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Forget a message that is gone."""
        await self._forget([event.message_id])

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Forget messages that are gone."""
        await self._forget(sorted(event.message_ids))

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Send the message if that is asked for, and tell its author if they want to know."""
        if event.member is None or not event.member.bot:
            await self._sends(event, is_there=True)
        author_id, guild_id = event.message_author_id, event.guild_id
        if author_id is None or guild_id is None or author_id == event.user_id:
            return
        if not self.services.watch.asks_for_reactions(guild_id, author_id):
            return
        await self._retries.do(event.message_id, partial(self._count, event))

    @commands.Cog.listener()
    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """Take back what was to be sent for a reaction; others ask for nothing."""
        await self._sends(event, is_there=False)

    @commands.Cog.listener()
    async def on_connect(self) -> None:
        """Note that something was missed, before the first event of a new session comes."""
        self.services.catch_up.missed()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Look at what was written while nobody listened; events that come now do not wait."""
        self.services.catch_up.wake()

    @commands.Cog.listener()
    async def on_guild_available(self, _: discord.Guild) -> None:
        """Look at what was missed of a server that Discord could not show before."""
        self.services.catch_up.wake()

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Begin to forget a server that Kkachi was removed from."""
        await self.services.leaving.left(guild.id)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Keep what there is of a server that Kkachi came back to."""
        await self.services.leaving.joined(guild.id)

    @commands.Cog.listener()
    async def on_guild_role_update(self, _: discord.Role, after: discord.Role) -> None:
        """Believe nothing of what was known of a server's members."""
        self._people.forget(after.guild.id)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """Believe nothing of what was known of a server's members."""
        self._people.forget(role.guild.id)

    def _is_looked_at(self, message: discord.Message) -> bool:
        """Tell whether anybody's rules may be about a message."""
        guild = message.guild
        is_wanted = guild is not None and self.services.rules.index.watch(guild.id)
        return is_wanted and is_watched(message, self.bot)

    async def _sends(self, event: discord.RawReactionActionEvent, *, is_there: bool) -> None:
        """Let the services know of a reaction that may send a message to who reacts."""
        emoji, guild_id = event.emoji, event.guild_id
        if guild_id is None:
            return
        reaction = Reaction(
            event.user_id,
            Source(guild_id, event.channel_id, event.message_id),
            key_of(emoji.name, emoji.id),
        )
        self.services.reactions.hear(reaction, is_there=is_there)
        await self._retries.do(reaction, partial(self.services.reactions.settle, reaction))

    async def _count(self, event: discord.RawReactionActionEvent) -> None:
        """Look how many reactions a message has now."""
        room = self.bot.get_partial_messageable(event.channel_id, guild_id=event.guild_id)
        try:
            async with asking(self.bot, self.services.patience.answer):
                message = await room.fetch_message(event.message_id)
        except NO:
            return
        count = sum(reaction.count for reaction in message.reactions)
        await self.services.watch.react(seen_of(message), count)

    async def _forget(self, message_ids: list[int]) -> None:
        try:
            await self.services.watch.deleted(message_ids)
        except StorageError as error:
            _log.warning("deleted messages are not forgotten: %s", error)


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Watch(bot))
