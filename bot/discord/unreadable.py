"""An event of Discord that cannot be read costs that event, and not the whole connection."""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import discord

from bot.discord.polls import give_ends
from bot.logs import described

_log = logging.getLogger(__name__)

# Without these a connection means nothing: it is made anew, as for any other failure.
GREETINGS = frozenset({"READY", "RESUMED"})
# They tell who may read what. What was read of half of them is no ground to let anything out.
OF_SERVER = frozenset({"GUILD_CREATE", "GUILD_UPDATE"})
OF_ROLE = frozenset({"GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE"})
OF_CHANNEL = frozenset({"CHANNEL_UPDATE", "CHANNEL_DELETE"})


def guard_events(bot: discord.Client, on_lost: Callable[[str], None]) -> None:
    """Let an event that discord.py cannot read be lost alone; `on_lost` hears its name."""
    parsers = bot._connection.parsers  # noqa: SLF001 - discord.py has no public way to them
    for name, parse in parsers.items():
        if name not in GREETINGS:
            parsers[name] = partial(_read, bot, on_lost, name, parse)


def _read(
    bot: discord.Client,
    on_lost: Callable[[str], None],
    name: str,
    parse: Callable[[Any], None],
    data: Any,  # noqa: ANN401 - whatever Discord sent
) -> None:
    try:
        give_ends(data)
        parse(data)
    except Exception as error:  # noqa: BLE001 - whatever it is, the next event is another one
        _log.error("an event is lost, %s cannot be read: %s", name, described(error))
        on_lost(name)
        with suppress(KeyError, TypeError, ValueError):
            _doubt(bot, name, data)


def _doubt(bot: discord.Client, name: str, data: Any) -> None:  # noqa: ANN401 - as above
    """Forget what has become doubtful: a server until it is shown anew, a channel until asked."""
    if name in OF_CHANNEL:
        guild = bot.get_guild(int(data["guild_id"]))
        channel = guild and guild.get_channel(int(data["id"]))
        if guild and channel:
            guild._remove_channel(channel)  # noqa: SLF001 - what discord.py does itself
    if name in OF_SERVER | OF_ROLE:
        guild_id = data["id" if name in OF_SERVER else "guild_id"]
        unknown: Any = {"id": guild_id, "unavailable": True}
        bot._connection._add_guild_from_data(unknown)  # noqa: SLF001 - as for servers in READY
        _log.error("nothing of server %s is believed until Discord shows it anew", guild_id)
