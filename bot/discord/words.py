"""Words of others in what Kkachi writes at Discord: they read as they are, and do nothing."""

import regex

from bot.errors import ConsentMissing, Marked, NotAllowed, UserError
from bot.kakao import FRIENDS
from bot.services.accounts.scopes import scope_names
from bot.services.cards.markdown import clean, one_line
from bot.texts import Locale, Texts

ELLIPSIS = "…"
# Discord shows a mark that stands behind a backslash, and before a letter the backslash as well.
MARKS = regex.compile(
    r"[\\`*_~|<\[\]]"
    r"|:(?=//)|@(?=everyone|here)"
    r"|(?<=discord\.gg)/|(?<=discord\.com)/(?=invite)|(?<=discordapp\.com)/(?=invite)"
    # Headings, quotes and lists begin where a line does.
    r"|^[#>+-]|(?<=^-)\#|(?<=^[0-9]+)\.",
    regex.IGNORECASE | regex.MULTILINE,
)
PIECES = regex.compile(r"\\.|[^\\]", regex.DOTALL)
BACKTICK, PRIME = "`", "\u02cb"


def plain(text: str, limit: int | None = None) -> str:
    """Return words of others as one line in which Discord finds no markup, link or mention.

    `limit` counts what is sent, backslashes included.
    """
    return _escaped(one_line(text), limit)


def plain_lines(text: str, limit: int | None = None) -> str:
    """Return words of others like `plain` does, with their line breaks."""
    return _escaped(clean(text), limit)


def code(text: str) -> str:
    """Return words of others as a piece of code."""
    return f"`{one_line(text).replace(BACKTICK, PRIME) or ' '}`"


def sentence(texts: Texts, locale: Locale, error: UserError, here: int | None = None) -> str:
    """Return a mistake in words; what it quotes is somebody's.

    What another server's admins decided reads as it does from `here`, which may be no server.
    """
    key, arguments = error.key, dict(error.arguments)
    if isinstance(error, NotAllowed) and error.guild_id != here:
        key = error.elsewhere
    if isinstance(error, ConsentMissing):
        arguments["names"] = scope_names(texts, locale, error.scopes)
        arguments["what"] = "friends" if FRIENDS in error.scopes else "me"
    quoted = {
        name: value if isinstance(value, Marked) or not isinstance(value, str) else plain(value)
        for name, value in arguments.items()
    }
    return texts.say(locale, key, **quoted)


def _escaped(words: str, limit: int | None) -> str:
    shown = MARKS.sub(r"\\\g<0>", words)
    if limit is None or len(shown) <= limit:
        return shown
    kept, room = "", limit - len(ELLIPSIS)
    for piece in PIECES.findall(shown):
        if len(kept) + len(piece) > room:
            break
        kept += piece
    return kept.rstrip() + ELLIPSIS
