"""A contractor's file as he writes it: Thai or English, in any encoding, with rows that cannot be read."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from dulae.claims import reading, words
from dulae.claims.reading import Around, Rows
from dulae.errors import ListError
from dulae.people.text import plain
from dulae.reports.languages import words as said
from dulae.settings import load

EXAMPLE = Path(__file__).parents[3] / "inventory/example"
AROUND = Around(date(2026, 11, 1), date(2026, 11, 30), words.systems(load(EXAMPLE).systems))
THAI = "วันที่,เวลา,ระบบ,รายการ,เลขที่อ้างอิง,ผล\n5 พ.ย. 2569,20.30 น.,Intranet,สำรองข้อมูล,database,สำเร็จ\n"
ENGLISH = "Date;System;Work;Ref.;Result\n2026-11-05;e-saraban;Backup verified;;OK\n"


def read(text: str, encoding: str = "utf-8") -> Rows:
    return reading.read(text.encode(encoding), "c.csv", AROUND)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "utf-16"])
def test_thai_files_are_read_in_every_encoding_that_offices_use(encoding: str) -> None:
    [claim] = read(THAI, encoding).claims
    assert (claim.row, claim.day, claim.clock) == (2, date(2026, 11, 5), "20:30")
    assert (claim.system, claim.work, claim.result) == ("intranet", "backup_made", "done")
    assert (claim.reference, claim.said) == ("database", "สำรองข้อมูล")


def test_english_headers_and_words_are_read_too() -> None:
    text = ENGLISH.replace("e-saraban", "Electronic correspondence system (e-Saraban)")
    [claim] = read(text).claims
    assert (claim.system, claim.work, claim.result) == ("saraban", "backup_checked", "done")


@pytest.mark.parametrize(
    "written",
    ["5 พฤศจิกายน พ.ศ. 2569", "5/11/2569", "๕/๑๑/๒๕๖๙", "05-11-2026", "2026-11-05", "5 Nov 2026", "5/11/69"],
)
def test_days_are_read_as_offices_write_them(written: str) -> None:
    [claim] = read(f"day,system,work\n{written},intranet,backup\n").claims
    assert claim.day == date(2026, 11, 5)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",intranet,backup,,", "empty"),
        ("31/11/2569,intranet,backup,,", "bad_date"),
        ("พ.ย. 2569,intranet,backup,,", "partial"),
        ("1-5 พ.ย. 2569,intranet,backup,,", "range"),
        ("1/12/2569,intranet,backup,,", "other_period"),
        ("5/11/2569,,backup,,", "no_system"),
        ("5/11/2569,payroll,backup,,", "unknown_system"),
        ("5/11/2569,intranet,,,", "no_work"),
        ("5/11/2569,intranet,ตรวจสอบผลการสำรองข้อมูล,,", "unknown_work"),
        ("5/11/2569,intranet,failed,,", "unknown_work"),
        ("5/11/2569,intranet,incident fixed,,", "no_incident"),
        ("5/11/2569,intranet,backup,,perhaps", "unknown_result"),
        ("5/11/2569,intranet,backup,,backup", "unknown_result"),
        ("5/11/2569 25:00,intranet,backup,,", "bad_time"),
        ("5/11/2569", "no_work"),
    ],
)
def test_a_row_that_cannot_be_read_is_kept_with_its_line_and_reason(row: str, code: str) -> None:
    rows = read(f"day,system,work,ref,result\n5/11/2569,intranet,backup,,\n{row}\n")
    assert len(rows.claims) == 1
    assert [(one.row, one.code) for one in rows.refused] == [(3, code)]


def test_every_reason_of_a_date_has_words() -> None:
    for language in ("th", "en"):
        known = said(language)["maintenance"]["claims"]
        assert {"range", "ambiguous_year", "out_of_window", "bad_month", "formula"} <= set(known["refusals"])
        assert set(known["works"]) == set(words.WORKS)


def test_an_incident_tells_its_system_by_itself() -> None:
    [claim] = read("วันที่,งาน,เลขเหตุ\n5/11/2569,แก้ไขเหตุ,INC-2570-0001\n").claims
    assert (claim.system, claim.reference, claim.result) == ("", "INC-2570-0001", "done")


def test_what_a_spreadsheet_would_compute_is_kept_as_text() -> None:
    rows = read(
        'day,system,work,ref\n5/11/2569,intranet,backup,"=HYPERLINK(""x"")"\n5/11/2569,intranet,@x,\n'
    )
    assert rows.claims[0].reference == """'=HYPERLINK("x")"""
    assert rows.refused[0].value == "'@x"


def test_hidden_characters_and_long_texts_are_cut() -> None:
    rows = read(f"day,system,work\n5/11/2569,intranet,\u202e{'x' * 500}\n")
    assert rows.refused[0].value == "x" * 120 + "…"


def test_a_workbook_is_read_too_and_its_formulas_are_refused() -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate((("วันที่", "ระบบ", "งาน"), ("5/11/2569", "intranet", "สำรองข้อมูล"))):
            sheet.write_row(row, 0, cells)
        sheet.write_row(2, 0, ("6/11/2569", "intranet"))
        sheet.write_formula(2, 2, '="สำรอง"&"ข้อมูล"', None, "สำรองข้อมูล")
    rows = reading.read(data.getvalue(), "c.xlsx", AROUND)
    assert len(rows.claims) == 1 and rows.refused[0].code == "formula"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b" \n", "the file is empty"),
        (b"a,b\n1,2\n", "no row names the columns"),
        (b"%PDF-1.7", "PDF"),
        ("à¸ªà¸³".encode(), "damaged"),
    ],
)
def test_what_is_no_table_is_refused_as_a_whole(data: bytes, problem: str) -> None:
    with pytest.raises(ListError, match=problem):
        reading.read(data, "c.csv", AROUND)


def test_too_large_and_missing_files_are_refused(tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * (reading.MOST_BYTES + 1))
    for path, problem in (
        (large, "more than 2 MiB"),
        (tmp_path / "none.csv", "no such file"),
        (tmp_path, "no such"),
    ):
        with pytest.raises(ListError, match=problem):
            reading.content(path)


CELLS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=30)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=5), max_size=8))
def test_no_row_is_dropped_whatever_stands_in_it(cells: list[list[str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["day", "system", "work"])
    writer.writerows(cells)
    try:
        rows = read(out.getvalue())
    except ListError:
        return
    filled = sum(any(plain(cell) for cell in row) for row in cells)
    assert len(rows.claims) + len(rows.refused) == filled


@pytest.mark.parametrize(
    "called",
    ["บริหารงานภายใน", "ระบบบริหารงานภายใน", "ระบบ Intranet", "Intranet", "ระบบบริหารงานภายใน (Intranet)"],
)
def test_a_system_is_known_by_each_part_of_its_title(called: str) -> None:
    assert AROUND.systems[words.called(called)] == "intranet"
