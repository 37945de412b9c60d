"""A session that comes between the statement that ends sessions and the commit is ended too, once, and told."""

import pytest

from dulae.accounts.changing import applying, recovery, sweeping
from dulae.accounts.changing.carrying import Order, carry_out
from dulae.errors import DatabaseError
from tests.unit.accounts.office import PEOPLE, Office, leaver, run_sql

SOMCHAI, SOMYING, *_ = PEOPLE
# The application makes a session while tokens are being ended, which is after sessions were.
MEANWHILE = (
    "CREATE TRIGGER meanwhile AFTER DELETE ON api_tokens BEGIN"
    " INSERT INTO sessions VALUES ('late' || OLD.id, OLD.user_id, '2026-11-22 09:00:00'); END"
)
AGAIN = (
    "CREATE TRIGGER again AFTER DELETE ON sessions BEGIN"
    " INSERT INTO sessions VALUES (OLD.token || 'x', OLD.user_id, '2026-11-22 09:00:00'); END"
)
SESSIONS = "SELECT token FROM sessions WHERE user_id = {} ORDER BY token"


def test_what_came_while_it_was_committed_is_ended_and_told(work: Office) -> None:
    run_sql(work.database("saraban"), MEANWHILE)
    work.approved(leaver(SOMCHAI))
    carried = carry_out(work.desk, Order())
    assert [(one.subject, one.verdict.value, one.code) for one in carried.findings] == [
        ("saraban", "pass", "access.applied"),
        ("saraban", "pass", "access.swept"),
        ("intranet", "pass", "access.applied"),
    ]
    assert "1 sessions or tokens that came while" in carried.findings[1].because
    assert run_sql(work.database("saraban"), SESSIONS.format(1)) == []
    assert run_sql(work.database("saraban"), SESSIONS.format(2)) == [("s2",)]
    (body,) = [one for one in work.bodies("change.result") if one["system"] == "saraban"]
    assert body["items"][0]["ended_late"] == {"sessions": 1}
    assert body["items"][0]["verified"] == "row_read_back"


def test_it_is_done_once_and_what_comes_again_is_not_called_proven(work: Office) -> None:
    run_sql(work.database("saraban"), AGAIN)
    work.approved(leaver(SOMCHAI))
    carried = carry_out(work.desk, Order())
    told = [(one.verdict.value, one.code) for one in carried.findings if one.subject == "saraban"]
    assert told == [("fail", "access.not_proven"), ("pass", "access.swept")]
    assert run_sql(work.database("saraban"), SESSIONS.format(1)) == [("s1xx",)]


def test_an_account_that_was_opened_in_that_moment_keeps_its_sessions_and_is_told(work: Office) -> None:
    run_sql(
        work.database("saraban"),
        "CREATE TRIGGER opened AFTER DELETE ON api_tokens BEGIN UPDATE users SET is_active = 1 WHERE id = 1;"
        " INSERT INTO sessions VALUES ('late', 1, '2026-11-22 09:00:00'); END",
    )
    work.approved(leaver(SOMCHAI))
    carried = carry_out(work.desk, Order())
    assert [one.code for one in carried.findings if one.subject == "saraban"] == ["access.not_proven"]
    assert run_sql(work.database("saraban"), SESSIONS.format(1)) == [("late",)]


def test_a_role_that_came_in_that_moment_is_told_and_stays_for_people_to_judge(work: Office) -> None:
    run_sql(
        work.database("intranet"),
        "CREATE TRIGGER meanwhile AFTER DELETE ON sessions BEGIN"
        " INSERT INTO personal_access_tokens VALUES (NULL, 'App\\Models\\Team', OLD.user_id, 't'); END",
        "CREATE TRIGGER given AFTER DELETE ON model_has_roles WHEN OLD.role_id < 9 BEGIN"
        " INSERT OR IGNORE INTO model_has_roles VALUES (9, OLD.model_type, OLD.model_id); END",
    )
    work.approved(leaver(SOMCHAI))
    carried = carry_out(work.desk, Order())
    assert [one.code for one in carried.findings if one.subject == "intranet"] == ["access.not_proven"]
    roles = run_sql(work.database("intranet"), "SELECT role_id FROM model_has_roles WHERE model_id = 1")
    assert roles == [(9,)]


def test_where_nothing_came_nothing_is_written_a_second_time(
    work: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = work.approved(leaver(SOMCHAI))
    monkeypatch.setattr(sweeping, "_swept", None)
    assert {result.outcome for result in applying.apply(work.desk, plan)} == {"applied"}


def test_a_sweep_that_fails_leaves_it_told(work: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    run_sql(work.database("saraban"), MEANWHILE)
    plan = work.approved(leaver(SOMCHAI))

    def refused(*_: object) -> None:
        raise DatabaseError("it is away", place="database")

    monkeypatch.setattr(sweeping, "_ended", refused)
    saraban = next(result for result in applying.apply(work.desk, plan) if result.system == "saraban")
    assert saraban.outcome == "applied" and saraban.items[0]["verified"] == "still_open"
    assert "ended_late" not in saraban.items[0]


def test_an_attempt_that_was_killed_after_its_commit_is_swept_when_it_is_found(
    work: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = work.approved(leaver(SOMCHAI))
    with monkeypatch.context() as patched, pytest.raises(RuntimeError):

        def killed(*_: object, **__: object) -> None:
            raise RuntimeError("killed")

        patched.setattr(applying, "applied", killed)
        list(applying.apply(work.desk, plan))
    run_sql(work.database("saraban"), "INSERT INTO sessions VALUES ('late', 1, '2026-11-22 09:00:00')")
    carried = carry_out(work.desk, Order())
    told = [one.code for one in carried.findings if one.subject == "saraban"]
    assert told == ["access.recovered", "access.swept"]
    assert run_sql(work.database("saraban"), SESSIONS.format(1)) == []
    assert recovery.settle(work.desk, plan, work.desk.applications[0]) is None
