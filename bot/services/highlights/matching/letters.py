"""What single characters are to the word rule."""

from enum import Enum, auto

MIEUM = 16  # of the 28 finals of a syllable
# Syllables in which a verb is shortened to a noun.
SHORT_FORMS = tuple("함임됨옴감짐침봄남림줌씀춤뜸킴")


class Kind(Enum):
    """What a character is to the word rule."""

    SYLLABLE = auto()
    LETTER = auto()
    DIGIT = auto()
    OTHER = auto()


def kind_of(character: str) -> Kind:
    """Return what a character is; ㅋㅋ and ㅠㅠ are no part of a word."""
    if "가" <= character <= "힣":
        return Kind.SYLLABLE
    if character.isdecimal():
        return Kind.DIGIT
    return Kind.LETTER if character.isalpha() and not "ㄱ" <= character <= "ㆎ" else Kind.OTHER


def in_full(letter: str) -> str:
    """Return the two syllables that such a one is short for: 치다 for 침."""
    return f"{chr(ord(letter) - MIEUM)}다"
