"""Patterns of members' own, by a library whose time grows with the length of the text only.

At worst it grows with the size of the compiled pattern as well, which is why that is limited.
"""

import re
import time
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

import re2

from bot.errors import UserError
from bot.services.highlights.matching.normalise import QUOTES

LONGEST = 200
# Instructions of the compiled pattern; so many take 0.02 s for the worst message there can be.
LARGEST = 1000
MEMORY = 256 * 1024
LOOKING_AROUND = re.compile(r"invalid perl operator: \(\?<?[=!]")
BACK_REFERENCE = re.compile(r"invalid escape sequence: \\[1-9gk]")
NAMED_BACK_REFERENCE = "(?P="
AN_EMPTY_TEXT = ""


class BadPattern(UserError):
    """A pattern cannot be used; each child says why."""

    key = "error-pattern-bad"


class LookAround(BadPattern):
    """It looks at what stands before or after, which costs unbounded time."""

    key = "error-pattern-look-around"


class BackReference(BadPattern):
    """It refers back to what it found, which costs unbounded time."""

    key = "error-pattern-back-reference"


class PatternTooLarge(BadPattern):
    """It is too long, or repeats too much."""

    key = "error-pattern-large"


class PatternMatchesNothing(BadPattern):
    """It is met by every message, even an empty one."""

    key = "error-pattern-everything"


class Pattern:
    """A compiled pattern; case does not matter. Raises BadPattern."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise PatternTooLarge(limit=LONGEST, length=len(text))
        try:
            self._compiled = re2.compile(plain(text), _options())
        except re2.error as error:
            raise _reason(text, error.args[0].decode()) from None
        except UnicodeEncodeError:
            raise BadPattern from None
        if self.size > LARGEST:
            raise PatternTooLarge(limit=LONGEST, length=len(text))
        if self.found(AN_EMPTY_TEXT):
            raise PatternMatchesNothing

    @property
    def size(self) -> int:
        """The number of its instructions; the worst message takes time in proportion to it."""
        return int(self._compiled.programsize)

    def found(self, text: str) -> bool:
        """Tell whether a plain text meets it."""
        return self._compiled.search(text) is not None

    def place(self, text: str) -> tuple[int, int] | None:
        """Return where a plain text meets it."""
        met = self._compiled.search(text)
        return None if met is None else (met.start(), met.end())


def plain(text: str) -> str:
    """Return a text as patterns are written and looked for."""
    return unicodedata.normalize("NFC", text).translate(QUOTES)


class Sought(NamedTuple):
    """Whether a pattern was met; the seconds of the processor and of the clock that took."""

    is_met: bool
    busy: float
    elapsed: float


def search(text: str, patterns: Iterable[Pattern], seconds: float) -> list[Sought]:
    """Look for patterns one after the other, at least for one, until so many seconds are over."""
    found: list[Sought] = []
    ready, started = plain(text), time.perf_counter()
    busy, clock = time.thread_time(), started
    for pattern in patterns:
        is_met = pattern.found(ready)
        now_busy, now = time.thread_time(), time.perf_counter()
        found.append(Sought(is_met, now_busy - busy, now - clock))
        if now - started >= seconds:
            break
        busy, clock = now_busy, now
    return found


def _options() -> re2.Options:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = MEMORY
    options.log_errors = False
    return options


def _reason(text: str, words: str) -> BadPattern:
    if LOOKING_AROUND.search(words):
        return LookAround()
    if BACK_REFERENCE.search(words) or NAMED_BACK_REFERENCE in text:
        return BackReference()
    if "too large" in words or "repetition size" in words:
        return PatternTooLarge(limit=LONGEST, length=len(text))
    return BadPattern()
