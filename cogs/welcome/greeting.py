"""What Kkachi says when it comes into a server, and to whom."""

import logging

import discord

from bot.discord.failures import FAILURES, NO, asking, summary
from bot.discord.guilds import language_of
from bot.discord.notices import NOBODY
from bot.discord.plugin import AnyBot, notices_of, services_of
from bot.discord.words import plain
from bot.errors import DiscordAway
from bot.services.clock import HOUR

_log = logging.getLogger(__name__)

# What Discord tells of later than this is a server that was there before.
FRESH = HOUR
# Of the newest ones who added bots.
LOOKED_AT = 10


async def greet(bot: AnyBot, guild: discord.Guild) -> None:
    """Say in a server, or to whoever added Kkachi, what it does and how to begin.

    Discord tells of a server as joined once for each time; one that Kkachi has been in for long is
    not greeted, whatever Discord says.
    """
    joined = guild.me.joined_at if guild.me else None
    services = services_of(bot)
    if joined is None or services.now() - joined.timestamp() > FRESH:
        return
    locale = language_of(guild, await services.settings.of(guild.id))
    room = guild.system_channel
    if room is not None and await _written(room, services.texts.say(locale, "greeting")):
        return
    member_id = await _who_added(bot, guild) or guild.owner_id
    if member_id is not None:
        text = services.texts.say(locale, "greeting-direct", server=plain(guild.name))
        await notices_of(bot).send_direct(member_id, text)


async def _written(room: discord.TextChannel, text: str) -> bool:
    may = room.permissions_for(room.guild.me)
    if not (may.view_channel and may.send_messages):
        return False
    try:
        await room.send(text, allowed_mentions=NOBODY)
    except FAILURES as error:
        _log.info("a server was not greeted in its channel: %s", summary(error))
        return False
    return True


async def _who_added(bot: AnyBot, guild: discord.Guild) -> int | None:
    """Return who added Kkachi, where Discord lets us know."""
    if not guild.me.guild_permissions.view_audit_log:
        return None
    action = discord.AuditLogAction.bot_add
    try:
        async with asking(bot, services_of(bot).patience.answer):
            async for entry in guild.audit_logs(action=action, limit=LOOKED_AT):
                if entry.target is not None and entry.target.id == guild.me.id:
                    return entry.user_id
    except (*NO, DiscordAway) as error:
        _log.info("who added Kkachi is not known: %s", type(error).__name__)
    return None
