"""Several messages of one channel that a member names, as much of them as may leave its server."""

from dataclasses import dataclass
from typing import cast

import discord

from bot.discord.access import roles_in
from bot.discord.convert import highlight_of
from bot.discord.failures import NO, asking
from bot.discord.guilds import AnyRoom
from bot.discord.history import written_between
from bot.discord.messages import find_message, is_blank, readable_thread
from bot.discord.plugin import AnyBot, services_of
from bot.discord.reader import reader_of
from bot.discord.replies import defer
from bot.errors import ContentHidden, MessageNotFound, UserError
from bot.services.forwarding.lists import MOST_MESSAGES, Several
from bot.services.highlights.picked import NotInPassing
from bot.services.messages.models import Highlight

MOST_PAGES = 5


class OtherChannel(UserError):
    """The first and the last message stand in two channels."""

    key = "error-other-channel"


class NoThread(UserError):
    """There is no thread that the message begins or is in."""

    key = "error-no-thread"


class EitherUntilOrThread(UserError):
    """A whole thread was asked for, and only a part of it as well."""

    key = "error-until-or-thread"


class NoneLeft(UserError):
    """None of the messages may be sent along; `count` is how many that are."""

    key = "error-none-left"


@dataclass(frozen=True, slots=True)
class Named:
    """What a member has named: a message, up to which other one, and whether the whole thread."""

    message: str
    until: str | None = None
    thread: bool = False

    @property
    def is_one(self) -> bool:
        """Whether it is one message and no more."""
        return self.until is None and not self.thread


@dataclass(frozen=True, slots=True)
class Read:
    """What goes, and how many messages stay behind.

    That is because their authors have opted out, and `earlier` because there were too many: so many
    were seen, or more if it `is_more`.
    """

    several: Several
    opted_out: int = 0
    is_more: bool = False


async def carried_several(interaction: discord.Interaction, named: Named, feature: str) -> Read:
    """Return as much of what was named as may leave its server, which decides about the feature.

    Tells Discord first that an answer comes. Raises what `find_message` raises, OtherChannel,
    NoThread, EitherUntilOrThread, NoneLeft, NotAllowed or DiscordAway.
    """
    if named.until is not None and named.thread:
        raise EitherUntilOrThread
    await defer(interaction)
    room, first, last = await _range(interaction, named)
    bot, services = cast("AnyBot", interaction.client), services_of(interaction.client)
    messages, is_more = await _written(bot, room, first, last)
    shown = messages[-MOST_MESSAGES:]
    highlights = [await _highlight(interaction, one) for one in shown]
    agreed = [one for one in [await _agreed(interaction, one) for one in highlights] if one]
    if not agreed:
        raise NoneLeft(count=len(shown))
    member_id, guild_id = interaction.user.id, agreed[0].source.guild_id
    carried = await services.picked.all_carried(
        member_id, agreed, feature, roles_in(interaction, guild_id)
    )
    several = Several(carried, earlier=len(messages) - len(shown))
    return Read(several, len(shown) - len(agreed), is_more)


async def _range(interaction: discord.Interaction, named: Named) -> tuple[AnyRoom, int, int | None]:
    """Return the room, and the ids of the first and, unless all are, the last message meant."""
    start = await find_message(interaction, named.message)
    if named.until is None:
        thread = await readable_thread(interaction, start)
        if thread is None:
            raise NoThread
        return thread, 0, None
    end = await find_message(interaction, named.until)
    if start.channel.id != end.channel.id:
        raise OtherChannel
    return start.channel, min(start.id, end.id), max(start.id, end.id)


async def _written(
    bot: AnyBot, room: AnyRoom, first: int, last: int | None
) -> tuple[list[discord.Message], bool]:
    """Return what people and bots have written there, the oldest first, and whether there is more.

    Raises ContentHidden where Discord shows nothing of any of it.
    """
    seconds = services_of(bot).patience.answer
    try:
        found, is_more = await written_between(
            bot, room, first, last, most_pages=MOST_PAGES, seconds=seconds
        )
    except NO:
        raise MessageNotFound from None
    said = [one for one in found if not one.is_system()]
    shown = [one for one in said if not is_blank(one)]
    if said and not shown:
        raise ContentHidden
    return shown, is_more


async def _highlight(interaction: discord.Interaction, message: discord.Message) -> Highlight:
    bot = cast("AnyBot", interaction.client)
    async with asking(bot, services_of(bot).patience.answer):
        return await highlight_of(message, interaction.user, reader_of(bot).people)


async def _agreed(interaction: discord.Interaction, highlight: Highlight) -> Highlight | None:
    """Return a message as its author lets it go along; None for not at all."""
    picked = services_of(interaction.client).picked
    try:
        return await picked.agreed(interaction.user.id, highlight)
    except NotInPassing:
        return None
