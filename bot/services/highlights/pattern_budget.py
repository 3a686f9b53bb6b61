"""How much time the patterns of a server may take, and each of them.

What was spent is a debt that is paid off as time passes: a server's at `rate`, a pattern's at its
share of that. All members with patterns there share it alike, and each member's patterns theirs.
"""

import time
from dataclasses import dataclass, field

from bot.services.cache import Bounded
from bot.services.clock import Clock

# Seconds of searching per second, and how many of them may be used up at once.
RATE = 0.05
BURST = 0.2
# How long one message may keep those of its server waiting that come after it.
PER_MESSAGE = 0.05
MOST_SERVERS = 10_000
MOST_PATTERNS = 10_000


@dataclass(slots=True)
class Debt:
    """Seconds that were spent and are not paid off yet."""

    seconds: float = 0.0
    at: float = 0.0

    def left(self, now: float, rate: float) -> float:
        """Return what is left of it now."""
        return max(0.0, self.seconds - max(0.0, now - self.at) * rate)

    def add(self, seconds: float, now: float, rate: float) -> None:
        """Spend some more."""
        self.seconds, self.at = self.left(now, rate) + seconds, now


@dataclass(slots=True)
class Account:
    """What a server has spent, and each of its patterns."""

    server: Debt = field(default_factory=Debt)
    patterns: Bounded[int, Debt] = field(default_factory=lambda: Bounded(MOST_PATTERNS))


@dataclass(frozen=True, slots=True)
class Share:
    """What a pattern has of its server's time: one of so many parts."""

    guild_id: int
    parts: int


class PatternBudget:
    """Lets a pattern be looked for while its share is not used up, or the server's time is not.

    So nobody can spend what another member needs for cheap patterns.
    """

    def __init__(
        self, *, rate: float = RATE, burst: float = BURST, now: Clock = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._now = now
        self._accounts = Bounded[int, Account](MOST_SERVERS)

    def is_within(self, share: Share, rule_id: int, spent: float) -> bool:
        """Tell whether a pattern may be looked for; its message has `spent` so many seconds."""
        if self._over_share(share, rule_id) <= 0:
            return True
        return spent < PER_MESSAGE and self._over_server(share) <= 0

    def wait(self, share: Share, rule_id: int) -> float:
        """Return in how many seconds it may be, if nothing else is looked for meanwhile."""
        own = self._over_share(share, rule_id) / self._rate * share.parts
        return max(0.0, min(own, self._over_server(share) / self._rate))

    def debt(self, share: Share, rule_id: int) -> float:
        """Return what a pattern has spent and not paid off yet, in seconds."""
        account = self._accounts.get(share.guild_id)
        debt = account.patterns.get(rule_id) if account else None
        return debt.left(self._now(), self._rate / share.parts) if debt else 0.0

    def spend(self, share: Share, rule_id: int, busy: float, elapsed: float) -> None:
        """Note that a pattern has taken so many seconds of the processor, and of the clock.

        Others had to wait for the latter; on a busy machine it says little of a single pattern.
        """
        account = self._accounts.get(share.guild_id) or Account()
        self._accounts[share.guild_id] = account
        now = self._now()
        account.server.add(elapsed, now, self._rate)
        debt = account.patterns.get(rule_id) or Debt()
        account.patterns[rule_id] = debt
        debt.add(busy, now, self._rate / share.parts)

    def _over_share(self, share: Share, rule_id: int) -> float:
        return self.debt(share, rule_id) - self._burst / share.parts

    def _over_server(self, share: Share) -> float:
        account = self._accounts.get(share.guild_id)
        spent = account.server.left(self._now(), self._rate) if account else 0.0
        return spent - self._burst
