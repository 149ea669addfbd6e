"""When a lot was opened is when something was first taken from it: the moves tell."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Nothing was ever written there."""
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.drop_column("opened_on")
