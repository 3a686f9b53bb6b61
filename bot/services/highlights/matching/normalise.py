"""The one form in which texts and keywords are compared.

White space is taken out, so that a phrase is found however it is spaced, and remembered as
`breaks`. What nobody reads as words (custom emoji, mentions) is one `BLIND` character; an address
is spelled in letters of its own, so that only a keyword with an address in it is found there.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple

import regex

# Keywords whose form is known: many look for the same, and it is asked for again and again.
KEPT = 4096
BLIND = "\ufffc"
# Private letters, of which texts are rid before: they stand for those of an address.
ADDRESS_BEGINS = "\ue000"
SPELLED = {code: 0xE000 + code for code in range(ord("!"), ord("~") + 1)}
SPELLING = frozenset(map(chr, SPELLED.values()))
IN_ADDRESS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.".translate(SPELLED))

# Everything else may have to be composed, narrowed or removed first.
ODD = re.compile(r"[^\n -~가-힣ㄱ-ㅣ…·「」『』、。♡♥★☆→←○●■□△▲▽▼※~\U0001f300-\U0001faff]")
INVISIBLE = regex.compile(r"\x1b\[[0-9;]*m|[\ue000-\ue0ff\p{Cf}\p{Default_Ignorable_Code_Point}]+")
# Letters that Unicode's compatibility form would glue to the syllable before: 가ㄳ → 갃.
LETTERS = regex.compile(r"[^\u3131-\u318e]+")
BLANK_LETTERS = "\u3164\uffa0\u115f\u1160"
NARROW_LETTERS = [*range(0xFFA1, 0xFFBF), *range(0xFFC2, 0xFFDD)]
REPLACED = {ord(blank): " " for blank in BLANK_LETTERS} | {
    code: chr(int(name.split()[1], 16))
    for code in NARROW_LETTERS
    if (name := unicodedata.decomposition(chr(code)))
}
# Phones write their own: don’t is don't.
QUOTES = {ord(mark): "'" for mark in "‘’‚‛ʼʹ′´"} | {ord(mark): '"' for mark in "“”„‟″"}
REPLACED |= QUOTES | {ord(mark): "-" for mark in "‐‑–−"}

TOP_LEVEL = (
    "com|net|org|io|gg|kr|me|tv|dev|app|xyz|gl|ly|be|to|cc|jp|cn|us|uk|eu|de|fr|in|"
    "info|link|site|online|club|shop|live|ai|so|page|wiki|blog|moe|games?|store"
)
# No address without it; most texts have neither, and UNREAD costs more than all the rest.
DOTTED = re.compile(r"[^\s.]\.[a-z0-9]")
UNREAD = re.compile(
    r"<(?:@[!&]?|#)[0-9]+>|@(?:everyone|here)(?![a-z0-9_])"
    r"|<a?:[^:<>\s]+:[0-9]+>"
    r"|</[^<>\n]{1,100}:[0-9]+>"
    r"|<(?:t|id):[^<>\s]{1,40}>"
    r"|(?<![a-z0-9])(?:[a-z][a-z0-9+.-]{1,20}://|www\.)"
    r"(?:[^\s()<>\[\]`|*\"]|\([^\s()<>]*\))+"
    r"|(?<![\w.+-])[a-z0-9_.+-]++@[a-z0-9-]+(?:\.[a-z0-9-]+)+"
    r"|(?<![\w.@-])(?!(?:asp|vb|ado)\.net\b)(?:[a-z0-9-]++\.)+(?:" + TOP_LEVEL + r")"
    r"(?![\w-])(?!\.[\w-])(?:[/?:](?:[^\s()<>\[\]`|*\"]|\([^\s()<>]*\))*)?",
    re.ASCII,
)

# Bold and the like that begins or ends inside a word.
EMPHASIS = re.compile(r"(?<![\\*~])(\*{1,3}|~~)(?![\s*~])([^*~`\n]{1,200}?)(?<![\s\\])\1(?![*~])")
INSIDE_WORDS = re.compile(r"\w(?:\*|~~)+\w")

# The part of an address by which people know it; what is glued to it in Korean is none of it.
ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?(?:www\.)?(?P<known>[!-?A-~]+)", re.ASCII)
ADDRESS_ENDS = "/.,:;!?'"


@dataclass(frozen=True)
class Normalised:
    """A text to search in, by words: small letters, no white space, nothing invisible.

    Where a part of a word is bold, the text stands in it a second time, without such marks.
    """

    words: Sequence[str]
    # Whether it is a text as `loose` reads it, for the mode `anywhere` alone.
    is_loose: bool = False

    # Nearly all texts hold no word that is looked for, and then nobody asks for more than this.
    @cached_property
    def text(self) -> str:
        """All words, one after the other."""
        return "".join(self.words)

    @cached_property
    def breaks(self) -> Sequence[int]:
        """The offsets in `text` at which white space stood, ascending; the last is its end."""
        return list(accumulate(map(len, self.words)))

    @cached_property
    def asked(self) -> set[tuple[int, int]]:
        """Which places of this text the analyser has been asked about."""
        return set()

    def is_break(self, offset: int) -> bool:
        """Return whether white space or an end of the text is here."""
        position = bisect_left(self.breaks, offset)
        return offset == 0 or (position < len(self.breaks) and self.breaks[position] == offset)


class Needle(NamedTuple):
    """A keyword in the same form; `gaps` are the offsets at which its own spaces stood."""

    text: str
    gaps: tuple[int, ...]


def normalise(text: str) -> Normalised:
    """Return a message's text as the rules search it."""
    plain = _plain(text)
    words = _hide(plain).split()
    if ("*" in plain or "~~" in plain) and INSIDE_WORDS.search(plain):
        # Such a mark may part two words, and readers may see one: both are searched.
        words += [BLIND, *_hide(EMPHASIS.sub(r"\2", plain)).split()]
    return Normalised(words)


@lru_cache(maxsize=KEPT)
def needle(keyword: str) -> Needle:
    """Return a keyword as it is searched for; its text is empty when nothing can be found."""
    words = _spelled(_plain(keyword)).split()
    if len(words) == 1:
        return Needle(words[0], ())
    return Needle("".join(words), tuple(accumulate(map(len, words)))[:-1])


def whole(text: str) -> str:
    """Return a text with a mark for each half of a surrogate pair, which no library reads."""
    return text.encode(errors="replace").decode()


def as_written(text: str) -> str:
    """Return a text's letters as large or small as they are written.

    Each stands where its small one stands in the text of `normalise`, and of `needle`.
    """
    visible = _rewrite(text) if ODD.search(text) else text
    # A letter that is two small ones stands there twice.
    shown = "".join(letter * len(letter.casefold()) for letter in visible).replace("…", "...")
    plain = _plain(text)
    words = _hidden_alike(plain, shown)
    if ("*" in plain or "~~" in plain) and INSIDE_WORDS.search(plain):
        bare = [EMPHASIS.sub(r"\2", plain), _alike(EMPHASIS, plain, shown, group=2)]
        words += BLIND + _hidden_alike(*bare)
    return "".join(words.split())


def _hidden_alike(plain: str, shown: str) -> str:
    """Hide in a text what `_hide` hides in its small letters."""
    if _hide(plain) == plain:
        return shown
    return _alike(UNREAD, plain, shown)


def _alike(pattern: re.Pattern[str], plain: str, shown: str, group: int | None = None) -> str:
    """Replace in a text what a pattern replaces in its small letters."""
    parts, end = list[str](), 0
    for found in pattern.finditer(plain):
        kept = _unread(found) if group is None else shown[slice(*found.span(group))]
        parts += [shown[end : found.start()], kept]
        end = found.end()
    return "".join([*parts, shown[end:]])


def _spelled(keyword: str) -> str:
    """Spell the addresses in a keyword as they are in texts."""
    if not _may_hide(keyword):
        return keyword
    spelled = UNREAD.sub(_address, keyword)
    return keyword if spelled == keyword else spelled.rstrip(f"{BLIND} ")


def _address(found: re.Match[str]) -> str:
    address = _unread(found)
    return found[0] if address == BLIND else address


def _plain(text: str) -> str:
    return (_rewrite(text) if ODD.search(text) else text).casefold().replace("…", "...")


def _hide(text: str) -> str:
    return UNREAD.sub(_unread, text) if _may_hide(text) else text


def _may_hide(plain: str) -> bool:
    """Tell whether there may be something that is not read as words."""
    if "<" in plain or "@" in plain or "://" in plain:
        return True
    return "." in plain and DOTTED.search(plain) is not None


def _unread(found: re.Match[str]) -> str:
    address = ADDRESS.match(found[0])
    if address is None or found[0][0] in "<@" or "@" in found[0]:
        return BLIND
    spelled = address["known"].rstrip(ADDRESS_ENDS).translate(SPELLED)
    return f"{ADDRESS_BEGINS}{spelled}{BLIND}"


def _rewrite(text: str) -> str:
    visible = INVISIBLE.sub("", text.translate(REPLACED))
    return LETTERS.sub(lambda run: unicodedata.normalize("NFKC", run[0]), visible)
