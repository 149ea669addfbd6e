"""One open record at the gate for a person, and retest chains found by their student."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add their indices."""
    op.create_index(
        "uq_gate_record_open",
        "gate_record",
        ["by", "day"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_fever_student_id", "fever", ["student_id"], unique=False)
