"""A digest of a flood says how many more it stands for."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    left_out = sa.Column("left_out", sa.Integer, nullable=False, server_default="0")
    op.add_column("digests", left_out)
