"""Where members have written last, for those who need no card about where they are."""

from bot.services.cache import Bounded

# How many members' last words are remembered.
REMEMBERED = 20_000


class Activity:
    """Remembers when a member last wrote in a channel, of so many members and channels."""

    def __init__(self) -> None:
        self._wrote = Bounded[tuple[int, int], float](REMEMBERED)

    def note(self, member_id: int, channel_id: int, at: float) -> None:
        """Remember that a member wrote there; an older message changes nothing."""
        key = member_id, channel_id
        self._wrote[key] = max(at, self._wrote.get(key, at))

    def last(self, member_id: int, channel_id: int) -> float | None:
        """Return when a member last wrote there, as far as that is remembered."""
        return self._wrote.get((member_id, channel_id))

    def forget(self, member_id: int) -> None:
        """Forget where a member has written."""
        for key in [key for key in self._wrote if key[0] == member_id]:
            del self._wrote[key]
