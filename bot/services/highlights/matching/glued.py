"""Words that people type without the spaces between them: 번개장소, 레이드갈사람, PS5팝니다.

Asked only about what the word rule refuses. The keyword must begin and end where morphemes do, be
no ending and no verb, and not make another word with its neighbour as 공지 does in 공지사항.

Who leaves out a space leaves out the particle and the full stop as well: a row of nouns that bears
one is a compound (교통지도가), and so is any in a text with full stops, or in one that says nothing
but names a thing (영화음악 모음). A lone jamo in the text says that people chat.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from enum import Enum, auto
from functools import lru_cache
from itertools import takewhile

from bot.services.highlights.matching.analyser import Analysis, Morpheme, is_there, read
from bot.services.highlights.matching.letters import SHORT_FORMS, Kind, in_full, kind_of
from bot.services.highlights.matching.lexicon import (
    CALLS,
    COUNTED,
    FREE,
    JOINED,
    LAST_OF_SENTENCES,
    LONGER_WORDS,
    NAMED,
    NO_SENTENCES,
    PERSONS,
    PREFIXES,
    SLANG,
    TIMES,
    TITLES,
    UNITS,
)
from bot.services.highlights.matching.normalise import Normalised

# So many letters before and behind a keyword are read with it; more does not change what it is.
AROUND = 16
# A message may ask so many questions, which take 10 ms at most; a flood of words is read by the
# word rule alone. A thread would not help: MeCab lets no other run meanwhile.
MOST = 40
# Answers of each kind that are kept, since many write alike at one time; some 3 MB for each.
REMEMBERED = 8192
# By how much dearer than the likeliest reading one may be in which the keyword stands.
DEARER = 2000
DEARER_AS_ONE = 1000
DEARER_IF_UNHEARD_OF = 4500
# A reading that costs less for each letter leaves no doubt about another.
LIKELY = 400
LONGEST_REST = 4
SHORTEST_ROW = 2
SHORTEST_VERB = 2
UNKNOWN = "UNKNOWN"
# Tags of the Sejong corpus: particles, endings, the copula, suffixes; verbs may begin a word.
# 나눔 and 모임, to the dictionary forms of verbs.
SHORT_NOUN = "VV+ETN"
NEVER_FIRST = ("J", "E", "XS", "VC")
NEVER_LAST = ("J", "E", "V", "XSV", "XSA")
COUNTERS = ("NNB", "XSN", "SN", "NR")
# 번개치다 is one verb to the dictionary.
TO_STRIKE = frozenset("치친칠침칩쳐쳤")
TO_BE = frozenset("하한할함합해했")
# A lone jamo (ㅋㅋ, ㅠ, ㄱㄱ) or a face is a sign of chatting, a full stop one of care.
CHATTING = re.compile("[ㄱ-ㅣ\U0001f300-\U0001faff]|\\^\\^|;;")
FULL_STOP = re.compile(r"[가-힣]\.(?!\.)")
# No jamo, as they are no part of a word.
LETTERS = re.compile(r"[^\W_ㄱ-ㆎ]*")
LETTERS_BEFORE = re.compile(LETTERS.pattern + r"\Z")
HANGUL = re.compile("[가-힣]+")
SPOKEN = re.compile("[?!~]")
# 은 and 는 are careful, too, but people type 만 and 도 in a chat.
OF_CASE = ("JKS", "JKC", "JKG", "JKO", "JKB", "JC")
TOPICS = frozenset("은는")
NOUNS = ("NNG", "NNP", "XSN", "XPN", "XR")
# 등 and 때, which may end a row (번개때) and in its middle say nothing of it.
BOUND = "NNB"
# What stands in the name of a thing.
NAMING = (*NOUNS, "J", "S", UNKNOWN)
CALLED = tuple(CALLS)
# 화 and 가 with the particle 의 are words to the dictionary: 세계화의, 전문가의.
DERIVED = ("화의", "가의")
# Headlines shorten the names of countries and the like to one letter: 美대선, 前대표.
ABBREVIATIONS = frozenset("美中日韓北南英獨佛露前現故與野靑檢軍新舊親反駐對訪")


class Standing(Enum):
    """What a keyword is among the letters around it."""

    NOTHING = auto()
    WORD = auto()
    IN_ROW = auto()
    IN_COMPOUND = auto()


def stands_glued(text: Normalised, start: int, end: int, *, begins: bool, ends: bool) -> bool:
    """Return whether a keyword is a word among others that are glued to it.

    `begins` and `ends` say which of its sides the word rule has no doubts about.
    """
    first, last = _run(text, start, end)
    if not (begins or (first < start and _may_begin(text.text, start, first))):
        return False
    if not (ends or (end < last and _may_end(text.text, end))) or not is_there():
        return False
    if len(text.asked) >= MOST and (start, end) not in text.asked:
        return False
    text.asked.add((start, end))
    return _stands_in_run(text, (start, end), (first, last), is_end=ends, is_begin=begins)


def _stands_in_run(
    text: Normalised, place: tuple[int, int], run: tuple[int, int], *, is_begin: bool, is_end: bool
) -> bool:
    (start, end), (first, last) = place, run
    is_careful = HANGUL.fullmatch(text.text, first, last) and not CHATTING.search(text.text)
    if is_careful and _has_full_stop(text):
        return False
    if not is_begin and text.text[start - 1] in ABBREVIATIONS:
        first = start
    found = _found_in(text.text[first:last], start - first, end - first, is_end)
    return (
        found is Standing.WORD
        or (found is not Standing.NOTHING and not is_careful)
        or (found is Standing.IN_ROW and _is_said(text, first, last))
    )


def _has_full_stop(text: Normalised) -> bool:
    return any(text.is_break(found.end()) for found in FULL_STOP.finditer(text.text))


@lru_cache(maxsize=REMEMBERED)
def _found_in(letters: str, start: int, end: int, is_end: bool) -> Standing:  # noqa: FBT001 - cached
    reading = _reading(letters, start, end, is_end=is_end)
    if reading is None:
        return _found_before_verb(letters, start, end)
    return _kind_of_row(reading.morphemes, letters, (start, end))


def _found_before_verb(letters: str, start: int, end: int) -> Standing:
    """Return what a keyword is before a short verb, read as its full form: 놓침 is 놓치다."""
    if len(letters) < end + SHORTEST_VERB or not letters.endswith(SHORT_FORMS):
        return Standing.NOTHING
    full = letters[:-1] + in_full(letters[-1])
    reading = _reading(full, start, end, is_end=False)
    is_verb = reading is not None and any(one.tags[0] == "V" for one in reading.morphemes)
    return Standing.WORD if is_verb else Standing.NOTHING


def _kind_of_row(morphemes: Sequence[Morpheme], letters: str, place: tuple[int, int]) -> Standing:
    """Return whether a keyword is one of a row of nouns, and whether a particle of care ends it."""
    nouns = list(takewhile(lambda one: one.tags.startswith((*NOUNS, BOUND)), morphemes))
    while nouns and nouns[-1].tags.startswith(BOUND):
        nouns.pop()
    particles = morphemes[len(nouns) :]
    if len(nouns) < SHORTEST_ROW or any(one.tags[0] != "J" for one in particles):
        return Standing.WORD
    start, end = place
    if start > 0 and letters.startswith(TIMES):
        return Standing.WORD
    if letters.endswith(DERIVED) or any(_is_careful(one, letters) for one in particles):
        return Standing.IN_COMPOUND
    is_call = letters.startswith(PERSONS, end) or any(
        letters.startswith(CALLED, one.start) for one in nouns
    )
    return Standing.WORD if is_call or not _is_noun(letters[start:end]) else Standing.IN_ROW


def _is_careful(particle: Morpheme, letters: str) -> bool:
    written = letters[particle.start : particle.end]
    return particle.tags.startswith(OF_CASE) or written in TOPICS


def _is_said(text: Normalised, first: int, last: int) -> bool:
    """Return whether something is said of what stands here: by a verb, an adverb or a call."""
    if SPOKEN.search(text.text, last):
        return True
    run = text.text[first:last]
    return (
        (_ends_sentence(run) and not _is_noun(run))
        or _is_sentence(_spaced(text, last, last + AROUND))
        or _is_sentence(_spaced(text, first - AROUND, first))
    )


def _spaced(text: Normalised, first: int, last: int) -> str:
    offsets = range(max(0, first), min(len(text.text), last))
    return "".join(" " * text.is_break(one) + text.text[one] for one in offsets).strip()


@lru_cache(maxsize=REMEMBERED)
def _is_sentence(words: str) -> bool:
    return any(map(_ends_sentence, words.split())) or any(
        words[one.start : one.end] in CALLS or not one.tags.startswith(NAMING)
        for one in read(words).morphemes
    )


def _ends_sentence(word: str) -> bool:
    return word.endswith(LAST_OF_SENTENCES) and not word.endswith(NO_SENTENCES)


def _reading(letters: str, start: int, end: int, *, is_end: bool) -> Analysis | None:
    """Return the reading in which the keyword is a word, if there is a likely one."""
    longest = min(len(letters), end + LONGEST_REST)
    if any(letters[start:to] in LONGER_WORDS for to in range(end + 1, longest + 1)):
        return None
    if letters[start].isdecimal() and letters.startswith(UNITS, end - 1):
        return None
    place = start, end
    likeliest = read(letters)
    if _between(likeliest, start, end):
        if _is_word(likeliest, letters, place, is_end=is_end):
            return likeliest
        is_noun = _is_noun(letters[start:end])
        return _by_force(letters, place, likeliest, is_end=is_end, as_one=True) if is_noun else None
    around = _around(likeliest.morphemes, start, end)
    if around is not None:
        is_struck = around.start == start and letters[end] in TO_STRIKE and around.tags[0] == "V"
        return likeliest if is_struck else None
    if likeliest.cost < LIKELY * len(letters):
        return None
    return _by_force(letters, place, likeliest, is_end=is_end)


def _by_force(
    letters: str,
    place: tuple[int, int],
    likeliest: Analysis,
    *,
    is_end: bool,
    as_one: bool = False,
) -> Analysis | None:
    """Return the reading in which the keyword stands there, if it is hardly less likely."""
    start, end = place
    edges = tuple(edge for edge in place if 0 < edge < len(letters))
    forced = read(letters, edges, tuple(range(start + 1, end)) if as_one else ())
    dearer = forced.cost - likeliest.cost
    is_likely = dearer <= (DEARER_AS_ONE if as_one else _dearer(letters[start:end]))
    return forced if is_likely and _is_word(forced, letters, place, is_end=is_end) else None


def _dearer(keyword: str) -> int:
    """Return by how much dearer a reading may be, more for words that the dictionary lacks."""
    return DEARER_IF_UNHEARD_OF if keyword[0].isdecimal() or _is_unheard_of(keyword) else DEARER


@lru_cache(maxsize=REMEMBERED)
def _is_noun(keyword: str) -> bool:
    """Return whether the dictionary knows a keyword as a noun."""
    alone = read(keyword).morphemes
    return len(alone) == 1 and alone[0].tags.startswith("NN")


@lru_cache(maxsize=REMEMBERED)
def _is_unheard_of(keyword: str) -> bool:
    """Return whether the dictionary makes no sense of a keyword: 디코, but not of 보고."""
    alone = read(keyword).morphemes
    return len(alone) > 1 and not all(
        tag[0] in "VEJ" for one in alone for tag in one.tags.split("+")
    )


def _run(text: Normalised, start: int, end: int) -> tuple[int, int]:
    """Return from where to where letters stand that are glued to a keyword."""
    breaks = text.breaks
    above = bisect_right(breaks, start)
    lowest = max(breaks[above - 1] if above else 0, start - AROUND)
    highest = min(breaks[bisect_left(breaks, end)], end + AROUND)
    before = LETTERS_BEFORE.search(text.text, lowest, start)
    after = LETTERS.match(text.text, end, highest)
    return before.start() if before else start, after.end() if after else end


def _may_begin(text: str, start: int, first: int) -> bool:
    """Return whether what stands before may be another word: no digit before digits."""
    before, after = kind_of(text[start - 1]), kind_of(text[start])
    if _is_foreign(text[start - 1]):
        alone = start - first == 1
        return alone and after is Kind.SYLLABLE and text[start - 1] in ABBREVIATIONS
    return Kind.SYLLABLE in {before, after}


def _may_end(text: str, end: int) -> bool:
    return Kind.SYLLABLE in {kind_of(text[end - 1]), kind_of(text[end])}


def _is_foreign(letter: str) -> bool:
    return not letter.isascii() and kind_of(letter) is Kind.LETTER


def _between(reading: Analysis, start: int, end: int) -> tuple[int, int] | None:
    """Return the first and the last morpheme of a keyword, if it begins and ends with them."""
    begins = [number for number, one in enumerate(reading.morphemes) if one.start == start]
    ends = [number for number, one in enumerate(reading.morphemes) if one.end == end]
    return (begins[0], ends[0]) if begins and ends else None


def _around(morphemes: Sequence[Morpheme], start: int, end: int) -> Morpheme | None:
    """Return the longer word of the dictionary of which the keyword is but a part."""
    for one in morphemes:
        if one.start <= start and end <= one.end and one.tags != UNKNOWN:
            return one
    return None


def _is_word(reading: Analysis, letters: str, place: tuple[int, int], *, is_end: bool) -> bool:
    start, end = place
    found = _between(reading, start, end)
    if found is None:
        return False
    morphemes, (first, last) = reading.morphemes, found
    is_called = letters.startswith(PERSONS, end)
    if not (is_called or _is_nominal(morphemes[first : last + 1], letters[start:end])):
        return False
    before = morphemes[:first]
    rest = morphemes[last + 1 :]
    return (not before or _lets_begin(before, letters, start, end)) and (
        is_end or not rest or _lets_end(morphemes[last], rest, letters, start)
    )


def _is_nominal(inside: Sequence[Morpheme], keyword: str) -> bool:
    """Return whether morphemes make a noun, as far as the dictionary knows the keyword."""
    first, last = inside[0].tags, inside[-1].tags.split("+")[-1]
    if not first.startswith(NEVER_FIRST) and not last.startswith(NEVER_LAST):
        return True
    if len(inside) == 1:
        return first == SHORT_NOUN or keyword in SLANG
    return _is_unheard_of(keyword)


def _lets_begin(all_before: Sequence[Morpheme], letters: str, start: int, end: int) -> bool:
    """Return whether a word may begin behind a morpheme: not in 불합격, nor 집 in 치킨집."""
    before = all_before[-1]
    written = letters[before.start : start]
    if before.tags == "XPN":
        return written in PREFIXES
    if letters[before.start : end] in JOINED:
        return False
    if len(written) == 1 and before.tags == "NNG":
        is_counter = len(all_before) > 1 and all_before[-2].tags == "SN"  # 4인레이드
        return is_counter or written in PREFIXES
    return end - start > 1 or not before.tags.startswith(("N", "XR", "S"))


def _lets_end(end: Morpheme, rest: Sequence[Morpheme], letters: str, start: int) -> bool:
    """Return whether a word may end before a morpheme: not 감정 in 감정적, nor 2인 in 2인분."""
    after = rest[0]
    written = letters[after.start : after.end]
    is_joined = not JOINED.isdisjoint((letters[start : after.end], letters[end.start : after.end]))
    is_short = end.end - start == 1
    # 눈사람, 물놀이, 꽃다발; 배달의민족, 지방의회의
    if is_joined or (is_short and after.tags[0] in "JN") or after.tags.startswith("JKG"):
        return False
    if letters.startswith(CALLED, end.end):
        return True
    if after.tags[0] == "J":  # which particles a word carries, the word rule knows better
        is_cut = len(letters) - end.end >= AROUND  # of a flood the last letters say nothing
        return any(one.tags[0] != "J" for one in (rest[:-1] if is_cut else rest))
    if end.tags.startswith("NNB") and after.tags.startswith(COUNTERS):
        return written in COUNTED
    if after.tags == "XSN":
        return written in TITLES or (written in NAMED and end.tags == "NNP")
    if after.tags.startswith("XSA"):
        return written[0] in TO_BE
    return len(written) > 1 or after.tags != "NNG" or written in FREE
