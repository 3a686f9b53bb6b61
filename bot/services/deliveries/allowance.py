"""What Kakao still lets us send today, for the app, a sender, a recipient and a pair of the two.

Kakao publishes no such number, so sends are counted here, in the same transactions that take them
for sending and record their results (`storage.allowances`). Kakao's own refusals are believed
before any count, and its day may begin at another hour than midnight: see `KakaoLimits`.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import ShareSpent
from bot.kakao import (
    AllowanceSpent,
    AppAllowanceSpent,
    PairDaySpent,
    ReceiverDaySpent,
    SenderDaySpent,
    SenderMonthSpent,
)
from bot.services.cache import Cache
from bot.services.clock import DAY, HOUR, SEOUL, Clock
from bot.services.deliveries.server_shares import ServerShares
from storage.allowances import AllowanceStore, Claim, Kind
from storage.deliveries import Chat, Delivery
from storage.vault import digest

OF_SENDER = frozenset({Kind.APP, Kind.SENDER})
KEEP_DAYS = 1
KEEP_APP_DAYS = 30  # for the statistics
REFUSALS: Mapping[Kind, type[AllowanceSpent] | type[ShareSpent]] = {
    Kind.APP: AppAllowanceSpent,
    Kind.SENDER: SenderDaySpent,
    Kind.RECIPIENT: ReceiverDaySpent,
    Kind.PAIR: PairDaySpent,
    Kind.SERVER: ShareSpent,
}
# How long the parts of servers are believed: they move with the day, and with what others send.
SHARES_SECONDS = 5.0
Percents = Callable[[], Awaitable[Mapping[int, int]]]
"""Returns the servers that the operator has given a part of their own, in percent."""
# A month that is spent keeps the sender from trying again today; tomorrow one send finds out.
LEARNED = {refusal: kind for kind, refusal in REFUSALS.items()} | {SenderMonthSpent: Kind.SENDER}


@dataclass(frozen=True, slots=True)
class KakaoLimits:
    """How much Kakao lets be sent in a day, and at which hour in Seoul that day begins."""

    app: int = 30_000
    sender: int = 100
    recipient: int = 100
    pair: int = 20
    reset_hour: int = 0

    def day(self, at: float) -> int:
        """Return the number of Kakao's day."""
        return int((at - self._first_reset) // DAY)

    def day_ends(self, at: float) -> float:
        """Return when the day ends and counting starts anew."""
        return self._first_reset + (self.day(at) + 1) * DAY

    def month_ends(self, at: float) -> float:
        """Return when the month ends, at the hour at which days do."""
        begins = datetime.fromtimestamp(at - self.reset_hour * HOUR, SEOUL).replace(day=1)
        following = (begins + timedelta(days=31)).replace(
            day=1, hour=self.reset_hour, minute=0, second=0, microsecond=0
        )
        return following.timestamp()

    @property
    def _first_reset(self) -> float:
        return self.reset_hour * HOUR - 9 * HOUR


@dataclass(frozen=True, slots=True)
class Left:
    """What a member may still send before `resets_at`."""

    me: int
    me_limit: int
    friends: int
    friends_limit: int
    own: int
    """What is left to the member's own chat, whatever the app has left."""
    app: int
    """What the whole app may still send; `me` and `friends` are no more than that."""
    resets_at: float


async def nobodys() -> Mapping[int, int]:
    """Give no server another part than the others."""
    return {}


class Allowance:
    """Knows what each send uses up and how much of it is left.

    Members are counted by their Discord id and friends by a digest, so that nothing here names a
    Kakao account.
    """

    def __init__(
        self,
        store: AllowanceStore,
        limits: KakaoLimits,
        *,
        now: Clock,
        percents: Percents = nobodys,
    ) -> None:
        self._store = store
        self._now = now
        self._percents = percents
        self._shares = Cache(self._share_out, most=1, seconds=SHARES_SECONDS, now=now)
        self.limits = limits

    async def left(self, member_id: int) -> Left:
        """Return what a member may still send today."""
        return (await self.left_of([member_id]))[member_id]

    async def left_of(self, member_ids: Collection[int]) -> dict[int, Left]:
        """Return what each of these members may still send today."""
        now = self._now()
        claims = {member_id: self.to_me(member_id, now) for member_id in member_ids}
        left = await self._store.left({claim for some in claims.values() for claim in some})
        return {member_id: self._left(some, left, now) for member_id, some in claims.items()}

    def _left(self, me: Sequence[Claim], left: Mapping[Claim, int], now: float) -> Left:
        limits = self.limits
        return Left(
            me=min(left[claim] for claim in me),
            me_limit=min(limits.sender, limits.recipient, limits.pair),
            friends=min(left[claim] for claim in me if claim.kind in OF_SENDER),
            friends_limit=limits.sender,
            own=min(left[claim] for claim in me if claim.kind is not Kind.APP),
            app=min(left[claim] for claim in me if claim.kind is Kind.APP),
            resets_at=limits.day_ends(now),
        )

    async def sent_today(self, member_id: int) -> int:
        """Return how many sends of a member's are counted today, to whichever chat."""
        today = self.limits.day(self._now())
        used = await self._store.used(Kind.SENDER, str(member_id), today)
        return used.get(today, (0, False))[0]

    async def of_app(self) -> tuple[int, int]:
        """Return how many sends of the whole app are used up today, and of how many."""
        claim = Claim(self.limits.day(self._now()), Kind.APP, "", self.limits.app)
        left = (await self._store.left([claim]))[claim]
        return self.limits.app - left, self.limits.app

    async def of_app_lately(self, days: int) -> list[float]:
        """Return which share of the app's allowance each of the last days used, today's last."""
        today = self.limits.day(self._now())
        first = today - days + 1
        used = await self._store.used(Kind.APP, "", first)
        counted = (used.get(day, (0, False)) for day in range(first, today + 1))
        return [1.0 if spent else sent / self.limits.app for sent, spent in counted]

    async def shares(self) -> ServerShares:
        """Return which part of today's allowance is which server's, as of some seconds ago."""
        return await self._shares.get(self.limits.day(self._now()))

    async def shares_now(self) -> ServerShares:
        """Return the same as of now."""
        today = self.limits.day(self._now())
        self._shares.drop(today)
        return await self._shares.get(today)

    def claims(
        self, row: Delivery, at: float, shares: ServerShares | None = None
    ) -> Sequence[Claim]:
        """Return what sending a row at this time uses up; its server's `shares` if they count."""
        recipient = (
            str(row.member_id) if row.chat is Chat.ME else digest(row.friend_uuid or "").hex()
        )
        claims = self._of_pair(row.member_id, recipient, at)
        if shares is None or row.guild_id is None:
            return claims
        most = shares.most(row.guild_id)
        return (*claims, Claim(self.limits.day(at), Kind.SERVER, str(row.guild_id), most))

    def to_me(self, member_id: int, at: float) -> Sequence[Claim]:
        """Return what sending to a member's own chat at this time uses up."""
        return self._of_pair(member_id, str(member_id), at)

    def spent(self, claims: Sequence[Claim], answer: object) -> list[Claim]:
        """Return which of these are used up by Kakao's answer to the send that claimed them."""
        if not isinstance(answer, AllowanceSpent) or answer.code is None:
            return []
        kind = LEARNED.get(type(answer))
        return [claim for claim in claims if claim.kind is kind]

    async def tidy(self) -> None:
        """Erase the counts of past days, and of days to come: the clock was set back since."""
        today = self.limits.day(self._now())
        await self._store.purge(today, keep=KEEP_DAYS, keep_app=KEEP_APP_DAYS)

    async def _share_out(self, today: int) -> ServerShares:
        now = self._now()
        counted = await self._store.by_server(today - 1)
        used, limit = await self.of_app()
        return ServerShares(
            limit=limit,
            left=limit - used,
            used={server: sent for (day, server), sent in counted.items() if day == today},
            active=frozenset(server for (day, server), sent in counted.items() if sent),
            percents=await self._percents(),
            rest_of_day=(self.limits.day_ends(now) - now) / DAY,
        )

    def _of_pair(self, member_id: int, recipient: str, at: float) -> Sequence[Claim]:
        day, limits = self.limits.day(at), self.limits
        return (
            *self._of_sender(member_id, at),
            Claim(day, Kind.RECIPIENT, recipient, limits.recipient),
            Claim(day, Kind.PAIR, f"{member_id}:{recipient}", limits.pair),
        )

    def _of_sender(self, member_id: int, at: float) -> Sequence[Claim]:
        day = self.limits.day(at)
        return (
            Claim(day, Kind.APP, "", self.limits.app),
            Claim(day, Kind.SENDER, str(member_id), self.limits.sender),
        )
