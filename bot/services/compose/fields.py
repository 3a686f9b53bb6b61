"""What a member can type into a form, and what becomes of it in a message.

A field is named by its place in the message, in Kakao's words: `content.title`,
`buttons.0.link`. What it holds is read by one of the values below.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote_plus, urlsplit

from bot.errors import TextArgument
from bot.kakao import BadRequest
from bot.kakao import Link as KakaoLink
from bot.kakao.bubble import LABEL_BESIDE
from bot.kakao.parts import HIGHEST_NUMBER, ITEMS_LIMIT, SMALLEST_IMAGE
from bot.services.cards.markdown import clean, one_line

# How much one field of a form takes: Kakao knows no such limits.
LONGEST_TEXT = 1000
LONGEST_LINE = 200
LONGEST_ADDRESS = 1000
LONGEST_NUMBER = 20
LONGEST_ROWS = 1000
QUOTED = 60
LINK_PARTS = ("mobile_web_url", "android_execution_params", "ios_execution_params")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
ROW = re.compile(r"(.*?)[:：](.*)")
NOT_IN_NUMBERS = re.compile(r"[\s,_]|원$|%$|₩|개$|명$")


class FieldError(Exception):
    """What was typed cannot stand in a message; `reason` names the sentence that says why."""

    def __init__(self, reason: str, limit: TextArgument = 0, value: TextArgument = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.limit = limit
        self.value = value[:QUOTED] if isinstance(value, str) else value


class Value(Protocol):
    """A way to read what was typed."""

    @property
    def longest(self) -> int:
        """How much may be typed at all."""

    def read(self, text: str) -> Any:  # noqa: ANN401  # whatever Kakao's JSON holds there
        """Return what stands in the message; raises FieldError."""


@dataclass(frozen=True, slots=True)
class TextField:
    """A text, on several lines where `lines` says so; KakaoTalk shows `shown` characters of it."""

    limit: int = LONGEST_TEXT
    lines: bool = False
    shown: int | None = None

    @property
    def longest(self) -> int:
        """The same: Discord counts as strictly or more strictly than Kakao."""
        return self.limit

    def read(self, text: str) -> str:
        """Return the text without what nobody can see."""
        words = clean(text) if self.lines else one_line(text)
        if len(words) > self.limit:
            raise FieldError("too-long", self.limit, len(words))
        return words


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on a button."""

    longest: int = LONGEST_LINE
    shown: int = LABEL_BESIDE

    def read(self, text: str) -> str:
        """Return the label."""
        return TextField(self.longest).read(text)


@dataclass(frozen=True, slots=True)
class ForApps:
    """What the operator's own app is handed when it opens; only that app knows what it means."""

    longest: int = LONGEST_TEXT

    def read(self, text: str) -> str:
        """Return it as it was typed."""
        return TextField(self.longest).read(text)


@dataclass(frozen=True, slots=True)
class WithinAddress:
    """A value that stands inside an address; Kakao puts it there as it is."""

    longest: int = LONGEST_TEXT

    def read(self, text: str) -> str:
        """Return it form-encoded, as Kakao asks."""
        return quote_plus(TextField(self.longest).read(text), errors="replace")


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number from `lowest` to `highest`; units and commas may stand beside it."""

    highest: int = HIGHEST_NUMBER
    lowest: int = 0
    longest: int = LONGEST_NUMBER

    def read(self, text: str) -> int:
        """Return the number."""
        try:
            number = int(NOT_IN_NUMBERS.sub("", text.strip()))
        except ValueError:
            raise FieldError("number", self.lowest, text) from None
        if number < self.lowest:
            raise FieldError("below", self.lowest, number)
        if number > self.highest:
            raise FieldError("above", self.highest, number)
        return number


@dataclass(frozen=True, slots=True)
class Side(Number):
    """How wide or high a picture is, in pixels."""

    lowest: int = SMALLEST_IMAGE


@dataclass(frozen=True, slots=True)
class Address:
    """An address of the web; `https://` may be left out."""

    longest: int = LONGEST_ADDRESS

    def read(self, text: str) -> str:
        """Return the address."""
        whole = SCHEME.match(text) is not None
        address = text if whole else f"https://{text}"
        try:
            KakaoLink(web_url=address)
        except BadRequest:
            raise FieldError("address", value=text) from None
        # Without a scheme any word would do; a name before an @ hides where an address leads.
        if "@" in urlsplit(address).netloc or not (whole or "." in host_of(address)):
            raise FieldError("address", value=text)
        return address


class PictureField(Address):
    """The address of a picture."""


class AddressField(Address):
    """Where a click leads: KakaoTalk opens registered domains only."""

    def read(self, text: str) -> Any:  # noqa: ANN401  # as above
        """Return Kakao's object for a link."""
        return link_to(Address.read(self, text))


class PhoneAddress(Address):
    """Where a click leads on a phone, when that is another page."""


class Page(Address):
    """A page for Kakao to read, which it does on registered domains only."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a name and a value with a colon between, one on each line."""

    limit: int = ITEMS_LIMIT
    longest: int = LONGEST_ROWS
    lines: bool = True

    def read(self, text: str) -> list[dict[str, str]]:
        """Return Kakao's items."""
        rows = [_row(line) for line in clean(text).splitlines() if line.strip()]
        if len(rows) > self.limit:
            raise FieldError("rows", self.limit, len(rows))
        return rows


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words, each with what stands for it in the message.

    The words are keys of the catalogues, or names that somebody gave.
    """

    options: Mapping[str, str | int]
    are_names: bool = False
    longest: int = LONGEST_NUMBER

    def read(self, text: str) -> str | int:
        """Return what stands for the word that was chosen."""
        if text not in self.options:
            raise FieldError("choice", value=text)
        return self.options[text]


@dataclass(frozen=True, slots=True)
class Field:
    """One place in a message; `label` is what to call it where the catalogues cannot know."""

    path: str
    value: Value = TextField()
    needed: bool = False
    label: str = ""

    @property
    def name(self) -> str:
        """The path as the catalogues have it: without numbers, since rows are alike.

        What is more to say about a link is called alike for all links.
        """
        if self.link is not None:
            return f"link-{self.path.rpartition('.')[2]}".replace("_", "-")
        return re.sub(r"\.\d+", "", self.path).replace(".", "-").replace("_", "-")

    @property
    def link(self) -> "Field | None":
        """The link that this says more about, None for every other field."""
        says_more = isinstance(self.value, PhoneAddress | ForApps)
        return Field(self.path.rpartition(".")[0], AddressField()) if says_more else None

    @property
    def number(self) -> int:
        """Which of several like it this is, counted from one."""
        found = re.search(r"\.(\d+)", self.path)
        return int(found[1]) + 1 if found else 1

    @property
    def has_lines(self) -> bool:
        """Whether it may hold several lines."""
        return getattr(self.value, "lines", False)


def link_to(address: str) -> dict[str, str]:
    """Return Kakao's object for a link to an address."""
    return {"web_url": address, "mobile_web_url": address}


def host_of(address: str) -> str:
    """Return the host of an address."""
    return urlsplit(address).hostname or ""


def _row(line: str) -> dict[str, str]:
    parts = ROW.fullmatch(line.strip())
    if parts is None or not (name := parts[1].strip()) or not (value := parts[2].strip()):
        raise FieldError("row", value=line.strip())
    return {"item": name, "item_op": value}
