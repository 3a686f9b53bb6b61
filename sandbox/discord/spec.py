"""Discord's own OpenAPI document, held against bodies that come, and replies and events that go."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from jsonschema_rs import (
    Draft202012,
    Draft202012Validator,
    Registry,
    ValidationError,
    ValidationErrorKind,
)

from sandbox.discord.errors import Fault
from sandbox.discord.event_shapes import shapes
from sandbox.discord.state import JSON

DOCUMENT = "urn:discord"


def _is_a_moment(value: object) -> bool:
    with suppress(ValueError):
        return not isinstance(value, str) or datetime.fromisoformat(value) is not None
    return False


def _is_an_address(value: object) -> bool:
    return not isinstance(value, str) or re.match(r"[a-z][a-z0-9+.-]*:\S+$", value) is not None


def _fits_in_32_bits(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


FORMATS = {"date-time": _is_a_moment, "uri": _is_an_address, "int32": _fits_in_32_bits}


class _Format:
    """Checks formats; the library's own way checks those of words only, not `int32`."""

    def __init__(self, _schema: JSON, name: str, _path: list[str | int]) -> None:
        self._name = name
        self._fits = FORMATS.get(name)

    def validate(self, value: object) -> None:
        if self._fits is not None and not self._fits(value):
            raise ValueError(f"this is no {self._name}")


class Spec:
    """The document, read when first needed; validators are kept by operation."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise FileNotFoundError(f"Discord's specification is not at {path}")
        self._path = path
        self._validators: dict[str, Draft202012Validator | None] = {}

    @cached_property
    def _document(self) -> JSON:
        document: JSON = json.loads(self._path.read_text("utf-8"))
        schemas = document["components"]["schemas"]
        # Discord's inner error codes are words; the published schema says integer.
        inner = schemas["InnerErrors"]["properties"]["_errors"]
        inner["items"] = {"type": "object", "required": ["code", "message"]}
        # Forwards (1) are documented and sent, but missing in the published schema.
        schemas["MessageReferenceType"] = {"type": "integer", "enum": [0, 1]}
        # The gateway tells of these two only sometimes; by HTTP nobody asks us for a voice state.
        voice = schemas["VoiceStateResponse"]
        missing = {"self_stream", "guild_id"}
        voice["required"] = [one for one in voice["required"] if one not in missing]
        return document

    @cached_property
    def _replies(self) -> Registry:
        return _registry(self._document)

    @cached_property
    def _requests(self) -> Registry:
        """As published, but for ids, which Discord also takes as integers."""
        components = self._document["components"]
        snowflake = components["schemas"]["SnowflakeType"]
        lenient = snowflake | {"type": ["string", "integer"], "minimum": 0}
        schemas = components["schemas"] | {"SnowflakeType": lenient}
        return _registry(self._document | {"components": components | {"schemas": schemas}})

    def knows(self, method: str, template: str) -> bool:
        return self._operation(method, template) is not None

    def request_faults(self, method: str, template: str, body: object) -> list[Fault]:
        """Say what the document finds wrong with a request's body."""
        operation = self._operation(method, template)
        media = (operation or {}).get("requestBody", {}).get("content", {}).get("application/json")
        if media is None:
            return []
        place = ("paths", template, method.lower(), "requestBody", "content", "application/json")
        return self._faults(self._requests, place, body)

    def reply_faults(self, method: str, template: str, status: int, body: object) -> list[Fault]:
        """Say what the document finds wrong with our own reply."""
        operation = self._operation(method, template)
        if operation is None:
            return [Fault((), "UNKNOWN_OPERATION", "this operation does not exist")]
        where = _response(operation, status)
        if where is None:
            return [Fault((), "UNKNOWN_STATUS", f"{status} is not among the documented answers")]
        if body is None:
            return []
        if where == "4XX":
            place: tuple[str, ...] = ("components", "responses", "ClientErrorResponse", "content")
        else:
            place = ("paths", template, method.lower(), "responses", where, "content")
        return self._faults(self._replies, (*place, "application/json"), body)

    def event_faults(self, name: str, data: JSON) -> list[Fault]:
        """Say what the document finds wrong with what an event of the gateway holds."""
        return [
            fault
            for shape, part in shapes(name, data)
            for fault in self._held_against(self._replies, ("components", "schemas", shape), part)
        ]

    def _operation(self, method: str, template: str) -> JSON | None:
        found: JSON | None = self._document["paths"].get(template, {}).get(method.lower())
        return found

    def _faults(self, registry: Registry, place: tuple[str, ...], body: object) -> list[Fault]:
        return self._held_against(registry, (*place, "schema"), body)

    def _held_against(
        self, registry: Registry, place: tuple[str, ...], body: object
    ) -> list[Fault]:
        validator = self._validator(registry, place)
        return [_fault(error) for error in validator.iter_errors(body)] if validator else []

    def _validator(self, registry: Registry, place: tuple[str, ...]) -> Draft202012Validator | None:
        key = f"{id(registry)} {place}"
        if key not in self._validators:
            pointer = "/".join(_escaped(step) for step in place)
            schema = {"$ref": f"{DOCUMENT}#/{pointer}"}
            known = _present(self._document, place)
            self._validators[key] = (
                Draft202012Validator(
                    schema, registry=registry, keywords={"format": _Format}, mask="this"
                )
                if known
                else None
            )
        return self._validators[key]


@cache
def spec_at(path: Path) -> Spec:
    """Give the document at this path; one process reads it once."""
    return Spec(path)


def _registry(document: JSON) -> Registry:
    return Registry([(DOCUMENT, document)], draft=Draft202012)


def _present(document: JSON, place: tuple[str, ...]) -> bool:
    found: Any = document
    for step in place:
        if step not in found:
            return False
        found = found[step]
    return True


def _escaped(step: str) -> str:
    """Escape a step of a JSON pointer inside the fragment of an address."""
    step = step.replace("~", "~0").replace("/", "~1")
    return step.replace("{", "%7B").replace("}", "%7D").replace("@", "%40")


def _response(operation: JSON, status: int) -> str | None:
    responses = operation["responses"]
    if str(status) in responses:
        return str(status)
    return "4XX" if 400 <= status < 500 and "4XX" in responses else None


def _fault(error: ValidationError) -> Fault:
    """Tell the deepest reason of a failure among alternatives, which says most."""
    deepest = max(_reasons(error), key=lambda one: len(one.instance_path))
    return Fault(tuple(deepest.instance_path), "SPECIFICATION", deepest.message[:300])


def _reasons(error: ValidationError) -> Iterator[ValidationError]:
    yield error
    match error.kind:
        case ValidationErrorKind.AnyOf(context) | ValidationErrorKind.OneOfNotValid(context):
            for inner in chain.from_iterable(context):
                yield from _reasons(inner)
