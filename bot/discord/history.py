"""What was written before, page by page; a message that cannot be read costs that message only."""

import logging
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import discord

from bot.discord.failures import NO, UNREADABLE, asking
from bot.discord.guilds import AnyRoom, Room
from bot.discord.limits import HISTORY_PAGE
from bot.discord.plugin import AnyBot
from bot.discord.polls import give_ends
from bot.services.clock import PATIENCE

_log = logging.getLogger(__name__)

EVERYTHING = sys.maxsize


async def fetch_message(
    bot: AnyBot, room: Room | discord.DMChannel, message_id: int
) -> discord.Message | None:
    """Return a message; None for one that cannot be read. Raises what Discord says."""
    raw = await bot.http.get_message(room.id, message_id)
    return next(_readable(room, [raw]), None)


async def fetch_page(
    bot: AnyBot, room: Room, *, limit: int, before: int | None = None, after: int | None = None
) -> tuple[list[discord.Message], int | None]:
    """Return a page, the oldest first, and its newest id; None where it is not full."""
    raws = await bot.http.logs_from(room.id, limit, before=before, after=after)
    raws = sorted(raws, key=lambda raw: int(raw["id"]))
    is_full = len(raws) == limit
    return [*_readable(room, raws)], int(raws[-1]["id"]) if is_full else None


async def written_after(
    bot: AnyBot,
    room: Room,
    after: int,
    *,
    most: int = EVERYTHING,
    seconds: float = PATIENCE.answer,
) -> AsyncIterator[discord.Message]:
    """Yield what was written in a room after a message, the oldest first; raises DiscordAway.

    Nothing in a room that is gone or hidden by now.
    """
    last: int | None = after
    while most > 0 and last is not None:
        limit = min(most, HISTORY_PAGE)
        try:
            async with asking(bot, seconds):
                page, last = await fetch_page(bot, room, limit=limit, after=last)
        except NO:
            return
        most -= limit
        for message in page:
            yield message


async def written_between(
    bot: AnyBot,
    room: AnyRoom,
    first: int,
    last: int | None,
    *,
    most_pages: int,
    seconds: float = PATIENCE.answer,
) -> tuple[list[discord.Message], bool]:
    """Return what was written from one message to another, or to now, the oldest first.

    Of more than so many pages the newest, and True. Raises NotFound, Forbidden or DiscordAway.
    """
    found: list[discord.Message] = []
    before = None if last is None else last + 1
    for _ in range(most_pages):
        async with asking(bot, seconds):
            raws = await bot.http.logs_from(room.id, HISTORY_PAGE, before=before)
        raws = [raw for raw in raws if int(raw["id"]) >= first]
        raws.sort(key=lambda raw: int(raw["id"]))
        found[:0] = _readable(room, raws)
        if len(raws) < HISTORY_PAGE:
            return found, False
        before = int(raws[0]["id"])
    return found, bool(found) and found[0].id > first


def rooms_with_news(guild: discord.Guild, after: int) -> Iterator[Room]:
    """Yield the channels and threads that we may read and that have newer messages."""
    for room in (*guild.channels, *guild.threads):
        is_lost = isinstance(room, discord.Thread) and room.parent is None
        if isinstance(room, Room) and not is_lost and (room.last_message_id or 0) > after:
            permissions = room.permissions_for(guild.me)
            if permissions.view_channel and permissions.read_message_history:
                yield room


def _readable(room: AnyRoom, raws: Iterable[Any]) -> Iterator[discord.Message]:
    """Yield the messages that discord.py understands; by itself it gives up a page for one."""
    state = room._state  # noqa: SLF001 - there is no other way to make a message of its JSON
    for raw in raws:
        try:
            give_ends(raw)
            message = state.create_message(channel=room, data=raw)
        except UNREADABLE as error:
            _log.warning("a message cannot be read: %s", type(error).__name__)
        else:
            yield message
