"""How much of what is written may leave a server."""

from dataclasses import replace
from enum import StrEnum

from bot.services.messages.models import Body, Highlight

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
    """Return as much of a highlight as the server's policy lets out."""
    highlight = replace(highlight, policy=policy)
    if policy is Policy.FULL:
        return highlight
    text = highlight.body.text
    covered = "||" in text
    short = text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"
    kept = "" if policy is Policy.LINK or covered else short
    return replace(highlight, body=Body(text=kept), reply=None, forwarded=None)
