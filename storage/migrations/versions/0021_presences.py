"""Who lets whom hear when they come into voice, and whom a subscription is about."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("subscriptions", sa.Column("watched_id", sa.BigInteger))
    op.create_index("ix_subscriptions_watched_id", "subscriptions", ["watched_id"])
    op.create_table(
        "presences",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("asker_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("wished_at", sa.Double, nullable=False),
        sa.Column("asked_at", sa.Double),
        sqlite_autoincrement=True,
    )
    for column in ("guild_id", "member_id", "asker_id", "state"):
        op.create_index(f"ix_presences_{column}", "presences", [column])
    op.create_index(
        "ix_presences_guild_id_member_id_asker_id",
        "presences",
        ["guild_id", "member_id", "asker_id"],
        unique=True,
        sqlite_where=sa.text("asker_id <> 0"),
        postgresql_where=sa.text("asker_id <> 0"),
    )
