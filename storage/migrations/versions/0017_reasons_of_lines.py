"""Each line of a digest says what called it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    why = sa.Column("why", sa.Text, nullable=False, server_default=sa.text("''"))
    op.add_column("digest_items", why)
