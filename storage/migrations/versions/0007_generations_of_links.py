"""A delivery belongs to the link that it was accepted for.

Links made before, and what was accepted for them, are of the first generation. No later link is, so
what was left behind by a link that is gone goes out by none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("links", sa.Column("generation", sa.Text, nullable=False, server_default="first"))
    op.add_column(
        "deliveries", sa.Column("link_generation", sa.Text, nullable=False, server_default="first")
    )
