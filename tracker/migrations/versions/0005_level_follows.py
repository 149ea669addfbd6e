"""A grade or a class follows the school's level again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Allow a row that says so."""
    with op.batch_alter_table("level", schema=None) as batch_op:
        batch_op.alter_column("level", existing_type=sa.String(length=32), nullable=True)
