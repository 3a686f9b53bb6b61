"""Reads the emoji that a member names, so that a reaction with it can be told from others.

Discord's apps write the same emoji with or without a variation selector, and in the tone of skin
that somebody has chosen; a custom emoji may be renamed, but keeps its id.
"""

from dataclasses import dataclass

import regex

from bot.errors import UserError

LONGEST = 100
CUSTOM = regex.compile(r"<(?P<animated>a?):(?P<name>\w{2,32}):(?P<id>[0-9]{15,20})>")
FLAG, KEYCAP = r"\p{Regional_Indicator}{2}", r"[0-9#*]\uFE0F?\u20E3"
TONE, TAGS = r"[\U0001F3FB-\U0001F3FF]", r"[\U000E0020-\U000E007E]+\U000E007F"
PICTURE = rf"(?=\p{{Emoji}})\p{{Extended_Pictographic}}\uFE0F?(?:{TONE})?(?:{TAGS})?"
EMOJI = regex.compile(rf"{FLAG}|{KEYCAP}|{PICTURE}(?:\u200D{PICTURE})*")
LOOKS = regex.compile(rf"\uFE0F|{TONE}")


class NoEmoji(UserError):
    """What should be one emoji is none, or more than one."""

    key = "error-no-emoji"


@dataclass(frozen=True, slots=True)
class Emoji:
    """One emoji: as Discord writes it, and the `key` that all its looks have in common."""

    shown: str
    key: str


def emoji_of(text: str) -> Emoji:
    """Read one emoji, Discord's own or a server's; raises NoEmoji."""
    text = text.strip()[: LONGEST + 1]
    custom = CUSTOM.fullmatch(text)
    if custom:
        return Emoji(text, key_of(custom["name"], int(custom["id"])))
    if not EMOJI.fullmatch(text):
        raise NoEmoji
    return Emoji(text, key_of(text))


def key_of(name: str, emoji_id: int | None = None) -> str:
    """Return what an emoji's reactions are compared by: a server's emoji is its id."""
    return LOOKS.sub("", name) if emoji_id is None else str(emoji_id)
