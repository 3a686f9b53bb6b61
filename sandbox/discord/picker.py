"""Which commands somebody may use somewhere, and how they are called in their language."""

from collections.abc import Iterator

from sandbox.discord.commands import CHAT, leaves, localized
from sandbox.discord.permissions import EVERYTHING, Permission, in_guild
from sandbox.discord.state import JSON, Channel, Reader
from sandbox.discord.world import World


def usable(world: World, reader: Reader, channel: Channel) -> Iterator[JSON]:
    """Give the registered commands this person may use in this channel."""
    if not world.may(reader.user, channel) & Permission.USE_APPLICATION_COMMANDS:
        return
    guild_books = [world.book(channel.guild.id)] if channel.guild else []
    for book in (world.book(), *guild_books):
        yield from (one for one in book if _fits(one, channel) and _allowed(one, reader, channel))


def _fits(command: JSON, channel: Channel) -> bool:
    here = 0 if channel.guild else 1
    if command["contexts"] is not None:
        return here in command["contexts"]
    return here == 0 or bool(command["dm_permission"])


def _allowed(command: JSON, reader: Reader, channel: Channel) -> bool:
    if channel.guild is None or command["default_member_permissions"] is None:
        return True
    needed = int(command["default_member_permissions"])
    bits = in_guild(channel.guild.members[reader.user.id])
    # Discord's zero means: nobody but administrators.
    return bits == EVERYTHING or (needed != 0 and bits & needed == needed)


def entries(world: World, reader: Reader, channel: Channel) -> list[JSON]:
    """One plain dict for each way to call a command, as a picker lists them."""
    return [
        _entry(command, steps, options, reader.locale)
        for command in usable(world, reader, channel)
        for steps, options in leaves(command)
    ]


def _entry(command: JSON, steps: list[JSON], options: list[JSON], locale: str) -> JSON:
    return {
        "id": command["id"],
        "type": command["type"],
        "name": " ".join(step["name"] for step in steps),
        "display": " ".join(localized(step, "name", locale) for step in steps),
        "description": localized(steps[-1], "description", locale),
        "options": [_option(one, locale) for one in options] if command["type"] == CHAT else [],
    }


def _option(option: JSON, locale: str) -> JSON:
    choices = [
        {"name": localized(one, "name", locale), "value": one["value"]}
        for one in option.get("choices", ())
    ]
    kept = {key: value for key, value in option.items() if not key.endswith("_localizations")}
    return kept | {
        "display": localized(option, "name", locale),
        "description": localized(option, "description", locale),
        "required": bool(option.get("required")),
        "autocomplete": bool(option.get("autocomplete")),
        "choices": choices,
    }
