"""Seals everything anew with the first key, so that older keys can be thrown away."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Label,
    Table,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import links as of_kakao
from storage import notices as of_news
from storage import partings as of_partings
from storage import pending_links as of_pending
from storage import role_connections as of_discord
from storage import webhooks as of_webhooks
from storage.database import Database, rows_of
from storage.link_requests import VERIFIER
from storage.tables import (
    link_requests,
    link_states,
    links,
    notices,
    partings,
    pending_links,
    role_connections,
    waiting_webhooks,
)
from storage.vault import KEY_ID_BYTES, Vault, VaultError

BATCH = 100


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of sealed values, the kind they are bound to, and where their member stands."""

    table: Table
    column: Column[Any]
    kind: str
    key: Column[Any]
    member: ColumnElement[Any]
    source: FromClause


def _of(table: Table, **kinds: str) -> Sequence[Sealed]:
    member = table.c.member_id
    return tuple(
        Sealed(table, table.c[column], kind, member, member, table)
        for column, kind in kinds.items()
    )


SEALED = (
    *_of(links, access_token=of_kakao.ACCESS, refresh_token=of_kakao.REFRESH),
    *_of(
        pending_links,
        access_token=of_pending.ACCESS,
        refresh_token=of_pending.REFRESH,
        number=of_pending.NUMBER,
    ),
    *_of(role_connections, access_token=of_discord.ACCESS, refresh_token=of_discord.REFRESH),
    Sealed(
        link_states,
        link_states.c.verifier,
        VERIFIER,
        link_states.c.digest,
        link_requests.c.member_id,
        link_states.join(link_requests),
    ),
    Sealed(
        partings,
        partings.c.account,
        of_partings.ACCOUNT,
        partings.c.id,
        literal(of_partings.NOBODY),
        partings,
    ),
    Sealed(
        waiting_webhooks,
        waiting_webhooks.c.body,
        of_webhooks.KIND,
        waiting_webhooks.c.id,
        literal(of_webhooks.NOBODY),
        waiting_webhooks,
    ),
    Sealed(
        notices,
        notices.c.body,
        of_news.KIND,
        notices.c.id,
        func.coalesce(notices.c.member_id, of_news.NOBODY),
        notices,
    ),
)


class Rotation:
    """Works through all sealed values while Kkachi runs, which may seal new ones meanwhile."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def left(self) -> int:
        """Return how many values an older key has sealed."""
        counts = [await self._count(sealed) for sealed in SEALED]
        return sum(counts)

    async def shut(self) -> int:
        """Return how many values no key opens."""
        return sum([await self._shut(sealed) for sealed in SEALED])

    async def run(self) -> AsyncIterator[int]:
        """Seal them anew, and yield how many at a time; raises VaultError when a key is missing."""
        for sealed in SEALED:
            while done := await self._batch(sealed):
                yield done

    async def _count(self, sealed: Sealed) -> int:
        query = select(func.count().label("n")).select_from(sealed.source).where(self._old(sealed))
        row = await self._database.first(query)
        return int(row["n"]) if row else 0

    async def _shut(self, sealed: Sealed) -> int:
        query = select(*_columns(sealed)).select_from(sealed.source)
        return sum(not self._opens(sealed, row) for row in await self._database.all(query))

    def _opens(self, sealed: Sealed, row: dict[str, Any]) -> bool:
        with suppress(VaultError):
            self._vault.open(row["value"], member_id=row["member_id"], kind=sealed.kind)
            return True
        return False

    async def _batch(self, sealed: Sealed) -> int:
        query = (
            select(*_columns(sealed))
            .select_from(sealed.source)
            .where(self._old(sealed))
            .limit(BATCH)
        )
        rows = await self._database.all(query)
        changes = [(row["key"], row["value"], self._anew(sealed, row)) for row in rows]

        async def replace(connection: AsyncConnection) -> None:
            for key, old, new in changes:
                # A value that was replaced meanwhile has the new key already.
                same = (sealed.key == key) & (sealed.column == old)
                await rows_of(
                    connection, update(sealed.table).where(same).values({sealed.column: new})
                )

        await self._database.write(replace)
        return len(rows)

    def _anew(self, sealed: Sealed, row: dict[str, Any]) -> bytes:
        text = self._vault.open(row["value"], member_id=row["member_id"], kind=sealed.kind)
        return self._vault.seal(text, member_id=row["member_id"], kind=sealed.kind)

    def _old(self, sealed: Sealed) -> ColumnElement[bool]:
        return func.substr(sealed.column, 1, KEY_ID_BYTES) != self._vault.sealing


def _columns(sealed: Sealed) -> Sequence[Label[Any]]:
    return (
        sealed.key.label("key"),
        sealed.member.label("member_id"),
        sealed.column.label("value"),
    )
