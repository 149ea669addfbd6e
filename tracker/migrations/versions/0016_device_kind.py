"""The kind of a device, and the thermometer a reading was taken with."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Devices of before are of no kind that anything asks for; readings name none."""
    with op.batch_alter_table("equipment") as table:
        table.add_column(sa.Column("kind", sa.String(length=32), nullable=False, server_default="other"))
    with op.batch_alter_table("equipment") as table:
        table.alter_column("kind", server_default=None)
    for name in ("gate_record", "reading"):
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("equipment_id", sa.Integer(), nullable=True))
            table.create_foreign_key(
                op.f(f"fk_{name}_equipment_id_equipment"), "equipment", ["equipment_id"], ["id"]
            )
    op.create_index(op.f("ix_reading_equipment_id"), "reading", ["equipment_id"])
