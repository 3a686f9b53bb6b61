"""Ids of rules, subscriptions and hits are never given twice.

A new rule that took the number of one just removed would take over what is remembered of that one.
"""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in ("rules", "subscriptions", "hits"):
        with op.batch_alter_table(
            table, recreate="always", table_kwargs={"sqlite_autoincrement": True}
        ):
            pass
