"""One child of the roster as it is typed; what is wrong is said in the roster's words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from tracker.edge import Form
from tracker.fields import Day, Line, offered
from tracker.school.roster_cells import GUARDIANS, Column, Wrong
from tracker.school.roster_forms import COLUMN_WORDS, reason_words
from tracker.school.rules import Sex
from tracker.words import word


def _cell(column: Column, **more: Any) -> Line:
    return Line(COLUMN_WORDS[column], needed=False, **more)


class StudentForm(Form):
    """A child: class and seat, number and name, whom to call.  Its fields are the roster's columns."""

    place = SelectField(_l("Class"))
    on = Day(_l("First day in this class"))
    student_number = _cell(Column.STUDENT_NUMBER)
    name = _cell(Column.NAME)
    seat = _cell(Column.SEAT, render_kw={"inputmode": "numeric"})
    sex = SelectField(
        COLUMN_WORDS[Column.SEX],
        choices=lambda: offered([("", "–"), *((one.value, word(one)) for one in Sex)]),
    )
    birth_date = _cell(Column.BIRTH_DATE)
    guardian_name = _cell(Column.GUARDIAN_NAME)
    guardian_relation = _cell(Column.GUARDIAN_RELATION)
    guardian_phone = _cell(Column.GUARDIAN_PHONE, render_kw={"inputmode": "tel"})
    guardian2_name = _cell(Column.GUARDIAN2_NAME)
    guardian2_relation = _cell(Column.GUARDIAN2_RELATION)
    guardian2_phone = _cell(Column.GUARDIAN2_PHONE, render_kw={"inputmode": "tel"})

    def offer(self, classes: Sequence[tuple[str, str]]) -> None:
        """The classes that may be chosen, by entry year and number."""
        self.place.choices = offered(classes)

    @property
    def cells(self) -> dict[Column, str]:
        """The form as a row of a roster; a guardian of whom nothing was typed is no column."""
        year, _hyphen, number = self.place.data.partition("-")
        cells = {Column.ENTRY_YEAR: year, Column.CLASS_NUMBER: number}
        cells |= {column: self[column.value].data for column in COLUMNS}
        for columns in GUARDIANS.values():
            typed = {column: self[column.value].data for column in columns}
            cells |= typed if any(typed.values()) else {}
        return cells

    def tell(self, wrong: Iterable[Wrong]) -> None:
        """Say at its field what is wrong with a cell; a field that has a complaint already keeps to that."""
        for one in wrong:
            field = "place" if one.column in (Column.ENTRY_YEAR, Column.CLASS_NUMBER) else one.column.value
            if not self[field].errors:
                problem, remedy = reason_words(one.reason, one.details)
                self.refuse(field, _("%(problem)s. %(remedy)s.", problem=problem, remedy=remedy))


COLUMNS = (Column.STUDENT_NUMBER, Column.NAME, Column.SEAT, Column.SEX, Column.BIRTH_DATE)


def filled(values: Mapping[Column, object]) -> dict[str, str]:
    """What the school knows, as the form shows it."""
    return {column.value: "" if value is None else str(value) for column, value in values.items()}
