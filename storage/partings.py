"""Kakao accounts whose connection is still to be undone at Kakao; no row says whose they were."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from storage.database import Database
from storage.reading import Unreadable, reading
from storage.tables import partings
from storage.vault import Vault, VaultError

ACCOUNT = "account of a parting"
NOBODY = 0
TABLE = partings.c


@dataclass(frozen=True, slots=True)
class StoredParting:
    """An account to be disconnected, after so many tries."""

    id: int
    kakao_id: int
    tries: int


class PartingStore:
    """The table `partings`; the accounts are sealed."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def add(self, kakao_id: int, *, next_try_at: float, expires_at: float) -> int:
        """Keep an account that is to be disconnected, and return the number of its row."""
        sealed = self._vault.seal(str(kakao_id), member_id=NOBODY, kind=ACCOUNT)
        values = {"account": sealed, "tries": 0}
        times = {"next_try_at": next_try_at, "expires_at": expires_at}
        add = insert(partings).values(values | times).returning(TABLE.id)
        [row] = await self._database.change(add)
        return int(row["id"])

    async def due(self, now: float, latest: float, most: int) -> list[StoredParting]:
        """Return those whose time has come; after `latest` none would wait, had time not gone back.

        One that cannot be opened any more is left out.
        """
        is_due = or_(TABLE.next_try_at <= now, TABLE.next_try_at > latest)
        rows = await self._database.all(
            select(TABLE.id, TABLE.account, TABLE.tries)
            .where(is_due)
            .order_by(TABLE.next_try_at)
            .limit(most)
        )
        found = []
        for row in rows:
            with suppress(Unreadable, VaultError):
                found.append(self._opened(row))
        return found

    async def postpone(self, number: int, tries: int, next_try_at: float) -> None:
        """Note that a try came to nothing."""
        change = update(partings).where(TABLE.id == number)
        await self._database.change(change.values(tries=tries, next_try_at=next_try_at))

    async def forget(self, number: int) -> None:
        """Forget an account that is disconnected, or linked again."""
        await self._database.change(delete(partings).where(TABLE.id == number))

    async def give_up(self, now: float) -> None:
        """Forget those that have been tried for long enough."""
        over = TABLE.expires_at <= now
        # Nearly always there is none, and looking costs less than a write.
        if await self._database.first(select(TABLE.id).where(over).limit(1)) is not None:
            await self._database.change(delete(partings).where(over))

    def _opened(self, row: dict[str, Any]) -> StoredParting:
        with reading("partings", row["id"]):
            account = self._vault.open(row["account"], member_id=NOBODY, kind=ACCOUNT)
            return StoredParting(row["id"], int(account), row["tries"])
