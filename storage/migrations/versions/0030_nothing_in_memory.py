"""What Kakao has said, news under way, and cogs to be loaded anew: for whichever process lives."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")

WAKE = """
CREATE TRIGGER kkachi_changed AFTER INSERT ON reloads
FOR EACH ROW EXECUTE FUNCTION kkachi_note_change()
"""


def upgrade() -> None:
    op.create_table(
        "waiting_webhooks",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("member_id", sa.BigInteger),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("next_try_at", sa.Double, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("worker", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_waiting_webhooks"),
    )
    op.create_table(
        "reloads",
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("shards", sa.Text, nullable=False),
        sa.Column("cog", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("asked_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("request", "worker", name="pk_reloads"),
    )
    for table, column in (
        ("waiting_webhooks", "member_id"),
        ("waiting_webhooks", "created_at"),
        ("waiting_webhooks", "next_try_at"),
        ("reloads", "asked_at"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.add_column("notices", sa.Column("worker", sa.Text))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(WAKE)
