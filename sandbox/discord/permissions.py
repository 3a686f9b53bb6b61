"""What a member may do in a channel, computed the way Discord documents it."""

import math
from enum import IntFlag

from sandbox.discord.state import HEARD, Channel, Member, Overwrite


class Permission(IntFlag):
    """The permissions the local Discord looks at, with Discord's bits."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    STREAM = 1 << 9
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    CHANGE_NICKNAME = 1 << 26
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_EVENTS = 1 << 33
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    USE_EXTERNAL_STICKERS = 1 << 37
    SEND_MESSAGES_IN_THREADS = 1 << 38
    CREATE_EVENTS = 1 << 44
    SEND_VOICE_MESSAGES = 1 << 46
    SEND_POLLS = 1 << 49
    PIN_MESSAGES = 1 << 51


P = Permission
EVERYTHING = (1 << 53) - 1
EVERYDAY = int(
    P.ADD_REACTIONS
    | P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.USE_EXTERNAL_EMOJIS
    | P.CONNECT
    | P.SPEAK
    | P.STREAM
    | P.CHANGE_NICKNAME
    | P.USE_APPLICATION_COMMANDS
    | P.CREATE_PUBLIC_THREADS
    | P.CREATE_PRIVATE_THREADS
    | P.USE_EXTERNAL_STICKERS
    | P.SEND_MESSAGES_IN_THREADS
    | P.SEND_VOICE_MESSAGES
    | P.SEND_POLLS
)
IN_A_DM = EVERYDAY | P.MANAGE_MESSAGES
NEEDS_SENDING = P.MENTION_EVERYONE | P.SEND_TTS_MESSAGES | P.ATTACH_FILES | P.EMBED_LINKS
LEFT_IN_A_TIMEOUT = int(P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY)


def in_guild(member: Member) -> int:
    """Give what the member's roles give, before any channel has its say."""
    if member.guild.owner_id == member.user.id:
        return EVERYTHING
    bits = member.guild.everyone.permissions
    for role in member.roles:
        bits |= role.permissions
    return EVERYTHING if bits & P.ADMINISTRATOR else bits


def rank(member: Member) -> float:
    """Give how high a member's roles reach; nothing is above the owner."""
    if member.guild.owner_id == member.user.id:
        return math.inf
    return max((role.position for role in member.roles), default=0)


def in_channel(member: Member, channel: Channel, *, now: float) -> int:
    """Give what the member may do in this channel or thread."""
    bits = in_guild(member)
    if bits == EVERYTHING:
        return bits
    place = channel.parent if channel.thread is not None and channel.parent else channel
    bits = _overwritten(bits, member, place)
    bits = _implied(bits, channel, member)
    return bits & LEFT_IN_A_TIMEOUT if member.timed_out_until > now else bits


def reads(bits: int, channel: Channel) -> bool:
    """Whether these permissions let somebody read what was written; in voice, who may come in."""
    needed = P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY
    if channel.kind in HEARD:
        needed |= P.CONNECT
    return bits & needed == needed


def _overwritten(bits: int, member: Member, channel: Channel) -> int:
    """Apply @everyone's overwrite, then all roles' together, then the member's own."""
    for subjects in ({member.guild.id}, {role.id for role in member.roles}, {member.user.id}):
        bits = _applied(bits, [one for one in channel.overwrites if one.id in subjects])
    return bits


def _applied(bits: int, overwrites: list[Overwrite]) -> int:
    for overwrite in overwrites:
        bits &= ~overwrite.deny
    for overwrite in overwrites:
        bits |= overwrite.allow
    return bits


def _implied(bits: int, channel: Channel, member: Member) -> int:
    """Take away what is worth nothing without seeing the channel or writing in it."""
    if not bits & P.VIEW_CHANNEL or not _may_enter(bits, channel, member):
        return 0
    sending = P.SEND_MESSAGES if channel.thread is None else P.SEND_MESSAGES_IN_THREADS
    return bits if bits & sending else bits & ~int(NEEDS_SENDING)


def _may_enter(bits: int, channel: Channel, member: Member) -> bool:
    if channel.thread is None or not channel.thread.private:
        return True
    return member.user.id in channel.thread.members or bool(bits & P.MANAGE_THREADS)
