"""What all cards have in common: what it is in the title, and at the foot why it comes, and whence.

KakaoTalk's chat list shows the title. Of a card it shows four lines of title and description.
"""

import math
import unicodedata
from collections.abc import Callable, Sequence
from itertools import accumulate, islice

from bot.kakao import cut
from bot.services.cards.cutting import Find
from bot.services.cards.markdown import name_line
from bot.services.messages.models import Room

TITLE_LIMIT = 40
NAME_LIMIT = 20
FOOT_LIMIT = 64
SHOWN_ROWS, TITLE_ROWS = 4, 2
# Kakao does not say how much stands in a row: about so many Korean characters on a narrow phone,
# and fewer in a title, whose letters are larger.
ROW, TITLE_ROW = 15.0, 14.0
NARROW = 0.55
DOT = " · "

Say = Callable[..., str]


def title_room(name: str, text: str) -> int:
    """Return how much of a text a title shows behind a name."""
    most = TITLE_LIMIT - len(name)
    taken = accumulate(map(_width, text[:most]), initial=_width(name))
    return sum(width <= TITLE_ROWS * TITLE_ROW for width in islice(taken, 1, None))


def rows(text: str) -> int:
    """Return how many rows a text takes on a narrow phone."""
    return sum(max(1, math.ceil(_width(line) / ROW)) for line in text.split("\n"))


def place_line(
    say: Say, *, guild: str, channel: str, parent: str = "", room: Room = Room.SERVER
) -> str:
    """Return where something stands; `parent` is the channel of a thread or post."""
    if room is Room.DIRECT:
        return say("card-place-direct")
    if room is Room.ELSEWHERE:
        guild = say("card-place-elsewhere")
    if room is Room.GROUP:  # its name is one that its people have given it
        return DOT.join(filter(None, (say("card-place-group"), _name(channel))))
    guild, channel, parent = map(_name, (guild, channel, parent))
    if not (channel and guild):  # a direct message, or what concerns the whole server
        return channel or guild or say("card-place-nameless")
    if parent:
        channel = say("card-place-thread", parent=parent, channel=channel)
    return DOT.join((say("card-place", channel=channel), guild))


def _name(name: str) -> str:
    return cut(name_line(name), NAME_LIMIT)


def foot(why: str, place: str) -> str:
    """Return why it comes by itself, if it does, and where it stands."""
    return cut(DOT.join(filter(None, (why, place))), FOOT_LIMIT)


def with_foot(title: str, lines: Sequence[str], last: str, find: Find | None = None) -> str:
    """Return a description with its foot: below all, or as low as it is still seen.

    Whatever `find` finds is to be seen before the foot is.
    """
    said = [line for line in lines if line]
    at = _foot_at(title, said, last, find)
    return "\n".join([*said[:at], last, *said[at:]])


def _foot_at(title: str, lines: Sequence[str], last: str, find: Find | None) -> int:
    left = SHOWN_ROWS - min(rows(title), TITLE_ROWS) - rows(last)
    for at, line in enumerate(lines):
        found = find(line) if find else None
        is_pushed_out = found is not None and rows(line[: found[1]]) > left
        if rows(line) > left and not is_pushed_out:
            return at
        left -= rows(line)
    return len(lines)


def _width(line: str) -> float:
    wide = sum(unicodedata.east_asian_width(one) in "WF" for one in line)
    return wide + NARROW * (len(line) - wide)
