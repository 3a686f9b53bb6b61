"""Pictures at Kakao of cards that have never gone; what is there already may have gone."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    sent = sa.Column("sent", sa.Boolean, nullable=False, server_default=sa.true())
    op.add_column("images", sent)
    op.add_column("images", sa.Column("unsent_since", sa.Double))
    op.create_index("ix_images_unsent_since", "images", ["unsent_since"])
