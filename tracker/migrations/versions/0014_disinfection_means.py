"""What a disinfection was done with, who verified or excused it, and the hours of lamps."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

MEANS = {"batch_id": "batch", "lot_id": "lot", "device_id": "equipment", "attachment_id": "attachment"}


def upgrade() -> None:
    """Make their table and columns."""
    op.create_table(
        "verification",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=True),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("accepted OR reason IS NOT NULL", name=op.f("ck_verification_reason")),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_verification_by_user")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_verification_record_id_record")),
        sa.PrimaryKeyConstraint("record_id", "no", name=op.f("pk_verification")),
    )
    with op.batch_alter_table("equipment") as batch_op:
        batch_op.add_column(sa.Column("lamp_hours", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("tube_since", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("tube_minutes", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_check_constraint(op.f("ck_equipment_lamp"), "lamp_hours > 0 AND tube_minutes >= 0")
    with op.batch_alter_table("record") as batch_op:
        batch_op.add_column(sa.Column("excuse", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("excused_by", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_record_excused_by_user"), "user", ["excused_by"], ["id"])
        batch_op.create_check_constraint(op.f("ck_record_excused"), "(excuse IS NULL) = (excused_by IS NULL)")
    with op.batch_alter_table("record_item") as batch_op:
        for column in ("batch_id", "lot_id", "mg_per_l", "minutes", "device_id", "attachment_id"):
            batch_op.add_column(sa.Column(column, sa.Integer(), nullable=True))
        for column, table in MEANS.items():
            batch_op.create_foreign_key(op.f(f"fk_record_item_{column}_{table}"), table, [column], ["id"])
        batch_op.create_index(op.f("ix_record_item_device_id"), ["device_id"], unique=False)
        batch_op.create_check_constraint(
            op.f("ck_record_item_one_agent"), "batch_id IS NULL OR lot_id IS NULL"
        )
        batch_op.create_check_constraint(op.f("ck_record_item_positive"), "mg_per_l > 0 AND minutes > 0")
    op.add_column("zone_object", sa.Column("photo", sa.Boolean(), server_default=sa.false(), nullable=False))
