"""Messages that members share by way of Kakao's own picker, and how many chats they reached."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.erasing import in_batches
from storage.reading import as_object, reading
from storage.tables import shares, webhooks


@dataclass(frozen=True, slots=True)
class Share:
    """A message on its page; `nonce` names both the page and what Kakao says of it.

    `policy` is how much of a server's message it holds, None for words of the member's own.
    """

    nonce: str
    member_id: int
    locale: str
    message: dict[str, Any]
    created_at: float
    expires_at: float
    guild_id: int | None = None
    channel_id: int | None = None
    policy: str | None = None
    chats: int = 0

    @property
    def feature(self) -> str:
        """By which feature it was made, as admins switch that off."""
        return "share"


class ShareStore:
    """The table `shares`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, share: Share) -> None:
        """Keep a share."""
        await self._database.change(insert(shares).values(asdict(share)))

    async def find(self, nonce: str) -> Share | None:
        """Return a share, also when it has expired."""
        row = await self._database.first(select(shares).where(shares.c.nonce == nonce))
        return _read(row) if row else None

    async def count(self, nonce: str, notice_id: str, at: float) -> Share | None:
        """Count a chat that a share reached and return the share as it is now.

        None when nobody knows the nonce, or when this notice was counted before.
        """
        seen = exists().where(webhooks.c.id == notice_id)
        counted = (
            update(shares)
            .where(shares.c.nonce == nonce, ~seen)
            .values(chats=shares.c.chats + 1)
            .returning(shares)
        )

        async def change(connection: AsyncConnection) -> Share | None:
            rows = await rows_of(connection, counted)
            if not rows:
                return None
            await connection.execute(insert(webhooks).values(id=notice_id, seen_at=at))
            return _read(rows[0])

        return await self._database.write(change)

    async def purge(self, before: float) -> None:
        """Erase shares that expired before then."""
        await in_batches(self._database, delete(shares), shares.c.expires_at < before)


def _read(row: dict[str, Any]) -> Share:
    with reading("a share of member", row["member_id"]):
        return Share(**row | {"message": as_object(row["message"])})
