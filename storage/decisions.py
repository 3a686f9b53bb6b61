"""What whoever runs Kkachi has decided about servers, members, and all of it."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.tables import decisions

EVERYTHING = 0
TABLE = decisions.c


class DecisionKind(StrEnum):
    """What a decision is about; its subject is a server, a member, or everything."""

    SERVER_ALLOWED = "server-allowed"
    SERVER_BLOCKED = "server-blocked"
    MEMBER_ALLOWED = "member-allowed"
    MEMBER_BLOCKED = "member-blocked"
    SHARE = "share"
    MAINTENANCE = "maintenance"


OF_MEMBERS = (DecisionKind.MEMBER_ALLOWED, DecisionKind.MEMBER_BLOCKED)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; `value` is a share in percent, and 0 for every other kind."""

    kind: DecisionKind
    subject_id: int
    value: int = 0


class DecisionStore:
    """The table `decisions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Decision]:
        """Return all of them."""
        rows = await self._database.all(select(decisions))
        return [
            Decision(DecisionKind(row["kind"]), row["subject_id"], row["value"]) for row in rows
        ]

    async def change(
        self, kind: DecisionKind, added: Collection[Decision], removed: Collection[int], at: float
    ) -> None:
        """Take back what was decided of a kind about these subjects, and keep what is added."""
        subjects = {one.subject_id for one in added} | set(removed)

        async def replace(connection: AsyncConnection) -> None:
            before = (TABLE.kind == kind) & TABLE.subject_id.in_(subjects)
            await connection.execute(delete(decisions).where(before))
            if added:
                rows = [asdict(one) | {"at": at} for one in added]
                await connection.execute(insert(decisions), rows)

        await self._database.write(replace)
