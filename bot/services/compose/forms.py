"""Turns what a member has typed into a message, and says what is wrong or missing.

A form that is half filled in can be shown as well as a finished one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.errors import TextArgument
from bot.kakao import BadRequest, message_from
from bot.kakao.bubble import LABEL_BESIDE
from bot.kakao.parts import ROW_NAME_SHOWN, ROW_VALUE_SHOWN
from bot.services.compose.fields import (
    LINK_PARTS,
    QUOTED,
    AddressField,
    Field,
    FieldError,
    Label,
    Page,
    PhoneAddress,
    Rows,
    TextField,
    WithinAddress,
    host_of,
    link_to,
)
from bot.services.compose.link_domains import LinkDomains
from bot.services.compose.message_types import BUTTON_TITLE, PRICE, TEMPLATE, MessageType
from bot.services.servers.settings import CustomTemplate

SHOWN = ("title", "description", "image_url")


@dataclass(frozen=True, slots=True)
class Form:
    """What a member has filled in: texts by the paths of their fields.

    `home` is where the card leads when they name no address.
    """

    kind: MessageType
    home: str
    given: Mapping[str, str] = field(default_factory=dict)
    template: CustomTemplate | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to say about a field: its sentence is `compose-wrong-<reason>`."""

    field: Field
    reason: str
    limit: TextArgument = 0
    value: TextArgument = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """The message as far as it is filled in; with faults it cannot be sent, with hints it can."""

    card: dict[str, Any]
    faults: tuple[Fault, ...] = ()
    hints: tuple[Fault, ...] = ()


def read(form: Form, domains: LinkDomains) -> Reading:
    """Return the message that a form makes, what is wrong with it and what to know."""
    return _Reader(form, domains).read()


class _Reader:
    """One form on its way to a message."""

    def __init__(self, form: Form, domains: LinkDomains) -> None:
        self._form = form
        self._kind = form.kind
        self._fields = form.kind.fields
        self._domains = domains
        self._values: dict[str, Any] = {}
        self._faults: list[Fault] = []
        self._hints: list[Fault] = []

    def read(self) -> Reading:
        for one in self._fields.values():
            self._take(one)
        self._join_links()
        self._check_prices()
        for number, base in enumerate(self._kind.contents):
            self._check_content(base, needed=number < self._kind.needed)
        self._check_buttons()
        self._look_at_labels()
        self._lead_somewhere()
        card = _nested(self._kind.fixed, self._values)
        if not self._faults:
            self._check_whole(card)
        return Reading(card, tuple(self._faults), tuple(self._hints))

    def _fault(self, path: str, reason: str, limit: TextArgument = 0) -> None:
        """Say what is wrong, unless the field has its fault already."""
        if all(fault.field.path != path for fault in self._faults):
            self._faults.append(Fault(self._fields[path], reason, limit))

    def _hint(self, one: Field, reason: str, limit: TextArgument = 0, value: str = "") -> None:
        self._hints.append(Fault(one, reason, limit, value[:QUOTED]))

    def _take(self, one: Field) -> None:
        text = self._form.given.get(one.path, "").strip()
        if not text:
            if one.needed:
                self._fault(one.path, "missing")
            return
        try:
            value = self._values[one.path] = self._checked(one, one.value.read(text))
        except FieldError as wrong:
            self._faults.append(Fault(one, wrong.reason, wrong.limit, wrong.value))
        else:
            self._look_at(one, text, value)

    def _checked(self, one: Field, value: Any) -> Any:  # noqa: ANN401  # any JSON
        """Return a value that is there, and a page that Kakao reads."""
        if value == "":
            raise FieldError("missing")
        if isinstance(one.value, Page) and not self._domains.opens(value):
            raise FieldError("unread", str(self._domains), host_of(value))
        return value

    def _look_at(self, one: Field, text: str, value: Any) -> None:  # noqa: ANN401  # any JSON
        """Say beforehand what KakaoTalk makes of a value that Kakao takes."""
        match one.value:
            case AddressField():
                self._look_at_domain(one, value["web_url"])
            case PhoneAddress():
                self._look_at_domain(one, value)
            case TextField(shown=int(shown)) if len(value) > shown:
                self._hint(one, "cut", shown, value)
            case WithinAddress() if value != text:
                self._hint(one, "encoded", value=value)
            case Rows():
                self._look_at_rows(one, value)

    def _look_at_domain(self, one: Field, address: str) -> None:
        if not self._domains.opens(address):
            self._hint(one, "elsewhere", str(self._domains), host_of(address))

    def _look_at_rows(self, one: Field, rows: list[dict[str, str]]) -> None:
        for row in rows:
            if len(row["item"]) > ROW_NAME_SHOWN:
                self._hint(one, "row-name", ROW_NAME_SHOWN, row["item"])
            if len(row["item_op"]) > ROW_VALUE_SHOWN:
                self._hint(one, "row-value", ROW_VALUE_SHOWN, row["item_op"])

    def _join_links(self) -> None:
        """Put what was said about each link into one object."""
        for path, one in self._fields.items():
            if isinstance(one.value, AddressField):
                parts = {name: self._values.pop(f"{path}.{name}", None) for name in LINK_PARTS}
                link = self._values.pop(path, {}) | {k: v for k, v in parts.items() if v}
                if link:
                    self._values[path] = link
                if link and "web_url" not in link:
                    self._hint(one, "phones-only")

    def _check_prices(self) -> None:
        given = [path for path in self._kind.either if path in self._values]
        for path in given[1:]:
            self._fault(path, "either")
        price = self._values.get(PRICE)
        for path in self._kind.reduced:
            if price is not None and self._values.get(path, 0) > price:
                self._fault(path, "above-price", price)

    def _check_content(self, base: str, *, needed: bool) -> None:
        within = [path for path in self._fields if path.startswith(f"{base}.")]
        if not needed and not any(self._form.given.get(path, "").strip() for path in within):
            return
        if not any(f"{base}.{name}" in self._values for name in SHOWN):
            self._fault(f"{base}.title", "nothing-shown")

    def _check_buttons(self) -> None:
        """Miss the name of a button that leads somewhere."""
        buttons = {path.rpartition(".")[0] for path in self._values if path.startswith("buttons.")}
        for title in sorted(f"{button}.title" for button in buttons):
            if title not in self._values:
                self._fault(title, "missing")

    def _look_at_labels(self) -> None:
        """Say which labels are cut: two buttons share the width of a card."""
        labels = {path: one for path, one in self._fields.items() if isinstance(one.value, Label)}
        given = [path for path in labels if path != BUTTON_TITLE and path in self._values]
        if given and BUTTON_TITLE in self._values:
            self._hint(labels[BUTTON_TITLE], "unshown")
        shown = given or [path for path in labels if path in self._values]
        if len(shown) + self._kind.own_buttons > 1:
            for path in shown:
                if len(self._values[path]) > LABEL_BESIDE:
                    self._hint(labels[path], "label", LABEL_BESIDE, self._values[path])

    def _lead_somewhere(self) -> None:
        """Give every part that can be clicked an address: its own, the card's or our own."""
        main = self._kind.link
        if main is None:
            return
        address = self._values.setdefault(main, link_to(self._form.home))
        for part in sorted({path.rpartition(".")[0] for path in self._values}):
            if f"{part}.link" in self._fields:
                self._values.setdefault(f"{part}.link", address)

    def _check_whole(self, card: dict[str, Any]) -> None:
        """Ask Kakao's own rules: whatever ours have overlooked is never sent."""
        try:
            message_from(card)
        except BadRequest:
            anyone = next(iter(self._fields.values()), Field(TEMPLATE))
            self._faults.append(Fault(anyone, "refused"))


def _nested(fixed: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by paths as the JSON they describe."""
    tree: dict[str, Any] = dict(fixed)
    for path, value in values.items():
        *places, last = path.split(".")
        branch = tree
        for place in places:
            branch = branch.setdefault(place, {})
        branch[last] = value
    return {name: _with_lists(branch) for name, branch in tree.items()}


def _with_lists(branch: Any) -> Any:  # noqa: ANN401  # any JSON
    if not isinstance(branch, dict):
        return branch
    inner = {name: _with_lists(one) for name, one in branch.items()}
    if inner and all(name.isdecimal() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
