"""What several processes on one PostgreSQL know of each other."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")

# Whatever changes a row, the change and its notice are one transaction.
NOTE = """
CREATE FUNCTION kkachi_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  row jsonb;
BEGIN
  IF TG_OP = 'DELETE' THEN row := to_jsonb(OLD); ELSE row := to_jsonb(NEW); END IF;
  INSERT INTO changes (transaction, topic, guild_id, member_id, changed_at)
  VALUES (
    pg_current_xact_id()::text::bigint, TG_TABLE_NAME,
    (row ->> 'guild_id')::bigint, (row ->> 'member_id')::bigint,
    extract(epoch FROM clock_timestamp())
  );
  PERFORM pg_notify('kkachi_changes', '');
  RETURN NULL;
END $$
"""
# Whoever waits for a delivery reads its row; that it is told only saves them the waiting.
TELL = """
CREATE FUNCTION kkachi_tell_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('kkachi_deliveries', json_build_array(
    NEW.forward_id, NEW.member_id, NEW.state)::text);
  RETURN NULL;
END $$
"""
CHANGE = """
CREATE TRIGGER kkachi_changed AFTER {what} ON {table}
FOR EACH ROW EXECUTE FUNCTION kkachi_note_change()
"""
ANY = "INSERT OR UPDATE OR DELETE"
WATCHED = {
    "rules": ANY,
    "filters": ANY,
    "settings": ANY,
    "subscriptions": ANY,
    # Not when a token is fresh.
    "links": "INSERT OR DELETE OR UPDATE OF generation, scopes, broken_at",
    "optouts": ANY,
    "wishes": ANY,
    "reaction_choices": ANY,
    "memberships": "DELETE",
    "decisions": ANY,
    # Not when somebody is told.
    "exclusions": "INSERT",
    "notices": "INSERT",
}
TOLD = (
    """
CREATE TRIGGER kkachi_accepted AFTER INSERT ON deliveries
FOR EACH ROW EXECUTE FUNCTION kkachi_tell_delivery()
""",
    """
CREATE TRIGGER kkachi_moved AFTER UPDATE OF state ON deliveries
FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state AND NEW.state <> 'sending')
EXECUTE FUNCTION kkachi_tell_delivery()
""",
)


def upgrade() -> None:
    op.add_column(
        "workers",
        sa.Column("roles", sa.Text, nullable=False, server_default="gateway,sender,web"),
    )
    op.add_column("workers", sa.Column("shards", sa.Text, nullable=False, server_default="0/1"))
    op.create_table(
        "changes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("transaction", sa.BigInteger, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("member_id", sa.BigInteger),
        sa.Column("changed_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
    )
    op.create_table(
        "notices",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("waiting", sa.Text, nullable=False),
        sa.Column("member_id", sa.BigInteger),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    op.create_table(
        "troubles",
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("worker", "name", name="pk_troubles"),
    )
    for table, column in (
        ("changes", "transaction"),
        ("changes", "changed_at"),
        ("notices", "member_id"),
        ("notices", "created_at"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])
    if op.get_bind().dialect.name == "postgresql":
        _tell_other_processes()


def _tell_other_processes() -> None:
    for function in (NOTE, TELL):
        op.execute(function)
    for table, what in WATCHED.items():
        op.execute(CHANGE.format(table=table, what=what))
    for trigger in TOLD:
        op.execute(trigger)
