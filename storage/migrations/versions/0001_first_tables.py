"""The tables that Kkachi starts with."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _links()
    _link_requests()
    _link_states()
    _jumps()
    _drafts()
    _deliveries()


def _links() -> None:
    op.create_table(
        "links",
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
        sa.Column("broken_at", sa.Double),
        sa.PrimaryKeyConstraint("member_id", name="pk_links"),
        sa.UniqueConstraint("kakao_id", name="uq_links_kakao_id"),
    )


def _link_requests() -> None:
    op.create_table(
        "link_requests",
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("member_name", sa.Text, nullable=False),
        sa.Column("member_avatar_url", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("draft_id", sa.Text),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("finished_at", sa.Double),
        sa.PrimaryKeyConstraint("digest", name="pk_link_requests"),
    )
    op.create_index("ix_link_requests_expires_at", "link_requests", ["expires_at"])


def _link_states() -> None:
    op.create_table(
        "link_states",
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("request_digest", sa.LargeBinary, nullable=False),
        sa.Column("browser", sa.LargeBinary, nullable=False),
        sa.Column("verifier", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("used_at", sa.Double),
        sa.PrimaryKeyConstraint("digest", name="pk_link_states"),
        sa.ForeignKeyConstraint(
            ["request_digest"],
            ["link_requests.digest"],
            name="fk_link_states_request_digest_link_requests",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_link_states_request_digest", "link_states", ["request_digest"])


def _jumps() -> None:
    op.create_table(
        "jumps",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jumps"),
    )
    op.create_index("ix_jumps_member_id", "jumps", ["member_id"])
    op.create_index("ix_jumps_expires_at", "jumps", ["expires_at"])


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("card", sa.JSON, nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("picks", sa.JSON, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("page", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_member_id", "drafts", ["member_id"])
    op.create_index("ix_drafts_expires_at", "drafts", ["expires_at"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("forward_id", sa.Text, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("friend_uuid", sa.Text),
        sa.Column("friend_name", sa.Text),
        sa.Column("card", sa.JSON),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("code", sa.Integer),
        sa.Column("reason", sa.Text),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("repeats", sa.Integer, nullable=False),
        sa.Column("next_try_at", sa.Double, nullable=False),
        sa.Column("lease_until", sa.Double),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("finished_at", sa.Double),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_forward_id", "deliveries", ["forward_id"])
    op.create_index("ix_deliveries_state_next_try_at", "deliveries", ["state", "next_try_at"])
    op.create_index("ix_deliveries_member_id_created_at", "deliveries", ["member_id", "created_at"])
