"""Importing what was recorded before: upload it, look through what would be written, confirm it."""

import contextlib
import hashlib
import io
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort, g, send_file, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts.guards import requires
from tracker.edge import Form, log_reading, once, page, taken
from tracker.errors import Rejected
from tracker.history import cells, files, forms, queries, service
from tracker.history.models import HistoryUpload
from tracker.history.plan import Options
from tracker.history.rules import Refusal
from tracker.i18n import language
from tracker.permissions import Permission
from tracker.school import table_file, upload_queries, upload_service
from tracker.school.models import ImportRun

bp = Blueprint("history", __name__, url_prefix="/school/history")

MOST_SHOWN = 200

CODES = [
    (cells.Column.SESSION, cells.SESSIONS),
    (cells.Column.STATE, cells.STATES),
    (cells.Column.REASON, cells.REASONS),
    (cells.Column.SYMPTOMS, cells.SYMPTOMS),
    (cells.Column.DIAGNOSIS, cells.DIAGNOSES),
]


@bp.route("", methods=["GET", "POST"])
@requires(Permission.HISTORY_IMPORT)
def upload() -> Any:
    """Upload a history.  Nothing is written yet."""
    form = forms.UploadForm()
    if not form.validate_on_submit():
        return _upload_page(form)
    with contextlib.closing(form.file.data) as file:
        content = file.read(table_file.MOST_BYTES + 1)
    # Read before the transaction: nobody waits for a large workbook.
    try:
        table = files.read_table(content)
    except Rejected as no:
        form.refuse(no.field, forms.refusal_words(no.reason, no.details))
        return _upload_page(form)
    options = Options(form.assume_complete.data, form.open_days.data)

    def keep() -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        kept = upload_service.keep(
            HistoryUpload, g.identity.user_id, clock.now(), table, sha256, **asdict(options)
        )
        return url_for(".preview", upload_id=kept.id)

    return once("history.upload", keep)


def _upload_page(form: forms.UploadForm) -> Any:
    columns = [
        (column, forms.COLUMN_WORDS[column], cells.CHINESE_HEADERS[column][0]) for column in cells.Column
    ]
    return page(
        "history/import.html",
        form=form,
        columns=columns,
        required=cells.REQUIRED,
        codes=[(forms.COLUMN_WORDS[column], words) for column, words in CODES],
        most=cells.MOST_ROWS,
    )


@bp.route("/<id:upload_id>", methods=["GET", "POST"])
@requires(Permission.HISTORY_IMPORT)
def preview(upload_id: int) -> Any:
    """What an uploaded history would write; confirming it does just that."""
    by = g.identity.user_id
    form = forms.ConfirmForm()

    def confirm() -> str:
        waiting = upload_queries.kept(HistoryUpload, upload_id, by)
        if waiting is None:
            raise Rejected(Refusal.UPLOAD_GONE)
        run_id = service.import_history(
            by,
            clock.now(),
            clock.today(),
            upload_queries.table_of(waiting),
            waiting.sha256,
            queries.options_of(waiting),
            seen=form.seen.data,
        )
        upload_service.drop(HistoryUpload, by, clock.now(), upload_id)
        return url_for(".done", run_id=run_id)

    if answer := taken(form, "history.import", confirm, forms.refusal_words):
        return answer
    waiting = upload_queries.kept(HistoryUpload, upload_id, by)
    if waiting is None and not form.form_errors:
        abort(404)
    if waiting is None:
        again = forms.UploadForm(formdata=None)
        again.refuse("", form.form_errors[0])
        return _upload_page(again)
    return _preview_page(form, waiting)


def _preview_page(form: forms.ConfirmForm, waiting: HistoryUpload) -> Any:
    plan = queries.history_plan(upload_queries.table_of(waiting), queries.options_of(waiting), clock.today())
    stale = bool(form.form_errors)
    form.seen.data = plan.digest
    answer = page(
        "history/preview.html",
        form=form,
        upload=waiting,
        plan=plan,
        counts=plan.counts,
        wrong=forms.shown(plan.wrong),
        column_words=forms.COLUMN_WORDS,
        reason_words=forms.reason_words,
        notices=forms.notice_words(plan.history.unknown_headers, plan.history.unlikely),
        most=MOST_SHOWN,
        code=409 if stale else None,
    )
    log_reading("history", 0)
    return answer


@bp.post("/<id:upload_id>/drop")
@requires(Permission.HISTORY_IMPORT)
def drop(upload_id: int) -> Any:
    """Forget an upload."""

    def forget() -> str:
        upload_service.drop(HistoryUpload, g.identity.user_id, clock.now(), upload_id)
        return url_for(".upload")

    return taken(Form(), "history.drop", forget, forms.refusal_words) or abort(400)


@bp.get("/imports/<id:run_id>")
@requires(Permission.HISTORY_IMPORT, of=queries.import_run)
def done(run: ImportRun) -> Any:
    """What an import has written."""
    return page("history/imported.html", run=run)


@bp.get("/template")
@requires(Permission.HISTORY_IMPORT)
def template() -> Response:
    """An empty history to fill in, in the page's language."""
    name = _("history-template") + ".xlsx"
    content = io.BytesIO(files.template(language()))
    return send_file(content, table_file.XLSX, as_attachment=True, download_name=name)
