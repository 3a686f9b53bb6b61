"""Reactions that send a message, and pages behind drafts."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "reaction_choices",
        sa.Column("member_id", sa.BigInteger, autoincrement=False),
        sa.Column("emoji", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("chosen_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("member_id", name="pk_reaction_choices"),
    )
    op.create_table(
        "reaction_sends",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite")),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("forward_id", sa.Text),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_try_at", sa.Double, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reaction_sends"),
        sqlite_autoincrement=True,
    )
    for columns, unique in (
        (["member_id", "message_id"], True),
        (["state", "next_try_at"], False),
        (["guild_id"], False),
        (["forward_id"], False),
        (["expires_at"], False),
    ):
        name = f"ix_reaction_sends_{'_'.join(columns)}"
        op.create_index(name, "reaction_sends", columns, unique=unique)
    op.add_column("drafts", sa.Column("digest_id", sa.Text))
