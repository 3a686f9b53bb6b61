"""Polls without an end, which Discord may tell of and discord.py cannot read."""

from collections.abc import Iterable

NEVER = "9999-12-31T00:00:00+00:00"
WITHIN = ("message", "referenced_message")


def give_ends(data: object) -> None:
    """Let every poll in what Discord has sent end at some time, if only in eight thousand years."""
    if not isinstance(data, dict):
        return
    poll = data.get("poll")
    if isinstance(poll, dict) and poll.get("expiry") is None:
        poll["expiry"] = NEVER
    for name in WITHIN:
        if name in data:
            give_ends(data[name])
    if "data" in data:
        for message in _of_interaction(data["data"]):
            give_ends(message)


def _of_interaction(found: object) -> Iterable[object]:
    """Return the messages that an interaction is about."""
    for name in ("resolved", "messages"):
        found = found.get(name) if isinstance(found, dict) else None
    return found.values() if isinstance(found, dict) else ()
