"""What the admins of each server have set, and every change with who made it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.reading import as_object, readable, reading
from storage.tables import setting_changes, settings


@dataclass(frozen=True, slots=True)
class Version:
    """A server's settings as they stand; 0 is before the first change."""

    number: int
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One change: `before` and `after` hold only what it touched."""

    guild_id: int
    version: int
    member_id: int
    at: float
    before: dict[str, Any]
    after: dict[str, Any]


OF_GUILD = select(settings).where(settings.c.guild_id == bindparam("guild_id"))


class SettingsStore:
    """The tables `settings` and `setting_changes`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, guild_id: int) -> Version:
        """Return a server's settings."""
        row = await self._database.first(OF_GUILD, {"guild_id": guild_id})
        return Version(row["version"], row["settings"]) if row else Version(0, {})

    async def put(self, change: Change, whole: dict[str, Any]) -> bool:
        """Keep changed settings; False, and nothing kept, when somebody else was quicker."""

        async def replace(connection: AsyncConnection) -> bool:
            if not await _advance(connection, change, whole):
                return False
            await connection.execute(insert(setting_changes).values(_row(change)))
            return True

        return await self._database.write(replace)

    async def changes(self, guild_id: int, n: int, before: int | None = None) -> list[Change]:
        """Return the latest changes, or the latest before one of them, the newest first."""
        of_guild = select(setting_changes).where(setting_changes.c.guild_id == guild_id)
        if before is not None:
            of_guild = of_guild.where(setting_changes.c.version < before)
        newest = of_guild.order_by(setting_changes.c.version.desc()).limit(n)
        rows = await self._database.all(newest)
        return readable("setting_changes", [row | {"id": row["version"]} for row in rows], _change)

    async def change(self, guild_id: int, version: int) -> Change | None:
        """Return one change."""
        table = setting_changes.c
        one = select(setting_changes).where(table.guild_id == guild_id, table.version == version)
        row = await self._database.first(one)
        if row is None:
            return None
        with reading("setting_changes", version):
            return _change(row)

    async def delete_guild(self, guild_id: int) -> None:
        """Forget a server."""

        async def forget(connection: AsyncConnection) -> None:
            for table in (settings, setting_changes):
                await connection.execute(delete(table).where(table.c.guild_id == guild_id))

        await self._database.write(forget)


async def _advance(connection: AsyncConnection, change: Change, whole: dict[str, Any]) -> bool:
    """Write the next version over the one that was read, if it is still there."""
    read = change.version - 1
    if read == 0:
        found = await rows_of(connection, OF_GUILD, {"guild_id": change.guild_id})
        if found:
            return False
        first = {"guild_id": change.guild_id, "version": change.version, "settings": whole}
        await connection.execute(insert(settings).values(first))
        return True
    unchanged = (settings.c.guild_id == change.guild_id) & (settings.c.version == read)
    newer = update(settings).where(unchanged).values(version=change.version, settings=whole)
    return bool(await rows_of(connection, newer.returning(settings.c.version)))


def _change(row: dict[str, Any]) -> Change:
    halves = {name: as_object(row[name]) for name in ("before", "after")}
    return Change(**{name: row[name] for name in Change.__slots__} | halves)


def _row(change: Change) -> dict[str, Any]:
    return {name: getattr(change, name) for name in Change.__slots__}
