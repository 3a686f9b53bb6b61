"""Who wrote what a bot such as PluralKit has replaced."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("hits", sa.Column("author_id", sa.BigInteger))
    op.create_index(
        "ix_hits_author_id",
        "hits",
        ["author_id"],
        sqlite_where=sa.text("author_id IS NOT NULL"),
        postgresql_where=sa.text("author_id IS NOT NULL"),
    )
