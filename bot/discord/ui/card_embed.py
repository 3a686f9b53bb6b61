"""A card as embeds: its parts in KakaoTalk's order, as far as Discord lets anybody draw."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import discord

from bot.discord.limits import EMBED_DESCRIPTION, EMBED_FIELD_VALUE, YELLOW
from bot.discord.words import plain, plain_lines
from bot.kakao import cut, four_lines, row_lines, shown_labels
from bot.texts import Locale, Texts

COUNTS = ("like", "comment", "shared", "view", "subscriber")
SHOWN_COUNTS = 3
Say = Callable[[str], str]
Shown = Callable[[str, str], tuple[str, str]]


def card_preview(card: dict[str, Any], texts: Texts, locale: Locale) -> list[discord.Embed]:
    """Return what a reader will see, from the top; parts that are not filled in yet are left out.

    Discord puts a picture below all text of its embed: what KakaoTalk shows below a picture, or
    beside one of its own, is an embed of its own.
    """

    def say(key: str) -> str:
        return texts.say(locale, key)

    if "object_type" not in card:
        embeds = [_made_by_kakao(card, say)]
    elif card["object_type"] == "list":
        embeds = [*_listed(card), _embed(_buttons(card, say))]
    else:
        embeds = [*_above(card), _embed(*_below(card, say))]
        _add_heading(embeds, card.get("item_content", {}))
    embeds[-1].set_footer(text=say(_footer(card)))
    return embeds


def card_words(card: Mapping[str, Any], texts: Texts, locale: Locale) -> str:
    """Return by what a card is told from others: its title, or else its text."""
    if "object_type" not in card:
        page = card.get("request_url")
        return str(page or f"{texts.say(locale, 'compose-kind-custom')} #{card.get('template_id')}")
    content = card.get("content", {})
    titles = (card.get("header_title"), content.get("title"), card.get("text"))
    return str(next(filter(None, titles), content.get("description") or ""))


def _embed(*blocks: str) -> discord.Embed:
    text = "\n\n".join(filter(None, blocks))
    return discord.Embed(description=cut(text, EMBED_DESCRIPTION), colour=YELLOW)


def _footer(card: dict[str, Any]) -> str:
    """Return the key of how it differs; what is drawn at Kakao cannot be shown here."""
    if "request_url" in card:
        return "compose-preview-page-in" if "template_id" in card else "compose-preview-page"
    return "compose-preview-template" if "template_id" in card else "bubble-differs"


def _made_by_kakao(card: dict[str, Any], say: Say) -> discord.Embed:
    template, page = card.get("template_id"), card.get("request_url")
    is_custom = template and not page
    title = f"{say('compose-kind-custom')} #{template}" if is_custom else say("compose-kind-scrape")
    arguments = (
        f"**{plain(name)}** {_plain(value)}"
        for name, value in card.get("template_args", {}).items()
    )
    return _embed(f"**{title}**", f"<{page}>" if page else "", "\n".join(arguments))


def _listed(card: dict[str, Any]) -> Iterator[discord.Embed]:
    """Yield the header and each row, which has its picture beside it."""
    if title := card.get("header_title"):
        yield _embed(f"**{_plain(title)}**")
    for row in card.get("contents", ()):
        words, picture = _words(row, row_lines), row.get("image_url")
        if words or picture:
            yield _embed(words).set_thumbnail(url=picture)


def _above(card: dict[str, Any]) -> list[discord.Embed]:
    picture = card.get("content", {}).get("image_url")
    return [discord.Embed(colour=YELLOW).set_image(url=picture)] if picture else []


def _add_heading(embeds: list[discord.Embed], items: dict[str, Any]) -> None:
    """Say above everything whose it is, and put the small picture beside the items."""
    if profile := items.get("profile_text"):
        embeds[0].set_author(name=profile, icon_url=items.get("profile_image_url"))
    embeds[-1].set_thumbnail(url=items.get("title_image_url"))


def _below(card: dict[str, Any], say: Say) -> Iterator[str]:
    """Yield what stands below the picture."""
    content = card.get("content", {})
    yield _items(card.get("item_content", {}))
    if card["object_type"] == "text":
        yield _plain(card.get("text"))
    elif card["object_type"] == "commerce":
        yield _goods(content.get("title"), card.get("commerce", {}))
    else:
        yield _words(content)
    yield _counts(card.get("social", {}), say)
    yield _buttons(card, say)


def _words(content: dict[str, Any], shown: Shown = four_lines) -> str:
    title, description = shown(content.get("title") or "", content.get("description") or "")
    return "\n".join(filter(None, (_bold(title), _plain(description))))


def _items(items: dict[str, Any]) -> str:
    lines = [_bold(items.get("title_image_text")), _small(items.get("title_image_category"))]
    lines += [
        f"{_plain(row['item'])}  ·  {_plain(row['item_op'])}" for row in items.get("items", ())
    ]
    total, amount = (_plain(items.get(name)) for name in ("sum", "sum_op"))
    if total and amount:
        lines.append(f"{total}  ·  **{amount}**")
    return "\n".join(filter(None, lines))


def _goods(title: str | None, product: dict[str, Any]) -> str:
    lines = (_small(product.get("product_name")), _words({"title": title}), _price(product))
    return "\n".join(filter(None, lines))


def _price(product: dict[str, Any]) -> str:
    regular, reduced = product.get("regular_price"), product.get("discount_price")
    if regular is None:
        return ""
    if reduced is None:
        return f"**{_money(product, regular)}**"
    off = ""
    if (rate := product.get("discount_rate")) is not None:
        off = f"{rate}% "
    elif less := product.get("fixed_discount_price"):
        off = f"-{_money(product, less)} "
    return f"{off}**{_money(product, reduced)}** ~~{_money(product, regular)}~~"


def _money(product: dict[str, Any], amount: int) -> str:
    unit = _plain(product.get("currency_unit", "원"))
    return f"{unit}{amount:,}" if product.get("currency_unit_position") else f"{amount:,}{unit}"


def _counts(social: dict[str, int], say: Say) -> str:
    shown = [
        (say(f"bubble-{name}"), social[f"{name}_count"])
        for name in COUNTS
        if f"{name}_count" in social
    ]
    return "  ".join(f"{name} {count:,}" for name, count in shown[:SHOWN_COUNTS])


def _buttons(card: dict[str, Any], say: Say) -> str:
    """Return the buttons, with those that KakaoTalk itself puts there."""
    titles = [one["title"] for one in card.get("buttons", ()) if "title" in one]
    if not titles and card["object_type"] != "calendar":
        titles.append(card.get("button_title") or say("bubble-more"))
    if card["object_type"] == "location":
        titles.append(say("bubble-map"))
    if card["object_type"] == "calendar":
        is_event = card.get("id_type") != "calendar"
        titles.append(say("bubble-add" if is_event else "bubble-subscribe"))
    return "  ".join(f"**[ {plain(title)} ]**" for title in shown_labels(titles))


def _bold(text: str | None) -> str:
    words = _plain(text)
    return f"**{words}**" if words else ""


def _small(text: str | None) -> str:
    words = plain(text or "")
    return f"-# {words}" if words else ""


def _plain(text: str | None) -> str:
    """Return a text that Discord shows as KakaoTalk does: with its asterisks."""
    return plain_lines(text or "", EMBED_FIELD_VALUE)
