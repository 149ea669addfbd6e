"""The receipt of a sheet, and its undoing within ten minutes."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker import clock, edge
from tracker.absence.clearance_queries import came_without
from tracker.accounts.forms import local_path
from tracker.accounts.guards import requires
from tracker.db import transaction
from tracker.errors import Rejected, RunAgain
from tracker.permissions import Permission
from tracker.room.queries import live_stay_of
from tracker.screening import check_service, forms, queries, service, version_queries
from tracker.screening.queries import ClassSession
from tracker.screening.rules import (
    NORMAL_LINE,
    PRESENT,
    Difference,
    FeverState,
    SessionCode,
    may_undo,
)
from tracker.screening.sheet_page_views import address, moment
from tracker.screening.views import class_session, plausible_day
from tracker.templating import class_ref

bp = Blueprint("receipts", __name__, url_prefix="/screening")


ASK_FOR_MORE = (FeverState.CONFIRMED, FeverState.WAITING)
"""After what the receipt says where to bring a child that is still in class."""


@dataclass(frozen=True)
class NumberedSheet:
    """One version of a sheet, as a receipt's address names it."""

    session: ClassSession
    no: int

    @property
    def class_id(self) -> int:
        return self.session.class_id


def numbered_sheet(ref: str, day: str, code: str, no: int) -> NumberedSheet | None:
    """What a receipt's address names."""
    when = plausible_day(day)
    session = queries.class_session(ref, when, code) if when else None
    return NumberedSheet(session, no) if session else None


def address_of(asked: NumberedSheet) -> dict[str, Any]:
    """The values of its address."""
    session = asked.session
    return {
        "ref": class_ref(session.school_class),
        "day": session.day,
        "code": session.code.value,
        "no": asked.no,
    }


@bp.get("/<ref>/<day>/<code>/<id:no>")
@requires(Permission.SHEET_SUBMIT, of=numbered_sheet)
def receipt(asked: NumberedSheet) -> Any:
    """The receipt of one version of a sheet: when, its number, its sums, and who is not plain normal."""
    session = asked.session
    head = queries.sheet_of(session.class_id, session.day, session.code)
    seen = version_queries.versions(head.id) if head else []
    mine = next((one for one in seen if one.version.no == asked.no), None)
    if head is None or mine is None:
        abort(404)
    here = None
    exceptions: list[tuple[str, str]] = []
    in_class: dict[FeverState, list[str]] = {}
    others_look = g.identity.on_classroom_screen
    if head.head == asked.no and not others_look:
        here = queries.kept_sheets(session.class_id, session.day, [session.code])[session.code]
        names = {one.id: one.label for one in queries.roster(session.class_id, session.day)}
        exceptions = [
            (names.get(student, "–"), forms.line_words(line, session.trigger, session.retest_trigger))
            for student, line in here.lines.items()
            if forms.is_exception(line, session.trigger)
        ]
        if session.day == clock.today():
            for student, line in here.lines.items():
                fever = line.fever_state(trigger=session.trigger, retest_trigger=session.retest_trigger)
                if fever in ASK_FOR_MORE and line.state in PRESENT and not live_stay_of(student):
                    in_class.setdefault(fever, []).append(names.get(student, "–"))
    tells = here and session.day == clock.today()
    page = render_template(
        "screening/receipt.html",
        session=session,
        version=mine.version,
        by_name=mine.by_name,
        head=head.head,
        here=here,
        exceptions=exceptions,
        in_class=[(fever, in_class[fever]) for fever in ASK_FOR_MORE if fever in in_class],
        to_nurse=came_without(session.day, [session.class_id]) if tells else [],
        sheet=head,
        is_corrected=len(seen) > 1,
        may_undo=head.head == asked.no and may_undo(mine.version.kind, mine.version.at, clock.now()),
        back=local_path(request.args.get("next")),
        key=uuid4(),
    )
    edge.log_reading("sheet", head.id)
    return page


@bp.get("/<ref>/<day>/<code>/versions")
@requires(Permission.SHEET_READ, of=class_session)
def versions(session: ClassSession) -> Any:
    """Every version of a sheet, and what each has changed, student by student."""
    kept = queries.sheet_of(session.class_id, session.day, session.code)
    if kept is None:
        abort(404)
    history = version_queries.history(kept.id)
    names = version_queries.labels(kept, {one.student_id for each in history for one in each.changes})
    triggers = session.trigger, session.retest_trigger

    def row(one: Difference) -> tuple[str, str | None, str]:
        before = forms.line_words(one.theirs, *triggers) if one.theirs != NORMAL_LINE else None
        return names.get(one.student_id, "–"), before, forms.line_words(one.mine, *triggers)

    page = render_template(
        "screening/versions.html",
        session=session,
        sheet=kept,
        history=[(each.seen, [row(one) for one in each.changes]) for each in history],
    )
    edge.log_reading("sheet", kept.id)
    return page


@bp.post("/<ref>/<day>/<code>/<id:no>/check")
@requires(Permission.SHEET_CHECK, of=numbered_sheet)
def check(asked: NumberedSheet) -> Any:
    """Mark a sheet as checked by the nurse, as she saw it."""
    session = asked.session
    kept = queries.sheet_of(session.class_id, session.day, session.code)
    if kept is None:
        abort(404)

    def verb() -> str:
        check_service.check(g.identity, moment(), kept.id, asked.no)
        return local_path(request.form.get("next")) or url_for(".receipt", **address_of(asked))

    try:
        answer = edge.once("screening.check", verb)
    except service.Stale:
        flash(_("Another version holds since. Please look at it first."), "danger")
        return redirect(url_for(".receipt", **address_of(asked)), 303)
    flash(_("Checked."))
    return answer


@bp.post("/check")
@requires(Permission.SHEET_CHECK)
def check_plain() -> Any:
    """Check all sheets of today without exceptions, of one session or of all, with one button."""
    asked = request.form.get("session", "")
    code = SessionCode(asked) if asked in [one.value for one in SessionCode] else None
    checked = 0

    def verb() -> str:
        nonlocal checked
        checked = check_service.check_plain(g.identity, moment(), code)
        return local_path(request.form.get("next")) or url_for("screening.overview")

    answer = edge.once("screening.check_plain", verb)
    flash(
        ngettext(
            "One sheet without exceptions is checked.",
            "%(num)s sheets without exceptions are checked.",
            checked,
        )
    )
    return answer


@bp.post("/<ref>/<day>/<code>/<id:no>/undo")
@requires(Permission.SHEET_SUBMIT, of=numbered_sheet)
def undo(asked: NumberedSheet) -> Any:
    """Take a sheet back within ten minutes."""
    session = asked.session
    for attempt in (1, 2):
        try:
            with transaction():
                service.withdraw(g.identity, clock.now(), session, asked.no, edge.form_key())
            flash(_("The sheet was undone. The class has not reported now."))
            return redirect(address(session, "screening.sheet", undone=asked.no), 303)
        except Rejected as no:
            flash(forms.refusal_words(no.reason, no.details), "danger")
        except RunAgain:
            if attempt == 1:
                continue
            raise
        except (service.Stale, sa.exc.IntegrityError):
            # Undone already, or another version holds since: the receipt says which.
            pass
        break
    return redirect(url_for(".receipt", **address_of(asked)), 303)
