"""Shorten a text as KakaoTalk does: an ellipsis at the end, and no character torn apart."""

from itertools import islice

import regex

ELLIPSIS = "…"


def cut(text: str, limit: int) -> str:
    """Shorten to `limit`, the ellipsis included, and never inside a character that people see.

    Counted are code points: no text has fewer of them than characters.
    """
    if len(text) <= limit:
        return text
    end = 0
    for character in islice(regex.finditer(r"\X", text), limit):
        if character.end() > limit - len(ELLIPSIS):
            break
        end = character.end()
    return text[:end].rstrip() + ELLIPSIS
