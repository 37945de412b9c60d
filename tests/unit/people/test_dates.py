"""Dates as offices write them, by the domain's vectors and what they do not show."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulae.people import dates
from tests.unit.people.lists import unescaped, vectors

TODAY = date(2026, 10, 1)
TYPES: dict[str, Callable[[str], object]] = {
    "str": unescaped,
    "int": int,
    "float": float,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


@pytest.mark.parametrize("vector", vectors("date"), ids=lambda vector: vector["id"])
def test_a_date_is_read_as_offices_write_it(vector: dict[str, str]) -> None:
    raw = TYPES[vector["input_type"]](vector["input_escaped"])
    found = dates.read(raw, today=date.fromisoformat(vector["ref_date"]))
    read = {
        "iso": found.day.isoformat() if found.day else "",
        "status": found.status,
        "flags": ";".join(sorted(found.flags)),
    }
    assert read == {part: vector[f"expected_{part}"] for part in read}


@pytest.mark.parametrize("vector", vectors("retirement"), ids=lambda vector: vector["id"])
def test_retirement_is_on_the_first_of_october(vector: dict[str, str]) -> None:
    day = dates.retirement_day(date.fromisoformat(vector["birth_date"]))
    assert day.isoformat() == vector["expected_first_day_out"]


@pytest.mark.parametrize(
    ("raw", "day", "status"),
    [
        ("วันพฤหัสบดีที่ 1 ตุลาคม 2569", "2026-10-01", "ok"),
        ("1ต.ค.69", "2026-10-01", "ok"),
        ("1 ต.ค. พ.ศ.2569", "2026-10-01", "ok"),
        ("1 ตุลาคม ค.ศ. 2026", "2026-10-01", "ok"),
        ("October 1, 2026", "2026-10-01", "ok"),
        ("1-10-2569", "2026-10-01", "ok"),
        ("20261001", "2026-10-01", "ok"),
        (25691001, "2026-10-01", "ok"),
        (244652, "2026-10-30", "ok"),
        ("2026-09-30T18:00:00+00:00", "2026-10-01", "ok"),
        ("2569-10-01 08:30", "2026-10-01", "ok"),
        ("1 ต.ค. 2569 - 30 ก.ย. 2570", "2026-10-01", "range"),
        ("30/9/69-1/10/69", "2026-09-30", "range"),
        ("ตั้งแต่วันที่ 1 ต.ค. 69 ถึงวันที่ 30 ก.ย. 70", "2026-10-01", "range"),
        ("10/13/2569", "", "bad_date"),
        ("32/10/2569", "", "bad_date"),
        ("1 พฤษจิกายน 2569", "", "bad_month"),
        ("ไม่ระบุ", "", "bad_date"),
        ("ตามคำสั่ง", "", "bad_date"),
        ("2569-13-01T00:00:00", "", "bad_date"),
        ("2569", "", "partial"),
        ("00/00/2569", "", "partial"),
        ("-", "", "empty"),
        (None, "", "empty"),
        (float("nan"), "", "bad_date"),
        (float("inf"), "", "bad_date"),
        (True, "", "bad_date"),
        (datetime(2568, 2, 29), "", "bad_date"),
        ("1 ตุลาคม ค.ศ. 2569", "", "ambiguous_year"),
        ("1 ตุลาคม พ.ศ. 2026", "", "ambiguous_year"),
        ("1-ต.ค.-69", "2026-10-01", "ok"),
        ("01-Oct-26", "2026-10-01", "ok"),
        ("01/OCT/2026", "2026-10-01", "ok"),
        ("1st October 2026", "2026-10-01", "ok"),
        ("Thursday, October 1, 2026", "2026-10-01", "ok"),
        ("2569 ต.ค. 1", "2026-10-01", "ok"),
        ("1 10 2569", "2026-10-01", "ok"),
        ("1\\10\\2569", "2026-10-01", "ok"),
        ("1–10–2569", "2026-10-01", "ok"),
        ("01102569", "2026-10-01", "ok"),
        (10102569.0, "2026-10-10", "ok"),
        ("46296.5", "2026-10-01", "ok"),
        ("1 ตุลา 69", "2026-10-01", "ok"),
        ("1 ตุลาฯ 69", "2026-10-01", "ok"),
        ("วันที่ ๑ เดือน ตุลาคม พุทธศักราช ๒๕๖๙", "2026-10-01", "ok"),
        ("1 ตุลาคม คริสต์ศักราช 2026", "2026-10-01", "ok"),
        ("1 ตุลาคม คริสต์ศักราช 2569", "", "ambiguous_year"),
        ("1 เดือน 10 ปี 2569", "2026-10-01", "ok"),
        ('="01/10/2569"', "2026-10-01", "ok"),
        ("'01/10/2569", "2026-10-01", "ok"),
        ("“1 ต.ค. 2569”", "2026-10-01", "ok"),
        ("1-5 ต.ค. 2569", "2026-10-01", "range"),
        ("1 ต.ค. - 30 พ.ย. 2569", "2026-10-01", "range"),
        ("10/2569", "", "partial"),
        ("2569-10", "", "partial"),
        ("1/10", "", "partial"),
        ("1 ต.ค.", "", "partial"),
        ("ตุลาคม", "", "partial"),
        ("พ.ศ. 2569", "", "partial"),
        ("สิ้นเดือนกันยายน 2569", "", "partial"),
        ("–", "", "empty"),
        ("ไม่มีผล 1 ต.ค. 2569", "", "bad_date"),
        ("ก่อนวันที่ 1 ต.ค. 2569", "", "bad_date"),
        ("1 ต.ค. 2569 และ 5 ต.ค. 2569", "", "bad_date"),
        ("1/10/256", "", "bad_date"),
        ("1/10/25669", "", "bad_date"),
        ("011069", "", "bad_date"),
        (-25691001, "", "bad_date"),
    ],
)
def test_other_ways_to_write_a_date(raw: object, day: str, status: str) -> None:
    found = dates.read(raw, today=TODAY)
    assert (found.day.isoformat() if found.day else "", found.status) == (day, status)


@pytest.mark.parametrize(
    ("raw", "bound"),
    [
        ("ตั้งแต่วันที่ 1 ตุลาคม 2569", "first_day_out"),
        ("1 ตุลาคม 2569 เป็นต้นไป", "first_day_out"),
        ("ถึงวันที่ 30 กันยายน 2569", "last_day"),
        ("สิ้นสุดวันที่ 30 กันยายน 2569", "last_day"),
        ("สิ้นวันที่ 30 กันยายน 2569", "last_day"),
        ("สิ้นสุดสัญญาจ้างวันที่ 30 กันยายน 2569", "last_day"),
        ("วันที่ 30 กันยายน 2569 เป็นวันสุดท้าย", "last_day"),
        ("นับแต่วันที่ 1 ตุลาคม 2569", "first_day_out"),
        ("มีผลบังคับใช้ตั้งแต่ 1 ต.ค. 69", "first_day_out"),
        ("1 ตุลาคม 2569", ""),
    ],
)
def test_the_words_around_a_date_say_which_day_it_is(raw: str, bound: str) -> None:
    found = dates.read(raw, today=TODAY)
    assert (found.status, found.bound) == ("ok", bound)


@given(st.dates(date(2022, 1, 1), date(2031, 12, 31)))
def test_every_plausible_day_is_read_back_from_its_thai_form(day: date) -> None:
    assert dates.read(dates.in_thai(day), today=TODAY).day == day


@given(st.dates(date(2022, 1, 1), date(2031, 12, 31)))
def test_the_serial_of_a_day_is_that_day(day: date) -> None:
    assert dates.read((day - date(1899, 12, 30)).days, today=TODAY).day == day


def test_a_long_cell_of_words_and_signs_takes_no_time() -> None:
    assert dates.read("ก. " * 20_000, today=TODAY).status == "bad_date"


@given(st.text(max_size=40) | st.floats() | st.integers() | st.dates() | st.datetimes())
def test_any_cell_gets_a_status(raw: object) -> None:
    found = dates.read(raw, today=TODAY)
    assert (found.day is not None) == (found.status in {"ok", "out_of_window", "range"})


@pytest.mark.parametrize(
    ("raw", "bound"),
    [
        ("1 ต.ค. '69", ""),
        ("พฤหัสบดีที่ 1 ตุลาคม 2569", ""),
        ("1 ต.ค. 2569 (พฤ.)", ""),
        ("ในวันที่ 1 ตุลาคม 2569", ""),
        ("effective 1 October 2026", "first_day_out"),
        ("from 1 Oct 2026", "first_day_out"),
        ("until 1 October 2026", "last_day"),
    ],
)
def test_further_words_around_a_date_are_understood(raw: str, bound: str) -> None:
    found = dates.read(raw, today=date(2026, 10, 1))
    assert (str(found.day), found.status, found.bound) == ("2026-10-01", "ok", bound)
