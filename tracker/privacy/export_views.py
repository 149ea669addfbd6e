"""Everything that is kept of one student, as one file for the guardians."""

from base64 import b64encode
from enum import StrEnum
from typing import Any

from flask import Blueprint, make_response, render_template

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.datafolder import shown
from tracker.permissions import Permission
from tracker.privacy import export_queries, forms
from tracker.school.models import Student
from tracker.school.queries import all_classes
from tracker.school.student_queries import known
from tracker.templating import class_label, format_celsius

bp = Blueprint("export", __name__, url_prefix="/students")


@bp.get("/<id:student_id>/data")
@requires(Permission.DATA_EXPORT, of=known, pin=True)
def data(student: Student) -> Any:
    """One file that opens in every browser: all tables, and the papers in it."""
    classes = {one.id: class_label(one) for one in all_classes()}
    people, sheets = export_queries.people(), export_queries.sheets_of(student.id)

    def cell(column: Any, value: Any) -> str:
        if value is None:
            return ""
        if column.name.endswith("_enc"):
            return shown(value)
        if column.name == "tenths":
            return format_celsius(value)
        if column.name == "class_id":
            return str(classes.get(value, ""))
        if column.name == "sheet_id":
            return sheets.get(value, "")
        if any(key.column.table.name == "user" for key in column.foreign_keys):
            return people.get(value, "")
        if column.table.name == "read_log" and column.name == "page":
            return str(forms.page_words(value))
        if column.table.name == "trail" and column.name == "deed":
            return str(forms.deed_words(value))
        if column.table.name == "trail" and column.name == "changes":
            return forms.change_words(value)
        if column.name == "device":
            return str(forms.DEVICES.get(value, value))
        if column.name in forms.CODES and not isinstance(value, StrEnum):
            return forms.codes_words(column.name, value)
        return forms.cell_words(value)

    file = make_response(
        render_template(
            "privacy/data.html",
            student=student,
            kept=list(export_queries.kept(student.id)),
            papers=[(one, b64encode(one.content).decode()) for one in export_queries.papers(student.id)],
            cell=cell,
            table_words=forms.table_words,
            column_words=forms.column_words,
        )
    )
    name = f"student-data-{student.id}-{clock.today()}.html"
    file.headers["Content-Disposition"] = f"attachment; filename={name}"
    edge.log_reading("student-data", student.id, student_id=student.id)
    return file
