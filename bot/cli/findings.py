"""What a check looks at, and what it says."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from aiohttp import ClientSession

from bot.config import Config
from bot.errors import TextArgument
from bot.kakao import KakaoClient
from storage.database import NewerDatabase, StorageError


class State(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """Kkachi works, but something is missing or soon will be."""
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Patient:
    """The settings, and ways to ask whoever they name."""

    config: Config
    browser: ClientSession
    kakao: KakaoClient
    now: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found; `key` names its sentence in the catalogues."""

    state: State
    key: str
    arguments: dict[str, TextArgument] = field(default_factory=dict)

    @classmethod
    def ok(cls, key: str, **arguments: TextArgument) -> "Finding":
        """Say that all is well."""
        return cls(State.OK, key, arguments)

    @classmethod
    def warning(cls, key: str, **arguments: TextArgument) -> "Finding":
        """Say what could be better."""
        return cls(State.WARNING, key, arguments)

    @classmethod
    def failure(cls, key: str, **arguments: TextArgument) -> "Finding":
        """Say what must be mended."""
        return cls(State.FAILURE, key, arguments)


def unopened(error: StorageError) -> Finding:
    """Say why the database does not open."""
    if isinstance(error, NewerDatabase):
        return Finding.failure("doctor-database-newer")
    return Finding.failure("doctor-database-failing", error=str(error))


Look = Callable[[Patient], Awaitable[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at."""

    name: str
    look: Look
