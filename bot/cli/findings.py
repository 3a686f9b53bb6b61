"""What a check looks at, and what it says."""

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from aiohttp import ClientSession

from bot.config import Config
from bot.errors import TextArgument
from bot.kakao import KakaoClient
from storage.copies import free_bytes
from storage.database import NewerDatabase, NoDatabase, OlderDatabase, StorageError


class State(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """Kkachi works, but something is missing or soon will be."""
    FAILURE = "failure"
    LATER = "later"
    """It can only be seen once Kkachi runs, or once something else is in order."""


@dataclass(frozen=True, slots=True)
class Patient:
    """The settings, and ways to ask whoever they name."""

    config: Config
    browser: ClientSession
    kakao: KakaoClient
    now: Callable[[], float]
    unopened: StorageError | None = None
    """Why the database does not open as it is."""
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    free: Callable[[Path], int] = free_bytes
    """How much room a folder's disk has, in bytes."""

    @property
    def is_new(self) -> bool:
        """Whether Kkachi has never been started with this database."""
        return isinstance(self.unopened, NoDatabase)


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

    @classmethod
    def later(cls, key: str, **arguments: TextArgument) -> "Finding":
        """Say what can only be seen afterwards."""
        return cls(State.LATER, key, arguments)


def unopened(error: StorageError) -> Finding:
    """Say why the database does not open."""
    if isinstance(error, NewerDatabase):
        return Finding.failure("doctor-database-newer")
    if isinstance(error, OlderDatabase):
        return Finding.warning("doctor-database-older")
    if isinstance(error, NoDatabase):
        return Finding.later("doctor-database-first", where=str(error))
    return Finding.failure("doctor-database-failing", error=str(error))


Look = Callable[[Patient], Awaitable[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at."""

    name: str
    look: Look
