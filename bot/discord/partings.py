"""Says what came of a link's end at Kakao."""

from bot.services.accounts.partings import KEPT_DAYS, Parting
from bot.texts import Locale, Texts


def ended_text(texts: Texts, locale: Locale, key: str, parting: Parting) -> str:
    """Return the text `key`, or what is left at Kakao in place of its word that nothing is."""
    if parting.obstacle is None:
        return texts.say(locale, key)
    tried = texts.say(locale, f"kakao-parting-tried-{parting.tried}", days=KEPT_DAYS)
    why = texts.say(locale, f"kakao-parting-{parting.obstacle}")
    lines = [
        texts.say(locale, f"{key}.here"),
        f"{why} {tried}",
        texts.say(locale, "kakao-parting-by-hand"),
    ]
    return "\n".join(lines)
