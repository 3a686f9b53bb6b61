"""Messages that members share by way of Kakao's own picker, and how many chats they reached."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.erasing import in_batches
from storage.reading import as_object, reading
from storage.tables import shares
from storage.webhooks import note_once


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
        known = select(shares.c.nonce).where(shares.c.nonce == nonce).with_for_update()
        counted = (
            update(shares)
            .where(shares.c.nonce == nonce)
            .values(chats=shares.c.chats + 1)
            .returning(shares)
        )

        async def change(connection: AsyncConnection) -> Share | None:
            is_known = await rows_of(connection, known)
            if not is_known or not await note_once(connection, notice_id, at):
                return None
            [row] = await rows_of(connection, counted)
            return _read(row)

        return await self._database.write(change)

    async def purge(self, before: float) -> None:
        """Erase shares that expired before then."""
        await in_batches(self._database, delete(shares), shares.c.expires_at < before)


def _read(row: dict[str, Any]) -> Share:
    with reading("a share of member", row["member_id"]):
        return Share(**row | {"message": as_object(row["message"])})
