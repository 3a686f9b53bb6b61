"""What Kakao has told us: which of it was taken already, and what is still to be worked through."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, StorageError, insert_into, rows_of
from storage.erasing import in_batches
from storage.tables import links, pending_links, waiting_webhooks, webhooks
from storage.vault import Vault
from storage.workers import clock, unclaimed

# Older ones are refused by their time, or are nothing that Kakao would repeat.
KEEP_SECONDS = 30 * 24 * 3600.0
KIND = "webhook"
NOBODY = 0
MOST_WAITING = 10_000
ROW = waiting_webhooks.c
OVERFULL = select(ROW.id).offset(MOST_WAITING - 1).limit(1)


@dataclass(frozen=True, slots=True)
class Told:
    """What Kakao says of an account; of several with the same `once` only the first counts."""

    kind: str
    kakao_id: int | None
    body: str = field(repr=False)
    once: str | None = None


@dataclass(frozen=True, slots=True)
class WaitingWebhook:
    """One that was taken and is to be worked through, after so many tries."""

    id: int
    kind: str
    tries: int
    body: bytes = field(repr=False)


class WebhookStore:
    """The tables `webhooks` and `waiting_webhooks`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def accept(self, told: Told, at: float) -> None:
        """Keep what Kakao says until it is worked through, unless it was kept before.

        Raises StorageError, also while too much waits already.
        """
        body = self._vault.seal(told.body, member_id=NOBODY, kind=KIND)

        async def change(connection: AsyncConnection) -> None:
            now = await clock(connection, at)
            if told.once and not await note_once(connection, f"{told.kind}:{told.once}", at):
                return
            if await rows_of(connection, OVERFULL):
                raise StorageError("too much of what Kakao has said waits already")
            values = {"kind": told.kind, "body": body, "member_id": _owner(told.kakao_id)}
            times = {"created_at": now, "next_try_at": now}
            await connection.execute(insert(waiting_webhooks).values(values | times))

        await self._database.write(change)

    async def take(
        self, worker: str | None, at: float, latest: float, most: int
    ) -> list[WaitingWebhook]:
        """Return the first ones that are due and on which nobody who lives works; they are ours.

        None waits for longer than `latest` seconds, unless the clock was set back.
        """
        if not await self._database.read(lambda connection: self._due(connection, at, latest)):
            return []

        async def change(connection: AsyncConnection) -> list[dict[str, Any]]:
            now = await clock(connection, at)
            free = (
                select(ROW.id)
                .where(_is_due(now, latest), unclaimed(ROW.worker, worker, now))
                .order_by(ROW.id)
                .limit(most)
                .with_for_update(skip_locked=True)
            )
            mine = update(waiting_webhooks).where(ROW.id.in_(free)).values(worker=worker)
            taken = mine.returning(ROW.id, ROW.kind, ROW.tries, ROW.body)
            return await rows_of(connection, taken)

        rows = await self._database.write(change)
        return sorted((WaitingWebhook(**row) for row in rows), key=lambda one: one.id)

    async def _due(self, connection: AsyncConnection, at: float, latest: float) -> bool:
        now = await clock(connection, at)
        query = select(ROW.id).where(_is_due(now, latest)).limit(1)
        return bool(await rows_of(connection, query))

    def opened(self, waiting: WaitingWebhook) -> str:
        """Return what Kakao said; raises VaultError."""
        return self._vault.open(waiting.body, member_id=NOBODY, kind=KIND)

    async def done(self, waiting: WaitingWebhook) -> None:
        """Forget one that is worked through."""
        await self._database.change(delete(waiting_webhooks).where(ROW.id == waiting.id))

    async def later(self, waiting: WaitingWebhook, at: float, wait: float) -> None:
        """Note that a try came to nothing; anybody may try again after this wait, in seconds."""

        async def change(connection: AsyncConnection) -> None:
            now = await clock(connection, at)
            values = {"worker": None, "tries": waiting.tries + 1, "next_try_at": now + wait}
            one = update(waiting_webhooks).where(ROW.id == waiting.id)
            await connection.execute(one.values(values))

        await self._database.write(change)

    async def purge(self, before: float) -> None:
        """Erase notices that nobody can repeat any more, or work through."""
        before -= KEEP_SECONDS
        await in_batches(self._database, delete(webhooks), webhooks.c.seen_at < before)
        await in_batches(self._database, delete(waiting_webhooks), ROW.created_at < before)


async def note_once(connection: AsyncConnection, name: str, at: float) -> bool:
    """Note that something was taken; False when it was noted before."""
    note = _noting(connection.dialect.name)
    return bool(await rows_of(connection, note, {"id": name, "seen_at": at}))


@cache
def _noting(dialect: str) -> Any:  # noqa: ANN401 - either dialect's own
    return insert_into(webhooks, dialect).on_conflict_do_nothing().returning(webhooks.c.id)


def _is_due(now: float, latest: float) -> ColumnElement[bool]:
    return or_(ROW.next_try_at <= now, ROW.next_try_at > now + latest)


def _owner(kakao_id: int | None) -> ColumnElement[Any] | None:
    """Whose account it is, so that what is said of it goes with everything about them."""
    if kakao_id is None:
        return None
    owners = [
        select(table.c.member_id).where(table.c.kakao_id == kakao_id).limit(1).scalar_subquery()
        for table in (links, pending_links)
    ]
    return func.coalesce(*owners)
