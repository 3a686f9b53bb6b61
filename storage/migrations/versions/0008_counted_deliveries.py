"""All that was not simply sent, in an index: the rest of the deliveries need only be counted."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

NOT_JUST_SENT = sa.text("state <> 'sent' OR code IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_deliveries_state_code",
        "deliveries",
        ["state", "code"],
        sqlite_where=NOT_JUST_SENT,
        postgresql_where=NOT_JUST_SENT,
    )
