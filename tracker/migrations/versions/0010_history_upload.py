"""A history that was uploaded and waits for its confirmation."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make its table."""
    op.create_table(
        "history_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("assume_complete", sa.Boolean(), nullable=False),
        sa.Column("open_days", sa.Boolean(), nullable=False),
        sa.Column("table_enc", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_history_upload_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_upload")),
    )
