"""On which days schedules ask for something, and who does it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Those there are ask on school days, of whoever keeps the zone."""
    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("days", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("first_month", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("last_month", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("days_before", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("department_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("user_ids", sa.JSON(), nullable=True))
    op.execute("UPDATE schedule SET days = 'school'")
    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.alter_column("days", existing_type=sa.String(length=32), nullable=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_schedule_department_id_department"), "department", ["department_id"], ["id"]
        )
        batch_op.create_check_constraint(
            op.f("ck_schedule_days_before"), "(days_before IS NOT NULL) = (days = 'before_term')"
        )
        batch_op.create_check_constraint(
            op.f("ck_schedule_months"), "(first_month IS NULL) = (last_month IS NULL)"
        )
        batch_op.create_check_constraint(
            op.f("ck_schedule_responsible"), "department_id IS NULL OR user_ids IS NULL"
        )
