"""Custom templates, allowances, shares, webhooks and uploaded pictures."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("drafts", sa.Column("kind", sa.Text, nullable=False, server_default="forward"))
    op.add_column("drafts", sa.Column("form", sa.JSON(none_as_null=True)))
    op.add_column("deliveries", sa.Column("required_scopes", sa.JSON(none_as_null=True)))
    _templates()
    _allowances()
    _shares()
    _webhooks()
    _images()


def _templates() -> None:
    op.create_table(
        "templates",
        sa.Column("guild_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("template_id", sa.BigInteger, nullable=False),
        sa.Column("arguments", sa.JSON, nullable=False),
        sa.Column("created_by", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "name", name="pk_templates"),
    )


def _allowances() -> None:
    op.create_table(
        "allowances",
        sa.Column("day", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("sent", sa.Integer, nullable=False),
        sa.Column("spent", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", "subject", name="pk_allowances"),
    )


def _shares() -> None:
    op.create_table(
        "shares",
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("message", sa.JSON, nullable=False),
        sa.Column("chats", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("nonce", name="pk_shares"),
    )
    op.create_index("ix_shares_member_id", "shares", ["member_id"])
    op.create_index("ix_shares_expires_at", "shares", ["expires_at"])


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("seen_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_index("ix_webhooks_seen_at", "webhooks", ["seen_at"])


def _images() -> None:
    op.create_table(
        "images",
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("width", sa.Integer),
        sa.Column("height", sa.Integer),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_images"),
    )
    op.create_index("ix_images_expires_at", "images", ["expires_at"])
