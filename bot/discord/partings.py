"""Says what came of a link's end at Kakao."""

from bot.discord.words import plain
from bot.services.accounts.partings import KEPT_DAYS, Parting
from bot.texts import Locale, Texts


def ended_text(texts: Texts, locale: Locale, key: str, parting: Parting) -> str:
    """Return the text `key`, or what is left at Kakao in place of its word that nothing is."""
    if parting.obstacle is None:
        return texts.say(locale, key)
    return _with_rest(texts, locale, texts.say(locale, f"{key}.here"), parting)


def kept_text(texts: Texts, locale: Locale, nickname: str, parting: Parting) -> str:
    """Return what is left at Kakao of an account that is not linked any more."""
    here = texts.say(locale, "kakao-kept", nickname=plain(nickname))
    return _with_rest(texts, locale, here, parting)


def _with_rest(texts: Texts, locale: Locale, here: str, parting: Parting) -> str:
    tried = texts.say(locale, f"kakao-parting-tried-{parting.tried}", days=KEPT_DAYS)
    why = texts.say(locale, f"kakao-parting-{parting.obstacle}")
    return "\n".join([here, f"{why} {tried}", texts.say(locale, "kakao-parting-by-hand")])
