"""Tokens with which we may tell Discord that a member is linked, for Linked Roles."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.erasing import in_batches
from storage.tables import links, role_connections
from storage.vault import Vault

TABLE = role_connections.c
# Unlike those of links: a token that was moved there must not open, and go to Kakao.
ACCESS = "Discord access token"
REFRESH = "Discord refresh token"


@dataclass(frozen=True, slots=True)
class RoleConnection:
    """A member's leave to report about them; times in seconds since 1970."""

    member_id: int
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: float


class RoleConnectionStore:
    """The table `role_connections`; both tokens are sealed."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def turn(self, member_id: int) -> AbstractAsyncContextManager[None]:
        """Let nobody else, in this or another process, report about a member meanwhile."""
        return self._database.turn(f"role connection {member_id}")

    async def get(self, member_id: int) -> RoleConnection | None:
        """Return a member's leave."""
        query = select(role_connections).where(TABLE.member_id == member_id)
        row = await self._database.first(query)
        if row is None:
            return None
        opened = {
            name: self._vault.open(row[name], member_id=member_id, kind=kind)
            for name, kind in (("access_token", ACCESS), ("refresh_token", REFRESH))
        }
        return RoleConnection(member_id=member_id, expires_at=row["expires_at"], **opened)

    async def put(self, connection: RoleConnection) -> None:
        """Keep a member's leave in place of the former one."""
        member_id = connection.member_id
        seal = self._vault.seal
        values = {
            "member_id": member_id,
            "access_token": seal(connection.access_token, member_id=member_id, kind=ACCESS),
            "refresh_token": seal(connection.refresh_token, member_id=member_id, kind=REFRESH),
            "expires_at": connection.expires_at,
        }

        async def replace(database: AsyncConnection) -> None:
            mine = TABLE.member_id == member_id
            await database.execute(delete(role_connections).where(mine))
            await database.execute(insert(role_connections).values(values))

        await self._database.write(replace)

    async def delete(self, member_id: int) -> None:
        """Forget a member's leave."""
        await self._database.change(delete(role_connections).where(TABLE.member_id == member_id))

    async def abandoned(self, before: float) -> list[int]:
        """Return who gave leave that ended by then, and has no link."""
        query = select(TABLE.member_id).where(_abandoned(before))
        return [row["member_id"] for row in await self._database.all(query)]

    async def purge(self, before: float) -> None:
        """Forget the leaves that ended by then, of members who have no link."""
        await in_batches(self._database, delete(role_connections), _abandoned(before))


def _abandoned(before: float) -> ColumnElement[bool]:
    return TABLE.member_id.not_in(select(links.c.member_id)) & (TABLE.expires_at < before)
