"""Rules, subscriptions, what they have found, digests, and what admins set."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _rules()
    _subscriptions()
    _hits()
    _digests()
    _small_ones()
    _settings()


def _rules() -> None:
    op.create_table(
        "rules",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rules"),
    )
    op.create_index("ix_rules_guild_id", "rules", ["guild_id"])
    op.create_index("ix_rules_member_id_guild_id", "rules", ["member_id", "guild_id"])
    op.create_table(
        "filters",
        sa.Column("member_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("filter", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("member_id", "guild_id", name="pk_filters"),
    )


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_guild_id", "subscriptions", ["guild_id"])
    op.create_index(
        "ix_subscriptions_member_id_guild_id", "subscriptions", ["member_id", "guild_id"]
    )


def _hits() -> None:
    op.create_table(
        "hits",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("rule_ids", sa.JSON, nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True)),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("forward_id", sa.Text),
        sa.Column("found_at", sa.Double, nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hits"),
    )
    op.create_index("ix_hits_member_id_occasion", "hits", ["member_id", "occasion"], unique=True)
    op.create_index("ix_hits_message_id", "hits", ["message_id"])
    op.create_index("ix_hits_forward_id", "hits", ["forward_id"])
    op.create_index("ix_hits_state_due_at", "hits", ["state", "due_at"])


def _digests() -> None:
    op.create_table(
        "digests",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("forward_id", sa.Text, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_digests"),
        sa.UniqueConstraint("forward_id", name="uq_digests_forward_id"),
    )
    op.create_index("ix_digests_member_id", "digests", ["member_id"])
    op.create_index("ix_digests_expires_at", "digests", ["expires_at"])
    op.create_table(
        "digest_items",
        sa.Column("digest_id", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(
            ["digest_id"],
            ["digests.id"],
            name="fk_digest_items_digest_id_digests",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest_id", "position", name="pk_digest_items"),
    )
    op.create_index("ix_digest_items_message_id", "digest_items", ["message_id"])


def _small_ones() -> None:
    op.create_table(
        "wishes",
        sa.Column("member_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("wishes", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("member_id", name="pk_wishes"),
    )
    op.create_table(
        "watermarks",
        sa.Column("guild_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name="pk_watermarks"),
    )
    op.create_table(
        "optouts",
        sa.Column("member_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("member_id", name="pk_optouts"),
    )


def _settings() -> None:
    op.create_table(
        "settings",
        sa.Column("guild_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name="pk_settings"),
    )
    op.create_table(
        "setting_changes",
        sa.Column("guild_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "version", name="pk_setting_changes"),
    )
    op.create_index("ix_setting_changes_at", "setting_changes", ["at"])
