import io
import zipfile

import pytest

from tests.school.roster import CHINESE, REQUIRED, csv_file, xlsx_file
from tracker.errors import Rejected
from tracker.school import table_file
from tracker.school.roster_cells import CHINESE_HEADERS, TEXT_COLUMNS, Column
from tracker.school.roster_file import read_table, template
from tracker.school.rules import Refusal

LI = ("2024", "1", "00123", "李明")


@pytest.mark.parametrize("content", [
    csv_file(REQUIRED, [LI]),
    csv_file(CHINESE, [LI], "utf-8-sig"),
    csv_file(CHINESE, [LI], "gb18030"),
    csv_file(CHINESE, [LI]).replace(b",", b"\t"),
    csv_file(CHINESE, [LI]).replace(b",", b";"),
    xlsx_file(CHINESE, [LI]),
    xlsx_file(REQUIRED, [LI]),
], ids=["utf-8", "utf-8 with BOM", "GB18030", "tabs", "semicolons", "xlsx in Chinese", "xlsx in English"])  # fmt: skip
def test_every_kind_of_file_gives_the_same_cells(content):
    table = read_table(content)
    assert table.rows == ((2, LI),)


def test_titles_above_the_header_and_empty_rows_are_passed_over():
    table = read_table(csv_file(["某小学学生名册", "", "", ""], [CHINESE, (), LI, ("", "", "", ""), LI]))
    assert [row for row, _ in table.rows] == [4, 6]


def test_cells_beyond_the_header_are_left_out():
    table = read_table(csv_file(CHINESE, [(*LI, "", "x"), ("", "", "", "", "note")]))
    assert table.rows == ((2, LI),)


def test_numbers_that_are_really_text_survive():
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(xlsx_file(CHINESE, [LI, (2024, 1, 123, "王芳"), (2024, 1, 45, "赵四")])))
    book.active["C3"].number_format = "00000"
    book.active.append([2024, 1, 110101199003074518, "钱五"])
    book.active.append([2024, 1, "110101199003074518", "孙六"])
    file = io.BytesIO()
    book.save(file)
    table = read_table(file.getvalue())
    assert [cells[2] for _, cells in table.rows] == [
        "00123", "00123", "45", "1.10101199003074E+17", "110101199003074518"
    ]  # fmt: skip
    assert 2 in table.typed_as_number  # 45 may once have begun with a zero


def test_a_date_cell_is_a_date():
    from datetime import date, datetime

    rows = [(*LI, date(2018, 3, 4)), (*LI, datetime(2018, 3, 4)), (*LI, "2018-03-04")]
    assert [cells[4] for _, cells in read_table(xlsx_file((*CHINESE, "出生日期"), rows)).rows] == [
        "2018-03-04"
    ] * 3


def bomb(size: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with zipfile.ZipFile(io.BytesIO(xlsx_file(CHINESE, [LI]))) as good:
            for part in good.namelist():
                archive.writestr(part, good.read(part))
        archive.writestr("xl/media/image1.bin", b"\0" * size)
    return file.getvalue()


def entity_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_file(CHINESE, [LI]))) as good, zipfile.ZipFile(file, "w") as archive:
        for part in good.namelist():
            text = good.read(part)
            if part.startswith("xl/worksheets/"):
                entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
                text = (
                    f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{entities}]>'
                    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
                    '<row r="1"><c r="A1" t="inlineStr"><is><t>&e9;</t></is></c></row></sheetData></worksheet>'
                ).encode()
            archive.writestr(part, text)
    return file.getvalue()


def cut_off() -> bytes:
    return xlsx_file(CHINESE, [LI] * 200)[:-200]


def other_archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "x")
    return file.getvalue()


BAD = {
    "an empty file": (b"", Refusal.FILE_EMPTY),
    "blanks only": (b" \r\n \n", Refusal.FILE_EMPTY),
    "an empty workbook": (xlsx_file([], []), Refusal.FILE_EMPTY),
    "a renamed .exe": (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00" + bytes(200), Refusal.FILE_IS_NO_ROSTER),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", Refusal.FILE_IS_NO_ROSTER),
    "another archive": (other_archive(), Refusal.FILE_IS_NO_ROSTER),
    "an old .xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), Refusal.FILE_IS_OLD_EXCEL),
    "a damaged workbook": (cut_off(), Refusal.FILE_DAMAGED),
    "an .xlsx bomb": (bomb(60 * 1024 * 1024), Refusal.FILE_UNPACKS_TOO_LARGE),
    "a bomb of entities": (entity_bomb(), Refusal.FILE_DAMAGED),
    "UTF-16": ("学号,姓名".encode("utf-16"), Refusal.WRONG_ENCODING),
    "no text": (b"\xff\x81\xff\xff", Refusal.WRONG_ENCODING),
    "a quote left open": (csv_file(CHINESE, [LI]) + b'2024,1,"00124,x\n', Refusal.FILE_DAMAGED),
    "a missing column": (csv_file(CHINESE[:3], [LI[:3]]), Refusal.MISSING_COLUMNS),
    "some other table": (b"a,b\n1,2\n", Refusal.MISSING_COLUMNS),
    "a column twice": (csv_file((*CHINESE, "student_number"), [(*LI, "1")]), Refusal.COLUMN_TWICE),
    "a header alone": (csv_file(CHINESE, []), Refusal.NO_ROWS),
    "too many rows": (lambda: csv_file(CHINESE, [LI] * 10_001), Refusal.TOO_MANY_ROWS),
    "far too many rows": (lambda: xlsx_file(CHINESE, [LI] * 10_020), Refusal.TOO_MANY_ROWS),
    "too large": (b"x" * (table_file.MOST_BYTES + 1), Refusal.FILE_TOO_LARGE),
}


@pytest.mark.parametrize("content, refusal", BAD.values(), ids=BAD)
def test_what_is_no_roster_is_refused_with_its_reason(content, refusal):
    with pytest.raises(Rejected) as no:
        read_table(content() if callable(content) else content)
    assert (no.value.reason, no.value.field) == (refusal, "file")


def test_a_missing_column_is_named():
    with pytest.raises(Rejected) as no:
        read_table(csv_file(CHINESE[:2], [LI[:2]]))
    assert no.value.details == {"columns": [Column.STUDENT_NUMBER, Column.NAME]}


def test_ten_thousand_rows_are_not_too_many():
    assert len(read_table(csv_file(CHINESE, [LI] * 10_000)).rows) == 10_000


@pytest.mark.parametrize("language, heads", [
    ("zh_Hans", [names[0] for names in CHINESE_HEADERS.values()]),
    ("en", [column.value for column in Column]),
])  # fmt: skip
def test_the_template_is_made_of_the_same_columns(language, heads):
    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter

    book = load_workbook(io.BytesIO(template(language)))
    sheet = book.active
    assert [cell.value for cell in sheet[1]] == heads
    assert sheet.freeze_panes == "A2"
    assert len(sheet.data_validations.dataValidation) == 1
    for place, column in enumerate(Column, 1):
        as_text = sheet.column_dimensions[get_column_letter(place)].number_format == "@"
        assert as_text is (column in TEXT_COLUMNS)
    sheet.append(LI)
    file = io.BytesIO()
    book.save(file)
    assert read_table(file.getvalue()).rows[0][1][:4] == LI
