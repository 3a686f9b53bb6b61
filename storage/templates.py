"""Custom templates of the Kakao app that a server's admins have named."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Executable, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.tables import templates


@dataclass(frozen=True, slots=True)
class NamedTemplate:
    """A custom template by the name members know; `arguments` names its `${…}`."""

    guild_id: int
    name: str
    template_id: int
    arguments: tuple[str, ...]
    created_by: int
    created_at: float


class TemplateStore:
    """The table `templates`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, template: NamedTemplate) -> bool:
        """Keep a template in place of one with the same name; tell whether there was one."""

        async def replace(connection: AsyncConnection) -> bool:
            old = await rows_of(connection, _removal(template.guild_id, template.name))
            await rows_of(connection, insert(templates).values(asdict(template)))
            return bool(old)

        return await self._database.write(replace)

    async def of(self, guild_id: int) -> list[NamedTemplate]:
        """Return the templates of a server by their names."""
        query = select(templates).where(templates.c.guild_id == guild_id)
        return [_read(row) for row in await self._database.all(query.order_by(templates.c.name))]

    async def get(self, guild_id: int, name: str) -> NamedTemplate | None:
        """Return one template."""
        query = select(templates).where(templates.c.guild_id == guild_id, templates.c.name == name)
        row = await self._database.first(query)
        return _read(row) if row else None

    async def delete_guild(self, guild_id: int) -> None:
        """Forget a server's templates."""
        await self._database.change(delete(templates).where(templates.c.guild_id == guild_id))

    async def delete(self, guild_id: int, name: str) -> bool:
        """Forget a template; False when there was none."""
        return bool(await self._database.change(_removal(guild_id, name)))


def _removal(guild_id: int, name: str) -> Executable:
    named = (templates.c.guild_id == guild_id, templates.c.name == name)
    return delete(templates).where(*named).returning(templates.c.name)


def _read(row: dict[str, Any]) -> NamedTemplate:
    return NamedTemplate(**row | {"arguments": tuple(row["arguments"])})
