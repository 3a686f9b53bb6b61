"""Which Discord member is tied to which KakaoTalk account."""

import secrets
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.allowances import forget_counts
from storage.database import Database, StorageError, rows_of
from storage.deliveries import Delivery, cancel, release_hits, unpark
from storage.reading import as_list, reading
from storage.tables import (
    calendar_events,
    digests,
    drafts,
    hits,
    links,
    notices,
    pending_links,
    reaction_choices,
    reaction_sends,
    visibilities,
)
from storage.vault import Vault

ACCESS = "access token"
REFRESH = "refresh token"
GENERATION_BYTES = 8


class KakaoAccountTaken(StorageError):
    """The KakaoTalk account is linked to another member already."""


def new_generation() -> str:
    """Return what tells a link from all others, and says nothing of its account."""
    return secrets.token_hex(GENERATION_BYTES)


@dataclass(frozen=True, slots=True)
class Link:
    """A member's KakaoTalk account and what Kakao gave us to act for them."""

    member_id: int
    kakao_id: int
    nickname: str
    scopes: frozenset[str]
    access_token: str = field(repr=False)
    access_expires_at: float
    refresh_token: str = field(repr=False)
    refresh_expires_at: float
    locale: str
    linked_at: float
    broken_at: float | None = None
    generation: str = field(default_factory=new_generation)
    """Stays while the account does: through new tokens and consents, not through an unlink."""


# Every send needs it; building a statement costs more than running it.
OF_MEMBER = select(links).where(links.c.member_id == bindparam("member_id"))
OF_MEMBERS = select(links).where(links.c.member_id.in_(bindparam("member_ids", expanding=True)))
SCOPES = select(links.c.member_id, links.c.scopes).where(
    links.c.broken_at.is_(None), links.c.member_id.in_(bindparam("member_ids", expanding=True))
)
LOCKED = OF_MEMBER.with_for_update()
LINKED = select(links.c.member_id).where(
    links.c.member_id.in_(bindparam("member_ids", expanding=True))
)
AT_ONCE = 500  # members who are asked about in one statement


class LinkStore:
    """The table `links`; both tokens are sealed.

    What changes a link is about the one that was read: never about another one made meanwhile.
    """

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def turn(self, member_id: int) -> AbstractAsyncContextManager[None]:
        """Let nobody else, in this or another process, work on a member's link meanwhile."""
        return self._database.turn(f"link {member_id}")

    async def get(self, member_id: int) -> Link | None:
        """Return the member's link."""
        row = await self._database.read_together(_of_members, member_id)
        return self._opened(row) if row else None

    async def scopes_of(self, member_ids: Collection[int]) -> dict[int, frozenset[str]]:
        """Return what members have agreed to whose links are not broken; opens no token."""
        found = {}
        for row in await self._database.all(SCOPES, {"member_ids": list(member_ids)}):
            with reading("links", row["member_id"]):
                found[row["member_id"]] = frozenset(as_list(row["scopes"]))
        return found

    async def linked(self, member_ids: Sequence[int]) -> frozenset[int]:
        """Return those of these members who have a link, broken or not."""
        found: set[int] = set()
        for first in range(0, len(member_ids), AT_ONCE):
            some = {"member_ids": member_ids[first : first + AT_ONCE]}
            found |= {row["member_id"] for row in await self._database.all(LINKED, some)}
        return frozenset(found)

    async def of_account(self, kakao_id: int) -> Link | None:
        """Return the link of a KakaoTalk account."""
        row = await self._database.first(select(links).where(links.c.kakao_id == kakao_id))
        return self._opened(row) if row else None

    async def is_held(self, kakao_id: int) -> bool:
        """Tell whether a KakaoTalk account has a link, good or pending, with whomever."""
        for table in (links, pending_links):
            query = select(table.c.kakao_id).where(table.c.kakao_id == kakao_id).limit(1)
            if await self._database.first(query) is not None:
                return True
        return False

    async def put(self, link: Link) -> list[Delivery]:
        """Keep a link in place of the member's former one, or raise KakaoAccountTaken.

        By the same account what waits goes on, and what waited for this link is queued; what was
        accepted for another account is cancelled. Returns the deliveries that are changed.
        """
        return await self._database.write(lambda connection: self.place(connection, link))

    async def place(self, connection: AsyncConnection, link: Link) -> list[Delivery]:
        """Do what `put` does within a transaction."""
        former = await rows_of(connection, LOCKED, {"member_id": link.member_id})
        same = [row for row in former if row["kakao_id"] == link.kakao_id]
        kept = {"generation": same[0]["generation"]} if same else {}
        await connection.execute(delete(links).where(links.c.member_id == link.member_id))
        try:
            await connection.execute(insert(links).values(self._sealed(link) | kept))
        except IntegrityError:
            raise KakaoAccountTaken(f"not linked: member {link.member_id}") from None
        if same:
            return await unpark(connection, link.member_id, link.scopes, link.linked_at)
        return await _let_go(connection, link) if former else []

    async def save_tokens(
        self,
        link: Link,
        *,
        access_token: str,
        access_expires_at: float,
        refresh_token: str | None = None,
        refresh_expires_at: float | None = None,
    ) -> bool:
        """Keep what a refresh brought, unless the link has other tokens by now.

        None leaves the refresh token as it is; a new one was never refused.
        """
        values: dict[str, object] = {
            "access_token": self._seal(access_token, link.member_id, ACCESS),
            "access_expires_at": access_expires_at,
        }
        if refresh_token is not None:
            values["refresh_token"] = self._seal(refresh_token, link.member_id, REFRESH)
            values["broken_at"] = None
        if refresh_expires_at is not None:
            values["refresh_expires_at"] = refresh_expires_at
        return await self._of_tokens(link, values)

    async def mark_broken(self, link: Link, at: float) -> bool:
        """Note that Kakao refuses a link's tokens, unless it has others by now.

        True only the first time.
        """
        return await self._of_tokens(link, {"broken_at": at}, links.c.broken_at.is_(None))

    async def set_scopes(self, link: Link, scopes: Iterable[str]) -> None:
        """Keep what the member has agreed to, unless the link was made anew."""
        change = update(links).where(_same(link)).values(scopes=sorted(scopes))
        await self._database.change(change)

    async def withdraw(self, link: Link, scopes: Iterable[str]) -> bool:
        """Note that consents are gone, unless the link was made anew; False when that was known."""
        gone = frozenset(scopes)

        async def change(connection: AsyncConnection) -> bool:
            query = select(links.c.scopes).where(_same(link)).with_for_update()
            for row in await rows_of(connection, query):
                with reading("links", link.member_id):
                    had = frozenset(as_list(row["scopes"]))
                left = sorted(had - gone)
                await connection.execute(update(links).where(_same(link)).values(scopes=left))
                return not gone.isdisjoint(had)
            return False

        return await self._database.write(change)

    async def delete(self, member_id: int, at: float) -> list[Delivery] | None:
        """Forget the link with all that was for it; None when there was none.

        Returns what was cancelled with it.
        """
        gone = delete(links).where(links.c.member_id == member_id).returning(links.c.member_id)

        async def change(connection: AsyncConnection) -> list[Delivery] | None:
            if not await rows_of(connection, gone):
                return None
            cancelled = await cancel(connection, member_id, at)
            for table in (hits, notices, reaction_choices, reaction_sends):
                await connection.execute(delete(table).where(table.c.member_id == member_id))
            await _forget_account(connection, member_id)
            return cancelled

        return await self._database.write(change)

    async def _of_tokens(
        self, link: Link, values: dict[str, object], *also: ColumnElement[bool]
    ) -> bool:
        """Change a link as long as its refresh token is the one that was read."""
        mine = links.c.member_id == link.member_id

        async def change(connection: AsyncConnection) -> bool:
            rows = await rows_of(connection, LOCKED, {"member_id": link.member_id})
            tokens = {self._open(row["refresh_token"], link.member_id, REFRESH) for row in rows}
            if link.refresh_token not in tokens:
                return False
            changed = update(links).where(mine, *also).values(values)
            return bool(await rows_of(connection, changed.returning(links.c.member_id)))

        return await self._database.write(change)

    def _sealed(self, link: Link) -> dict[str, object]:
        return {
            "member_id": link.member_id,
            "kakao_id": link.kakao_id,
            "nickname": link.nickname,
            "scopes": sorted(link.scopes),
            "access_token": self._seal(link.access_token, link.member_id, ACCESS),
            "access_expires_at": link.access_expires_at,
            "refresh_token": self._seal(link.refresh_token, link.member_id, REFRESH),
            "refresh_expires_at": link.refresh_expires_at,
            "locale": link.locale,
            "linked_at": link.linked_at,
            "broken_at": link.broken_at,
            "generation": link.generation,
        }

    def _opened(self, row: dict[str, Any]) -> Link:
        member_id = row["member_id"]
        with reading("links", member_id):
            opened = {
                "access_token": self._open(row["access_token"], member_id, ACCESS),
                "refresh_token": self._open(row["refresh_token"], member_id, REFRESH),
            }
            return Link(**row | opened | {"scopes": frozenset(as_list(row["scopes"]))})

    def _seal(self, token: str, member_id: int, kind: str) -> bytes:
        return self._vault.seal(token, member_id=member_id, kind=kind)

    def _open(self, sealed: bytes, member_id: int, kind: str) -> str:
        return self._vault.open(sealed, member_id=member_id, kind=kind)


async def _of_members(
    connection: AsyncConnection, member_ids: Sequence[int]
) -> list[dict[str, Any] | None]:
    """Read the rows of all who are asked for."""
    rows = await rows_of(connection, OF_MEMBERS, {"member_ids": list(set(member_ids))})
    found = {row["member_id"]: row for row in rows}
    return [found.get(member_id) for member_id in member_ids]


def _same(link: Link) -> ColumnElement[bool]:
    """Tell a link that was read from one that the member has made since."""
    return (
        (links.c.member_id == link.member_id)
        & (links.c.generation == link.generation)
        & (links.c.linked_at == link.linked_at)
    )


async def _let_go(connection: AsyncConnection, link: Link) -> list[Delivery]:
    """Cancel what was accepted for a member's former account; what was found is the member's."""
    cancelled = await cancel(connection, link.member_id, link.linked_at)
    await release_hits(connection, cancelled)
    await _forget_account(connection, link.member_id)
    return cancelled


async def _forget_account(connection: AsyncConnection, member_id: int) -> None:
    """Forget what only a member's account gives a meaning.

    That is picks of friends, pages, counts, before whose eyes their names may stand together, and
    what stands in its calendar.
    """
    for table in (drafts, digests, visibilities, calendar_events):
        await connection.execute(delete(table).where(table.c.member_id == member_id))
    await forget_counts(connection, member_id)
