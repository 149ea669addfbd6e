"""The days a return is counted from; what ships as the rule of each disease, for schools that exist."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SOURCE = "common default of published tables, which disagree"
GONE48 = [["fever_gone", 48, "hours"], ["symptoms_gone", 48, "hours"]]
GONE72 = [["symptoms_gone", 72, "hours"]]
FEVER24 = [["fever_gone", 24, "hours"]]
BOTH = ["diagnosis", "recovery"]
RULES = [
    ("influenza", GONE48, ["temperature_normal", "symptoms_gone"], ["recovery"], 4),
    ("chickenpox", [["onset", 14, "days"]], ["crusted"], BOTH, 21),
    ("hfmd", [["onset", 14, "days"], ["symptoms_gone", 7, "days"]], ["symptoms_gone"], BOTH, 10),
    ("mumps", [["onset", 9, "days"], ["swelling_gone", 0, "days"]], ["swelling_gone"], BOTH, 21),
    ("norovirus", GONE72, ["symptoms_gone"], ["recovery"], 3),
    ("scarlet_fever", [["treatment", 7, "days"], ["symptoms_gone", 0, "days"]], ["symptoms_gone"], BOTH, 7),
    ("conjunctivitis", [["onset", 7, "days"], ["symptoms_gone", 0, "days"]], ["symptoms_gone"], BOTH, None),
    ("measles", [["rash_onset", 5, "days"]], ["temperature_normal"], BOTH, 21),
    ("rubella", [["rash_onset", 5, "days"]], ["temperature_normal"], BOTH, 21),
    ("pertussis", [["treatment", 5, "days"]], [], BOTH, 21),
    ("tuberculosis", [], [], ["recovery"], None),
    ("dysentery", [["symptoms_gone", 7, "days"]], ["symptoms_gone"], BOTH, 7),
    ("hepatitis_a", [["onset", 21, "days"]], [], BOTH, 42),
    ("covid19", FEVER24, ["better"], [], None),
    ("fever_undiagnosed", FEVER24, ["temperature_normal", "no_medicine"], [], None),
]


def upgrade() -> None:
    """Make the table; ship the rules to a school that was set up before they were."""
    op.create_table(
        "episode_anchor",
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(length=32), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_episode_anchor_by_user")),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["episode.id"], name=op.f("fk_episode_anchor_episode_id_episode")
        ),
        sa.PrimaryKeyConstraint("episode_id", "anchor", "no", name=op.f("pk_episode_anchor")),
    )
    op.add_column("return_rule", sa.Column("contacts_days", sa.Integer(), nullable=True))
    op.create_index(
        "uq_clearance_live",
        "clearance",
        ["episode_id"],
        unique=True,
        sqlite_where=sa.text("struck_at IS NULL"),
        postgresql_where=sa.text("struck_at IS NULL"),
    )
    _ship()


def _ship() -> None:
    """The rules from the day on which the school's other defaults hold; a new school gets them at set-up."""
    connection = op.get_bind()
    trigger = sa.table("fever_trigger", sa.column("valid_from", sa.Date()))
    first: date | None = connection.execute(sa.select(sa.func.min(trigger.c.valid_from))).scalar()
    rule = sa.table(
        "return_rule",
        sa.column("disease", sa.String()),
        sa.column("valid_from", sa.Date()),
        sa.column("anchors", sa.JSON()),
        sa.column("conditions", sa.JSON()),
        sa.column("papers", sa.JSON()),
        sa.column("contacts_days", sa.Integer()),
        sa.column("source", sa.String()),
    )
    if first is None:
        return
    set_by_hand = set(connection.execute(sa.select(rule.c.disease)).scalars())
    names = ("disease", "anchors", "conditions", "papers", "contacts_days")
    rows = [
        {**dict(zip(names, values, strict=True)), "valid_from": first, "source": SOURCE}
        for values in RULES
        if values[0] not in set_by_hand
    ]
    if rows:
        op.bulk_insert(rule, rows)
