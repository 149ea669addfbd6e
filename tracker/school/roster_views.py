"""Importing a roster: upload it, look through what would change, confirm it."""

import contextlib
import hashlib
import io
from typing import Any

from flask import Blueprint, Response, abort, g, send_file, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts.guards import requires
from tracker.edge import Form, once, page, taken
from tracker.errors import Rejected
from tracker.i18n import language
from tracker.permissions import Permission
from tracker.school import (
    forms,
    roster_file,
    roster_forms,
    roster_queries,
    roster_service,
    table_file,
    upload_queries,
    upload_service,
)
from tracker.school.models import ImportRun, RosterUpload, SchoolClass
from tracker.school.roster_cells import CHINESE_HEADERS, MOST_ROWS, REQUIRED, ClassKey, Column
from tracker.school.rules import Refusal
from tracker.templating import class_label

bp = Blueprint("roster", __name__, url_prefix="/school")

MOST_SHOWN = 200


@bp.route("/import", methods=["GET", "POST"])
@requires(Permission.ROSTER_MANAGE)
def upload() -> Any:
    """Upload a roster.  Nothing of the school changes yet."""
    form = roster_forms.UploadForm()
    if not form.validate_on_submit():
        return _upload_page(form)
    with contextlib.closing(form.file.data) as file:
        content = file.read(table_file.MOST_BYTES + 1)
    # Read before the transaction: nobody waits for a large workbook.
    try:
        table = roster_file.read_table(content)
        roster_queries.import_days(form.on.data, clock.today())
    except Rejected as no:
        form.refuse(no.field, forms.refusal_words(no.reason, no.details))
        return _upload_page(form)

    def keep() -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        kept = upload_service.keep(
            RosterUpload, g.identity.user_id, clock.now(), table, sha256, chosen_on=form.on.data
        )
        return url_for(".preview", upload_id=kept.id)

    return once("roster.upload", keep)


def _upload_page(form: roster_forms.UploadForm) -> Any:
    return page(
        "school/import.html",
        form=form,
        columns=[
            (column, roster_forms.COLUMN_WORDS[column], CHINESE_HEADERS[column][0]) for column in Column
        ],
        required=REQUIRED,
        most=MOST_ROWS,
    )


@bp.route("/import/<id:upload_id>", methods=["GET", "POST"])
@requires(Permission.ROSTER_MANAGE)
def preview(upload_id: int) -> Any:
    """What an uploaded roster would change; confirming it does just that."""
    by = g.identity.user_id
    form = roster_forms.ConfirmForm()

    def confirm() -> str:
        waiting = upload_queries.kept(RosterUpload, upload_id, by)
        if waiting is None:
            raise Rejected(Refusal.UPLOAD_GONE)
        days = roster_queries.import_days(waiting.chosen_on, clock.today())
        run = roster_service.import_roster(
            by, clock.now(), upload_queries.table_of(waiting), waiting.sha256, days, seen=form.seen.data
        )
        upload_service.drop(RosterUpload, by, clock.now(), upload_id)
        return url_for(".done", run_id=run.id)

    if answer := taken(form, "roster.import", confirm, forms.refusal_words):
        return answer
    waiting = upload_queries.kept(RosterUpload, upload_id, by)
    if waiting is None and not form.form_errors:
        abort(404)
    again = roster_forms.UploadForm(formdata=None)
    if waiting is None:
        again.refuse("", form.form_errors[0])
        return _upload_page(again)
    try:
        return _preview_page(form, waiting)
    except Rejected as no:  # the term was changed since, and the chosen day lies outside
        again.refuse(no.field, forms.refusal_words(no.reason, no.details))
        return _upload_page(again)


def _preview_page(form: roster_forms.ConfirmForm, upload: RosterUpload) -> Any:
    days = roster_queries.import_days(upload.chosen_on, clock.today())
    plan = roster_queries.roster_plan(upload_queries.table_of(upload), days)
    stale = bool(form.form_errors)
    form.seen.data = plan.digest

    stage = roster_queries.stage(days.today)
    day = max(days.today, *(line.on for line in plan.lines))  # new classes may begin with the coming term

    def label(key: ClassKey | None) -> str:
        if key is None:
            return str(_("no class"))
        return class_label(SchoolClass(stage=stage, entry_year=key[0], number=key[1]), day)

    return page(
        "school/preview.html",
        form=form,
        upload=upload,
        plan=plan,
        counts=plan.counts,
        label=label,
        value_words=roster_forms.value_words,
        after_words=roster_forms.after_words,
        column_words=roster_forms.COLUMN_WORDS,
        reason_words=roster_forms.reason_words,
        notices=[roster_forms.notice_words(notice, details, label) for notice, details in plan.notices],
        most=MOST_SHOWN,
        code=409 if stale else None,
    )


@bp.post("/import/<id:upload_id>/drop")
@requires(Permission.ROSTER_MANAGE)
def drop(upload_id: int) -> Any:
    """Forget an upload."""

    def drop() -> str:
        upload_service.drop(RosterUpload, g.identity.user_id, clock.now(), upload_id)
        return url_for(".upload")

    return taken(Form(), "roster.drop", drop, forms.refusal_words) or abort(400)


@bp.get("/imports/<id:run_id>")
@requires(Permission.ROSTER_MANAGE, of=roster_queries.import_run)
def done(run: ImportRun) -> Any:
    """What an import has done."""
    return page("school/imported.html", run=run)


@bp.get("/roster-template")
@requires(Permission.ROSTER_MANAGE)
def template() -> Response:
    """An empty roster to fill in, in the page's language."""
    name = _("roster-template") + ".xlsx"
    content = io.BytesIO(roster_file.template(language()))
    return send_file(content, table_file.XLSX, as_attachment=True, download_name=name)
