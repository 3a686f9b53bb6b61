"""A card as an embed: close enough to KakaoTalk to decide whether to send it."""

from collections.abc import Callable, Iterator
from typing import Any

import discord

from bot.discord.limits import (
    EMBED_DESCRIPTION,
    EMBED_FIELD_NAME,
    EMBED_FIELD_VALUE,
    EMBED_TITLE,
    YELLOW,
)
from bot.discord.words import plain, plain_lines
from bot.kakao import cut
from bot.texts import Locale, Texts

COUNTS = {
    "like_count": "❤️",
    "comment_count": "💬",
    "shared_count": "🔁",
    "view_count": "👀",
    "subscriber_count": "🔔",
}
SHOWN_COUNTS = 3
INVISIBLE = "\u200b"
Say = Callable[[str], str]


def card_preview(card: dict[str, Any], texts: Texts, locale: Locale) -> discord.Embed:
    """Return what a reader will see; parts that are not filled in yet are left out."""

    def say(key: str) -> str:
        return texts.say(locale, key)

    embed = discord.Embed(
        title=_plain(_title(card, say), EMBED_TITLE),
        description=cut("\n\n".join(filter(None, _blocks(card, say))), EMBED_DESCRIPTION),
        colour=YELLOW,
    )
    _add_rows(embed, card)
    _add_pictures(embed, card)
    return embed.set_footer(text=say(_footer(card)))


def _title(card: dict[str, Any], say: Say) -> str:
    if "template_id" in card:
        return f"{say('compose-kind-custom')} #{card['template_id']}"
    if "request_url" in card:
        return say("compose-kind-scrape")
    return str(card.get("header_title") or card.get("content", {}).get("title") or "")


def _footer(card: dict[str, Any]) -> str:
    """Return the key of what to know: what is drawn at Kakao cannot be shown here."""
    if "request_url" in card:
        return "compose-preview-page"
    return "compose-preview-template" if "template_id" in card else "forward-friends-preview"


def _blocks(card: dict[str, Any], say: Say) -> Iterator[str]:
    """Yield what stands below each other."""
    content = card.get("content", {})
    yield _plain(card.get("text") or content.get("description"), EMBED_DESCRIPTION)
    yield f"<{url}>" if (url := card.get("request_url")) else ""
    yield _arguments(card.get("template_args", {}))
    yield _items(card.get("item_content", {}))
    yield _price(card.get("commerce", {}))
    yield _place(card)
    yield f"📅 {_plain(card['id'], EMBED_FIELD_VALUE)}" if card.get("id") else ""
    yield _counts(card.get("social", {}))
    if "object_type" in card:
        yield _buttons(card, say)


def _arguments(arguments: dict[str, str]) -> str:
    return "\n".join(
        f"**{plain(name)}** {_plain(value, EMBED_FIELD_VALUE)}" for name, value in arguments.items()
    )


def _items(items: dict[str, Any]) -> str:
    names = ("title_image_text", "title_image_category")
    lines = [_plain(items.get(name), EMBED_FIELD_VALUE) for name in names]
    rows = [(row["item"], row["item_op"]) for row in items.get("items", ())]
    lines += [
        f"{_plain(name, EMBED_FIELD_VALUE)}  ·  {_plain(value, EMBED_FIELD_VALUE)}"
        for name, value in rows
    ]
    total = " ".join(
        _plain(items.get(name), EMBED_FIELD_VALUE) for name in ("sum", "sum_op")
    ).strip()
    return "\n".join([*filter(None, lines), *([f"**{total}**"] if total else [])])


def _price(product: dict[str, Any]) -> str:
    regular = product.get("regular_price")
    if regular is None:
        return _plain(product.get("product_name"), EMBED_FIELD_VALUE)
    reduced = product.get("discount_price")
    shown = _money(product, regular)
    if reduced is not None:
        shown = f"**{_money(product, reduced)}** ~~{shown}~~"
    if (rate := product.get("discount_rate")) is not None:
        shown += f" {rate}%"
    if (less := product.get("fixed_discount_price")) is not None:
        shown += f" −{_money(product, less)}"
    return "\n".join(filter(None, [_plain(product.get("product_name"), EMBED_FIELD_VALUE), shown]))


def _money(product: dict[str, Any], amount: int) -> str:
    unit = _plain(product.get("currency_unit", "원"), EMBED_FIELD_VALUE)
    return f"{unit}{amount:,}" if product.get("currency_unit_position") else f"{amount:,}{unit}"


def _place(card: dict[str, Any]) -> str:
    names = [_plain(card.get(name), EMBED_FIELD_VALUE) for name in ("address_title", "address")]
    place = " · ".join(filter(None, names))
    return f"📍 {place}" if place else ""


def _counts(social: dict[str, int]) -> str:
    shown = [f"{mark} {social[name]:,}" for name, mark in COUNTS.items() if name in social]
    return "  ".join(shown[:SHOWN_COUNTS])


def _buttons(card: dict[str, Any], say: Say) -> str:
    """Return the buttons, with those that KakaoTalk itself puts there."""
    titles = [one["title"] for one in card.get("buttons", ()) if "title" in one]
    if not titles and card["object_type"] != "calendar":
        titles.append(card.get("button_title") or say("compose-preview-button"))
    if card["object_type"] == "location":
        titles.append(say("compose-preview-map"))
    if card["object_type"] == "calendar":
        event = card.get("id_type") != "calendar"
        titles.append(say("compose-preview-add" if event else "compose-preview-subscribe"))
    return "  ".join(f"**[ {_plain(title, EMBED_FIELD_NAME)} ]**" for title in titles)


def _add_rows(embed: discord.Embed, card: dict[str, Any]) -> None:
    for number, row in enumerate(card.get("contents", ()), 1):
        embed.add_field(
            name=f"{number}. {_plain(row.get('title'), EMBED_FIELD_NAME - 3)}",
            value=_plain(row.get("description"), EMBED_FIELD_VALUE) or INVISIBLE,
            inline=False,
        )


def _add_pictures(embed: discord.Embed, card: dict[str, Any]) -> None:
    items = card.get("item_content", {})
    pictures = [row["image_url"] for row in card.get("contents", ()) if "image_url" in row]
    embed.set_image(url=card.get("content", {}).get("image_url"))
    embed.set_thumbnail(url=next(iter(pictures), items.get("title_image_url")))
    if "profile_text" in items:
        embed.set_author(name=items["profile_text"], icon_url=items.get("profile_image_url"))


def _plain(text: str | None, limit: int) -> str:
    """Return a text that Discord shows as KakaoTalk does: with its asterisks."""
    return plain_lines(text or "", limit)
