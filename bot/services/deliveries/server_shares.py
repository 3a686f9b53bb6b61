"""Which part of the app's daily allowance is which server's.

Each server that sent something yesterday or today has an equal part, or the one that the operator
gave it. A server may use more, but not what is left of the others' parts; of that the less is kept
for them the less is left of the day, so that in the end nothing is wasted.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerShares:
    """The whole day's allowance and what is left of it, and who has used how much of it.

    `percents` are the parts that are not like the others'; `rest_of_day` is 1 when it begins.
    """

    limit: int
    left: int
    used: Mapping[int, int]
    active: frozenset[int]
    percents: Mapping[int, int]
    rest_of_day: float

    def part(self, guild_id: int) -> int:
        """Return how many sends are a server's own today."""
        return self._parts(guild_id)[guild_id]

    def most(self, guild_id: int) -> int:
        """Return how many sends a server may have used by the end of the next one."""
        parts = self._parts(guild_id)
        unused = (
            max(0, part - self.used.get(one, 0)) for one, part in parts.items() if one != guild_id
        )
        kept = int(sum(unused) * self.rest_of_day)
        return max(parts[guild_id], self.used.get(guild_id, 0) + self.left - kept)

    def _parts(self, guild_id: int) -> Mapping[int, int]:
        servers = self.active | {guild_id}
        given = {
            one: self.limit * self.percents[one] // 100 for one in servers & set(self.percents)
        }
        others = servers - set(given)
        equal = (self.limit - sum(given.values())) // max(1, len(others))
        return given | dict.fromkeys(others, max(0, equal))
