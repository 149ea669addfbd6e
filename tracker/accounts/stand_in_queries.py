"""Whether the second reporter stands in for the school nurse.  Nothing here writes."""

from datetime import datetime

import sqlalchemy as sa

from tracker.accounts.models import Assignment, User, UserRole
from tracker.accounts.rules import Duty, Role
from tracker.accounts.rules import stands_in as rule
from tracker.audit.models import ReadLog
from tracker.db import db
from tracker.nurse.models import DayClose
from tracker.school.models import CalendarDay
from tracker.school.rules import TEACHING, Scope

NURSE_PAGE = "nurse"
"""What the read log calls the nurse's page."""


def stands_in(user_id: int, now: datetime) -> bool:
    """Whether a second reporter stands in when the school's clock shows `now`.  One statement."""
    today = now.date()
    away = sa.exists().where(
        Assignment.user_id == User.id,
        Assignment.what == Duty.NURSE_AWAY,
        Assignment.starts <= today,
        sa.or_(Assignment.ends.is_(None), Assignment.ends >= today),
    )
    nurse_here = sa.exists().where(
        UserRole.role == Role.NURSE, User.id == UserRole.user_id, User.disabled_at.is_(None), ~away
    )
    looked = sa.exists().where(ReadLog.page == NURSE_PAGE, ReadLog.subject_id == 0, ReadLog.day == today)
    row = db.session.execute(
        sa.select(
            nurse_here.label("nurse_here"),
            sa.exists()
            .where(
                CalendarDay.day == today,
                CalendarDay.scope == Scope.SCHOOL,
                CalendarDay.day_type.in_(TEACHING),
            )
            .label("is_school_day"),
            looked.where(ReadLog.user_id == UserRole.user_id, UserRole.role == Role.NURSE).label("looked"),
            looked.where(ReadLog.user_id == user_id).label("began"),
            sa.exists().where(DayClose.day == today).label("signed"),
        )
    ).one()
    return rule(
        nurse_here=row.nurse_here,
        is_school_day=row.is_school_day,
        wall=now.time(),
        nurse_looked=row.looked,
        signed=row.signed,
        began=row.began,
    )
