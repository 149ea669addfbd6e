"""Rosters as files, for tests: invented children of an invented school."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

REQUIRED = ("entry_year", "class_number", "student_number", "name")
CHINESE = ("入学年份", "班号", "学号", "姓名")
SIZES = {2026: (28, 28, 28), 2025: (27, 27, 27), 2024: (27, 26, 27),
         2023: (26, 26, 26), 2022: (26, 26, 25), 2021: (27, 27, 27)}  # fmt: skip
"""481 students in 18 classes."""


def csv_file(header: Sequence[str], rows: Iterable[Sequence[Any]], encoding: str = "utf-8") -> bytes:
    """A roster as .csv."""
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode(encoding)


def xlsx_file(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A roster as .xlsx, its cells as they are given: text as text, numbers as numbers."""
    from openpyxl import Workbook

    book = Workbook()
    for row in [header, *rows]:
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


WHOLE_HEADER = (
    *REQUIRED, "seat", "sex", "birth_date", "guardian_name", "guardian_relation", "guardian_phone",
    "guardian2_name", "guardian2_relation", "guardian2_phone", "dormitory",
)  # fmt: skip


def whole_school(sizes: dict[int, tuple[int, ...]] | None = None) -> list[tuple[Any, ...]]:
    """The rows of a whole school, every column filled."""
    rows = []
    for year, classes in (sizes or SIZES).items():
        for number, size in enumerate(classes, 1):
            for seat in range(1, size + 1):
                tail = f"{year % 100:02}{number}{seat:02}"
                rows.append((
                    str(year), str(number), f"0{tail}", f"学生{'甲乙丙丁'[seat % 4]}{'一二三四五'[seat % 5]}", str(seat),
                    "男" if seat % 2 else "女", f"{year - 6}-0{1 + seat % 9}-15",
                    f"家长{seat}", "父亲", f"138{tail:0>8}", f"家长{seat}乙", "母亲", f"139{tail:0>8}", "",
                ))  # fmt: skip
    return rows
