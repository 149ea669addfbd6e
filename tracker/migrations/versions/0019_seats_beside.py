"""Who sits beside a child in the observation room, by seat."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Data that exists survives."""
    op.add_column("stay", sa.Column("seats_beside", sa.String(length=64), nullable=True))
