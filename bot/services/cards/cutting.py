"""The piece of a text that there is room for; around what was found in it, if anything was."""

from collections.abc import Callable

import regex

from bot.kakao import cut

ELLIPSIS = "…"
# Where a text may be cut; the spaces of a name that is called are others.
BREAKS = " \n"
# What stands badly before an ellipsis.
STOPS = ".,…"
# Half of one of these says, or opens, something else.
WHOLE = ("@", "#", "http://", "https://")
# What stands before what was found, so that it is among the first words.
LEAD = 8
# A line that is shorter says too little to stand alone.
SHORT_LINE = 10

Span = tuple[int, int]
Find = Callable[[str], Span | None]
"""Returns where in a text stands what was looked for."""


def piece(text: str, most: int, found: Span | None = None, *, seen: int | None = None) -> str:
    """Return so many characters of a text at most, those at `found` among the first `seen`.

    It is cut neither in a character that people see nor in an address or a name that is called.
    """
    room = min(most, most if seen is None else seen)
    if len(text) <= most and (found is None or found[1] <= room):
        return text
    start = _start(text, room, found) if found else 0
    return _end(text[start:], most) if not start else ELLIPSIS + _end(text[start:], most - 1)


def beginning(text: str, most: int) -> tuple[str, int]:
    """Return the first words of a text in one line, and where what they do not say begins.

    So many characters at most, and the first line only, unless that is very short. It is cut
    between words, where they are not too long for that.
    """
    line_end = text.find("\n", SHORT_LINE)
    line = text if line_end < 0 else text[:line_end]
    if len(line) <= most:
        return _one_line(line), _next(text, len(line))
    end = _words_end(line, most)
    torn = _begun(line[:end])
    is_torn = torn.startswith(WHOLE) and line[end] not in BREAKS
    first = _one_line(line[:end]).rstrip(STOPS) + ELLIPSIS
    return first, _next(text, end - len(torn) if is_torn else end)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _next(text: str, at: int) -> int:
    """Return where the next word begins, or what is left of one."""
    return len(text) - len(text[at:].lstrip())


def _words_end(text: str, most: int) -> int:
    """Return where the words end that there is room for, with an ellipsis behind them."""
    end = len(cut(text, most)) - len(ELLIPSIS)
    begun = _begun(text[:end])
    before = end - len(begun)
    is_early = before < most // 2 and not begun.startswith(WHOLE)
    return end if text[end] in BREAKS or is_early or not before else before - 1


def _begun(text: str) -> str:
    """Return the last word of a text, which may go on."""
    return text[text.rfind(" ") + 1 :].rpartition("\n")[2]


def _start(text: str, most: int, found: Span) -> int:
    """Return where to begin so that what was found is among the first words."""
    first, last = found
    room = most - 2 * len(ELLIPSIS)
    if last <= room:
        return 0
    lead = min(LEAD, (room - (last - first)) // 2)
    begin = max(0, min(first - lead, len(text) - room))
    if begin >= first:
        return first
    space = next((at for at in range(begin, first) if text[at] in BREAKS), None)
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
    begun = _begun(kept)
    is_torn = begun.startswith(WHOLE) and text[len(kept)] not in BREAKS
    if not is_torn or len(begun) == len(kept):
        return short
    return kept[: -len(begun)].rstrip() + ELLIPSIS
