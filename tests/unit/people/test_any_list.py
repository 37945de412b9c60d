"""Any list at all: it is read with counts that add up and nothing dropped unsaid, or refused as a list."""

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dulae.errors import ListError
from dulae.people import PersonnelList, prefixes
from dulae.people.personnel_list import STANDINGS
from tests.unit.people.lists import HEADER, as_xlsx, number, read

TITLES = [
    "นาย",
    "นางสาว",
    "น.ส.",
    "ดร.",
    "ว่าที่ ร.ต.",
    "ว่าที่ร้อยตรีหญิง ",
    "นพ.",
    "ม.ล.",
    "รศ.ดร.",
    "Mr. ",
    "นาง สาว",
    "",
]
CONSONANTS = "กขคงจชดตนบปพมยรลวสหอ"
WORDS = st.builds(str.__add__, st.sampled_from(CONSONANTS), st.text(CONSONANTS + "าิีุู่้์ำัเแโ", max_size=7))
NAMES = st.one_of(
    st.builds("{}{} {}".format, st.sampled_from(TITLES), WORDS, WORDS),
    st.sampled_from(["", "-", "นาย", "ไม่มี", "ไม่มีข้อมูล", "(นายวิชัย ดีงาม)", "รวม", "กองคลัง", "ลาออก", "หมายเหตุ"]),
)
NUMBERS = st.one_of(
    st.integers(1, 50).map(number),
    st.integers(1, 50).map(lambda at: float(number(at))),
    st.sampled_from(["", "-", "x"]),
)
MOVEMENTS = st.sampled_from(
    [
        *("ลาออก", "โอน", "ให้โอน", "ย้าย", "เกษียณ", "ยกเลิกคำสั่ง", "ต่อสัญญา", "อะไรสักอย่าง", "", "-"),
        *(
            "ลาออก ตั้งแต่ 1 ต.ค. 69",
            "โอนไปกรมอนามัย",
            "เกษียณอายุราชการ ปีงบประมาณ 2569",
            "ไม่ลาออก",
            "ลาออก 31/2/69",
        ),
        *("ลาออก\nรออนุมัติ", "ลาออก/โอน", "ลาออด", "ไล่ออก ครั้งที่ 2", "ลาออก เนื่องจากป่วย"),
    ]
)
DATES = st.sampled_from(
    ["1 ต.ค. 2569", "1/10/69", "30/2/2569", "10/2569", "", "-", 46296, 46296.5, "ถึงวันที่ 30 ก.ย. 69"]
)
PERSONS = st.tuples(
    st.integers(1, 99).map(str) | st.just(""), NAMES, NUMBERS, MOVEMENTS, DATES, st.just("กองคลัง")
).map(list)
ANYTHING = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.just(""),
        st.floats(allow_nan=False, allow_infinity=False),
        st.integers(0, 10**14),
    ),
    max_size=8,
)
AROUND = st.sampled_from(
    [
        ["รวม", 2, "ราย"],
        ["กองแผนงาน"],
        ["ลาออก จำนวน 2 ราย"],
        list(HEADER),
        [],
        ["ลงชื่อ"],
        ["1.", "ลาออก"],
        ["-"] * 6,
    ]
)
LISTS = st.lists(st.one_of(PERSONS, PERSONS, AROUND, ANYTHING), max_size=10)
MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_anyhow(data: bytes, name: str) -> PersonnelList | None:
    """Return a list, or None where it was refused as one; nothing else may come of any bytes."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return read(data, Path(folder), name)
        except ListError as refused:
            assert refused.what
            assert refused.place
            assert refused.remedy
            return None


def as_text(rows: list[list[Any]], delimiter: str = ",") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows([HEADER, *rows])
    return stream.getvalue()


def holds(found: PersonnelList) -> None:
    """Say that every row stands somewhere, with a reason, and that no key holds a title."""
    assert found.counts["received"] == len(found.rows) == sum(found.counts[each] for each in STANDINGS)
    for row in found.rows:
        assert row.reason
        assert row.reason_th
        assert row.standing not in {"act", "scheduled"} or (row.citizen_id_status == "ok" and row.last_name)
        assert not row.first_name or not prefixes.only_titles(row.first_name) or row.last_name
        assert row.name_key == f"{row.first_name}|{row.last_name}".casefold()


@MANY
@given(LISTS)
def test_every_row_of_a_workbook_stands_somewhere(rows: list[list[Any]]) -> None:
    cells = [[cell if not isinstance(cell, str) else cell.lstrip("=") for cell in row] for row in rows]
    found = read_anyhow(as_xlsx([list(HEADER), *cells]), "list.xlsx")
    if found:
        holds(found)
        # Every row of the sheet down to the last filled one is a person or counted by its kind.
        last = max((at for at, row in enumerate(cells, 1) if any(cell != "" for cell in row)), default=0)
        assert len(found.rows) + sum(found.other_rows.values()) >= last + 1


@MANY
@given(LISTS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp874"]), st.sampled_from(",;\t"))
def test_every_row_of_a_text_file_stands_somewhere(
    rows: list[list[Any]], encoding: str, delimiter: str
) -> None:
    found = read_anyhow(as_text(rows, delimiter).encode(encoding, "ignore"), "list.csv")
    if found:
        holds(found)


@MANY
@given(PERSONS)
def test_a_title_is_never_in_the_key(row: list[Any]) -> None:
    found = read_anyhow(as_text([row]).encode(), "list.csv")
    assert found
    for person in found.rows:
        bare = person.first_name
        assert not bare.startswith(("น.ส.", "ดร.", "ว่าที่", "นพ.", "ม.ล.", "รศ.", "Mr."))


@MANY
@given(st.binary(max_size=400))
def test_any_bytes_are_a_list_or_refused(data: bytes) -> None:
    found = read_anyhow(data, "list.csv")
    assert found is None or found.counts["received"] == len(found.rows)


WORKBOOK = as_xlsx([list(HEADER), ["1", "นายสมชาย ใจดี", number(1), "ลาออก", "1 ต.ค. 69", "กองคลัง"]])


@MANY
@given(st.integers(0, len(WORKBOOK) - 1), st.integers(0, 255), st.integers(0, len(WORKBOOK)))
def test_a_workbook_with_a_wrong_byte_or_cut_short_is_a_list_or_refused(at: int, byte: int, end: int) -> None:
    broken = bytearray(WORKBOOK)
    broken[at] = byte
    for data in (bytes(broken), bytes(broken[:end])):
        found = read_anyhow(data, "list.xlsx")
        assert found is None or found.counts["received"] == len(found.rows)
