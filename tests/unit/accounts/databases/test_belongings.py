"""Rows that belong to accounts: whose each is, as it was asked for."""

import pytest

from dulae.accounts.databases import belongings
from dulae.errors import DatabaseError


@pytest.mark.parametrize("stored", ["กา", "jose"])
def test_a_row_that_only_the_database_takes_for_an_accounts_is_told_and_nobodys(stored: str) -> None:
    known = belongings._Known(["ก่า", "josé", "Somchai"], "sessions")
    assert known.asked("somchai ") == "Somchai"
    with pytest.raises(DatabaseError, match="Look in sessions for accounts whose names differ by marks"):
        known.asked(stored)
