"""What it is that a message meets."""

from typing import NamedTuple

from storage.rules import RuleKind


class Match(NamedTuple):
    """A rule that a message meets."""

    rule_id: int
    member_id: int
    kind: RuleKind
