"""The first page after signing in, and the health check."""

from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask import Blueprint, g, jsonify, render_template

from tracker import __version__, clock, schema
from tracker.accounts.guards import public, requires
from tracker.accounts.rules import NURSES_EVENING, NURSES_MORNING, Duty, Role
from tracker.db import db
from tracker.notices.lines import lines
from tracker.nurse.close_queries import closes
from tracker.operations.queries import last_backup
from tracker.permissions import Permission, has_role_for
from tracker.school import queries as school
from tracker.school.forms import day_words

bp = Blueprint("home", __name__)


@bp.get("/")
@requires(Permission.ACCOUNT_OWN)
def home() -> Any:
    """What this person has to do now."""
    from tracker.absence import leave_queries as leave
    from tracker.absence import queue_queries as absence
    from tracker.absence.clearance_queries import came_without
    from tracker.disinfection import event_queries as happened
    from tracker.disinfection import list_queries as disinfection
    from tracker.room.queries import reported_by
    from tracker.screening import day_queries as screening
    from tracker.screening import missing_queries as missing

    now, today = clock.now(), clock.today()
    who = g.identity
    today_is = school.school_day_on(today)
    values: dict[str, Any] = {"notices": lines(who.user_id, today), "new_key": uuid4}
    values |= {"today_is": today_is, "day_words": day_words}
    if Role.TEACHER in who.roles:
        values["classes"] = screening.class_days(who.classes, today, clock.local(now).time())
        values["on_leave"] = leave.counts_on(who.classes, today)
    if has_role_for(who, Permission.SCREENING_OVERVIEW):
        values["signed"] = next(iter(closes(today)), None)
        values["missing"] = screening.missing_classes(today, clock.local(now).time())
    if has_role_for(who, Permission.QUEUE_READ) and (who.is_nurse or who.classes):
        only = None if who.is_nurse else who.classes
        values["queue"] = absence.queue_counts(only, now, today, me=who.user_id)
        if not who.on_classroom_screen:
            came = values["came_without"] = came_without(today, only)
            came_back = [one.found.episode for one in came if one.found.episode.back_on]
            values["queue"] = values["queue"].without(came_back, reviewer=who.is_nurse)
        if only is not None:  # the nurse's day names them all
            values["not_here"] = missing.not_here(only, today)
    if has_role_for(who, Permission.CASE_REPORT) and not (who.is_nurse or who.on_classroom_screen):
        values["reported"] = reported_by(who.user_id, today)
    if has_role_for(who, Permission.EVENTS_READ):
        values["events"] = happened.events(now)
    if has_role_for(who, Permission.TASKS_READ) and (who.classes or who.roles != {Role.TEACHER}):
        values["tasks"] = disinfection.task_counts(who, now, today)
    if has_role_for(who, Permission.BACKUP_SEE):
        values["backup"] = last_backup(now)
    if Duty.SECOND_REPORTER in who.duties:
        values["from_morning"], values["from_evening"] = NURSES_MORNING, NURSES_EVENING
    if Role.ADMIN in who.roles:
        values["empty"] = not school.classes_on(today)
    return render_template("home/home.html", **values)


@bp.get("/healthz")
@public
def healthz() -> Any:
    """Whether the application can serve: 200, or 503 when its database cannot be used."""
    try:
        found = db.session.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        return jsonify(status="error", version=__version__, schema=None), 503
    good = found == schema.HEAD
    return jsonify(status="ok" if good else "error", version=__version__, schema=found), 200 if good else 503
