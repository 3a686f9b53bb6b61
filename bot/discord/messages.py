"""Finds the message that a member names, if that member may read it right now."""

from contextlib import suppress
from typing import cast

import discord

from bot.discord.failures import NO, asking, is_away
from bot.discord.guilds import Room, find_guild
from bot.discord.history import fetch_message
from bot.discord.plugin import AnyBot, services_of
from bot.discord.references import Reference, parse_reference
from bot.errors import ContentHidden, MessageNotFound, UserError

FILE_PAGE = 100

Readable = discord.abc.GuildChannel | discord.Thread


class ChannelNamed(UserError):
    """What was named is a channel, and not a message in it."""

    key = "error-channel-named"


async def find_message(interaction: discord.Interaction, text: str) -> discord.Message:
    """Return the message that `text` names.

    Raises BadMessageReference, ChannelNamed, MessageNotFound (no such message, or none that this
    member may read: whoever asks cannot tell the two apart), ContentHidden or DiscordAway.
    """
    reference = parse_reference(text, interaction)
    try:
        async with asking(interaction.client, services_of(interaction.client).patience.answer):
            message = await _named(interaction, reference)
    except (*NO, discord.ClientException):
        raise MessageNotFound from None
    if is_blank(message):
        raise ContentHidden
    return message


def is_blank(message: discord.Message) -> bool:
    """Tell whether nothing of a message is visible, as without the message content intent."""
    parts = (
        message.content,
        message.attachments,
        message.embeds,
        message.stickers,
        message.components,
        message.poll,
        message.message_snapshots,
    )
    is_pointer = message.type is discord.MessageType.thread_starter_message
    return not any(parts) and not message.is_system() and not is_pointer


async def readable_thread(
    interaction: discord.Interaction, message: discord.Message
) -> discord.Thread | None:
    """Return the thread that a message is in or begins, if the member may read it.

    Raises DiscordAway.
    """
    room, guild = message.channel, message.guild
    if guild is None or isinstance(room, discord.Thread):
        return room if isinstance(room, discord.Thread) else None
    if not message.flags.has_thread:
        return None
    try:
        async with asking(interaction.client, services_of(interaction.client).patience.answer):
            thread = message.thread or await guild.fetch_channel(message.id)
            is_readable = isinstance(thread, discord.Thread) and await _may_read(
                interaction, guild, thread
            )
    except (*NO, discord.ClientException):
        return None
    return thread if is_readable and isinstance(thread, discord.Thread) else None


async def _named(interaction: discord.Interaction, reference: Reference) -> discord.Message:
    room = await _room(interaction, reference)
    if reference.file_id is not None:
        return await _with_file(room, reference.file_id)
    if reference.message_id is None:
        return await _first(interaction, room)
    try:
        bot = cast("AnyBot", interaction.client)
        message = await fetch_message(bot, room, reference.message_id)
    except discord.NotFound:
        thread = await _as_thread(interaction, reference)
        if thread is None:
            raise
        return await _first(interaction, thread)
    if message is None:  # discord.py does not understand it
        raise MessageNotFound
    return message


async def _as_thread(
    interaction: discord.Interaction, reference: Reference
) -> discord.Thread | None:
    """Return the thread or post that an id alone stands for, if the member may read it."""
    if not reference.may_be_thread or interaction.guild is None or not reference.message_id:
        return None
    room = interaction.guild.get_channel_or_thread(reference.message_id)
    if not isinstance(room, discord.Thread):
        return None
    return room if await _may_read(interaction, interaction.guild, room) else None


async def _first(
    interaction: discord.Interaction, room: discord.abc.Messageable
) -> discord.Message:
    """Return what a post or thread begins with: the message it was made of has its id."""
    if not isinstance(room, discord.Thread):
        raise ChannelNamed
    parent = room.parent
    home = parent if isinstance(parent, discord.TextChannel) else room
    with suppress(discord.NotFound):
        if home is room or await _may_read(interaction, room.guild, home):
            return await home.fetch_message(room.id)
    async for message in room.history(limit=1, oldest_first=True):
        return message
    raise MessageNotFound


async def _with_file(room: discord.abc.Messageable, file_id: int) -> discord.Message:
    """Return the message that holds a file, which was written about when that was uploaded."""
    async for message in room.history(limit=FILE_PAGE, around=discord.Object(file_id)):
        if any(one.id == file_id for one in message.attachments):
            return message
    raise MessageNotFound


async def _room(interaction: discord.Interaction, reference: Reference) -> Room | discord.DMChannel:
    if reference.guild_id is None:
        return await _private_room(interaction, reference)
    guild = await find_guild(cast("AnyBot", interaction.client), reference.guild_id)
    if guild is None:
        raise MessageNotFound
    room = guild.get_channel_or_thread(reference.channel_id) or await guild.fetch_channel(
        reference.channel_id
    )
    if not isinstance(room, Room) or not await _may_read(interaction, guild, room):
        raise MessageNotFound
    return room


async def _private_room(
    interaction: discord.Interaction, reference: Reference
) -> discord.DMChannel:
    """Return the direct messages that the member is in just now; others cannot be looked into."""
    is_here = interaction.guild_id is None and interaction.channel_id == reference.channel_id
    if not is_here or not isinstance(interaction.channel, discord.DMChannel):
        raise MessageNotFound
    return interaction.channel


async def _may_read(interaction: discord.Interaction, guild: discord.Guild, room: Room) -> bool:
    if room.id == interaction.channel_id:
        return _reads(interaction.permissions, room)
    return await may_read(await _member(interaction, guild), room)


async def may_read(member: discord.Member, room: Room) -> bool:
    """Tell whether a member may read a room, a private thread only if they are in it."""
    if not _reads(room.permissions_for(member), room):
        return False
    return not _is_closed_thread(room) or await _belongs_to(room, member)


async def _member(interaction: discord.Interaction, guild: discord.Guild) -> discord.Member:
    """Return the member as they are now: never from a cache that may be out of date."""
    user = interaction.user
    if isinstance(user, discord.Member) and user.guild.id == guild.id:
        return user
    return await guild.fetch_member(user.id)


def _reads(permissions: discord.Permissions, room: Room) -> bool:
    heard = isinstance(room, discord.VoiceChannel | discord.StageChannel)
    allowed = permissions.view_channel and permissions.read_message_history
    return allowed and (permissions.connect or not heard)


def _is_closed_thread(room: Room) -> bool:
    return isinstance(room, discord.Thread) and room.is_private()


async def _belongs_to(room: Room, member: discord.Member) -> bool:
    if not isinstance(room, discord.Thread) or room.permissions_for(member).manage_threads:
        return True
    try:
        await room.fetch_member(member.id)
    except NO as error:
        if is_away(error):
            raise
        return False
    return True
