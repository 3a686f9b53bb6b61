"""What waits, by whom it waits for and how much it matters, in an index of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.create_index(
        "ix_hits_member_id_priority_found_at",
        "hits",
        ["member_id", "priority", "found_at"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
