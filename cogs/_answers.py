"""The old name of what stands in `bot.discord` now; here for one release."""

from bot.discord.cog import Answered, KkachiCog, answering, is_claimed
from bot.discord.notices import is_private
from bot.discord.replies import (
    defer,
    defer_edit,
    items,
    link_button,
    locale_of,
    member_of,
    refuse,
    say,
)

__all__ = [
    "Answered",
    "KkachiCog",
    "answering",
    "defer",
    "defer_edit",
    "is_claimed",
    "is_private",
    "items",
    "link_button",
    "locale_of",
    "member_of",
    "refuse",
    "say",
]
