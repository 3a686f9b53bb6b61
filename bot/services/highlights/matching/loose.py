"""Words spelled out for effect or mistyped, which only the mode `anywhere` finds.

Of a text, `loosen` gives the words that read otherwise once single letters are put together
(번 개, 번~개~, 컴ㅋㅋ백) and doubled ones taken out (버언개, 번ㄱ개, 칰킨, 버ㄴ개). Of a keyword,
`variants` gives the forms in which one jamo is lost (이벤ㅌ, 코서트).
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from bot.services.highlights.matching.letters import Kind, kind_of
from bot.services.highlights.matching.lexicon import STRETCHED
from bot.services.highlights.matching.normalise import Needle, Normalised
from bot.texts import FINALS

# So many marks may stand between two letters that are spelled out.
BETWEEN = 4
# Of a keyword with fewer syllables nothing is left to know it by.
SHORTEST, SHORTEST_WITH_LOSS, LONGEST_WITH_LOSS = 2, 3, 12
ONSETS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
CODAS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
SILENT = "ㅇ"
# Typed twice, these end the syllable before (칰킨); the other codas do so in words, too (학교).
DOUBLED = frozenset("ㅋㅌㅊㅍㅎ")
JAMO = "ㄱ", "ㅣ"


class Letter(NamedTuple):
    """A letter and the offset at which it stands in the text."""

    text: str
    place: int


class Loosened(NamedTuple):
    """The words that read otherwise, and the offset of each letter in the text as it is."""

    text: Normalised
    places: Sequence[int]


def loosen(text: Normalised) -> Loosened:
    """Return the words of a text that read otherwise when looked at loosely."""
    words = [*_spelled_out(text), *filter(None, map(_squeezed, _words(text)))]
    loose = Normalised(["".join(one.text for one in word) for word in words], is_loose=True)
    return Loosened(loose, [one.place for word in words for one in word])


def variants(sought: Needle) -> tuple[Needle, ...]:
    """Return the forms of a keyword in which one jamo was not typed."""
    return _variants(sought.text)


@lru_cache(maxsize=1024)
def _variants(word: str) -> tuple[Needle, ...]:
    if not SHORTEST <= len(word) <= LONGEST_WITH_LOSS:
        return ()
    if not all(kind_of(one) is Kind.SYLLABLE for one in word):
        return ()
    typed = [jamo for one in word for jamo in _jamos(one)]
    last_is_coda = bool(_parts(word[-1])[-1])
    lost = dict.fromkeys(
        _composed([*typed[:at], *typed[at + 1 :]])
        for at in range(len(typed) - last_is_coda)  # 아이돌 without its ㄹ is 아이도
    )
    enough = len(word) >= SHORTEST_WITH_LOSS
    return tuple(Needle(one, ()) for one in lost if enough or _has_lone_jamo(one[:-1]))


def _has_lone_jamo(word: str) -> bool:
    return any(is_jamo(one) for one in word)


def is_jamo(letter: str) -> bool:
    """Return whether this is a single jamo, which makes no syllable."""
    return JAMO[0] <= letter <= JAMO[1]


def _words(text: Normalised) -> Iterator[list[Letter]]:
    for first, last in pairwise((0, *text.breaks)):
        yield [Letter(text.text[place], place) for place in range(first, last)]


def _spelled_out(text: Normalised) -> Iterator[list[Letter]]:
    """Yield the words whose letters all stand alone: not 공 지 in 성공 지나."""
    word: list[Letter] = []
    for place, letter in enumerate(text.text):
        if not _is_alone(text, place):
            continue
        if word and _is_parted(text, word[-1].place, place):
            yield from _if_word(word)
            word = []
        word.append(Letter(letter, place))
    yield from _if_word(word)


def _if_word(word: list[Letter]) -> Iterator[list[Letter]]:
    if len(word) >= SHORTEST:
        yield word


def _is_parted(text: Normalised, before: int, place: int) -> bool:
    """Return whether too much, or anything but marks, stands between two letters."""
    between = text.text[before + 1 : place]
    return len(between) > BETWEEN or any(kind_of(one) is not Kind.OTHER for one in between)


def _is_alone(text: Normalised, place: int) -> bool:
    if kind_of(text.text[place]) not in {Kind.SYLLABLE, Kind.LETTER}:
        return False
    return (text.is_break(place) or kind_of(text.text[place - 1]) is Kind.OTHER) and (
        text.is_break(place + 1) or kind_of(text.text[place + 1]) is Kind.OTHER
    )


def _squeezed(word: list[Letter]) -> list[Letter] | None:
    """Return a word without what was typed twice, or nothing if it has nothing of the kind."""
    done: list[Letter] = []
    is_other = False
    for number, letter in enumerate(word):
        following = word[number + 1].text if number + 1 < len(word) else ""
        before = done[-1] if done else None
        joined = _joined(before.text, letter.text, following) if before else None
        if before is None or joined is None:
            done.append(letter)
            continue
        is_other = True
        done[-1] = Letter(joined[0], before.place)
        if len(joined) > 1:
            done.append(Letter(joined[1], letter.place))
    return done if is_other else None


def _joined(before: str, letter: str, following: str) -> str | None:
    """Return what two letters are when one jamo of them was typed twice; None if none was."""
    onset, vowel, coda = _parts(before)
    if not vowel:
        return None
    if is_jamo(letter):
        return (
            None
            if is_jamo(following) and letter in ONSETS
            else _with_jamo(before, letter, following)
        )
    next_onset, next_vowel, next_coda = _parts(letter)
    if not coda and next_onset == SILENT and next_vowel == vowel:
        return None if before + letter in STRETCHED else _syllable(onset, vowel, next_coda)
    if coda and coda in DOUBLED and coda == next_onset:
        return _syllable(onset, vowel, "") + letter
    return None


def _with_jamo(before: str, jamo: str, following: str) -> str | None:
    """Return a syllable with the lone jamo behind it: 번ㄱ개, 버ㄴ개, 번개ㅐ."""
    onset, vowel, coda = _parts(before)
    if jamo in {coda, _parts(following)[0]} or (not coda and jamo == vowel):
        return before
    if not coda and jamo in CODAS and (not following or _parts(following)[0]):
        return _syllable(onset, vowel, jamo)
    return None


def _parts(letter: str) -> tuple[str, str, str]:
    """Return a syllable's onset, vowel and coda; all empty if it is none."""
    if not "가" <= letter <= "힣":
        return "", "", ""
    number, coda = divmod(ord(letter) - ord("가"), FINALS)
    onset, vowel = divmod(number, len(VOWELS))
    return ONSETS[onset], VOWELS[vowel], CODAS[coda].strip()


def _jamos(syllable: str) -> list[str]:
    return [one for one in _parts(syllable) if one]


def _syllable(onset: str, vowel: str, coda: str) -> str:
    number = ONSETS.index(onset) * len(VOWELS) + VOWELS.index(vowel)
    return chr(ord("가") + number * FINALS + CODAS.index(coda or " "))


def _composed(typed: Sequence[str]) -> str:
    """Return what a keyboard makes of jamo; what makes no syllable stays alone."""
    written, at = [], 0
    while at < len(typed):
        onset, *rest = typed[at : at + 4]
        if onset not in ONSETS or not rest or rest[0] not in VOWELS:
            written.append(onset)
            at += 1
            continue
        is_coda = len(rest) > 1 and rest[1] in CODAS and not _is_vowel(rest[2:3])
        written.append(_syllable(onset, rest[0], rest[1] if is_coda else ""))
        at += 3 if is_coda else 2
    return "".join(written)


def _is_vowel(typed: Sequence[str]) -> bool:
    return bool(typed) and typed[0] in VOWELS
