"""The receipt of a sheet, and its undoing within ten minutes."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.db import transaction
from tracker.errors import Rejected, RunAgain
from tracker.permissions import Permission
from tracker.screening import forms, queries, service
from tracker.screening.queries import ClassSession
from tracker.screening.rules import may_undo
from tracker.screening.views import plausible_day
from tracker.templating import class_ref

bp = Blueprint("receipts", __name__, url_prefix="/screening")


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
    seen = queries.versions(head.id) if head else []
    mine = next((one for one in seen if one.version.no == asked.no), None)
    if head is None or mine is None:
        abort(404)
    here = None
    exceptions: list[tuple[str, str]] = []
    if head.head == asked.no:
        here = queries.kept_sheets(session.class_id, session.day, [session.code])[session.code]
        names = {one.id: one.label for one in queries.roster(session.class_id, session.day)}
        exceptions = [
            (names.get(student, "–"), forms.line_words(line, session.trigger, session.retest_trigger))
            for student, line in here.lines.items()
            if forms.is_exception(line, session.trigger)
        ]
    page = render_template(
        "screening/receipt.html",
        session=session,
        version=mine.version,
        by_name=mine.by_name,
        head=head.head,
        here=here,
        exceptions=exceptions,
        history=seen,
        may_undo=head.head == asked.no and may_undo(mine.version.kind, mine.version.at, clock.now()),
        key=uuid4(),
    )
    edge.log_reading("sheet", head.id)
    return page


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
