"""Named templates become a part of their server's settings: recorded, and taken back, like any."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

templates = sa.table(
    "templates",
    sa.column("guild_id", sa.BigInteger),
    sa.column("name", sa.Text),
    sa.column("template_id", sa.BigInteger),
    sa.column("arguments", sa.JSON),
)
settings = sa.table(
    "settings",
    sa.column("guild_id", sa.BigInteger),
    sa.column("version", sa.Integer),
    sa.column("settings", sa.JSON),
)


def upgrade() -> None:
    of_guild: dict[int, dict[str, Any]] = {}
    for row in op.get_bind().execute(sa.select(templates)).mappings():
        kept = {name: row[name] for name in ("name", "template_id", "arguments")}
        of_guild.setdefault(row["guild_id"], {})[row["name"]] = kept
    for guild_id, named in of_guild.items():
        _put(guild_id, named)
    op.drop_table("templates")
    op.drop_index("ix_setting_changes_at", "setting_changes")  # nothing is looked for by time


def _put(guild_id: int, named: dict[str, Any]) -> None:
    connection, of_guild = op.get_bind(), settings.c.guild_id == guild_id
    whole = connection.scalar(sa.select(settings.c.settings).where(of_guild))
    if whole is None:
        first = {"guild_id": guild_id, "version": 1, "settings": {"templates": named}}
        connection.execute(sa.insert(settings).values(first))
    else:
        more = whole | {"templates": named}
        connection.execute(sa.update(settings).where(of_guild).values(settings=more))
