"""Registered application commands: kept as Discord keeps them, checked as Discord checks them."""

import unicodedata
from collections import Counter
from collections.abc import Iterator

from sandbox.discord.errors import ApiError, Fault, invalid_form
from sandbox.discord.snowflakes import Snowflakes
from sandbox.discord.state import JSON

CHAT, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, FILE = range(
    1, 12
)
LOCALES = frozenset(
    [
        "id",
        "da",
        "de",
        "en-GB",
        "en-US",
        "es-ES",
        "es-419",
        "fr",
        "hr",
        "it",
        "lt",
        "hu",
        "nl",
        "no",
        "pl",
        "pt-BR",
        "ro",
        "fi",
        "sv-SE",
        "vi",
        "tr",
        "cs",
        "el",
        "bg",
        "ru",
        "uk",
        "hi",
        "th",
        "zh-CN",
        "ja",
        "zh-TW",
        "ko",
    ]
)
MOST = {CHAT: 100, USER_MENU: 5, MESSAGE_MENU: 5}
MOST_CHARACTERS = 8000
MAY_COMPLETE = (STRING, INTEGER, NUMBER)


class CommandBook:
    """The commands of one scope: global, or one guild's."""

    def __init__(self, application_id: int, ids: Snowflakes, guild_id: int | None = None) -> None:
        self._application_id = application_id
        self._ids = ids
        self._guild_id = guild_id
        self._commands: list[JSON] = []

    def __iter__(self) -> Iterator[JSON]:
        return iter(self._commands)

    def get(self, command_id: str) -> JSON | None:
        return next((one for one in self._commands if one["id"] == command_id), None)

    def find(self, name: str, kind: int) -> JSON | None:
        same = (one for one in self._commands if (one["name"], one["type"]) == (name, kind))
        return next(same, None)

    def overwrite(self, bodies: list[JSON]) -> None:
        """Replace all; what keeps its name and kind keeps its id."""
        check_commands(bodies)
        self._commands = [self._kept(body) for body in bodies]

    def add(self, body: JSON) -> tuple[JSON, bool]:
        """Add one, or replace the one of the same name; says whether it is new."""
        old = self.find(body["name"], body.get("type") or CHAT)
        rest = [one for one in self._commands if one is not old]
        check_commands([*rest, body])
        command = self._kept(body)
        self._commands = [*rest, command]
        return command, old is None

    def change(self, command: JSON, body: JSON) -> JSON:
        """PATCH one command."""
        changed = command | body
        rest = [one for one in self._commands if one is not command]
        check_commands([*rest, changed])
        kept = self._kept(changed) | {"id": command["id"]}
        self._commands = [*rest, kept]
        return kept

    def remove(self, command: JSON) -> None:
        self._commands.remove(command)

    def _kept(self, body: JSON) -> JSON:
        kind = body.get("type") or CHAT
        old = self.find(body["name"], kind)
        scope: JSON = {} if self._guild_id is None else {"guild_id": str(self._guild_id)}
        options = [_kept_option(option) for option in body.get("options") or ()]
        permissions = body.get("default_member_permissions")
        return {
            "id": old["id"] if old else str(self._ids.next()),
            "application_id": str(self._application_id),
            "version": str(self._ids.next()),
            "default_member_permissions": None if permissions is None else str(permissions),
            "type": kind,
            "name": body["name"],
            "name_localizations": body.get("name_localizations"),
            "description": body.get("description") or "",
            "description_localizations": body.get("description_localizations"),
            "dm_permission": body.get("dm_permission") is not False,
            "contexts": body.get("contexts"),
            "integration_types": body.get("integration_types") or [0],
            "nsfw": bool(body.get("nsfw")),
            **({"options": options} if options else {}),
            **scope,
        }


def without_localizations(command: JSON) -> JSON:
    """Give the command as listed when `with_localizations` is not asked for."""
    return {key: value for key, value in command.items() if not key.endswith("_localizations")}


def leaves(command: JSON) -> Iterator[tuple[list[JSON], list[JSON]]]:
    """Each way to call a slash command: its steps (group, subcommand) and that one's options."""
    options = command.get("options", [])
    if not any(option["type"] in (SUBCOMMAND, GROUP) for option in options):
        yield [command], options
        return
    for option in options:
        for steps, rest in leaves(option):
            yield [command, *steps], rest


def localized(thing: JSON, key: str, locale: str) -> str:
    """Give a name or description as somebody with this locale reads it."""
    return str((thing.get(f"{key}_localizations") or {}).get(locale) or thing[key])


def _kept_option(option: JSON) -> JSON:
    """Discord leaves out what is false or empty, and always answers with both localizations."""
    kept = {key: value for key, value in option.items() if value not in (None, False, [])}
    for key in ("name_localizations", "description_localizations"):
        kept[key] = option.get(key)
    if kept.get("options"):
        kept["options"] = [_kept_option(one) for one in kept["options"]]
    return kept


def check_commands(bodies: list[JSON]) -> None:
    """Refuse what Discord would refuse of one scope's commands."""
    kinds = Counter(body.get("type") or CHAT for body in bodies)
    for kind, number in kinds.items():
        if number > MOST.get(kind, 0):
            most = MOST.get(kind, 0)
            message = f"Maximum number of application commands reached ({most})"
            raise ApiError(400, 30032, message)
    faults = [
        fault for number, body in enumerate(bodies) for fault in _command_faults(body, (number,))
    ]
    faults += _duplicates([(body.get("type") or CHAT, body.get("name")) for body in bodies], ())
    if faults:
        raise invalid_form(faults)


Path = tuple[str | int, ...]


def _command_faults(body: JSON, path: Path) -> Iterator[Fault]:
    kind = body.get("type") or CHAT
    yield from _name_faults(body, path, slash=kind == CHAT)
    if kind == CHAT:
        yield from _description_faults(body, path)
        yield from _options_faults(body.get("options") or [], (*path, "options"), depth=0)
        if _characters(body) > MOST_CHARACTERS:
            message = f"Command exceeds maximum size ({MOST_CHARACTERS})"
            yield Fault(path, "APPLICATION_COMMAND_TOO_LARGE", message)
    else:
        yield from _menu_faults(body, path)


def _menu_faults(body: JSON, path: Path) -> Iterator[Fault]:
    if body.get("description"):
        message = "Context menu commands cannot have description"
        place = (*path, "description")
        yield Fault(place, "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID", message)
    if body.get("options"):
        message = "Context menu commands cannot have options"
        place = (*path, "options")
        yield Fault(place, "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_INVALID", message)


def _name_faults(body: JSON, path: Path, *, slash: bool) -> Iterator[Fault]:
    yield from _one_name(body.get("name"), (*path, "name"), slash=slash)
    for locale, name in (body.get("name_localizations") or {}).items():
        place = (*path, "name_localizations", locale)
        yield from _locale_faults(locale, place)
        yield from _one_name(name, place, slash=slash)


def _one_name(name: object, path: Path, *, slash: bool) -> Iterator[Fault]:
    if not isinstance(name, str) or not 1 <= len(name) <= 32:
        yield Fault(path, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 32 in length.")
    elif slash and (name != name.lower() or not all(map(_in_a_name, name))):
        yield Fault(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _in_a_name(character: str) -> bool:
    if character in "-_'":
        return True
    in_script = unicodedata.name(character, "").startswith(("DEVANAGARI", "THAI"))
    return unicodedata.category(character)[0] in "LN" or in_script


def _description_faults(body: JSON, path: Path) -> Iterator[Fault]:
    yield from _one_description(body.get("description"), (*path, "description"))
    for locale, description in (body.get("description_localizations") or {}).items():
        place = (*path, "description_localizations", locale)
        yield from _locale_faults(locale, place)
        yield from _one_description(description, place)


def _one_description(description: object, path: Path) -> Iterator[Fault]:
    if not isinstance(description, str) or not 1 <= len(description) <= 100:
        yield Fault(path, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")


def _locale_faults(locale: str, path: Path) -> Iterator[Fault]:
    if locale not in LOCALES:
        yield Fault(path, "BASE_TYPE_CHOICES", "This locale is not supported.")


def _options_faults(options: list[JSON], path: Path, *, depth: int) -> Iterator[Fault]:
    if len(options) > 25:
        yield Fault(path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    yield from _duplicates([option.get("name") for option in options], path)
    yield from _order_faults(options, path)
    for number, option in enumerate(options):
        yield from _option_faults(option, (*path, number), depth=depth)


def _order_faults(options: list[JSON], path: Path) -> Iterator[Fault]:
    nested = [option.get("type") in (SUBCOMMAND, GROUP) for option in options]
    if any(nested) and not all(nested):
        message = "Sub-command and sub-command group option types are mutually exclusive to others"
        yield Fault(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        message = "Required options must be placed before non-required options"
        yield Fault(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)


def _option_faults(option: JSON, path: Path, *, depth: int) -> Iterator[Fault]:
    yield from _name_faults(option, path, slash=True)
    yield from _description_faults(option, path)
    kind = option.get("type")
    if not _fits(kind, depth):
        yield Fault((*path, "type"), "BASE_TYPE_CHOICES", "This option cannot be here.")
    if kind in (SUBCOMMAND, GROUP):
        below = depth + (1 if kind == GROUP else 2)
        yield from _options_faults(option.get("options") or [], (*path, "options"), depth=below)
    yield from _value_faults(option, path)


def _fits(kind: object, depth: int) -> bool:
    """Tell whether it may stand here: groups on top, subcommands there or below, then values."""
    if depth == 0:
        return kind in range(SUBCOMMAND, FILE + 1)
    return kind == SUBCOMMAND if depth == 1 else kind in range(STRING, FILE + 1)


def _value_faults(option: JSON, path: Path) -> Iterator[Fault]:
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        message = "Autocomplete options cannot have choices"
        place = (*path, "autocomplete")
        yield Fault(place, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message)
    if (choices or option.get("autocomplete")) and option.get("type") not in MAY_COMPLETE:
        yield Fault(path, "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "Option takes no choices")
    yield from choices_faults(choices, (*path, "choices"), option.get("type"))


def choices_faults(choices: list[JSON], path: Path, kind: object) -> Iterator[Fault]:
    """Say what is wrong with choices, of an option or of an autocomplete answer."""
    if len(choices) > 25:
        yield Fault(path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for number, choice in enumerate(choices):
        if not 1 <= len(choice.get("name") or "") <= 100:
            place = (*path, number, "name")
            yield Fault(place, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
        if not _choice_fits(choice.get("value"), kind):
            place = (*path, number, "value")
            yield Fault(place, "APPLICATION_COMMAND_OPTIONS_VALUE_INVALID", "Bad value.")


def _choice_fits(value: object, kind: object) -> bool:
    if kind == STRING:
        return isinstance(value, str) and 1 <= len(value) <= 100
    return isinstance(value, int if kind == INTEGER else (int, float))


def _duplicates(names: list[object], path: Path) -> list[Fault]:
    message = "Application command names must be unique"
    code = "APPLICATION_COMMANDS_DUPLICATE_NAME"
    again = [number for number, name in enumerate(names) if name in names[:number]]
    return [Fault((*path, number), code, message) for number in again]


def _characters(thing: JSON) -> int:
    """Count the characters Discord counts: for each text its longest localization."""
    own = sum(_longest(thing, key) for key in ("name", "description"))
    choices = thing.get("choices") or ()
    values = sum(_longest(one, "name") + len(str(one.get("value"))) for one in choices)
    return own + values + sum(_characters(one) for one in thing.get("options") or ())


def _longest(thing: JSON, key: str) -> int:
    texts = [thing.get(key) or "", *(thing.get(f"{key}_localizations") or {}).values()]
    return max(len(text) for text in texts)
