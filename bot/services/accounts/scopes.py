"""Kakao's consents by the names that members know them by."""

from collections.abc import Iterable

from bot.kakao import FRIENDS, TALK_CALENDAR, TALK_MESSAGE
from bot.services.accounts.oauth import FRIENDS_SCOPES
from bot.texts import Locale, Texts

KNOWN_SCOPES = (*FRIENDS_SCOPES, TALK_CALENDAR)
# Of these somebody must know what it means to have them, or to be without.
EXPLAINED = (TALK_MESSAGE, FRIENDS, TALK_CALENDAR)


def scope_name(texts: Texts, locale: Locale, scope_id: str, display_name: str = "") -> str:
    """Return a consent's name in the member's language, or else in Kakao's words."""
    if scope_id in KNOWN_SCOPES:
        return texts.say(locale, f"kakao-scope-{scope_id}")
    return display_name or scope_id


def scope_names(texts: Texts, locale: Locale, scopes: Iterable[str]) -> str:
    """Return the names of several consents."""
    return ", ".join(scope_name(texts, locale, scope) for scope in sorted(scopes))
