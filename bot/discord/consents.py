"""Says what came of a way to Kakao."""

from bot.discord.words import plain
from bot.services.accounts.oauth import NewLink
from bot.services.accounts.scopes import EXPLAINED, scope_names
from bot.texts import Texts


def linked_text(texts: Texts, new: NewLink, *, goes_on: bool = True) -> str:
    """Say what a member has just done at Kakao: that they linked, or only agreed.

    And what follows, unless a draft cannot be gone on with.
    """
    locale = new.locale
    with_draft = new.draft_id is not None
    given = new.asked or new.agreed
    if not given:
        key = "kakao-linked-short" if with_draft else "kakao-linked"
        return texts.say(locale, key, nickname=plain(new.nickname))
    lines = [texts.say(locale, "kakao-agreed", names=plain(scope_names(texts, locale, given)))]
    known = [scope for scope in EXPLAINED if scope in given]
    follows = ["draft"] * goes_on if with_draft else known
    lines += [texts.say(locale, f"kakao-agreed-{what}") for what in follows]
    return " ".join(lines)
