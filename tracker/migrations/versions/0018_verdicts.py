"""Until when what was given back may be done again; what a finished event's record said before."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Data that exists survives: nothing was given back or corrected so far."""
    op.add_column("verification", sa.Column("redo_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "event_struck",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("mg_per_l", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("helper", sa.String(length=64), nullable=True),
        sa.Column("note", sa.String(length=255), nullable=True),
        sa.Column("why", sa.String(length=255), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_event_struck_batch_id_batch")),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_event_struck_by_user")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_event_struck_record_id_record")),
        sa.PrimaryKeyConstraint("record_id", "no", name=op.f("pk_event_struck")),
    )
