"""How much of what is written may leave a server."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum

from bot.services.messages.models import Highlight, Part, PartKind

EXCERPT = 60  # characters


class Policy(StrEnum):
    """How much of a message may leave the server."""

    FULL = "full"
    EXCERPT = "excerpt"
    LINK = "link"


def is_less(policy: Policy, held: str) -> bool:
    """Tell whether a policy lets less out than what was made under another."""
    order = list(Policy)
    return order.index(policy) > order.index(Policy(held))


def apply_policy(highlight: Highlight, policy: Policy) -> Highlight:
    """Return as much of a highlight as the server's policy lets out.

    An excerpt is cut when it has been read: raw, a cut may go through a mention or uncover what was
    covered.
    """
    highlight = replace(highlight, policy=policy)
    if policy is Policy.FULL:
        return highlight
    kept = () if policy is Policy.LINK else tuple(_only_words(highlight.seen.parts))
    return replace(highlight, seen=replace(highlight.seen, parts=kept), most=EXCERPT)


def _only_words(parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        if part.kind is not PartKind.QUOTED:
            yield replace(part, body=part.body.only_words())
