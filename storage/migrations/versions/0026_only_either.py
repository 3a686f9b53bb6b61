"""Filters with places and people keep what they meant: one of both did."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

KEY = ("member_id", "guild_id")


def upgrade() -> None:
    filters = sa.table("filters", *map(sa.column, KEY), sa.column("filter", sa.JSON))
    connection = op.get_bind()
    # Cast, since what cannot be read as JSON is not ours to stumble over here.
    raw = sa.select(
        *(filters.c[name] for name in KEY), sa.cast(filters.c.filter, sa.Text).label("text")
    )
    for row in connection.execute(raw).mappings().all():
        changed = _either(row["text"])
        if changed is not None:
            mine = [filters.c[name] == row[name] for name in KEY]
            connection.execute(sa.update(filters).where(*mine).values(filter=changed))


def _either(text: str) -> dict[str, object] | None:
    """Return a filter with the new field, where it names places and people."""
    try:
        values = json.loads(text)
        only = values["only"]
        rooms, people = (only["channels"], only["categories"]), (only["members"], only["roles"])
    except (TypeError, ValueError, LookupError):
        return None
    return values | {"only_either": True} if any(rooms) and any(people) else None
