"""Citizen numbers, by the domain's vectors and what they do not show."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulae.people import citizen_id
from tests.unit.people.lists import number, unescaped, vectors

TYPES: dict[str, Callable[[str], object]] = {"str": unescaped, "int": int, "float": float}


@pytest.mark.parametrize("vector", vectors("id"), ids=lambda vector: vector["id"])
def test_a_number_is_read_as_people_write_it(vector: dict[str, str]) -> None:
    found = citizen_id.read(TYPES[vector["input_type"]](vector["input_escaped"]))
    read = {
        "value": found.value,
        "status": found.status,
        "flags": ";".join(sorted(found.flags)),
        "masked": found.masked,
    }
    assert read == {part: vector[f"expected_{part}"] for part in read}


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ('="1999900001010"', "ok"),
        ("１９９９９００００１０１０", "ok"),
        ("1 9999 00001 01 0", "ok"),
        (1999900001010, "ok"),
        ("เลขที่บัตรประชาชน: 1999900001010", "ok"),
        ("เลข ปชช. 1999900001010", "ok"),
        ("(เลขประจำตัวประชาชน 13 หลัก 1-9999-00001-01-0)", "ok"),
        ("ID card no. 1999900001010", "ok"),
        ("‘1999900001010", "ok"),
        ('"1999900001010"', "ok"),
        ("1,999,900,001,010", "ok"),
        ("1,999,900,001,010.00", "ok"),
        ("1_9999_00001_01_0", "ok"),
        ("1.999900001010E+012", "ok"),
        ("Passport No. AA1234567", "passport"),
        ("–", "empty"),
        ("(-)", "empty"),
        ("1999900001010/1999900001028", "bad_length"),
        ("1999900001010.5", "bad_length"),
        (None, "empty"),
        ("-", "empty"),
        (1.99999e12, "lossy"),
        ("1.99990000101E+12", "lossy"),
        (float("nan"), "bad_char"),
        (float("inf"), "bad_char"),
        (-1999900001010, "bad_char"),
        (0.5, "bad_char"),
        (True, "bad_char"),
        ("xxxxxxxxxxxxx", "masked"),
        ("x-xxxx-xxxxx-01-0", "masked"),
        ("*****", "masked"),
        ("19999000010100", "bad_length"),
        ("1e99", "lossy"),
    ],
)
def test_what_cannot_be_a_number_says_why(raw: object, status: str) -> None:
    assert citizen_id.read(raw).status == status


@given(st.integers(0, 9_999_999))
def test_every_right_number_is_read_and_shown_masked(index: int) -> None:
    found = citizen_id.read(number(index))
    assert (found.status, found.value) == ("ok", number(index))
    assert found.masked == f"x-xxxx-xxxxx-{number(index)[10:12]}-{number(index)[12]}"


@given(st.integers(0, 9_999_999), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(index: int, at: int, by: int) -> None:
    digits = number(index)
    wrong = digits[:at] + str((int(digits[at]) + by) % 10) + digits[at + 1 :]
    # The check digit 0 stands for the remainders 1 and 11 alike, and 1 for 0 and 10: these pairs collide by rule.
    found = citizen_id.read(wrong)
    assert found.status != "ok" or citizen_id.check_digit(wrong[:-1]) == wrong[-1]


@given(st.text() | st.floats() | st.integers())
def test_any_cell_gets_a_status(raw: object) -> None:
    found = citizen_id.read(raw)
    assert bool(found.value) == (found.status in {"ok", "passport"})


def test_one_digit_repeated_is_a_placeholder() -> None:
    assert citizen_id.read("1111111111119").is_placeholder
    assert not citizen_id.read(number(1)).is_placeholder


def test_nothing_of_another_number_is_shown() -> None:
    assert citizen_id.masked("AA1234567") == ""
