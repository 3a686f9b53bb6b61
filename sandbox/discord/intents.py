"""Gateway intents: which events a bot hears and when it sees what people wrote."""

from enum import IntFlag

from sandbox.discord.messages import Message
from sandbox.discord.state import JSON, User


class Intent(IntFlag):
    """The intents that some event of the local Discord needs."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_MODERATION = 1 << 2
    GUILD_VOICE_STATES = 1 << 7
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15
    GUILD_SCHEDULED_EVENTS = 1 << 16
    GUILD_MESSAGE_POLLS = 1 << 24
    DIRECT_MESSAGE_POLLS = 1 << 25


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
APPLICATION_FLAGS = {
    Intent.GUILD_PRESENCES: 1 << 13,
    Intent.GUILD_MEMBERS: 1 << 15,
    Intent.MESSAGE_CONTENT: 1 << 19,
}


def application_flags(allowed: Intent) -> int:
    """Give the flags of an application that has these privileged intents switched on."""
    return sum(flag for intent, flag in APPLICATION_FLAGS.items() if intent & allowed)


def may_read(bot: User, message: Message) -> bool:
    """Whether a bot without the message content intent still sees what was written."""
    if message.channel.guild is None or message.only_for is not None:
        return True
    return message.author is bot or bot in message.mentions


def as_read(bot: User, message: Message, payload: JSON) -> JSON:
    """Give the message as a bot without the message content intent gets it."""
    told = payload if may_read(bot, message) else _without_content(payload)
    answered = message.reply_to
    if answered is None or not told.get("referenced_message"):
        return told
    return told | {"referenced_message": as_read(bot, answered, told["referenced_message"])}


def _without_content(payload: JSON) -> JSON:
    emptied: JSON = {"content": "", "embeds": [], "attachments": [], "components": []}
    kept = {key: value for key, value in payload.items() if key not in _ALSO_CONTENT}
    return kept | emptied


_ALSO_CONTENT = ("poll", "message_snapshots")
