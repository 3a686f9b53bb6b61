"""What somebody on Discord is to be told, from a process that is not there."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.tables import notices
from storage.vault import Vault, VaultError
from storage.workers import clock, unclaimed

ROW = notices.c
MOST = 2000  # that are looked at together
KIND = "notice"
NOBODY = 0
KEPT_SECONDS = 900.0
NEXT = (
    select(ROW.id, ROW.kind, ROW.waiting, ROW.member_id, ROW.created_at)
    .order_by(ROW.id)
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class Notice:
    """News of a `kind`; `waiting` names who, or what, may wait for it in some process."""

    kind: str
    waiting: str
    member_id: int | None
    created_at: float
    body: bytes = field(default=b"", repr=False)
    id: int = 0


MayTake = Callable[[Notice, float], bool]


class NoticeStore:
    """The table `notices`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def put(self, notice: Notice) -> None:
        """Leave a notice for whichever process can tell it."""
        values = {name: getattr(notice, name) for name in Notice.__slots__ if name != "id"}
        whose = notice.member_id or NOBODY
        values["body"] = self._vault.seal(notice.body.decode(), member_id=whose, kind=KIND)

        async def keep(connection: AsyncConnection) -> None:
            now = await clock(connection, notice.created_at)
            await connection.execute(insert(notices).values(values | {"created_at": now}))

        await self._database.write(keep)

    async def take(self, worker: str | None, at: float, may_take: MayTake) -> Sequence[Notice]:
        """Return those that this process may take, the oldest first.

        Nobody else gets them while it lives. What nobody has taken for as long as Discord keeps an
        answer open is erased.
        """

        async def read(connection: AsyncConnection) -> tuple[float, list[dict[str, Any]]]:
            now = await clock(connection, at)
            return now, await rows_of(connection, NEXT.where(unclaimed(ROW.worker, worker, now)))

        now, rows = await self._database.read(read)
        await self.done([row["id"] for row in rows if row["created_at"] < now - KEPT_SECONDS])
        mine = [row["id"] for row in rows if may_take(Notice(**row), now)]
        if not mine:
            return []
        # Another process may have taken some since.
        free = ROW.id.in_(mine) & unclaimed(ROW.worker, worker, now)
        take = update(notices).where(free).values(worker=worker)
        taken = await self._database.change(take.returning(*NEXT.selected_columns, ROW.body))
        opened = [self._open(Notice(**row)) for row in taken]
        return sorted(opened, key=lambda one: one.id)

    async def done(self, ids: Collection[int]) -> None:
        """Forget those that are told, or that nobody can be told."""
        if ids:
            await self._database.change(delete(notices).where(ROW.id.in_(ids)))

    def _open(self, sealed: Notice) -> Notice:
        whose = sealed.member_id or NOBODY
        try:
            body = self._vault.open(sealed.body, member_id=whose, kind=KIND)
        except VaultError:  # the key has gone meanwhile
            return replace(sealed, body=b"")
        return replace(sealed, body=body.encode())
