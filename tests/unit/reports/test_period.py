import csv
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dulae.errors import ReportError
from dulae.reports.period import KINDS, containing, read

FILE = Path(__file__).parent / "vectors/fiscal_vectors.csv"
VECTORS = list(csv.DictReader(FILE.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(
    ("text", "kind", "first", "last"),
    [
        ("2026-11-22", "day", "2026-11-22", "2026-11-22"),
        ("2569-11-22", "day", "2026-11-22", "2026-11-22"),
        ("2026-W47", "week", "2026-11-16", "2026-11-22"),
        ("2026-W53", "week", "2026-12-28", "2027-01-03"),
        ("2026-11", "month", "2026-11-01", "2026-11-30"),
        ("2024-02", "month", "2024-02-01", "2024-02-29"),
        ("2570-Q1", "quarter", "2026-10-01", "2026-12-31"),
        ("2570-Q2", "quarter", "2027-01-01", "2027-03-31"),
        ("2570-Q4", "quarter", "2027-07-01", "2027-09-30"),
        ("2570", "year", "2026-10-01", "2027-09-30"),
        (" 2026-11 ", "month", "2026-11-01", "2026-11-30"),
    ],
)
def test_a_period_is_read_as_people_write_it(text: str, kind: str, first: str, last: str) -> None:
    period = read(text)
    assert (period.kind, period.first, period.last) == (
        kind,
        date.fromisoformat(first),
        date.fromisoformat(last),
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-13",
        "2026-11-31",
        "2026-W54",
        "2025-W53",
        "2570-Q5",
        "2026-Q1",
        "2026",
        "26-11",
        "2026-11-1",
        "12026-11",
    ],
)
def test_what_is_no_period_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ReportError, match=r"is no period.*Write 2026-11-22"):
        read(text)


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["id"])
def test_a_day_is_in_its_fiscal_year_and_quarter(row: dict[str, str]) -> None:
    day = date.fromisoformat(row["date"])
    assert containing(day, "year").text == row["fiscal_year_be"]
    assert containing(day, "quarter").text == f"{row['fiscal_year_be']}-Q{row['quarter']}"


@pytest.mark.parametrize("kind", KINDS)
def test_periods_of_a_kind_follow_each_other_without_a_gap(kind: str) -> None:
    period = containing(date(2027, 1, 1), kind)
    earlier = period.before()
    assert (period.first - earlier.last).days == 1
    assert read(period.text) == period
    assert list(period.days())[-1] == period.last


def test_a_period_begins_and_ends_with_the_office_clock() -> None:
    zone = ZoneInfo("Asia/Bangkok")
    period = read("2026-11")
    assert period.start(zone) == datetime.fromisoformat("2026-10-31T17:00:00+00:00")
    assert period.end(zone) == datetime.fromisoformat("2026-11-30T17:00:00+00:00")
