"""What a process does of all there is to do, and to which servers it listens."""

import re
from dataclasses import dataclass
from typing import Self

WRITTEN = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?/(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Shards:
    """A part of all servers as Discord counts them: shards `first` to `last` of `count`."""

    first: int
    last: int
    count: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what "0-4/10" or "0/2" names; raises ValueError."""
        found = WRITTEN.fullmatch(text.strip())
        if found is None:
            raise ValueError('must look like "0-4/10", or "0/2" for a single one')
        first, last, count = found[1], found[2] or found[1], found[3]
        shards = cls(int(first), int(last), int(count))
        if not shards.first <= shards.last < shards.count:
            raise ValueError(f"the first is 0 and the last is {int(count) - 1} at most")
        return shards

    def __str__(self) -> str:
        several = "" if self.first == self.last else f"-{self.last}"
        return f"{self.first}{several}/{self.count}"

    @property
    def are_all(self) -> bool:
        """Whether there are no others."""
        return self.last - self.first + 1 == self.count

    @property
    def numbers(self) -> list[int]:
        """Each of them."""
        return list(range(self.first, self.last + 1))

    def holds(self, guild_id: int) -> bool:
        """Tell whether Discord tells of a server here."""
        return self.first <= (guild_id >> 22) % self.count <= self.last

    def meets(self, others: Self) -> bool:
        """Tell whether some server could be told of both here and there."""
        is_apart = self.last < others.first or others.last < self.first
        return self.count != others.count or not is_apart


ALL = Shards(0, 0, 1)
"""Every server; how many shards that takes, Discord is asked."""

GATEWAY, SENDER, WEB = ROLES = ("gateway", "sender", "web")


@dataclass(frozen=True, slots=True)
class Duties:
    """What a process does, and for which servers it listens to Discord."""

    roles: frozenset[str] = frozenset(ROLES)
    shards: Shards = ALL


EVERYTHING = Duties()
