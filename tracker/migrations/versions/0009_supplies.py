"""Supplies, their lots and ledger, batches, devices."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make their tables."""
    op.create_table(
        "equipment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("room", sa.String(length=64), nullable=False),
        sa.Column("keeper", sa.String(length=64), nullable=False),
        sa.Column("next_check_on", sa.Date(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment")),
        sa.UniqueConstraint("number", name=op.f("uq_equipment_number")),
    )
    op.create_table(
        "supply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("keeper", sa.String(length=64), nullable=False),
        sa.Column("licence", sa.String(length=64), nullable=True),
        sa.Column("note", sa.String(length=255), nullable=True),
        sa.CheckConstraint("minimum >= 0", name=op.f("ck_supply_minimum")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply")),
        sa.UniqueConstraint("name", name=op.f("uq_supply_name")),
    )
    op.create_table(
        "lot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supply_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("strength_mg_per_l", sa.Integer(), nullable=True),
        sa.Column("tablet_mg", sa.Integer(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.CheckConstraint("strength_mg_per_l BETWEEN 1 AND 1000000", name=op.f("ck_lot_strength")),
        sa.CheckConstraint(
            "strength_mg_per_l IS NULL OR tablet_mg IS NULL", name=op.f("ck_lot_one_strength")
        ),
        sa.CheckConstraint("tablet_mg > 0", name=op.f("ck_lot_tablet")),
        sa.ForeignKeyConstraint(["supply_id"], ["supply.id"], name=op.f("fk_lot_supply_id_supply")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("supply_id", "code", name=op.f("uq_lot_supply_id_code")),
    )
    op.create_table(
        "safety_read",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("supply_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["supply_id"], ["supply.id"], name=op.f("fk_safety_read_supply_id_supply")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_safety_read_user_id_user")),
        sa.PrimaryKeyConstraint("user_id", "supply_id", name=op.f("pk_safety_read")),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("mg_per_l", sa.Integer(), nullable=False),
        sa.Column("volume_ml", sa.Integer(), nullable=False),
        sa.Column("mixed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("good_until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mg_per_l > 0 AND volume_ml > 0", name=op.f("ck_batch_positive")),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_batch_by_user")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_batch_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index(op.f("ix_batch_good_until"), "batch", ["good_until"], unique=False)

    op.create_table(
        "supply_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supply_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("refers_to", sa.Integer(), nullable=True),
        sa.Column("buyer_id", sa.Integer(), nullable=True),
        sa.Column("price_cents", sa.Integer(), nullable=True),
        sa.Column("person", sa.String(length=64), nullable=True),
        sa.Column("note", sa.String(length=255), nullable=True),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_supply_move_quantity")),
        sa.ForeignKeyConstraint(["buyer_id"], ["user.id"], name=op.f("fk_supply_move_buyer_id_user")),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_supply_move_by_user")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_supply_move_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["refers_to"], ["supply_move.id"], name=op.f("fk_supply_move_refers_to_supply_move")
        ),
        sa.ForeignKeyConstraint(["supply_id"], ["supply.id"], name=op.f("fk_supply_move_supply_id_supply")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_move")),
    )
    op.create_index("ix_supply_move_day", "supply_move", ["day"], unique=False)
    op.create_index(op.f("ix_supply_move_supply_id"), "supply_move", ["supply_id"], unique=False)
