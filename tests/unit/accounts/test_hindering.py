"""What keeps a review from its work is told before anybody has to wait for it."""

from collections.abc import Mapping
from typing import Any

import pytest

from dulae.accounts.databases import transactions
from dulae.accounts.reviewing import Review, review
from dulae.cli.plan_words import PlanWords
from dulae.cli.plans import told
from dulae.reports.speech import Speech
from tests.unit.accounts import office
from tests.unit.accounts.office import PEOPLE, SPELLING, Office, Person, leaver, run_sql, write_list

SOMCHAI, *_ = PEOPLE
NOBODY = Person(70, "ไม่มี", "บัญชี")


def reviewed(work: Office, *rows: dict[str, Any]) -> Review:
    return review(work.desk, write_list(work.folder / "list.json", *rows), SPELLING)


def said(made: Review, check: str) -> Mapping[str, tuple[str, str, str]]:
    """Return system, verdict, code and words of what was said under one check."""
    return {
        found.subject: (found.verdict.value, found.code, found.because)
        for found in made.findings
        if found.check == check
    }


def test_where_accounts_have_numbers_nothing_is_told(work: Office) -> None:
    run_sql(work.database("saraban"), "UPDATE users SET citizen_id = NULL WHERE id <> 4")
    assert said(reviewed(work, leaver(NOBODY)), "access_numbers") == {}


@pytest.mark.parametrize("empty", ["NULL", "''", "'-'", "'1999900000000'"])
def test_where_no_active_account_has_a_number_the_review_says_that_it_matches_by_names(
    work: Office, empty: str
) -> None:
    run_sql(work.database("saraban"), f"UPDATE users SET citizen_id = {empty} WHERE id <> 3")
    run_sql(work.database("saraban"), "UPDATE users SET is_active = 0 WHERE id = 3")
    ((system, (verdict, code, because)),) = said(reviewed(work, leaver(NOBODY)), "access_numbers").items()
    assert (system, verdict, code) == ("saraban", "warn", "access.numbers_missing")
    assert "none of 5 active accounts" in because and "in citizen_id" in because


def test_where_the_settings_name_no_numbers_they_are_asked_for(work: Office) -> None:
    (work.folder / "other").mkdir()
    options = {"users": {"citizen_id": None}}
    work = work.with_applications(office.flag_application(work.folder / "other", options=options))
    ((_, (verdict, code, because)),) = said(reviewed(work, leaver(NOBODY)), "access_numbers").items()
    assert (verdict, code) == ("warn", "access.numbers_not_named")
    assert "accounts.users.citizen_id in systems.yml" in because


def test_an_application_without_accounts_lacks_no_numbers(work: Office) -> None:
    run_sql(work.database("saraban"), "DELETE FROM users")
    assert said(reviewed(work, leaver(NOBODY)), "access_numbers") == {}


@pytest.fixture
def without_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "lacking", lambda connection, tables: {"sessions": "MyISAM"})


@pytest.mark.usefixtures("without_transactions")
def test_what_cannot_be_taken_back_is_not_planned_and_told_with_its_remedy(work: Office) -> None:
    made = reviewed(work, leaver(SOMCHAI))
    verdict, code, because = said(made, "access")["saraban"]
    assert (verdict, code) == ("fail", "access.not_changeable")
    assert "user1" in because and "sessions (MyISAM)" in because
    assert made.plan is not None and not made.plan.items
    assert {entry["match"]["code"] for entry in made.plan.document["protected"]} == {"access.no_transactions"}
    verdict, code, because = said(made, "access_tables")["saraban"]
    assert verdict == "warn" and "ALTER TABLE sessions ENGINE=InnoDB" in because
    words = PlanWords(Speech("en", "arabic", work.desk.zone))
    assert "saraban cannot be changed: table sessions keeps no transactions (MyISAM)" in told(
        made.plan, words
    )


@pytest.mark.usefixtures("without_transactions")
def test_the_obstacle_is_told_before_anybody_has_left(work: Office) -> None:
    made = reviewed(work, leaver(NOBODY))
    assert said(made, "access")["saraban"][1] == "access.none_active"
    assert said(made, "access_tables")["saraban"][1] == "access.tables_without_transactions"
