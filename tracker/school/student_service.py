"""One child added, moved or corrected by page: a roster of one row, and the number that comes later."""

from datetime import datetime

import sqlalchemy as sa

from tracker.audit import service as audit
from tracker.db import db
from tracker.errors import Rejected
from tracker.school import roster_service, student_queries
from tracker.school.models import Student
from tracker.school.roster_cells import Column, Table
from tracker.school.roster_plan import Days
from tracker.school.rules import Refusal


def one_row(cells: dict[Column, str]) -> Table:
    """A roster of one student.  A column that is not there stays as it is."""
    return Table(tuple(column.value for column in cells), ((1, tuple(cells.values())),))


def add(by: int, at: datetime, cells: dict[Column, str], days: Days) -> None:
    """Add one child.  Without a number it gets a provisional one, to be replaced when the real one comes.

    Rejected if the number or the seat is somebody's already.
    """
    number = cells[Column.STUDENT_NUMBER]
    provisional = not number
    if provisional:
        number = student_queries.next_provisional(days.today)
    elif student_queries.has_number(number):
        raise Rejected(Refusal.NUMBER_TAKEN, Column.STUDENT_NUMBER)
    table = one_row(cells | {Column.STUDENT_NUMBER: number})
    _seated(by, at, table, number, days)
    if provisional:
        db.session.execute(sa.update(Student).where(Student.number == number).values(is_provisional=True))


def change(by: int, at: datetime, student_id: int, cells: dict[Column, str], days: Days) -> None:
    """Correct one child, or move it to another class from a day on.

    A number that is given takes the place of the one there was, provisional or mistyped, and the child
    stays the same.  Rejected if it or a new seat is somebody else's; a seat that a roster file has given
    twice stands in the way of no other correction.
    """
    student = db.session.get_one(Student, student_id)
    place = student_queries.newest_place(student.number)
    number = cells[Column.STUDENT_NUMBER]
    if number != student.number:
        if student_queries.has_number(number):
            raise Rejected(Refusal.NUMBER_TAKEN, Column.STUDENT_NUMBER)
        student.number, student.is_provisional = number, False
        db.session.flush()  # the roster finds the child by it
        audit.record(by, at, "student.number", "student", student_id, student_id=student_id)
    _seated(by, at, one_row(cells), number, days, place)


def _seated(
    by: int, at: datetime, table: Table, number: str, days: Days, place: tuple[int, int | None] | None = None
) -> None:
    roster_service.import_roster(by, at, table, "", days)
    if student_queries.newest_place(number) != place and student_queries.shares_a_seat(number):
        raise Rejected(Refusal.SEAT_TAKEN, Column.SEAT)
