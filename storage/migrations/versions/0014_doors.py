"""What leaves a server says from where, by which feature and how much of it; exclusions.

What was under way before is taken for all of a message.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

PLACED: dict[str, list[sa.Column[Any]]] = {
    "deliveries": [sa.Column("feature", sa.Text, nullable=False, server_default="forward")],
    "drafts": [],
    "shares": [sa.Column("guild_id", sa.BigInteger), sa.Column("channel_id", sa.BigInteger)],
    "digest_items": [
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("feature", sa.Text, nullable=False, server_default="highlight"),
    ],
}


def upgrade() -> None:
    op.create_table(
        "exclusions",
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("member_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
    )
    op.create_index("ix_exclusions_member_id", "exclusions", ["member_id"])
    for table, columns in PLACED.items():
        for column in [*columns, sa.Column("policy", sa.Text)]:
            op.add_column(table, column)
    op.add_column("link_requests", sa.Column("guild_id", sa.BigInteger))
    op.execute("UPDATE drafts SET policy = 'full' WHERE kind = 'forward'")
    op.execute("UPDATE deliveries SET policy = 'full' WHERE state <> 'sent'")
