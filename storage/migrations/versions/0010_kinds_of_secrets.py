"""Discord's tokens are sealed as kinds of their own: those sealed as Kakao's are asked for anew."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(sa.text("DELETE FROM role_connections"))
