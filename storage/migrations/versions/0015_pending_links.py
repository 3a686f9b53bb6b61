"""Links that wait for their number, the cards that bring it, and where a link was asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("link_requests", sa.Column("guild_name", sa.Text))
    op.add_column("link_requests", sa.Column("channel_id", sa.BigInteger))
    op.create_table(
        "pending_links",
        sa.Column("member_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("kakao_id", sa.BigInteger, nullable=False),
        sa.Column("nickname", sa.Text, nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("access_token", sa.LargeBinary, nullable=False),
        sa.Column("access_expires_at", sa.Double, nullable=False),
        sa.Column("refresh_token", sa.LargeBinary, nullable=False),
        sa.Column("refresh_expires_at", sa.Double, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("linked_at", sa.Double, nullable=False),
        sa.Column("generation", sa.Text, nullable=False),
        sa.Column("draft_id", sa.Text),
        sa.Column("member_name", sa.Text, nullable=False),
        sa.Column("member_avatar_url", sa.Text, nullable=False),
        sa.Column("guild_name", sa.Text),
        sa.Column("number", sa.LargeBinary, nullable=False),
        sa.Column("tries_left", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("member_id", name="pk_pending_links"),
    )
    op.create_index("ix_pending_links_kakao_id", "pending_links", ["kakao_id"])
    op.create_index("ix_pending_links_expires_at", "pending_links", ["expires_at"])
    op.create_table(
        "number_cards",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("account", sa.LargeBinary, nullable=False),
        sa.Column("sent_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_number_cards"),
    )
    op.create_index("ix_number_cards_member_id", "number_cards", ["member_id"])
    op.create_index("ix_number_cards_account", "number_cards", ["account"])
    op.create_index("ix_number_cards_sent_at", "number_cards", ["sent_at"])
