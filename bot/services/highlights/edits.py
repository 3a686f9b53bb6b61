"""Tells what was changed in a message from what Discord only tells of it once more."""

from bot.services.cache import Bounded
from bot.services.clock import HOUR, Clock
from bot.services.messages.models import PartKind, Seen

# How old a message may be whose change is looked at, and how many are remembered.
OLDEST = HOUR
REMEMBERED = 20_000


class Edits:
    """Remembers of what was written no more than a number that the same words always give.

    The previews of links come after a message, and are no change of it; what it answers is not
    always told along.
    """

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._known = Bounded[int, int](REMEMBERED)

    def note(self, seen: Seen) -> bool:
        """Remember what a message says, and tell whether that is new."""
        number = hash(seen.without(PartKind.QUOTED).words(previews=False))
        is_new = self._known.get(seen.source.message_id) != number
        self._known[seen.source.message_id] = number
        return is_new

    def is_change(self, seen: Seen) -> bool:
        """Tell whether a message, told once more, says something new and is not too old."""
        return self.note(seen) and seen.created_at > self._now() - OLDEST
