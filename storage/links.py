"""Which Discord member is tied to which KakaoTalk account."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, StorageError, rows_of
from storage.reading import as_list, reading
from storage.tables import links
from storage.vault import Vault

ACCESS = "access token"
REFRESH = "refresh token"


class KakaoAccountTaken(StorageError):
    """The KakaoTalk account is linked to another member already."""


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


# Every send needs it; building a statement costs more than running it.
OF_MEMBER = select(links).where(links.c.member_id == bindparam("member_id"))


class LinkStore:
    """The table `links`; both tokens are sealed."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def get(self, member_id: int) -> Link | None:
        """Return the member's link."""
        row = await self._database.first(OF_MEMBER, {"member_id": member_id})
        return self._opened(row) if row else None

    async def of_account(self, kakao_id: int) -> Link | None:
        """Return the link of a KakaoTalk account."""
        row = await self._database.first(select(links).where(links.c.kakao_id == kakao_id))
        return self._opened(row) if row else None

    async def put(self, link: Link) -> None:
        """Keep a link in place of the member's former one, or raise KakaoAccountTaken."""
        row = self._sealed(link)

        async def replace(connection: AsyncConnection) -> None:
            await connection.execute(delete(links).where(links.c.member_id == link.member_id))
            try:
                await connection.execute(insert(links).values(row))
            except IntegrityError:
                raise KakaoAccountTaken(f"not linked: member {link.member_id}") from None

        await self._database.write(replace)

    async def save_tokens(
        self,
        member_id: int,
        *,
        access_token: str,
        access_expires_at: float,
        refresh_token: str | None = None,
        refresh_expires_at: float | None = None,
    ) -> None:
        """Keep what a refresh brought; None leaves the refresh token as it is."""
        values: dict[str, object] = {
            "access_token": self._seal(access_token, member_id, ACCESS),
            "access_expires_at": access_expires_at,
        }
        if refresh_token is not None:
            values["refresh_token"] = self._seal(refresh_token, member_id, REFRESH)
        if refresh_expires_at is not None:
            values["refresh_expires_at"] = refresh_expires_at
        await self._update(member_id, values)

    async def mark_broken(self, member_id: int, at: float) -> bool:
        """Note that Kakao refuses the member's tokens; True only the first time."""
        change = (
            update(links)
            .where(links.c.member_id == member_id, links.c.broken_at.is_(None))
            .values(broken_at=at)
            .returning(links.c.member_id)
        )
        return bool(await self._database.change(change))

    async def set_scopes(self, member_id: int, scopes: Iterable[str]) -> None:
        """Keep what the member has agreed to."""
        await self._update(member_id, {"scopes": sorted(scopes)})

    async def withdraw(self, member_id: int, scopes: Iterable[str], at: float) -> bool:
        """Note that consents are gone, unless the link is newer; False when that was known."""
        gone = frozenset(scopes)
        older = (links.c.member_id == member_id) & (links.c.linked_at <= at)

        async def change(connection: AsyncConnection) -> bool:
            query = select(links.c.scopes).where(older).with_for_update()
            for row in await rows_of(connection, query):
                with reading("links", member_id):
                    had = frozenset(as_list(row["scopes"]))
                await connection.execute(
                    update(links).where(older).values(scopes=sorted(had - gone))
                )
                return not gone.isdisjoint(had)
            return False

        return await self._database.write(change)

    async def delete(self, member_id: int) -> bool:
        """Forget the link; False when there was none."""
        change = delete(links).where(links.c.member_id == member_id).returning(links.c.member_id)
        return bool(await self._database.change(change))

    async def _update(self, member_id: int, values: dict[str, object]) -> None:
        change = update(links).where(links.c.member_id == member_id).values(values)
        await self._database.change(change)

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
        }

    def _opened(self, row: dict[str, Any]) -> Link:
        member_id = row["member_id"]
        with reading("links", member_id):
            secrets = {
                "access_token": self._open(row["access_token"], member_id, ACCESS),
                "refresh_token": self._open(row["refresh_token"], member_id, REFRESH),
            }
            return Link(**row | secrets | {"scopes": frozenset(as_list(row["scopes"]))})

    def _seal(self, token: str, member_id: int, kind: str) -> bytes:
        return self._vault.seal(token, member_id=member_id, kind=kind)

    def _open(self, sealed: bytes, member_id: int, kind: str) -> str:
        return self._vault.open(sealed, member_id=member_id, kind=kind)
