"""Sessions, gate, observation room, return to class, devices and notices."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make their tables, and widen those that were there."""
    op.create_table(
        "session_exception",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=True),
        sa.Column("starts", sa.Time(), nullable=True),
        sa.Column("deadline", sa.Time(), nullable=True),
        sa.Column("closes", sa.Time(), nullable=True),
        sa.CheckConstraint(
            "opens <= starts AND starts <= deadline AND deadline <= closes",
            name=op.f("ck_session_exception_order"),
        ),
        sa.CheckConstraint(
            "weekday BETWEEN 0 AND 7 AND grade BETWEEN 0 AND 12", name=op.f("ck_session_exception_when")
        ),
        sa.PrimaryKeyConstraint("code", "weekday", "grade", "valid_from", name=op.f("pk_session_exception")),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_attachment_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_table(
        "day_close",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_day_close_by_user")),
        sa.PrimaryKeyConstraint("day", "no", name=op.f("pk_day_close")),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_device_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_device_token_hash")),
    )
    op.create_index(op.f("ix_device_user_id"), "device", ["user_id"], unique=False)

    op.create_table(
        "fever",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["user.id"], name=op.f("fk_fever_decided_by_user")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_fever_student_id_student")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fever")),
    )
    op.create_index("ix_fever_day", "fever", ["day"], unique=False)
    op.create_index(
        "uq_fever_waiting",
        "fever",
        ["student_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )

    op.create_table(
        "gate_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_gate_record_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_record")),
    )
    op.create_index("ix_gate_record_day", "gate_record", ["day"], unique=False)

    op.create_table(
        "leave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("from_half", sa.String(length=32), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("to_half", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("note", sa.String(length=255), nullable=True),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_leave_order")),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_leave_by_user")),
        sa.ForeignKeyConstraint(["cancelled_by"], ["user.id"], name=op.f("fk_leave_cancelled_by_user")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_leave_student_id_student")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
    )
    op.create_index(op.f("ix_leave_student_id"), "leave", ["student_id"], unique=False)

    op.create_table(
        "level",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_level_by_user")),
        sa.PrimaryKeyConstraint("valid_from", "scope", "scope_id", name=op.f("pk_level")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_notice_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "user_id", "kind", "day", "subject", name=op.f("uq_notice_user_id_kind_day_subject")
        ),
    )
    op.create_index("ix_notice_user_id_day", "notice", ["user_id", "day"], unique=False)

    op.create_table(
        "return_rule",
        sa.Column("disease", sa.String(length=32), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("anchors", sa.JSON(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("papers", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_return_rule_by_user")),
        sa.PrimaryKeyConstraint("disease", "valid_from", name=op.f("pk_return_rule")),
    )
    op.create_table(
        "stay",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("soiled", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=255), nullable=True),
        sa.Column("room", sa.String(length=32), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("brought_by", sa.String(length=64), nullable=True),
        sa.Column("onset_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_how", sa.String(length=32), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("handed_to_enc", sa.Text(), nullable=True),
        sa.Column("relation", sa.String(length=32), nullable=True),
        sa.Column("where_to", sa.String(length=64), nullable=True),
        sa.Column("left_gate_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_gate_by", sa.Integer(), nullable=True),
        sa.Column("cleaned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleaned_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(arrived_at IS NULL) = (room IS NULL)", name=op.f("ck_stay_room")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name=op.f("ck_stay_ended")),
        sa.ForeignKeyConstraint(["cleaned_by"], ["user.id"], name=op.f("fk_stay_cleaned_by_user")),
        sa.ForeignKeyConstraint(["ended_by"], ["user.id"], name=op.f("fk_stay_ended_by_user")),
        sa.ForeignKeyConstraint(["left_gate_by"], ["user.id"], name=op.f("fk_stay_left_gate_by_user")),
        sa.ForeignKeyConstraint(["reported_by"], ["user.id"], name=op.f("fk_stay_reported_by_user")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_stay_student_id_student")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay")),
    )
    op.create_index("ix_stay_reported_at", "stay", ["reported_at"], unique=False)
    op.create_index(op.f("ix_stay_student_id"), "stay", ["student_id"], unique=False)
    op.create_index(
        "uq_stay_live",
        "stay",
        ["student_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "clearance",
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("earliest_on", sa.Date(), nullable=True),
        sa.Column("rule_from", sa.Date(), nullable=True),
        sa.Column("returns_on", sa.Date(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("papers", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=255), nullable=True),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_clearance_by_user")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_clearance_episode_id_episode")),
        sa.PrimaryKeyConstraint("episode_id", "no", name=op.f("pk_clearance")),
    )
    op.create_table(
        "episode_paper",
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("checked_by", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_episode_paper_attachment_id_attachment")
        ),
        sa.ForeignKeyConstraint(["checked_by"], ["user.id"], name=op.f("fk_episode_paper_checked_by_user")),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["episode.id"], name=op.f("fk_episode_paper_episode_id_episode")
        ),
        sa.PrimaryKeyConstraint("episode_id", "attachment_id", name=op.f("pk_episode_paper")),
    )
    op.create_table(
        "gate_pass",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gate_record_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=True),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("tenths BETWEEN 320 AND 430", name=op.f("ck_gate_pass_tenths")),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_gate_pass_by_user")),
        sa.ForeignKeyConstraint(
            ["gate_record_id"], ["gate_record.id"], name=op.f("fk_gate_pass_gate_record_id_gate_record")
        ),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_gate_pass_student_id_student")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_pass")),
    )
    op.create_index(op.f("ix_gate_pass_gate_record_id"), "gate_pass", ["gate_record_id"], unique=False)
    op.create_index(op.f("ix_gate_pass_student_id"), "gate_pass", ["student_id"], unique=False)

    op.create_table(
        "stay_call",
        sa.Column("stay_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("guardian_seq", sa.Integer(), nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_stay_call_by_user")),
        sa.ForeignKeyConstraint(["stay_id"], ["stay.id"], name=op.f("fk_stay_call_stay_id_stay")),
        sa.PrimaryKeyConstraint("stay_id", "no", name=op.f("pk_stay_call")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entry_year", sa.Integer(), nullable=True))
        batch_op.drop_constraint(op.f("ck_assignment_one_place"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_assignment_place"),
            "(class_id IS NOT NULL) = (what IN ('homeroom', 'deputy', 'stand_in'))"
            " AND (entry_year IS NOT NULL) = (what = 'grade_head')"
            " AND (department_id IS NOT NULL) = (what = 'department')",
        )

    op.add_column("calendar_day", sa.Column("later_minutes", sa.Integer(), nullable=True))
    op.add_column("calendar_day", sa.Column("ends_at", sa.Time(), nullable=True))
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hospital", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("struck_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("struck_reason", sa.String(length=255), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_call_struck_by_user"), "user", ["struck_by"], ["id"])

    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended_half", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("caller_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_episode_caller_id_user"), "user", ["caller_id"], ["id"])

    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fever_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_reading_fever_id"), ["fever_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_reading_fever_id_fever"), "fever", ["fever_id"], ["id"])

    op.add_column("sheet_version", sa.Column("told_by", sa.String(length=64), nullable=True))
    op.add_column("sheet_version", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "student", sa.Column("is_provisional", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("user", sa.Column("pin_hash", sa.String(length=255), nullable=True))
