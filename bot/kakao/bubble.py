"""How much of a text KakaoTalk's bubble shows: what is longer ends in an ellipsis there.

Kakao says that title and description have four lines together, the title up to two of them
(https://developers.kakao.com/docs/en/message-template/default); how much goes into a line it does
not say. The room here is that of a common phone, counted as Korean characters; Latin letters take
half as much. For labels, Kakao's other products name 8 characters where two buttons stand side by
side, and 14 for one alone.
"""

import unicodedata

import regex

from bot.kakao.cutting import ELLIPSIS

LINES, TITLE_LINES = 4, 2
TITLE_LINE, LINE = 15, 17
ROW_TITLE, ROW_LINE = 11, 13
LABEL_BESIDE, LABEL_ALONE = 8, 14
WIDE = {"W", "F"}


def four_lines(title: str, description: str) -> tuple[str, str]:
    """Return as much of a title and a description as a bubble shows of both together."""
    title, used = _fold(title, TITLE_LINES, TITLE_LINE)
    description, _ = _fold(description, LINES - used, LINE)
    return title, description


def row_lines(title: str, description: str) -> tuple[str, str]:
    """Return as much as a list shows in one of its rows, which has a picture beside it.

    Kakao says nothing of it: two lines and one are how the sandbox's phone draws it.
    """
    return _fold(title, TITLE_LINES, ROW_TITLE)[0], _fold(description, 1, ROW_LINE)[0]


def shown_labels(labels: list[str]) -> list[str]:
    """Return the labels of a bubble's buttons as they are cut, side by side where they are two."""
    room = LABEL_ALONE if len(labels) == 1 else LABEL_BESIDE
    return [_fold(label, 1, room)[0] for label in labels]


def _fold(text: str, lines: int, room: int) -> tuple[str, int]:
    """Return what fits into so many lines, and how many of them it takes."""
    used, width, end = min(1, len(text)), 0.0, 0
    for character in regex.finditer(r"\X", text):
        is_break = character[0] in {"\n", "\r\n"}
        size = 0 if is_break else _size(character[0])
        width += size
        if is_break or width > room:
            used, width = used + 1, size
        if used > lines:
            return text[:end].rstrip() + ELLIPSIS, lines
        if width + _size(ELLIPSIS) <= room:
            end = character.end()
    return text, used


def _size(character: str) -> float:
    return 1 if unicodedata.east_asian_width(character[0]) in WIDE else 0.5
