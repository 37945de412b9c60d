"""What waits at a leaver's account is counted and numbered, never named, and never in the way of the disabling."""

from dataclasses import replace

import pytest

from dulae.accounts import pending
from dulae.accounts.changing import applying
from dulae.accounts.pending import findings, number_of
from dulae.checks.finding import Finding
from tests.unit.accounts.office import PEOPLE, Office, leaver, run_sql

SOMCHAI, SOMYING, WICHAI, KANDA, ADMIN, HELPER = PEOPLE
QUERY = "SELECT register_no FROM documents WHERE holder = :account AND done = 0 ORDER BY id"


@pytest.fixture
def desks(work: Office) -> Office:
    """Return an office whose e-Saraban has documents: two wait at user1, one is done, one waits at user3."""
    run_sql(
        work.database("saraban"),
        "CREATE TABLE documents (id INTEGER PRIMARY KEY, register_no TEXT, title TEXT, holder INTEGER, done INTEGER)",
        "INSERT INTO documents (register_no, title, holder, done) VALUES ('กค 0401/12', 'ลับมาก', 1, 0), "
        "('กค 0401/13', 'x', 1, 0), ('กค 0401/14', 'y', 1, 1), ('๐๔๐๒/๗', 'z', 3, 0)",
    )
    return asking(work, QUERY)


def asking(work: Office, query: str) -> Office:
    saraban, intranet = work.desk.applications
    return work.with_applications(replace(saraban, pending_documents=query), intranet)


def said(work: Office, *rows: dict[str, object]) -> Finding:
    (found,) = findings(work.desk, work.plan(*rows))
    return found


def test_what_waits_is_listed_with_name_unit_and_register_numbers(desks: Office) -> None:
    found = said(desks, leaver(SOMCHAI), leaver(SOMYING), leaver(WICHAI))
    assert (found.verdict.value, found.code, found.system) == ("warn", "access.pending_documents", "saraban")
    assert (found.measured["documents"], found.measured["persons"], found.measured["asked"]) == (3, 2, 3)
    first, second = found.measured["waiting"]
    assert first == {
        "person": 1,
        "name": "นายสมชาย ใจดี",
        "unit": "กองคลัง",
        "login": "user1",
        "documents": 2,
        "numbers": ["กค 0401/12", "กค 0401/13"],
    }
    assert (second["login"], second["numbers"]) == ("user3", ["๐๔๐๒/๗"])
    assert "ลับ" not in str(found.to_dict())


def test_somebody_who_leaves_later_and_one_who_is_disabled_already_are_asked_about(desks: Office) -> None:
    run_sql(desks.database("saraban"), "UPDATE users SET is_active = 0 WHERE id = 1")
    later = leaver(WICHAI, effective_date="2026-12-15", standing="scheduled")
    assert said(desks, leaver(SOMCHAI), later).measured["documents"] == 3


def test_an_account_that_is_only_perhaps_a_leavers_is_not_asked_about(desks: Office) -> None:
    assert said(desks, leaver(SOMCHAI, citizen_id="")).measured["asked"] == 0


def test_nothing_that_waits_passes(desks: Office) -> None:
    assert (said(desks, leaver(KANDA)).verdict.value, said(desks, leaver(KANDA)).code) == (
        "pass",
        "access.pending_none",
    )


def test_a_system_without_a_query_is_not_spoken_of(work: Office) -> None:
    assert list(findings(work.desk, work.plan(leaver(SOMCHAI)))) == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT register_no FROM missing WHERE holder = :account", "no such table"),
        ("SELECT register_no, title FROM documents WHERE holder = :account", "one column"),
        ("DELETE FROM documents WHERE holder = :account RETURNING register_no", "no single SELECT"),
        ("WITH d AS (DELETE FROM documents WHERE holder = :a RETURNING 1) SELECT 1", "no single SELECT"),
        ("SELECT register_no FROM documents", "one parameter"),
        ("SELECT register_no FROM documents WHERE holder = :one AND done = :two", "one parameter"),
    ],
)
def test_a_query_that_fails_is_unknown_and_keeps_nobody_from_being_disabled(
    desks: Office, query: str, words: str
) -> None:
    before = run_sql(desks.database("saraban"), "SELECT * FROM documents")
    broken = asking(desks, query)
    plan = broken.approved(leaver(SOMCHAI))
    (found,) = findings(broken.desk, plan)
    assert (found.verdict.value, found.code) == ("unknown", "access.pending_unknown")
    assert words in found.because and found.measured["unasked"] == 1
    assert {result.outcome for result in applying.apply(broken.desk, plan)} == {"applied"}
    assert run_sql(desks.database("saraban"), "SELECT * FROM documents") == before


def test_a_query_without_end_is_given_up(desks: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending, "_STATEMENT_SECONDS", 1)
    endless = "WITH RECURSIVE n(i) AS (SELECT :account UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    found = said(asking(desks, endless), leaver(SOMCHAI))
    assert found.verdict.value == "unknown" and "interrupted" in found.because


def test_what_takes_too_long_for_all_is_told_as_far_as_it_came(
    desks: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending, "_SYSTEM_SECONDS", -1)
    found = said(desks, leaver(SOMCHAI), leaver(WICHAI))
    assert found.verdict.value == "unknown" and found.measured["unasked"] == 2


@pytest.mark.parametrize(
    "number", ["กค 0401/12", "สธ 0201.01/ว123", "RCV-2569-000123", "๐๔๐๒/๗", "15", "ว 12 (ลับ)"]
)
def test_a_register_number_is_shown_as_it_is(number: str) -> None:
    assert number_of(number) == number


@pytest.mark.parametrize(
    "title",
    ["ขออนุมัติจัดซื้อครุภัณฑ์ 2569", "Budget-confidential 7", "ลับที่สุด", "", None, "a.pdf", "scan12.pdf", "1\n" * 60],
)
def test_what_could_be_a_title_is_hidden(title: str | None) -> None:
    assert number_of(title) == "***"
