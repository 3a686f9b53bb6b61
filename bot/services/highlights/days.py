"""What is left of Kakao's day, for each member and for all of them together."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from bot.services.cache import Bounded
from bot.services.clock import HOUR, Clock
from bot.services.deliveries.allowance import Allowance, Left
from bot.services.highlights.planner import Day
from storage.deliveries import DeliveryStore
from storage.hits import HitStore

# How many sends are remembered of a member, and of how many members.
REMEMBERED = 32
MOST_MEMBERS = 20_000
# Of a day's messages, so many are for what the member sends by hand.
BY_HAND = 5


@dataclass(slots=True)
class Today:
    """The days of some members, who share what is left for the app."""

    days: Mapping[int, Day]
    app: int

    def of(self, member_id: int) -> Day:
        """Return a member's day."""
        day = self.days[member_id]
        return day if day.left <= self.app else replace(day, left=max(0, self.app))

    def use(self) -> None:
        """Note that somebody sends one message."""
        self.app -= 1


class Days:
    """Knows what each member has left, and when automatic messages went to them lately.

    Where `others` send them as well, the table says when.
    """

    def __init__(
        self,
        allowance: Allowance,
        deliveries: DeliveryStore,
        *,
        now: Clock,
        others: HitStore | None = None,
    ) -> None:
        self._allowance = allowance
        self._others = others
        self._deliveries = deliveries
        self._now = now
        self._sent = Bounded[int, deque[float]](MOST_MEMBERS)

    async def today(self, member_ids: Collection[int]) -> Today:
        """Return what is left today for each of these members.

        What was accepted already, but not taken for sending yet, is not counted anywhere else.
        """
        left = await self._allowance.left_of(member_ids)
        ends = self._allowance.limits.day_ends(self._now())
        uncounted = await self._deliveries.count_queued(ends)
        await self._note_others(left)
        days = {member_id: self._day(member_id, one) for member_id, one in left.items()}
        return Today(days, min((one.app for one in left.values()), default=0) - uncounted)

    async def _note_others(self, member_ids: Collection[int]) -> None:
        """Note what has gone to these members by whichever process."""
        if self._others is not None:
            sent = await self._others.sent_since(member_ids, self._now() - HOUR)
            for member_id in member_ids:
                self._sent[member_id] = deque(sent.get(member_id, ()), REMEMBERED)

    def note_sent(self, member_id: int) -> None:
        """Note that an automatic message goes to a member now."""
        sent = [*self._sent.get(member_id, ()), self._now()]
        self._sent[member_id] = deque(sent, REMEMBERED)

    def set_back(self, seconds: float) -> None:
        """Note that the clock was set back."""
        for member_id, sent in list(self._sent.items()):
            self._sent[member_id] = deque((at - seconds for at in sent), REMEMBERED)

    def forget(self, member_id: int) -> None:
        """Forget a member."""
        self._sent.pop(member_id, None)

    def _day(self, member_id: int, left: Left) -> Day:
        now = self._now()
        recent = [at for at in self._sent.get(member_id, ()) if at > now - HOUR]
        by_hand = min(BY_HAND, left.me_limit // 4)
        free, most = min(left.app, max(0, left.own - by_hand)), left.me_limit - by_hand
        return Day(now, free, most, left.resets_at, recent)
