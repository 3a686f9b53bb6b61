"""Refusals in Discord's form."""

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.discord.state import JSON


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a body: where, Discord's word for it, and the sentence."""

    path: tuple[str | int, ...]
    code: str
    message: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path)) or 'body'}: {self.message}"


class ApiError(Exception):
    """An answer other than success; `errors` holds the nested faults of a form body."""

    def __init__(self, status: int, code: int, message: str, faults: Iterable[Fault] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.faults = tuple(faults)

    def payload(self) -> JSON:
        errors = {"errors": nested(self.faults)} if self.faults else {}
        return {"message": self.message, "code": self.code, **errors}


def nested(faults: Iterable[Fault]) -> JSON:
    """Make the tree of `_errors` lists that Discord makes of faults."""
    tree: JSON = {}
    for fault in faults:
        place = tree
        for step in fault.path:
            place = place.setdefault(str(step), {})
        place.setdefault("_errors", []).append({"code": fault.code, "message": fault.message})
    return tree


def invalid_form(faults: Iterable[Fault]) -> ApiError:
    return ApiError(400, 50035, "Invalid Form Body", faults)


def unknown(thing: str) -> ApiError:
    """404 with the code of what was not found."""
    return ApiError(404, _UNKNOWN[thing], f"Unknown {thing}")


def missing_access() -> ApiError:
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    return ApiError(403, 50013, "Missing Permissions")


_UNKNOWN = {
    "Application": 10002,
    "Channel": 10003,
    "Guild": 10004,
    "Member": 10007,
    "Message": 10008,
    "Role": 10011,
    "User": 10013,
    "Emoji": 10014,
    "Webhook": 10015,
    "Guild Scheduled Event": 10070,
    "interaction": 10062,
    "application command": 10063,
}
