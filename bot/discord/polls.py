"""Polls without an end, which Discord may tell of and discord.py cannot read."""

from collections.abc import Iterator, Mapping
from typing import Any

NEVER = "9999-12-31T00:00:00+00:00"
WITHIN = ("message", "referenced_message")


def give_ends(data: object) -> None:
    """Let every poll in what Discord has sent end at some time, if only in eight thousand years."""
    for message in _messages(data):
        poll = message.get("poll")
        if isinstance(poll, dict) and poll.get("expiry") is None:
            poll["expiry"] = NEVER


def _messages(data: object) -> Iterator[Mapping[str, Any]]:
    """Yield a message with what it answers, and those that an interaction is about."""
    if not isinstance(data, Mapping):
        return
    yield data
    for name in WITHIN:
        yield from _messages(data.get(name))
    found: object = data
    for name in ("data", "resolved", "messages"):
        found = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(found, Mapping):
        for message in found.values():
            yield from _messages(message)
