"""What the gates said when a message was judged is kept for a day."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "verdicts",
        sa.Column("member_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("occasion", sa.Text, primary_key=True),
        sa.Column("gate", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False, index=True),
    )
