"""The word rule: whether a keyword stands somewhere as a Korean reader finds it.

The word begins here and carries any particles and endings. The matcher finds the places where a
keyword's letters stand and asks `stands` about each; `hit` does both for one keyword. What this
rule refuses `glued` may still accept; what the mode `anywhere` reads otherwise is in `loose`.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from bot.services.highlights.matching import glued
from bot.services.highlights.matching.letters import Kind, kind_of
from bot.services.highlights.matching.lexicon import DONE, LONGER_WORDS
from bot.services.highlights.matching.loose import is_jamo, loosen, variants
from bot.services.highlights.matching.normalise import (
    IN_ADDRESS,
    SPELLING,
    Needle,
    Normalised,
    needle,
    normalise,
    whole,
)
from bot.services.highlights.matching.particles import LONGEST, Sound, State, carries, sound_of

Mode = Literal["word", "exact", "anywhere"]

SYLLABLES = re.compile("^[가-힣]*")
LAST_SYLLABLES = re.compile("[가-힣]*$")
# Letters that are written without spaces between words; all others have none.
SCRIPT = re.compile(
    "(?P<running>[\u3041-\u309f\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])"
    "|(?P<katakana>[\u30a1-\u30ff\u31f0-\u31ff])"
    "|(?P<han>[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
APOSTROPHES = "'’"
# C+ is not C++, but ㅋㅋ is found in ㅋㅋㅋ.
OF_ONE_KIND = "+#"
# In 12:30, 1.5 and 1,000 the digits are one number.
IN_NUMBERS = ".,:"
SHORTEST_WITH_PLURAL = 3
PLURAL_IN_ES = ("s", "x", "z", "ch", "sh")
NO_PLURALS = frozenset({"new", "len", "custom", "mean", "good", "glass", "doe", "hi", "thi"})
SHORTEST_PART = 2
SHORTEST_LOOSE = 2
LONGEST_REST = 4
# What may follow a verb in 일: 공지일 수도, but not 마감일 언제.
AFTER_IL = frozenset("수것거건걸때듯지뿐텐테리까줄")


def hit(keyword: str, text: str, mode: Mode = "word") -> bool:
    """Return whether a keyword is found in a text: the obvious way, one pair at a time."""
    return found(needle(keyword), normalise(whole(text)), mode)


def found(sought: Needle, text: Normalised, mode: Mode = "word") -> bool:
    """Return whether a keyword stands anywhere in a text."""
    return any(True for _ in places(sought, text, mode))


def places(sought: Needle, text: Normalised, mode: Mode) -> Iterator[tuple[int, int]]:
    """Yield from where to where in a text a keyword stands, as a mode looks for it."""
    yield from _places([sought], text, mode)
    if mode != "anywhere":
        return
    forms = needles(sought, mode)
    yield from _places(forms[1:], text, mode)
    loose, offsets = loosen(text)
    for start, end in _places(forms, loose, mode):
        yield offsets[start], offsets[end - 1] + 1


def needles(sought: Needle, mode: Mode) -> tuple[Needle, ...]:
    """Return the forms of a keyword that a mode looks for."""
    return (sought, *variants(sought)) if mode == "anywhere" else (sought,)


def _places(forms: Iterable[Needle], text: Normalised, mode: Mode) -> Iterator[tuple[int, int]]:
    for sought in forms:
        start = text.text.find(sought.text) if sought.text else -1
        while start >= 0:
            end = start + len(sought.text)
            if stands(text, start, end, sought.gaps, mode):
                yield start, end
            start = text.text.find(sought.text, start + 1)


def stands(
    text: Normalised, start: int, end: int, gaps: Sequence[int] = (), mode: Mode = "word"
) -> bool:
    """Return whether the keyword whose letters are `text.text[start:end]` is meant there.

    `gaps` are those of the keyword's `Needle`.
    """
    if text.text[end - 1] in SPELLING and text.text[end : end + 1] in IN_ADDRESS:
        return False  # a.com is not a.com.kr
    if mode == "anywhere":
        return _stands_anywhere(text, start, end, gaps)
    if text.is_loose:
        return False
    begins = _begins(text, start)
    if mode == "exact":
        return begins and _ends_exactly(text, start, end) and _spaced(text, start, end, gaps)
    ends = _ends(text, start, end)
    return _spaced(text, start, end, gaps) and (
        (begins and ends) or glued.stands_glued(text, start, end, begins=begins, ends=ends)
    )


def _stands_anywhere(text: Normalised, start: int, end: int, gaps: Sequence[int]) -> bool:
    if text.is_loose and end - start < SHORTEST_LOOSE:
        return False
    return not _is_torn(text.text, start, end) and _spaced(text, start, end, gaps)


def _is_torn(text: str, start: int, end: int) -> bool:
    """Return whether a lone jamo at a keyword's edge is of more of its kind: 번ㄱ in 이번ㄱㄱ."""
    if not any(kind_of(one) is Kind.SYLLABLE for one in text[start:end]):
        return False
    edges = (text[start - 1 : start], text[start]), (text[end - 1], text[end : end + 1])
    return any(is_jamo(first) and is_jamo(second) for first, second in edges)


def _next_break(text: Normalised, offset: int) -> int:
    return text.breaks[bisect_right(text.breaks, offset)]


def _begins(text: Normalised, start: int) -> bool:
    """Return whether a word begins here: 지도 does not in 메시지도, nor 3차 in 13차."""
    if text.is_break(start):
        return True
    kind, kind_before = kind_of(text.text[start]), kind_of(text.text[start - 1])
    if kind is Kind.OTHER:
        return True
    if kind_before is Kind.OTHER:
        return not _joined(text.text, start - 1)
    if kind is kind_before is Kind.LETTER:
        return _is_parted(text.text[start - 1], text.text[start])
    return kind_before is Kind.SYLLABLE and kind is not Kind.SYLLABLE


def _is_parted(before: str, after: str) -> bool:
    """Return whether a word may end between two letters, in a language that has no spaces.

    Of Japanese each script is a word of its own, but for hiragana, in which all particles are.
    """
    scripts = [SCRIPT.match(one) for one in (before, after)]
    first, second = (one and one.lastgroup for one in scripts)
    return first != second or first == "running"


def _joined(text: str, offset: int) -> bool:
    """Return whether the mark at an offset holds its sides together: don't, 1.5, snake_case."""
    mark, before, after = text[offset], text[offset - 1 : offset], text[offset + 1 : offset + 2]
    kinds = {kind_of(before), kind_of(after)} if before and after else {Kind.OTHER}
    return (
        (mark in IN_NUMBERS and kinds == {Kind.DIGIT})
        or (mark in APOSTROPHES and kinds == {Kind.LETTER})
        or (mark == "_" and kinds <= {Kind.LETTER, Kind.DIGIT})
    )


def _ends_exactly(text: Normalised, start: int, end: int) -> bool:
    if text.is_break(end):
        return True
    last, after = kind_of(text.text[end - 1]), kind_of(text.text[end])
    if after is Kind.OTHER:
        return not _goes_on(text, start, end)
    return last is Kind.OTHER or (
        last is after is Kind.LETTER and _is_parted(text.text[end - 1], text.text[end])
    )


def _ends(text: Normalised, start: int, end: int) -> bool:
    """Return whether all that follows is carried by the word: no 터리, but 까지도."""
    if text.is_break(end):
        return not _is_verb(text, end)
    last, after = kind_of(text.text[end - 1]), kind_of(text.text[end])
    if after is Kind.SYLLABLE:
        return _carries(text, start, end)
    if after is Kind.OTHER:
        return not _goes_on(text, start, end)
    if last is Kind.LETTER and after is Kind.LETTER:
        is_parted = _is_parted(text.text[end - 1], text.text[end])
        return is_parted or _is_plural(text, start, end)
    return last in {Kind.SYLLABLE, Kind.OTHER}


def _is_verb(text: Normalised, end: int) -> bool:
    """Return whether the next word makes this one a verb: 보고 싶어, 가지 않아."""
    last, following = text.text[end - 1], text.text[end : end + 3]
    return (last == "고" and following[:1] == "싶") or (
        last == "지" and following.startswith(("않", "마세요", "마라"))
    )


def _goes_on(text: Normalised, start: int, end: int) -> bool:
    """Return whether the mark after a keyword belongs to another word: C++, 1.5, can't."""
    last = text.text[end - 1]
    rest = text.text[end : _next_break(text, end)]
    if kind_of(last) is Kind.OTHER:
        return last in OF_ONE_KIND and rest[0] == last
    if rest[0] in APOSTROPHES:
        return kind_of(last) is Kind.LETTER and rest[1:] == "t"
    single = end - start == 1 and kind_of(last) is Kind.LETTER
    return (single and rest.startswith(("#", "++"))) or (len(rest) > 1 and _joined(text.text, end))


def _is_plural(text: Normalised, start: int, end: int) -> bool:
    word = text.text[start:end]
    suffix = "es" if word.endswith(PLURAL_IN_ES) else "s"
    return (
        len(word) >= SHORTEST_WITH_PLURAL
        and word not in NO_PLURALS
        and text.text.startswith(suffix, end)
        and not _next_break(text, end) < end + len(suffix)
        and _ends(text, end, end + len(suffix))
    )


def _carries(text: Normalised, start: int, end: int) -> bool:
    """Return whether the syllables after a keyword are all carried by it."""
    stop = _next_break(text, end)
    tail = _syllables_at(SYLLABLES, text, end, min(stop, end + LONGEST))
    word = _syllables_at(LAST_SYLLABLES, text, start, end)
    if not word:
        return carries(tail, Sound.ANY)
    if tail == "일" and text.text[stop : stop + 1] not in AFTER_IL:
        return False
    if len(word) < end - start:  # 3차, discord 봇: nothing else begins like this
        return carries(tail, sound_of(word))
    return _fits(word, tail) and not _is_longer_word(word, tail)


def _syllables_at(where: re.Pattern[str], text: Normalised, start: int, end: int) -> str:
    found_there = where.search(text.text[start:end])
    return found_there[0] if found_there else ""


def _fits(word: str, tail: str) -> bool:
    sound = sound_of(word)
    if len(word) > 1:
        return carries(tail, sound)
    return carries(tail, sound, State.SYLLABLE) or (
        word in DONE and carries(tail, sound, State.DONE)
    )


def _is_longer_word(word: str, tail: str) -> bool:
    return any(
        word + tail[:taken] in LONGER_WORDS and carries(tail[taken:], sound_of(tail[:taken]))
        for taken in range(1, min(len(tail), LONGEST_REST) + 1)
    )


def _spaced(text: Normalised, start: int, end: int, gaps: Sequence[int]) -> bool:
    """Return whether the spaces inside are the keyword's own, or such as Korean leaves free."""
    first = bisect_right(text.breaks, start)
    if not gaps and text.breaks[first] >= end:
        return True
    breaks = [offset - start for offset in text.breaks[first : bisect_left(text.breaks, end)]]
    word = text.text[start:end]
    cuts = [0, *sorted({*breaks, *gaps}), len(word)]
    return all(_may_open(word, cuts, cut) for cut in breaks if cut not in gaps) and all(
        _may_close(word, gap) for gap in gaps if gap not in breaks
    )


def _may_open(word: str, cuts: Sequence[int], cut: int) -> bool:
    """Return whether a word may be written apart here: 정기 모임, 시즌 2, but not 이 사."""
    left, right = kind_of(word[cut - 1]), kind_of(word[cut])
    position = cuts.index(cut)
    parts = (cut - cuts[position - 1], cuts[position + 1] - cut)
    return left is not right or (left is Kind.SYLLABLE and min(parts) >= SHORTEST_PART)


def _may_close(word: str, gap: int) -> bool:
    """Return whether a space may be left out here: 새글, but not gamenight."""
    left, right = kind_of(word[gap - 1]), kind_of(word[gap])
    return left is not right or left is Kind.SYLLABLE
