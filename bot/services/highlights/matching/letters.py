"""What single characters are to the word rule."""

from enum import Enum, auto


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
