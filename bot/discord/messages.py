"""Finds the message that a member names, if that member may read it right now."""

import re
from dataclasses import dataclass
from typing import cast

import discord

from bot.discord.failures import NO, asking, is_away
from bot.discord.guilds import guild_of
from bot.discord.plugin import AnyBot, services_of
from bot.errors import BadMessageReference, MessageNotFound, UserError

SNOWFLAKE = "[0-9]{15,20}"
LARGEST_ID = 2**63 - 1
LINK = re.compile(
    r"<?https?://(?:(?:ptb|canary)\.)?discord(?:app)?\.com"
    rf"/channels/(?P<guild>@me|{SNOWFLAKE})/(?P<channel>{SNOWFLAKE})/(?P<message>{SNOWFLAKE})"
    r"/?(?:[?#][^\s>]*)?>?(?:\s.*)?",
    re.DOTALL | re.IGNORECASE,
)
ID = re.compile(SNOWFLAKE)

Readable = discord.abc.GuildChannel | discord.Thread
Room = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


class ContentHidden(UserError):
    """Discord does not show this bot what the message says."""

    key = "error-content-hidden"


@dataclass(frozen=True, slots=True)
class Reference:
    """What a member named: `guild_id` is None in direct messages."""

    guild_id: int | None
    channel_id: int
    message_id: int


def parse_reference(text: str, here: discord.Interaction) -> Reference:
    """Read a message link, or the id of a message in the channel of this interaction."""
    text = text.strip()
    if link := LINK.fullmatch(text):
        guild = None if link["guild"] == "@me" else int(link["guild"])
        return _checked(Reference(guild, int(link["channel"]), int(link["message"])))
    if ID.fullmatch(text) and here.channel_id is not None:
        return _checked(Reference(here.guild_id, here.channel_id, int(text)))
    raise BadMessageReference


def _checked(reference: Reference) -> Reference:
    ids = (reference.guild_id or 0, reference.channel_id, reference.message_id)
    if max(ids) > LARGEST_ID:
        raise BadMessageReference
    return reference


async def find_message(interaction: discord.Interaction, text: str) -> discord.Message:
    """Return the message that `text` names.

    Raises BadMessageReference, MessageNotFound (no such message, or none that this member may
    read: whoever asks cannot tell the two apart), ContentHidden or DiscordAway.
    """
    reference = parse_reference(text, interaction)
    try:
        async with asking(interaction.client, services_of(interaction.client).patience.answer):
            room = await _room(interaction, reference)
            message = await room.fetch_message(reference.message_id)
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


async def _room(interaction: discord.Interaction, reference: Reference) -> discord.abc.Messageable:
    if reference.guild_id is None:
        return await _private_room(interaction, reference)
    guild = guild_of(cast("AnyBot", interaction.client), reference.guild_id)
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
) -> discord.abc.Messageable:
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
