"""What Kakao's codes mean: a sentence for the member and one for whoever runs Kkachi."""

from bot.kakao import CLASSES, Code, KakaoError
from bot.texts import Locale, Texts

UNKNOWN = "unknown"


def member_key(code: Code | None) -> str:
    """Return the name of the sentence that tells a member what a code means for them."""
    return f"kakao-code-{_name(code)}.member"


def operator_key(code: Code | None) -> str:
    """Return the name of the sentence that tells the operator what to do about a code."""
    return f"kakao-code-{_name(code)}.operator"


def reaction(kind: type[KakaoError], locale: Locale, texts: Texts) -> str:
    """Say what Kkachi does about a class of errors."""
    return texts.say(locale, f"kakao-does-{kind.__name__}")


def _name(code: Code | None) -> str:
    return str(code).removeprefix("-") if code in CLASSES else UNKNOWN
