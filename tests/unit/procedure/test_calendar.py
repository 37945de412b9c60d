"""Working days, and the fiscal year that begins in October."""

import csv
import pathlib
from datetime import UTC, date, datetime

import pytest

from dulae.procedure.calendar import WorkingTime, fiscal_quarter, fiscal_year, months_later, quarter_start

VECTORS = pathlib.Path(__file__).with_name("vectors") / "fiscal_vectors.csv"


@pytest.mark.parametrize(
    "vector",
    list(csv.DictReader(VECTORS.read_text(encoding="utf-8").splitlines())),
    ids=lambda vector: vector["id"],
)
def test_a_day_is_in_its_fiscal_year_and_quarter(vector: dict[str, str]) -> None:
    day = date.fromisoformat(vector["date"])
    assert (fiscal_year(day), fiscal_quarter(day)) == (int(vector["fiscal_year_be"]), int(vector["quarter"]))


@pytest.mark.parametrize(
    ("day", "first"),
    [
        ("2026-10-01", "2026-10-01"),
        ("2026-12-31", "2026-10-01"),
        ("2027-09-30", "2027-07-01"),
        ("2027-02-28", "2027-01-01"),
    ],
)
def test_a_quarter_begins_on_its_first_day(day: str, first: str) -> None:
    assert quarter_start(date.fromisoformat(day)) == date.fromisoformat(first)


def test_months_go_over_the_year_both_ways() -> None:
    assert months_later(date(2026, 12, 31), 1) == date(2027, 1, 1)
    assert months_later(date(2026, 1, 31), -1) == date(2025, 12, 1)


def test_weekends_and_holidays_are_no_working_days(time: WorkingTime) -> None:
    days = list(time.working_days(date(2026, 12, 4), date(2026, 12, 12)))
    assert [day.day for day in days] == [4, 8, 9, 11]


def test_the_office_s_date_is_that_of_its_zone(time: WorkingTime) -> None:
    assert time.today(datetime(2026, 11, 22, 17, 0, tzinfo=UTC)) == date(2026, 11, 23)
    assert time.today(datetime(2026, 11, 22, 16, 59, tzinfo=UTC)) == date(2026, 11, 22)
