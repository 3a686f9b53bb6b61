"""Which commands somebody may use somewhere, and how they are called in their language."""

from collections.abc import Iterator

from sandbox.discord.commands import CHAT, leaves, localized
from sandbox.discord.permissions import EVERYTHING, Permission, in_guild
from sandbox.discord.state import JSON, Channel, Reader, User
from sandbox.discord.world import World

GUILD, BOT_DM, PRIVATE_CHANNEL = range(3)
GUILD_INSTALL, USER_INSTALL = range(2)


def usable(world: World, reader: Reader, channel: Channel) -> Iterator[JSON]:
    """Give the registered commands this person may use in this channel."""
    if not world.may(reader.user, channel) & Permission.USE_APPLICATION_COMMANDS:
        return
    is_home = channel.guild is not None and world.bot.id in channel.guild.members
    guild_books = [world.book(channel.guild.id)] if channel.guild and is_home else []
    for book in (world.book(), *guild_books):
        yield from (one for one in book if _is_offered(world, reader, channel, one))


def _is_offered(world: World, reader: Reader, channel: Channel, command: JSON) -> bool:
    installed = owners_of(world, reader.user, channel, command)
    return bool(installed) and _fits(command, channel) and _allowed(command, reader, channel)


def context_of(channel: Channel) -> int:
    """Give where something is used: in a guild, with the bot, or among others."""
    if channel.guild is not None:
        return GUILD
    return PRIVATE_CHANNEL if channel.people else BOT_DM


def owners_of(world: World, user: User, channel: Channel, command: JSON | None) -> JSON:
    """Give the installs that let somebody use a command somewhere, by kind; none refuses it."""
    kinds = (command or {}).get("integration_types") or [GUILD_INSTALL]
    found: JSON = {}
    if GUILD_INSTALL in kinds and (owner := _guild_owner(world, user, channel)) is not None:
        found[str(GUILD_INSTALL)] = owner
    is_installed = user.id in world.user_installs
    if USER_INSTALL in kinds and is_installed and world.allows_user_install:
        found[str(USER_INSTALL)] = str(user.id)
    return found


def _guild_owner(world: World, user: User, channel: Channel) -> str | None:
    guild = channel.guild
    if guild is not None:
        is_installed = world.bot.id in guild.members and guild.takes_commands
        return str(guild.id) if is_installed else None
    shares = (one for one in world.guilds if {user.id, world.bot.id} <= one.members.keys())
    return "0" if not channel.people and any(shares) else None


def _fits(command: JSON, channel: Channel) -> bool:
    here = context_of(channel)
    if command["contexts"] is not None:
        return here in command["contexts"]
    return here == GUILD or (here == BOT_DM and bool(command["dm_permission"]))


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
