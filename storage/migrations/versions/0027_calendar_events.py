"""Scheduled events in members' Talk Calendars, and how they want them there."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "calendar_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("by_hand", sa.Boolean, nullable=False),
        sa.Column("generation", sa.Text, nullable=False),
        sa.Column("wanted", sa.JSON(none_as_null=True)),
        sa.Column("written", sa.JSON(none_as_null=True)),
        sa.Column("kakao_event_id", sa.Text),
        sa.Column("creates", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_at", sa.Double),
        sa.Column("ends_at", sa.Double, nullable=False),
        sa.UniqueConstraint("member_id", "event_id"),
        sqlite_autoincrement=True,
    )
    for column in ("guild_id", "due_at", "ends_at"):
        op.create_index(f"ix_calendar_events_{column}", "calendar_events", [column])
    op.create_table(
        "calendar_choices",
        sa.Column("member_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("reminders", sa.JSON, nullable=False),
        sa.Column("apart", sa.Boolean, nullable=False),
    )
