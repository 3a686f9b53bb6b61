"""The card that brings a number: the first that somebody sees of Kkachi in KakaoTalk."""

from bot.kakao import Button, Content, Feed, Item, ItemContent, Link, is_address
from bot.texts import Texts, pick_locale
from storage.pending_links import PendingLink


def number_card(pending: PendingLink, texts: Texts, public_url: str) -> Feed:
    """Say which number it is, who asks for it and where, and that doing nothing is enough.

    The chat list shows the title. All of it leads to a page of ours that says what to do.
    """
    locale = pick_locale(pending.link.locale)
    link = Link(web_url=f"{public_url}/number", mobile_web_url=f"{public_url}/number")
    name, picture = _plain(pending.member_name), pending.member_avatar_url
    rows = {
        "who": name,
        "where": _plain(pending.guild_name or ""),
        "until": texts.say(locale, "number-card-until.value"),
    }
    items = [
        Item.fit(item=texts.say(locale, f"number-card-{row}"), item_op=value)
        for row, value in rows.items()
        if value
    ]
    return Feed.fit(
        content=Content.fit(
            title=texts.say(locale, "number-card", number=pending.number),
            description=texts.say(locale, "number-card.text"),
            link=link,
        ),
        item_content=ItemContent.fit(
            profile_text=texts.say(locale, "number-card-asked"),
            profile_image_url=picture if is_address(picture) else None,
            items=tuple(items),
        ),
        buttons=(Button.fit(title=texts.say(locale, "number-card-button"), link=link),),
    )


def _plain(name: str) -> str:
    """Return a name without what would change the words around it."""
    return " ".join("".join(one for one in name if one.isprintable()).split())
