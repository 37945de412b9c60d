"""Accounts as an application stores them: times of every form, names and numbers in one spelling."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from dulae.accounts.account import accounts, masked, moment
from dulae.accounts.profiles import profile
from tests.unit.accounts.office import SPELLING, citizen_id

FLAG = profile.load("flag")
EIGHT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "stored",
    [
        "2026-11-22 08:00:00",
        "2026-11-22T08:00:00+07:00",
        datetime(2026, 11, 22, 8, 0),
        datetime(2026, 11, 22, 1, 0, tzinfo=UTC),
        int(EIGHT.timestamp()),
        str(int(EIGHT.timestamp())),
        EIGHT.timestamp(),
        Decimal(int(EIGHT.timestamp())),
        int(EIGHT.timestamp() * 1000),
        str(int(EIGHT.timestamp() * 1_000_000)),
        int(EIGHT.timestamp()) * 1_000_000_000,
    ],
)
def test_a_time_is_read_in_whatever_form_it_is_stored(stored: Any) -> None:
    assert moment(stored, FLAG) == EIGHT


@pytest.mark.parametrize(
    "stored", [None, "", "never", True, b"x", datetime(1, 1, 1), float("inf"), float("nan")]
)
def test_what_is_no_time_is_none(stored: Any) -> None:
    assert moment(stored, FLAG) is None


def row(**changed: Any) -> dict[str, Any]:
    """Return a row of the users' table."""
    whole = {
        "id": 1,
        "username": "u",
        "first_name": "นาย สมชาย ",
        "last_name": " ใจดี",
        "citizen_id": citizen_id(1),
    }
    return {**whole, "unit": " กองคลัง", "last_login": None, "is_admin": 0, "is_active": 1, **changed}


def test_names_numbers_and_units_come_in_one_spelling() -> None:
    dashed = f"{citizen_id(1)[0]}-{citizen_id(1)[1:]}"
    (found,) = accounts([row(citizen_id=dashed)], FLAG, SPELLING)
    assert (found.name_key, found.citizen_id, found.unit) == ("สมชาย|ใจดี", citizen_id(1), "กองคลัง")
    assert (found.active, found.privileged) == (True, False)


@pytest.mark.parametrize("stored", [None, "", "123", "1999900000000", "9999999999999", "1111111111119"])
def test_a_wrong_number_is_no_number(stored: Any) -> None:
    (found,) = accounts([row(citizen_id=stored)], FLAG, SPELLING)
    assert found.citizen_id == ""


def test_what_an_application_does_not_keep_is_left_out() -> None:
    lacking = {"citizen_id": None, "unit": None, "last_login_at": None, "privileged": None}
    (found,) = accounts([row(last_name=None)], profile.load("flag", {"users": lacking}), SPELLING)
    assert (found.citizen_id, found.unit, found.last_login_at, found.privileged) == ("", "", None, False)


def test_a_number_is_shown_masked() -> None:
    assert masked("1999900000013") == "x-xxxx-xxxxx-01-3"
    assert masked("123") == ""
