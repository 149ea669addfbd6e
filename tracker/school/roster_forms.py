"""A roster's columns, wrong cells and notices in words, and the forms of its two pages."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField
from wtforms import HiddenField, ValidationError

from tracker.edge import Form
from tracker.fields import MaybeDay, Needed
from tracker.school.roster_cells import Column, Notice, Reason
from tracker.school.roster_plan import Change
from tracker.school.rules import Sex
from tracker.words import word

COLUMN_WORDS: dict[Column, Any] = {
    Column.ENTRY_YEAR: _l("Entry year"),
    Column.CLASS_NUMBER: _l("Class number"),
    Column.STUDENT_NUMBER: _l("Student number"),
    Column.NAME: _l("Full name"),
    Column.SEAT: _l("Seat number"),
    Column.SEX: _l("Sex"),
    Column.BIRTH_DATE: _l("Date of birth"),
    Column.GUARDIAN_NAME: _l("Guardian"),
    Column.GUARDIAN_RELATION: _l("Relation"),
    Column.GUARDIAN_PHONE: _l("Guardian's phone"),
    Column.GUARDIAN2_NAME: _l("Second guardian"),
    Column.GUARDIAN2_RELATION: _l("Second guardian's relation"),
    Column.GUARDIAN2_PHONE: _l("Second guardian's phone"),
    Column.DORMITORY: _l("Dormitory"),
}


def both_names(columns: Sequence[Column]) -> str:
    """Columns as a sentence names them: in the page's language and by their English header."""
    return str(_(", ")).join(f"{COLUMN_WORDS[column]} ({column.value})" for column in columns)


REASONS: dict[StrEnum, tuple[Any, Any]] = {
    Reason.EMPTY: (_l("The cell is empty"), _l("Fill it in, or delete the row")),
    Reason.NOT_A_YEAR: (_l("This is no year"), _l("Write the year of entry, such as 2024")),
    Reason.IMPOSSIBLE_YEAR: (
        _l("No class at the school entered in this year"),
        _l("Write the year in which the class entered the school"),
    ),
    Reason.NOT_A_CLASS_NUMBER: (_l("This is no class number"), _l("Write the number alone: 3 for class (3)")),
    Reason.NOT_A_STUDENT_NUMBER: (
        _l("This is no student number"),
        _l("Use at most 32 letters, digits and hyphens"),
    ),
    Reason.ROUNDED_NUMBER: (
        _l("The spreadsheet has rounded this number"),
        _l("Format the column as text and type the number again"),
    ),
    Reason.NUMBER_TWICE: (
        _l("Row %(other)s has the same student number"),
        _l("Correct one of the two, or delete the double row"),
    ),
    Reason.NUMBER_OF_ANOTHER: (
        _l("This number belongs to %(name)s, with another date of birth"),
        _l("Give this student the right number"),
    ),
    Reason.ZEROS_LOST: (
        _l("The school knows the number %(number)s; leading zeros seem to be lost"),
        _l("Format the column as text and type the zeros again"),
    ),
    Reason.NOT_A_NAME: (_l("This is no name"), _l("Write the name in letters or characters")),
    Reason.NOT_A_SEAT: (_l("This is no seat number"), _l("Write a number from 1 to 200, or leave it empty")),
    Reason.NOT_A_SEX: (_l("This cannot be understood"), _l("Write 男 or 女, or leave it empty")),
    Reason.NOT_A_DATE: (_l("This is no date"), _l("Write it like 2017-09-30")),
    Reason.IMPOSSIBLE_BIRTH: (_l("No student can be born in this year"), _l("Check the year of birth")),
    Reason.NOT_A_PHONE: (_l("This is no telephone number"), _l("Write one number a cell, in digits")),
    Reason.TOO_LONG: (_l("More than %(most)s characters"), _l("Shorten it")),
    Reason.FORMULA_ERROR: (_l("The formula gives an error"), _l("Write the value itself")),
    Reason.MOVED_LATER: (
        _l("The student has been in another class since %(since)s"),
        _l("Import with a day not before that"),
    ),
    Reason.WAS_REMOVED: (_l("This student was removed from the records"), _l("Use a new student number")),
}
"""What is wrong with a cell, and what mends it."""


def reason_words(
    reason: StrEnum, details: Mapping[str, Any], words: Mapping[StrEnum, tuple[Any, Any]] = REASONS
) -> tuple[str, str]:
    """What is wrong with a cell, and what mends it, as sentences; `words` of a file that is no roster."""
    wrong, remedy = words[reason]
    return (str(wrong % details), str(remedy % details)) if details else (str(wrong), str(remedy))


def notice_words(notice: Notice, details: Mapping[str, Any], label: Callable[[Any], str]) -> str:
    """A notice as a sentence; `label` names a class by its key."""
    match notice:
        case Notice.UNKNOWN_COLUMNS:
            words = _("Columns that are not used: %(names)s", names=_(", ").join(details["names"]))
        case Notice.NUMBERS_AS_NUMBERS:
            words = _(
                "The student numbers are stored as numbers: leading zeros, if there were any, are lost."
            )
        case Notice.SEAT_TWICE:
            words = _(
                "Seat %(seat)s of %(label)s is given twice.",
                seat=details["seat"],
                label=label(details["class_key"]),
            )
        case Notice.CLASS_NOT_IN_FILE:
            words = ngettext(
                "%(label)s is not in the file: its %(num)s student stays as it is.",
                "%(label)s is not in the file: its %(num)s students stay as they are.",
                details["count"],
                label=label(details["class_key"]),
            )
    return str(words)


def after_words(change: Change, label: Callable[[Any], str]) -> str:
    """What a value becomes, as the dry run shows it."""
    if change.after is None or change.after is False:
        return str(_("is cleared"))
    if change.before is True and change.after is True:
        return str(_("another"))
    return value_words(change.column, change.after, label)


def value_words(column: Column, value: Any, label: Callable[[Any], str]) -> str:
    """A value of a student as the dry run shows it; of a guardian only whether there is one."""
    if value is None or value is False:
        return str(_("empty"))
    if value is True:
        return str(_("given"))
    if column is Column.CLASS_NUMBER:
        return label(value)
    return str(word(value)) if isinstance(value, Sex) else str(value)


class UploadForm(Form):
    """A roster to look through."""

    file = FileField(_l("File (.xlsx or .csv)"))
    on = MaybeDay(
        _l("Valid from"),
        description=_l("Empty: today; for a class without students the first day of the term."),
    )

    def validate_file(self, field: Any) -> None:
        """A file must have been chosen."""
        if not field.data or not field.data.filename:
            raise ValidationError(_l("Please choose a file."))


class ConfirmForm(Form):
    """The plan that was shown."""

    seen = HiddenField(validators=[Needed()])
