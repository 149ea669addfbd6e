"""Why a day was signed while children were still open."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Why a day was signed while children were still open."""
    with op.batch_alter_table("day_close", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(length=255), nullable=True))

    # ### end Alembic commands ###
