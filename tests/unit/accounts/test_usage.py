"""Figures of use: one number for each query, read without any way to write."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dulae.accounts import usage
from dulae.accounts.databases.database import Database
from dulae.accounts.usage import Query, Source
from dulae.checks.finding import Finding
from dulae.ledger import canonical
from tests.unit.accounts.office import Office, run_sql


def asked(path: Path, *statements: str, timeout_s: int = 5) -> list[Finding]:
    """Return the findings of some queries on an SQLite file."""
    queries = tuple(Query("saraban", f"q{number}", "users", sql) for number, sql in enumerate(statements))
    source = Source(Database("saraban/saraban", f"sqlite:///{path}", path.parent), queries)
    return list(usage.measure([source], timeout_s=timeout_s))


def test_a_query_gives_its_figure_with_its_unit(work: Office) -> None:
    (found,) = asked(work.database("saraban"), "SELECT count(*) FROM users WHERE username LIKE 'user%'")
    assert (found.check, found.subject, found.verdict.value) == ("usage", "saraban/q0", "pass")
    assert (found.measured, found.because) == ({"value": 4, "unit": "users"}, "4 users")
    assert found.system == "saraban" and found.started_at


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        (2.0, 2),
        (2.456, "2.46"),
        (Decimal("1.50"), "1.50"),
        (Decimal(7), 7),
        (date(2026, 1, 2), "2026-01-02"),
    ],
)
def test_numbers_are_whole_or_text_never_floats(value: Any, expected: Any) -> None:
    assert usage.plain(value) == expected
    assert canonical.encode({"value": usage.plain(value)})


@pytest.mark.parametrize("value", [None, True, "many", float("nan"), float("inf"), b"1"])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="it is"):
        usage.plain(value)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT count(*) FROM missing", "no such table"),
        ("SELECT id FROM users", "one row with one column"),
        ("SELECT 1, 2", "one row with one column"),
        ("SELECT id FROM users WHERE id = 999", "one row with one column"),
        ("SELECT max(id) FROM users WHERE id = 999", "it is empty"),
        ("SELECT 1; DELETE FROM users", "more than one statement"),
        ("DELETE FROM users", "more than read"),
        ("PRAGMA query_only = OFF", "more than read"),
        ("WITH gone AS (DELETE FROM users RETURNING 1) SELECT count(*) FROM gone", "more than read"),
        ("SELECT id INTO copied FROM users", "more than read"),
    ],
)
def test_a_query_that_gives_no_figure_is_unknown_and_the_others_go_on(
    work: Office, sql: str, words: str
) -> None:
    before = run_sql(work.database("saraban"), "SELECT count(*) FROM users")
    broken, whole = asked(work.database("saraban"), sql, "SELECT 5")
    assert broken.verdict.value == "unknown" and words in broken.because
    assert whole.measured["value"] == 5
    assert run_sql(work.database("saraban"), "SELECT count(*) FROM users") == before


def test_a_query_that_takes_too_long_is_given_up(work: Office) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    (found,) = asked(work.database("saraban"), endless, timeout_s=1)
    assert found.verdict.value == "unknown" and "interrupted" in found.because
    assert found.limit == {"timeout_s": 1}


def test_a_database_that_is_away_makes_all_its_figures_unknown(tmp_path: Path) -> None:
    found = asked(tmp_path / "missing.db", "SELECT 1", "SELECT 2")
    assert [(one.subject, one.verdict.value) for one in found] == [
        ("saraban/q0", "unknown"),
        ("saraban/q1", "unknown"),
    ]
    assert "there is no such file" in found[0].because
