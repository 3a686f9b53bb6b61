"""Turns what is to be said into HTML that holds both languages.

Nobody waits for a page at the start, so Jinja is imported with the first one.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape
from yarl import URL

from bot.services.accounts.oauth import DISCORD, NewLink
from bot.services.accounts.pending import Awaited
from bot.services.accounts.scopes import KNOWN_SCOPES
from bot.services.highlights.digests import Digest
from bot.texts import LOCALES, Locale, Texts

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
BUBBLE = (
    *("more", "map", "add", "subscribe"),
    *("like", "comment", "shared", "view", "subscriber"),
    *("picture", "scrap", "custom"),
)
"""The texts `bubble-<name>`: what KakaoTalk itself says in a message, and what cannot be shown."""
# What a member has sent by hand, and no rule found.
PICKED = "forward"
CODE = re.compile(r"`([^`]+)`")
# Line breaks and other controls, and the marks that turn the direction of the text behind them.
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A style sheet or picture, kept in memory; `version` changes with its content."""

    body: bytes
    kind: str
    version: str


class Pages:
    """Every page, rendered; `first` is the language that is seen before anybody switches."""

    def __init__(self, texts: Texts, public_url: str) -> None:
        self.files = _static_files()
        self.texts = texts
        home = URL(public_url)
        self._base = home.raw_path.rstrip("/")
        self._everywhere = {
            "say": texts.say,
            "static": self._address,
            "locales": LOCALES,
            "home": public_url,
            "discord": DISCORD,
            "known_scopes": KNOWN_SCOPES,
            "picture": f"{home.origin()}{self._address('kkachi.png')}",
        }

    def link(self, name: str, avatar_url: str, scopes: Sequence[str], first: Locale) -> str:
        """Show who links what, and the button that leads to Kakao."""
        return self._render(
            "link.html", first, name=seen(name), avatar_url=avatar_url, scopes=scopes
        )

    def consent(
        self, name: str, avatar_url: str, scopes: Sequence[str], first: Locale, *, with_draft: bool
    ) -> str:
        """Show who agrees to what, what goes on then, and the button that leads to Kakao."""
        return self._render(
            "consent.html",
            first,
            name=seen(name),
            avatar_url=avatar_url,
            scopes=scopes,
            names=self._names(scopes),
            with_draft=with_draft,
        )

    def linked(self, arrival: NewLink) -> str:
        """Show that it worked, and with which KakaoTalk."""
        return self._render(
            "agreed.html" if arrival.asked else "linked.html",
            arrival.locale,
            nickname=seen(arrival.nickname),
            scopes=sorted(arrival.asked),
            names=self._names(arrival.asked),
            draft=arrival.draft_id is not None,
        )

    def awaited(self, link: Awaited) -> str:
        """Show that a number is on its way, or may be, and where it is to be typed."""
        return self._render(
            "awaited.html",
            link.locale,
            nickname=seen(link.nickname),
            is_sure=link.is_sure,
            address=link.address,
        )

    def number(self, first: Locale) -> str:
        """Show what to do with a number that has come."""
        return self._render("number.html", first, address=DISCORD)

    def share(
        self,
        card: Mapping[str, Any],
        first: Locale,
        *,
        pictures: Callable[[str], bool],
        offer: Mapping[str, Any],
        without_script: str,
        is_told: bool,
    ) -> str:
        """Show a card as KakaoTalk draws it, and the button that opens Kakao's picker.

        `pictures` tells which addresses the page may show, `offer` is for its script, and the
        address `without_script` does the same where none runs.
        """
        return self._render(
            "share.html",
            first,
            preview=self._preview(card, pictures),
            said=_said(card),
            is_known="object_type" in card,
            offer=offer,
            without_script=without_script,
            is_told=is_told,
        )

    def _preview(self, card: Mapping[str, Any], pictures: Callable[[str], bool]) -> dict[str, Any]:
        """Return what the page's script draws, and by which drawing."""
        keys = {name: f"bubble-{name}" for name in BUBBLE} | {"app": "page-name"}
        return {
            "drawing": self._address("card.js"),
            "icon": self._address("kkachi.svg"),
            "card": card,
            "pictures": [address for address in _pictures(card) if pictures(address)],
            "words": {
                name: {locale: self.texts.say(locale, key) for locale in LOCALES}
                for name, key in keys.items()
            },
        }

    def digest(
        self,
        digest: Digest,
        groups: Sequence[object],
        moments: object,
        first: Locale,
        *,
        waiting: int = 0,
    ) -> str:
        """Show all that a digest's card stands for, in groups, with times that `moments` tells.

        So many more are `waiting` for Discord to say that they may be shown.
        """
        return self._render(
            "digest.html",
            first,
            groups=groups,
            moments=moments,
            count=len(digest.items) + waiting,
            waiting=waiting,
            left_out=digest.left_out,
            picked=any(item.feature == PICKED for item in digest.items),
        )

    def front(self, notice: object, first: Locale) -> str:
        """Show what this Kkachi is, how to begin, and who runs it."""
        return self._render("front.html", first, notice=notice)

    def privacy(self, notice: object, first: Locale) -> str:
        """Show what is held about members, by whom, and for how long."""
        return self._render("privacy.html", first, notice=notice)

    def notice(self, name: str, first: Locale, again: str | None = None) -> str:
        """Show one of the texts `page-<name>`; `again` is an address to start over from."""
        return self._render("notice.html", first, key=f"page-{name}", again=again)

    def _names(self, scopes: Iterable[str]) -> Mapping[Locale, str]:
        known = [scope for scope in KNOWN_SCOPES if scope in frozenset(scopes)]
        return {
            locale: ", ".join(self.texts.say(locale, f"page-scope-{scope}") for scope in known)
            for locale in LOCALES
        }

    def _render(self, template: str, first: Locale, **facts: object) -> str:
        page = _templates().get_template(template)
        return page.render(self._everywhere, first=first, **facts)

    def _address(self, name: str) -> str:
        return f"{self._base}/static/{name}?v={self.files[name].version}"


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - see above

    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["rich"] = rich
    return templates


def rich(text: str) -> Markup:
    """Show what stands between backticks as something to type."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped here


def seen(name: str) -> str:
    """Return somebody's name without characters that would change the words around it."""
    return UNSEEN.sub("", name).strip() or "…"


def preferred(accept_language: str) -> Locale:
    """Return the first of our languages that a browser asks for, else Korean."""
    wishes = [wish.partition(";q=") for wish in accept_language.lower().split(",")]
    wishes.sort(key=lambda wish: -_weight(wish[2]))
    for language, _, _ in wishes:
        for locale in LOCALES:
            if language.strip().startswith(locale):
                return locale
    return "ko"


def _pictures(part: object) -> Iterator[str]:
    """Yield the addresses of all pictures in a card."""
    if isinstance(part, list):
        for one in part:
            yield from _pictures(one)
    elif isinstance(part, Mapping):
        for name, value in part.items():
            if name.endswith("image_url"):
                yield value
            else:
                yield from _pictures(value)


def _said(card: Mapping[str, Any]) -> list[str]:
    """Return a card's own words, which stand there until a script draws it."""
    contents = [card.get("content", {}), *card.get("contents", ())]
    words = (content.get(name) for content in contents for name in ("title", "description"))
    return [one for one in (card.get("header_title"), card.get("text"), *words) if one]


def _weight(quality: str) -> float:
    try:
        return float(quality or 1)
    except ValueError:
        return 0


def _static_files() -> Mapping[str, StaticFile]:
    return {path.name: _static_file(path) for path in sorted((HERE / "static").iterdir())}


def _static_file(path: Path) -> StaticFile:
    body = path.read_bytes()
    return StaticFile(body, KINDS[path.suffix], hashlib.sha256(body).hexdigest()[:12])
