"""A history's columns and wrong cells in words, and the forms of its pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel import ngettext
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, ValidationError

from tracker.edge import Form
from tracker.fields import Needed
from tracker.history.cells import Column, Reason
from tracker.history.rules import Refusal
from tracker.school import forms as school_forms
from tracker.school import roster_cells, roster_forms
from tracker.school.roster_cells import Wrong
from tracker.school.rules import Refusal as FileRefusal
from tracker.screening.rules import SessionCode
from tracker.words import word

COLUMN_WORDS: dict[Column, Any] = {
    Column.DATE: _l("Date"),
    Column.SESSION: _l("Session"),
    Column.STUDENT_NUMBER: roster_forms.COLUMN_WORDS[roster_cells.Column.STUDENT_NUMBER],
    Column.STATE: _l("State"),
    Column.REASON: _l("Reason for absence"),
    Column.SYMPTOMS: _lp("column", "Symptoms"),
    Column.TEMPERATURE: _l("Temperature"),
    Column.ONSET: _l("Onset date"),
    Column.DIAGNOSIS: _l("Diagnosis"),
}

REASONS: dict[StrEnum, tuple[Any, Any]] = {
    **roster_forms.REASONS,
    Reason.NOT_A_SESSION: (_l("This is no session"), _l("Write arrival, morning, noon or evening")),
    Reason.NOT_A_STATE: (_l("This is no state"), _l("Write absent, symptomatic or measured")),
    Reason.NOT_A_REASON: (
        _l("This is no reason for an absence"),
        _l("Use a code or a word of the list on the page, or leave it empty"),
    ),
    Reason.NOT_A_SYMPTOM: (
        _l("This is no symptom"),
        _l("Use codes or words of the list on the page, separated by ;"),
    ),
    Reason.NOT_A_DIAGNOSIS: (
        _l("This is no diagnosis"),
        _l("Use a code or a word of the list on the page; “other” for one that is not there"),
    ),
    Reason.NOT_A_TEMPERATURE: (
        _l("A temperature lies between 32.0 and 43.0 ℃"),
        _l("Write it like 36.5, or leave it empty"),
    ),
    Reason.TEMPERATURE_NEEDED: (
        _l("Measured, but without a temperature"),
        _l("Fill it in, or delete the row"),
    ),
    Reason.SIGN_NEEDED: (
        _l("Symptomatic, but with neither a symptom nor a temperature"),
        _l("Fill in what was seen, or delete the row"),
    ),
    Reason.ONLY_MEASURED: (
        _l("Measured says a temperature and nothing else"),
        _l("Write symptomatic as the state"),
    ),
    Reason.NOT_ABSENT: (
        _l("Only an absence has a reason"),
        _l("Write absent as the state, or clear the cell"),
    ),
    Reason.ONSET_LATER: (_l("The onset lies after the day"), _l("Correct one of the two days")),
    Reason.ONSET_EARLY: (
        _l("The onset lies more than 90 days before the day"),
        _l("Correct it, or leave it empty"),
    ),
    Reason.ROW_TWICE: (
        _l("Row %(other)s tells of the same student, day and session"),
        _l("Keep one of the two rows"),
    ),
    Reason.UNKNOWN_NUMBER: (
        _l("The school has no student with this number"),
        _l("Correct the number, or import the roster first"),
    ),
    Reason.BEFORE_ENROLMENT: (
        _l("The student is enrolled from %(first)s only"),
        _l("Import the roster of that time first, valid from %(day)s"),
    ),
    Reason.AFTER_ENROLMENT: (
        _l("The student was enrolled until %(last)s only"),
        _l("Correct the date or the number, or delete the row"),
    ),
    Reason.OUTSIDE_TERM: (
        _l("The day lies in no term"),
        _l("Add the term first, or correct the date"),
    ),
    Reason.NO_SCHOOL_DAY: (
        _l("This was no school day for the class"),
        _l("Correct the date, or say that days in the file become school days"),
    ),
    Reason.NOT_ASKED_FOR: (
        _l("This session is not run on a day of this kind"),
        _l("Change the day on the calendar, or delete the row"),
    ),
    Reason.DAY_NOT_OVER: (
        _l("The day is not over yet"),
        _l("Enter it on the class's sheet, or correct the date"),
    ),
    Reason.SUBMITTED: (
        _l("The class has submitted this sheet itself: an import never changes it"),
        _l("Correct it on the sheet, and delete the row"),
    ),
    Reason.IMPORTED_OTHERWISE: (
        _l("An earlier import wrote this sheet, and it says something else"),
        _l("Correct it on the sheet, and delete the row"),
    ),
}
"""What is wrong with a cell, and what mends it; of what can be wrong with any file, the roster's."""


reason_words = partial(roster_forms.reason_words, words=REASONS)
"""What is wrong with a cell, and what mends it, as sentences."""


def shown(wrong: Iterable[Wrong]) -> list[Wrong]:
    """Wrong cells as they are shown: a session by its word."""
    return [
        replace(cell, value=str(word(cell.value))) if isinstance(cell.value, SessionCode) else cell
        for cell in wrong
    ]


def both_names(columns: Sequence[Column]) -> str:
    """Columns as a sentence names them: in the page's language and by their English header."""
    return str(_(", ")).join(f"{COLUMN_WORDS[column]} ({column.value})" for column in columns)


WORDS: dict[StrEnum, Any] = {
    Refusal.WRONG_ROWS: _l("Nothing was imported. Please correct the file and upload it again."),
    Refusal.UPLOAD_GONE: _l("This file is no longer kept. Please upload it again."),
    Refusal.SCHOOL_CHANGED: _l("The school has changed since. Please look through the file again."),
    Refusal.NO_NURSE: _l(
        "There is no school nurse yet, in whose name it could be kept. Please add the account first."
    ),
    FileRefusal.FILE_TOO_LARGE: _l("The file is larger than %(megabytes)s MB. Please divide it."),
    FileRefusal.FILE_UNPACKS_TOO_LARGE: _l(
        "The workbook unpacks to more than %(megabytes)s MB. Please save it as .csv."
    ),
    FileRefusal.FILE_IS_NO_ROSTER: _l("This is no table. Please upload an .xlsx or .csv file."),
    FileRefusal.MISSING_COLUMNS: lambda columns: _(
        "These columns are missing: %(names)s. The template has them all.", names=both_names(columns)
    ),
    FileRefusal.COLUMN_TWICE: lambda columns: _(
        "These columns stand there twice: %(names)s. Please delete one of each.", names=both_names(columns)
    ),
    FileRefusal.NO_ROWS: _l("There is a header, but no row below it."),
}


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal; of what can be wrong with any file, the roster's."""
    if (words := WORDS.get(reason)) is None:
        return school_forms.refusal_words(reason, details)
    return str(words(**details) if callable(words) and details else words % details if details else words)


class UploadForm(Form):
    """A history to look through."""

    file = FileField(_l("File (.xlsx or .csv)"))
    assume_complete = BooleanField(
        _l("All classes were checked"),
        description=_l(
            "On every school day from the file's first to its last, in every session that the file names:"
            " who is not in the file was normal. Without it, all others count as not recorded."
        ),
    )
    open_days = BooleanField(
        _l("Days in the file become school days"),
        description=_l("For days of a term that the calendar has as days off."),
    )

    def validate_file(self, field: Any) -> None:
        """A file must have been chosen."""
        if not field.data or not field.data.filename:
            raise ValidationError(_l("Please choose a file."))


class ConfirmForm(Form):
    """The plan that was shown."""

    seen = HiddenField(validators=[Needed()])


def notice_words(unknown_headers: Sequence[str], unlikely: int) -> list[str]:
    """What whoever imports should know, without anything being wrong."""
    found = []
    if unknown_headers:
        found.append(_("Columns that are not used: %(names)s", names=_(", ").join(unknown_headers)))
    if unlikely:
        found.append(
            ngettext(
                "%(num)s temperature lies below 35 or above 41 ℃. Please check it.",
                "%(num)s temperatures lie below 35 or above 41 ℃. Please check them.",
                unlikely,
            )
        )
    return [str(words) for words in found]
