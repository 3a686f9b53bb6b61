"""Reads what people paste when they mean a message: whatever Discord's apps put on a clipboard."""

import re
from dataclasses import dataclass

import discord

from bot.errors import BadMessageReference
from bot.services.cards.markdown import one_line

SNOWFLAKE = "[0-9]{15,20}"
LARGEST_ID = 2**63 - 1
# A message, or the post, thread or channel it is in; older web apps name the thread apart.
LINK = re.compile(
    r"(?<![\w:/.-])(?:https?://|discord://)?"
    r"(?:(?:(?:www|ptb|canary)\.)?discord(?:app)?\.com|-)?/channels"
    rf"/(?P<guild>@me|{SNOWFLAKE})/(?P<channel>{SNOWFLAKE})"
    rf"(?:/threads/(?P<thread>{SNOWFLAKE}))?(?:/(?P<message>{SNOWFLAKE}))?(?!/?[0-9])",
    re.IGNORECASE,
)
# "Copy Link" of a picture or file names the channel and the file, but not the message.
FILE = re.compile(
    r"(?<![\w:/.-])https?://(?:cdn\.discordapp\.com|media\.discordapp\.net)"
    rf"/attachments/(?P<channel>{SNOWFLAKE})/(?P<file>{SNOWFLAKE})/",
    re.IGNORECASE,
)
# "Copy ID" with Shift held names the channel as well.
PAIR = re.compile(
    rf"(?<![0-9A-Za-z_/-])(?P<channel>{SNOWFLAKE})-(?P<message>{SNOWFLAKE})(?![0-9-])"
)
MENTION = re.compile(rf"<#(?P<channel>{SNOWFLAKE})>")
# Alone or with words around it, but in no address, mention, emoji or name.
ID = re.compile(rf"<({SNOWFLAKE})>|(?<![0-9A-Za-z_@#&/.-])({SNOWFLAKE})(?![0-9A-Za-z_>:/-])")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a member named: `guild_id` is None in direct messages.

    Without a message it is the first one of a thread or post, or the one that holds `file_id`. An
    id alone may be either: `may_be_thread` says so.
    """

    guild_id: int | None
    channel_id: int
    message_id: int | None = None
    file_id: int | None = None
    may_be_thread: bool = False


def parse_reference(text: str, here: discord.Interaction) -> Reference:
    """Read a link or an id; an id alone is of the channel of this interaction.

    Raises BadMessageReference.
    """
    text = one_line(text)
    reference = _link(text) or _file(text, here) or _id(text, here)
    if reference is None or max(_ids(reference)) > LARGEST_ID:
        raise BadMessageReference
    return reference


def _link(text: str) -> Reference | None:
    link = LINK.search(text)
    if link is None:
        return None
    guild = None if link["guild"] == "@me" else int(link["guild"])
    message = int(link["message"]) if link["message"] else None
    return Reference(guild, int(link["thread"] or link["channel"]), message)


def _file(text: str, here: discord.Interaction) -> Reference | None:
    file = FILE.search(text)
    if file is None:
        return None
    return Reference(here.guild_id, int(file["channel"]), file_id=int(file["file"]))


def _id(text: str, here: discord.Interaction) -> Reference | None:
    if pair := PAIR.search(text):
        return Reference(here.guild_id, int(pair["channel"]), int(pair["message"]))
    if mention := MENTION.search(text):
        return Reference(here.guild_id, int(mention["channel"]))
    ids = {first or second for first, second in ID.findall(text)}
    if len(ids) == 1 and here.channel_id is not None:
        return Reference(here.guild_id, here.channel_id, int(ids.pop()), may_be_thread=True)
    return None


def _ids(reference: Reference) -> tuple[int, ...]:
    ids = (reference.guild_id, reference.channel_id, reference.message_id, reference.file_id)
    return tuple(one or 0 for one in ids)
