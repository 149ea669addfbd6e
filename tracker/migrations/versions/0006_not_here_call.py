"""Calls about children who are not here yet."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make their table."""
    op.create_table(
        "not_here_call",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_not_here_call_by_user")),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheet.id"], name=op.f("fk_not_here_call_sheet_id_sheet")),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name=op.f("fk_not_here_call_student_id_student")
        ),
        sa.PrimaryKeyConstraint("sheet_id", "student_id", "no", name=op.f("pk_not_here_call")),
    )
