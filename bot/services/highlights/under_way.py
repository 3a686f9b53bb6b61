"""Which messages of a server are being judged right now."""

from itertools import chain

from bot.services.messages.models import Source

# Messages of one server, and of one channel of it, that are judged or wait for their turn.
MOST = 1000
MOST_IN_CHANNEL = 100


class UnderWay:
    """Holds a bounded number of messages; no channel takes the place of all others."""

    def __init__(self) -> None:
        self._ids: dict[int, list[int]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def lowest(self) -> int | None:
        """The message that was written first; None when there is none."""
        return min(chain.from_iterable(self._ids.values()), default=None)

    def begin(self, source: Source) -> bool:
        """Hold a message; False when there are too many."""
        here = self._ids.get(source.channel_id, [])
        if self._count >= MOST or len(here) >= MOST_IN_CHANNEL:
            return False
        # Discord may tell of one twice.
        self._ids[source.channel_id] = [*here, source.message_id]
        self._count += 1
        return True

    def end(self, source: Source) -> None:
        """Let go of a message that was held."""
        here = self._ids[source.channel_id]
        here.remove(source.message_id)
        self._count -= 1
        if not here:
            del self._ids[source.channel_id]
