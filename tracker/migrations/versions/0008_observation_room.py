"""Readings taken in the observation room, and calls from there that are struck out."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Say of a reading which stay it belongs to, and of a call whether it was struck out."""
    op.add_column("stay_call", sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stay_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_reading_stay_id"), ["stay_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_reading_stay_id_stay"), "stay", ["stay_id"], ["id"])
