"""Counts for admins and operators; never who or what."""

from collections import Counter

from sqlalchemy import BigInteger, case, cast, func, null, select, union_all

from storage.database import Database
from storage.deliveries import UNDER_WAY, DeliveryState
from storage.tables import NOT_JUST_SENT, deliveries, exclusions, hits, links, memberships

KOREA = 9 * 3600
DAY = 24 * 3600


# First how many there are at all, which takes no looking at them; then all but what was just sent.
BY_STATE = union_all(
    select(null().label("state"), null().label("code"), func.count().label("n")).select_from(
        deliveries
    ),
    select(deliveries.c.state, deliveries.c.code, func.count())
    .where(NOT_JUST_SENT)
    .group_by(deliveries.c.state, deliveries.c.code),
)
# Whoever has waited longest has the smallest number; the times of all need not be read.
_WAITING = (
    select(func.count().label("n"), func.min(deliveries.c.id).label("first"))
    .where(deliveries.c.state.in_(UNDER_WAY))
    .subquery()
)
QUEUE = select(_WAITING.c.n, deliveries.c.created_at.label("oldest")).select_from(
    _WAITING.outerjoin(deliveries, deliveries.c.id == _WAITING.c.first)
)


class StatisticsStore:
    """Reads what the tables hold, in numbers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def linked(self, guild_id: int) -> int:
        """Count the members who use Kkachi in a server and whose link it may use."""
        excluded = select(exclusions.c.at).where(
            exclusions.c.guild_id == guild_id, exclusions.c.member_id == memberships.c.member_id
        )
        query = (
            select(func.count().label("n"))
            .select_from(memberships)
            .join(links, links.c.member_id == memberships.c.member_id)
            .where(memberships.c.guild_id == guild_id, ~excluded.exists())
        )
        return await self._number(query)

    async def days(self, guild_id: int, since: float) -> dict[tuple[int, str], int]:
        """Count a server's sends by day and state; days of Korea since 1970."""
        day = cast(func.floor((deliveries.c.created_at + KOREA) / DAY), BigInteger)
        query = (
            select(day.label("day"), deliveries.c.state, func.count().label("n"))
            .where(deliveries.c.guild_id == guild_id, deliveries.c.created_at >= since)
            .group_by(day, deliveries.c.state)
        )
        rows = await self._database.all(query)
        return {(int(row["day"]), row["state"]): row["n"] for row in rows}

    async def by_server(self, since: float) -> dict[int, int]:
        """Count what was sent out of each server."""
        query = (
            select(deliveries.c.guild_id, func.count().label("n"))
            .where(
                deliveries.c.guild_id.is_not(None),
                deliveries.c.created_at >= since,
                deliveries.c.state == DeliveryState.SENT,
            )
            .group_by(deliveries.c.guild_id)
        )
        return {row["guild_id"]: row["n"] for row in await self._database.all(query)}

    async def by_hand(self, member_id: int, guild_id: int, since: float) -> int:
        """Count what a member has sent by hand out of a server."""
        automatic = select(hits.c.id).where(hits.c.forward_id == deliveries.c.forward_id)
        query = select(func.count().label("n")).where(
            deliveries.c.member_id == member_id,
            deliveries.c.guild_id == guild_id,
            deliveries.c.created_at >= since,
            ~automatic.exists(),
        )
        return await self._number(query)

    async def by_state(self) -> dict[tuple[str, int], int]:
        """Count all sends that are kept, by state and Kakao's code (0 for none)."""
        everything, *others = await self._database.all(BY_STATE)
        counts = Counter[tuple[str, int]]()
        for row in others:
            counts[row["state"], row["code"] or 0] += row["n"]
        counts[DeliveryState.SENT, 0] += everything["n"] - counts.total()
        return dict(counts)

    async def queue(self) -> tuple[int, float | None]:
        """Return how many sends wait, and since when the oldest does."""
        [row] = await self._database.all(QUEUE)
        return row["n"], row["oldest"]

    async def links(self) -> tuple[int, int]:
        """Return how many members are linked, and how many of those links are broken."""
        broken = func.sum(case((links.c.broken_at.is_not(None), 1), else_=0))
        query = select(func.count().label("n"), func.coalesce(broken, 0).label("broken"))
        [row] = await self._database.all(query.select_from(links))
        return row["n"], row["broken"]

    async def _number(self, query: object) -> int:
        [row] = await self._database.all(query)  # type: ignore[arg-type] # any SELECT with `n`
        return int(row["n"])
