"""Whose words a line of a digest shows, and what kind of thing it is; old lines say neither."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("digest_items", sa.Column("kind", sa.Text))
    op.add_column("digest_items", sa.Column("author_id", sa.BigInteger))
    op.add_column("digest_items", sa.Column("origin_author_id", sa.BigInteger))
    op.create_index("ix_digest_items_author_id", "digest_items", ["author_id"])
    op.create_index("ix_digest_items_origin_author_id", "digest_items", ["origin_author_id"])
