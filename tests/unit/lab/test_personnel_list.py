"""The lab's personnel list reads back, through dulae's own reader, as what it was meant to say."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from dulae.people import dates, movements
from tests.lab import personnel_list
from tests.lab.people import RESIGNED, department

TODAYS = [date(2026, 11, 23), date(2027, 1, 4), date(2027, 8, 20), date(2028, 2, 29), date(2026, 10, 1)]


@pytest.mark.parametrize("today", TODAYS)
def test_every_date_is_read_as_the_day_that_was_meant(today: date) -> None:
    meant = [
        today - timedelta(days=3),
        personnel_list.retirement(today),
        today - timedelta(days=1),
        today,
        today + timedelta(days=20),
        *[today - timedelta(days=1)] * 3,
    ]
    written = [row[4] for row in personnel_list.rows(today)]
    assert [dates.read(text, today=today).day for text in written] == meant


@pytest.mark.parametrize("today", TODAYS)
def test_a_retirement_is_on_a_first_of_october_not_far_ahead(today: date) -> None:
    retired = personnel_list.retirement(today)
    assert (retired.month, retired.day) == (10, 1)
    assert timedelta(days=-366) < retired - today <= timedelta(days=60)


def test_every_movement_is_known_to_dulae() -> None:
    kinds = [movements.named(row[3]).id for row in personnel_list.rows(TODAYS[0])]
    assert kinds == [
        *("resign", "retire", "transfer_out", "move_inside"),
        *("contract_end", "transfer_ambiguous", "resign", "resign"),
    ]


def test_the_file_is_thai_windows_text_that_is_no_utf8(tmp_path: Path) -> None:
    path = personnel_list.write(tmp_path / "lists", TODAYS[0])
    text = path.read_bytes()
    with pytest.raises(UnicodeDecodeError):
        text.decode("utf-8")
    lines = text.decode("cp874").splitlines()
    assert lines[0] == ",".join(personnel_list.HEADER)
    assert len(lines) == 9
    assert department()[RESIGNED].full_name in lines[1]
