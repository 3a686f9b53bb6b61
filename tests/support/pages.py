"""Every page of Kkachi's as it is rendered, with whatever it may have to show."""

from collections.abc import Mapping

from bot.services.accounts.oauth import FRIENDS_SCOPES, NewLink
from bot.services.accounts.pending import Awaited
from bot.services.clock import SEOUL
from bot.texts import Locale
from bot.web import Notice
from bot.web.digests import Moments, grouped
from bot.web.pages import Pages
from storage.digests import Digest, Item
from tests.support.linking import MINJI

SOMEBODY, NICKNAME, WORDS = "서연 (@seoyeon)", "별명이 긴 서연", "비밀 회식은 일곱 시"
DISCORD = "https://discord.com/channels/@me"
NOTICE = Notice(
    operator="까치 마을 반상회",
    contact="hello@kkachi.example",
    invite="https://discord.gg/kkachi",
    domain="kkachi.example",
    asks_number=True,
    has_calendar=True,
    texts_days=7,
    receipts_days=90,
    grace_days=7,
)
# Pages of one kind: a refusal with its reason, and what leads nowhere.
NOTICES = ("denied", "request-expired", "not-found", "jump-expired", "failed", "discord-away")


def every_page(pages: Pages, first: Locale, picture: str) -> Mapping[str, str]:
    """Return all pages by their names; the share page has a server of its own."""
    item = Item("#잡담 · 까치 마을", WORDS, DISCORD, 0, why="🔔 회식")
    digest = Digest("d", "f", MINJI, first, 0, 0, (item,), left_out=2)
    moments = Moments(pages.texts, SEOUL, digest.created_at)
    shown = {
        "front": pages.front(NOTICE, first),
        "privacy": pages.privacy(NOTICE, first),
        "link": pages.link(SOMEBODY, picture, FRIENDS_SCOPES, first),
        "linked": pages.linked(NewLink(MINJI, NICKNAME, first, None)),
        "linked with a draft": pages.linked(NewLink(MINJI, NICKNAME, first, "draft")),
        "awaited": pages.awaited(Awaited(MINJI, NICKNAME, first, DISCORD, is_sure=True)),
        "number": pages.number(first),
        "digest": pages.digest(digest, grouped(digest.items), moments, first),
        "again": pages.notice("denied", first, "https://kkachi.example/link/x"),
    }
    return shown | {name: pages.notice(name, first) for name in NOTICES}
