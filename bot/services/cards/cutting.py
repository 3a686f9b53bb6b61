"""The piece of a text that there is room for; around what was found in it, if anything was."""

from collections.abc import Callable

import regex

from bot.kakao import cut

ELLIPSIS = "…"
# Half of one of these says, or opens, something else.
WHOLE = ("@", "#", "http://", "https://")

Span = tuple[int, int]
Find = Callable[[str], Span | None]
"""Returns where in a text stands what was looked for."""


def piece(text: str, most: int, found: Span | None = None) -> str:
    """Return so many characters of a text at most, those at `found` among them.

    It is cut neither in a character that people see nor in an address or a name that is called.
    """
    if len(text) <= most:
        return text
    start = _start(text, most, found) if found else 0
    return _end(text[start:], most) if not start else ELLIPSIS + _end(text[start:], most - 1)


def _start(text: str, most: int, found: Span) -> int:
    """Return where to begin so that what was found stands about in the middle."""
    first, last = found
    room = most - 2 * len(ELLIPSIS)
    if last <= room:
        return 0
    begin = max(0, min(first - (room - (last - first)) // 2, len(text) - room))
    if begin >= first:
        return first
    space = next((at for at in range(begin, first) if text[at].isspace()), None)
    return _whole(text, begin, first) if space is None else space + 1


def _whole(text: str, begin: int, first: int) -> int:
    """Return where the next character that people see begins."""
    starts = (one.start() for one in regex.finditer(r"\X", text))
    return next((at for at in starts if begin <= at <= first), first)


def _end(text: str, most: int) -> str:
    short = cut(text, most)
    if short == text:
        return text
    kept = short.removesuffix(ELLIPSIS)
    begun = kept[kept.rfind(" ", 0, len(kept)) + 1 :].rpartition("\n")[2]
    is_torn = begun.startswith(WHOLE) and not text[len(kept) : len(kept) + 1].isspace()
    if not is_torn or len(begun) == len(kept):
        return short
    return kept[: -len(begun)].rstrip() + ELLIPSIS
