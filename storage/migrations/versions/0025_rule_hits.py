"""How often each rule has met something, by day."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "rule_hits",
        sa.Column("rule_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("hits", sa.Integer, nullable=False),
    )
    op.create_index("ix_rule_hits_day", "rule_hits", ["day"])
    op.create_index("ix_rule_hits_member_id", "rule_hits", ["member_id"])
