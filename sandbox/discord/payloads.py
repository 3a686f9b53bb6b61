"""What people fill in, as the JSON that Discord's own apps would send."""

from collections.abc import Callable, Iterator, Mapping

from sandbox.discord.checks import TEXT_DISPLAY, bounds
from sandbox.discord.commands import (
    BOOLEAN,
    CHANNEL,
    FILE,
    INTEGER,
    MENTIONABLE,
    NUMBER,
    ROLE,
    STRING,
    USER,
)
from sandbox.discord.messages import Attachment
from sandbox.discord.state import JSON, Channel, Guild, Member, Role, User


class CannotDo(AssertionError):
    """A person could not do this in Discord; the text says why."""


class Resolved:
    """The things that options and picks point at."""

    def __init__(self, guild: Guild | None) -> None:
        self._guild = guild
        self._found: dict[str, JSON] = {}

    def payload(self) -> JSON:
        return {"resolved": self._found} if self._found else {}

    def add(self, thing: User | Member | Role | Channel | Attachment, allowed: int = 0) -> str:
        """Note a thing; gives its id."""
        if isinstance(thing, (User, Member)):
            return self._add_user(thing.user if isinstance(thing, Member) else thing)
        number = str(thing.id)
        data = thing.payload()
        kind = {Role: "roles", Channel: "channels", Attachment: "attachments"}[type(thing)]
        if isinstance(thing, Channel):
            data |= {"permissions": str(allowed)}
        self._found.setdefault(kind, {})[number] = data
        return number

    def _add_user(self, user: User) -> str:
        number = str(user.id)
        self._found.setdefault("users", {})[number] = user.payload()
        member = self._guild.members.get(user.id) if self._guild else None
        if member is not None:
            data = member.payload(with_user=False) | {"permissions": "0"}
            self._found.setdefault("members", {})[number] = data
        return number


def options_of(
    definitions: list[JSON], given: Mapping[str, object], resolve: Callable[[int, object], str]
) -> list[JSON]:
    """Give the options of a slash command, checked as the app checks them before it sends."""
    names = {one["name"] for one in definitions}
    for name in given:
        if name not in names:
            raise CannotDo(f"the command has no option {name}; it has {sorted(names)}")
    missing = [o["name"] for o in definitions if o.get("required") and given.get(o["name"]) is None]
    if missing:
        raise CannotDo(f"the command needs {missing}")
    chosen = ((one, given.get(one["name"])) for one in definitions)
    return [_option(one, value, resolve) for one, value in chosen if value is not None]


def _option(definition: JSON, value: object, resolve: Callable[[int, object], str]) -> JSON:
    kind, name = definition["type"], definition["name"]
    if kind in (USER, CHANNEL, ROLE, MENTIONABLE, FILE):
        return {"name": name, "type": kind, "value": resolve(kind, value)}
    return {"name": name, "type": kind, "value": _plain(definition, value)}


def _plain(definition: JSON, value: object) -> object:
    if definition.get("choices"):
        return _choice(definition, value)
    kind, name = definition["type"], definition["name"]
    if not isinstance(value, _TYPES[kind]):
        raise CannotDo(f"{name} does not take {value!r}")
    size = len(value) if isinstance(value, str) else value
    least, most = ("min_length", "max_length") if kind == STRING else ("min_value", "max_value")
    if kind != BOOLEAN and not _within(size, definition.get(least), definition.get(most)):
        raise CannotDo(f"{name} does not take {size}: it is out of bounds")
    return value


_TYPES: dict[int, type | tuple[type, ...]] = {
    STRING: str,
    INTEGER: int,
    BOOLEAN: bool,
    NUMBER: (int, float),
}


def _within(size: object, least: float | None, most: float | None) -> bool:
    number = float(str(size))
    return (least is None or number >= least) and (most is None or number <= most)


def _choice(definition: JSON, value: object) -> object:
    for choice in definition["choices"]:
        if value in (choice["name"], choice["value"]):
            return choice["value"]
    names = [choice["name"] for choice in definition["choices"]]
    raise CannotDo(f"{definition['name']} is one of {names}")


def nested_options(steps: list[JSON], leaf: list[JSON]) -> list[JSON]:
    """Wrap a subcommand's options into its group and itself."""
    for step in reversed(steps[1:]):
        leaf = [{"name": step["name"], "type": step["type"], "options": leaf}]
    return leaf


def picked(select: JSON, labels: list[str]) -> list[str]:
    """Give the values of a string select's options by label or value."""
    by_name = {one["label"]: one["value"] for one in select["options"]}
    values = set(by_name.values())
    for label in labels:
        if label not in by_name and label not in values:
            raise CannotDo(f"there is no choice {label}; there are {list(by_name)}")
    return [by_name.get(label, label) for label in labels]


def check_number(select: JSON, count: int) -> None:
    least, most = bounds(select)
    if select.get("required") is False and count == 0:
        return
    if not least <= count <= most:
        raise CannotDo(f"one must choose {least} to {most}, not {count}")


def modal_answers(
    components: list[JSON], given: Mapping[str, object],
    select: Callable[[JSON, object], JSON],
) -> list[JSON]:  # fmt: skip
    """Give a filled-in form, mirrored the way it was sent."""
    return list(_answers(components, dict(given), select))


def _answers(
    components: list[JSON], given: dict[str, object], select: Callable[[JSON, object], JSON]
) -> Iterator[JSON]:
    for component in components:
        base = {"type": component["type"], "id": component["id"]}
        if component["type"] == TEXT_DISPLAY:
            yield base
        elif component["type"] == 1:
            fields = [_field(one["label"], one, given, select) for one in component["components"]]
            yield base | {"components": fields}
        else:
            inner = component["component"]
            yield base | {"component": _field(component["label"], inner, given, select)}
    if given:
        raise CannotDo(f"the form has no {sorted(given)}")


def _field(
    label: str, field: JSON, given: dict[str, object], select: Callable[[JSON, object], JSON]
) -> JSON:
    value = given.pop(label, given.pop(field["custom_id"], None))
    base = {"type": field["type"], "id": field["id"], "custom_id": field["custom_id"]}
    if field["type"] != 4:
        return base | select(field, value)
    text = field.get("value", "") if value is None else str(value)
    least, most = field.get("min_length") or 0, field.get("max_length") or 4000
    if field.get("required", True) and not text:
        raise CannotDo(f"{label} must be filled in")
    if text and not least <= len(text) <= most:
        raise CannotDo(f"{label} takes {least} to {most} characters, not {len(text)}")
    return base | {"value": text}
