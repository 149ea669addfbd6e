"""A level that has begun is kept when another is set for the same day."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Data that exists survives."""
    with op.batch_alter_table("level", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("pk_level"), type_="primary")
        batch_op.create_primary_key(op.f("pk_level"), ["valid_from", "scope", "scope_id", "at"])
