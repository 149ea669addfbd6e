"""What is done in an absence beside calling, and what guardians tell the school."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make their tables; a call remembers what it made of the reason, an absence what was asked back."""
    op.add_column("call", sa.Column("reason_before", sa.String(length=32), nullable=True))
    op.add_column("call", sa.Column("reason_after", sa.String(length=32), nullable=True))
    op.add_column("episode", sa.Column("question", sa.String(length=255), nullable=True))
    op.create_table(
        "episode_step",
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason_before", sa.String(length=32), nullable=True),
        sa.Column("reason_after", sa.String(length=32), nullable=True),
        sa.Column("caller_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_episode_step_by_user")),
        sa.ForeignKeyConstraint(["caller_id"], ["user.id"], name=op.f("fk_episode_step_caller_id_user")),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["episode.id"], name=op.f("fk_episode_step_episode_id_episode")
        ),
        sa.PrimaryKeyConstraint("episode_id", "no", name=op.f("pk_episode_step")),
    )
    op.create_table(
        "parent_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("episode_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=255), nullable=True),
        sa.Column("read_by", sa.Integer(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_parent_call_order")),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_parent_call_by_user")),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["episode.id"], name=op.f("fk_parent_call_episode_id_episode")
        ),
        sa.ForeignKeyConstraint(["read_by"], ["user.id"], name=op.f("fk_parent_call_read_by_user")),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name=op.f("fk_parent_call_student_id_student")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parent_call")),
    )
    op.create_index(op.f("ix_parent_call_at"), "parent_call", ["at"], unique=False)
    op.create_index(op.f("ix_parent_call_student_id"), "parent_call", ["student_id"], unique=False)
