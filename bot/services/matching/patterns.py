"""Patterns of members' own, by a library whose time grows with the length of the text only."""

import unicodedata

import re2

from bot.errors import UserError

LONGEST = 200
# Of the compiled pattern, in bytes; what is larger is refused.
LARGEST = 256 * 1024
LOOKING_AROUND = ("(?=", "(?!", "(?<=", "(?<!")
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
            self._compiled = re2.compile(unicodedata.normalize("NFC", text), _options())
        except re2.error as error:
            raise _reason(text, str(error)) from None
        if self.found(AN_EMPTY_TEXT):
            raise PatternMatchesNothing

    def found(self, text: str) -> bool:
        """Tell whether a text meets it."""
        return self._compiled.search(unicodedata.normalize("NFC", text)) is not None


def _options() -> re2.Options:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = LARGEST
    options.log_errors = False
    return options


def _reason(text: str, words: str) -> BadPattern:
    if any(mark in text for mark in LOOKING_AROUND):
        return LookAround()
    if "\\" in text and "invalid escape" in words:
        return BackReference()
    if "too large" in words or "repetition size" in words:
        return PatternTooLarge(limit=LONGEST, length=len(text))
    return BadPattern()
