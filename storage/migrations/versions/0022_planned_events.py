"""What was last known of scheduled events, to be compared after a gap."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "planned_events",
        sa.Column("event_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("starts_at", sa.Double, nullable=False),
        sa.Column("ends_at", sa.Double),
        sa.Column("location", sa.Text),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("is_planned", sa.Boolean, nullable=False),
    )
    op.create_index("ix_planned_events_guild_id", "planned_events", ["guild_id"])
    op.create_table(
        "planned_servers",
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Double, nullable=False),
    )
