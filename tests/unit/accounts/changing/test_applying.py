"""Carrying out an approved plan on real databases: exactly the planned rows, all or none, and nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dulae.accounts.applications import Brake
from dulae.accounts.changing import applying, undo
from dulae.accounts.plan import read
from dulae.errors import PlanError
from dulae.ledger import verify
from tests.unit.accounts import office
from tests.unit.accounts.office import PEOPLE, Office, leaver, run_sql

SOMCHAI, SOMYING, WICHAI, KANDA, ADMIN, HELPER = PEOPLE


def test_exactly_the_planned_accounts_are_disabled_in_both_applications(work: Office) -> None:
    before = run_sql(work.database("saraban"), "SELECT * FROM users WHERE id <> 1")
    results = list(applying.apply(work.desk, work.approved(leaver(SOMCHAI))))
    assert [(result.system, result.outcome, result.changed) for result in results] == [
        ("saraban", "applied", True),
        ("intranet", "applied", True),
    ]
    assert run_sql(work.database("saraban"), "SELECT is_active FROM users WHERE id = 1") == [(0,)]
    assert run_sql(work.database("saraban"), "SELECT * FROM users WHERE id <> 1") == before
    password, remember = run_sql(
        work.database("intranet"), "SELECT password, remember_token FROM users WHERE id = 1"
    )[0]
    assert password.startswith("$2y$12$dulae.disabled.") and len(password) == 60 and remember is None
    others = run_sql(work.database("intranet"), "SELECT password, remember_token FROM users WHERE id <> 1")
    assert all(left[0].startswith("hash") and left[1].startswith("remember") for left in others)


def test_sessions_tokens_and_roles_end_with_the_account_and_nobody_elses(work: Office) -> None:
    list(applying.apply(work.desk, work.approved(leaver(SOMCHAI))))
    intranet = work.database("intranet")
    assert run_sql(intranet, "SELECT count(*) FROM sessions WHERE user_id = 1") == [(0,)]
    assert run_sql(intranet, "SELECT count(*) FROM sessions") == [(2 * (len(PEOPLE) - 1),)]
    kept = run_sql(intranet, "SELECT tokenable_type FROM personal_access_tokens WHERE tokenable_id = 1")
    assert kept == [(r"App\Models\Team",)]
    assert run_sql(intranet, "SELECT count(*) FROM password_reset_tokens WHERE email LIKE 'user1@%'") == [
        (0,)
    ]
    assert run_sql(intranet, "SELECT count(*) FROM model_has_roles WHERE model_id = 1") == [(0,)]
    assert run_sql(intranet, "SELECT count(*) FROM model_has_roles WHERE model_id = 2") == [(2,)]


def test_the_ledger_has_intent_before_and_result_after_with_what_was_proven(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    list(applying.apply(work.desk, plan))
    kinds = [entry.kind for entry in work.ledger.entries() if entry.kind.startswith("change")]
    assert kinds == ["change.intent", "change.result"] * 2
    saraban, intranet = work.bodies("change.result")
    assert saraban["plan_sha256"] == plan.sha256 and saraban["outcome"] == "applied"
    assert saraban["items"][0]["done"] == ["disabled", "sessions_ended", "api_tokens_ended"]
    assert intranet["items"][0]["ended"] == {"sessions": 2, "api_tokens": 1, "reset_tokens": 1, "roles": 2}
    assert {item["verified"] for body in (saraban, intranet) for item in body["items"]} == {"row_read_back"}
    assert verify(work.desk.state_dir / "ledger").ok


def test_no_hash_or_token_of_the_application_reaches_the_ledger_or_the_plan(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    list(applying.apply(work.desk, plan))
    written = plan.path.read_text() + str([entry.body for entry in work.ledger.entries()])
    assert "hash1" not in written and "remember1" not in written and "dulae.disabled" not in written
    assert SOMCHAI.identity not in written


def test_previous_values_are_kept_for_the_owner_only(work: Office) -> None:
    list(applying.apply(work.desk, work.approved(leaver(SOMCHAI))))
    kept = list(work.desk.kept.rglob("*.json"))
    assert len(kept) == 2 and "hash1" in "".join(path.read_text() for path in kept)
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    assert work.desk.kept.stat().st_mode & 0o777 == 0o700


def test_applying_again_changes_nothing_and_proves_the_accounts_again(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    list(applying.apply(work.desk, plan))
    before = office.dump(work.database("intranet"))
    again = list(applying.apply(work.desk, plan))
    assert [(result.outcome, result.changed) for result in again] == [("already", False)] * 2
    assert again[0].items[0]["verified"] == "row_read_back"
    assert office.dump(work.database("intranet")) == before
    assert len(work.bodies("change.intent")) == 2


def test_an_account_that_was_opened_again_by_hand_is_no_longer_proven(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    list(applying.apply(work.desk, plan))
    run_sql(work.database("saraban"), "UPDATE users SET is_active = 1 WHERE id = 1")
    run_sql(work.database("intranet"), "INSERT INTO sessions VALUES ('new', 1, 1790000000)")
    again = list(applying.apply(work.desk, plan))
    assert [result.items[0]["verified"] for result in again] == ["still_open", "still_open"]


def test_a_plan_that_nobody_approved_is_refused(work: Office) -> None:
    plan = work.plan(leaver(SOMCHAI))
    with pytest.raises(PlanError, match="nobody has approved it"):
        list(applying.apply(work.desk, plan))
    assert run_sql(work.database("saraban"), "SELECT is_active FROM users WHERE id = 1") == [(1,)]


def test_a_plan_older_than_its_limit_is_refused(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    work.clock.forward(days=7, seconds=1)
    with pytest.raises(PlanError, match="it was valid until"):
        list(applying.apply(work.desk, plan))


def test_a_plan_whose_file_was_changed_is_refused(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    plan.path.write_bytes(plan.path.read_bytes().replace(b'"key":1,', b'"key":2,'))
    with pytest.raises(PlanError, match="the file is not what the ledger recorded"):
        list(applying.apply(work.desk, read(plan.path)))


def test_rows_that_changed_since_the_plan_refuse_that_application_and_not_the_other(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI), leaver(WICHAI))
    run_sql(work.database("saraban"), "UPDATE users SET last_name = 'คนอื่น' WHERE id = 3")
    saraban, intranet = applying.apply(work.desk, plan)
    assert (saraban.outcome, intranet.outcome) == ("refused", "applied")
    assert "user3" in saraban.because
    assert run_sql(work.database("saraban"), "SELECT count(*) FROM users WHERE is_active = 0") == [(0,)]
    assert run_sql(work.database("saraban"), "SELECT count(*) FROM sessions") == [(len(PEOPLE),)]
    assert [body["outcome"] for body in work.bodies("change.result")] == ["refused", "applied"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET citizen_id = '1999900000005' WHERE id = 1",
        "UPDATE users SET username = 'somebody' WHERE id = 1",
        "UPDATE users SET unit = 'กองอื่น' WHERE id = 1",
        "DELETE FROM users WHERE id = 1",
    ],
)
def test_a_row_that_may_be_somebody_elses_by_now_is_never_touched(work: Office, change: str) -> None:
    plan = work.approved(leaver(SOMCHAI))
    run_sql(work.database("saraban"), change)
    before = office.dump(work.database("saraban"))
    assert next(applying.apply(work.desk, plan)).outcome == "refused"
    assert office.dump(work.database("saraban")) == before


def test_a_password_changed_since_the_plan_does_not_save_the_account_and_comes_back_with_undo(
    work: Office,
) -> None:
    plan = work.approved(leaver(SOMCHAI))
    run_sql(
        work.database("intranet"), "UPDATE users SET password = 'newer', remember_token = NULL WHERE id = 1"
    )
    assert [result.outcome for result in applying.apply(work.desk, plan)] == ["applied", "applied"]
    list(undo.undo(work.desk, plan))
    left = run_sql(work.database("intranet"), "SELECT password, remember_token FROM users WHERE id = 1")
    assert left == [("newer", None)]


def test_an_account_that_somebody_disabled_meanwhile_still_loses_its_sessions(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    run_sql(work.database("saraban"), "UPDATE users SET is_active = 0 WHERE id = 1")
    saraban, _ = applying.apply(work.desk, plan)
    assert saraban.outcome == "applied"
    assert saraban.items[0]["done"] == ["was_disabled", "sessions_ended", "api_tokens_ended"]
    assert run_sql(work.database("saraban"), "SELECT count(*) FROM sessions WHERE user_id = 1") == [(0,)]


def test_an_account_that_became_protected_since_the_plan_is_not_touched(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    protected = replace(work.desk.applications[0], protected=frozenset({"user1"}))
    work = work.with_applications(protected, work.desk.applications[1])
    assert next(applying.apply(work.desk, plan)).outcome == "refused"


def test_a_database_that_is_away_does_not_stop_the_other_application(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    work.database("saraban").rename(work.folder / "away.db")
    saraban, intranet = applying.apply(work.desk, plan)
    assert (saraban.outcome, intranet.outcome) == ("rolled_back", "applied")
    assert "there is no such file" in saraban.because
    (work.folder / "away.db").rename(work.database("saraban"))
    assert [result.outcome for result in applying.apply(work.desk, plan)] == ["applied", "already"]


def test_a_system_that_the_settings_no_longer_have_is_refused(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    work = work.with_applications(work.desk.applications[1])
    with pytest.raises(PlanError, match="no accounts in systems"):
        list(applying.apply(work.desk, plan))


def test_a_trigger_that_changes_what_is_written_undoes_the_whole_transaction(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI), leaver(WICHAI))
    trigger = (
        "CREATE TRIGGER stubborn AFTER UPDATE ON users WHEN NEW.id = 3 "
        "BEGIN UPDATE users SET is_active = 1 WHERE id = 3; END"
    )
    run_sql(work.database("saraban"), trigger)
    saraban = next(applying.apply(work.desk, plan))
    assert saraban.outcome == "refused" and "reads back otherwise" in saraban.because
    assert run_sql(work.database("saraban"), "SELECT count(*) FROM users WHERE is_active = 0") == [(0,)]


def test_two_applies_at_once_do_not_meet(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    with applying.locked(work.desk, "saraban"), pytest.raises(PlanError, match="another run is changing"):
        list(applying.apply(work.desk, plan))


def test_more_accounts_than_the_brake_allows_need_a_bulk_approval_with_their_own_number(work: Office) -> None:
    braked = [replace(kept, brake=Brake(1, 90)) for kept in work.desk.applications]
    work = work.with_applications(*braked)
    plan = work.approved(leaver(SOMCHAI), leaver(WICHAI))
    with pytest.raises(PlanError, match="at most 1 without a bulk approval"):
        list(applying.apply(work.desk, plan))
    work.approve(plan, bulk=3)
    with pytest.raises(PlanError, match="--bulk 4"):
        list(applying.apply(work.desk, plan))
    work.approve(plan, bulk=4)
    assert [result.outcome for result in applying.apply(work.desk, plan)] == ["applied", "applied"]


def test_more_persons_than_the_personnel_division_declared_are_never_disabled(work: Office) -> None:
    plan = work.plan(leaver(SOMCHAI), leaver(WICHAI), declared_total=1)
    work.approve(plan, bulk=4)
    with pytest.raises(PlanError, match="declared 1"):
        list(applying.apply(work.desk, plan))


def test_a_plan_made_for_one_application_late_is_not_begun_in_the_other(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    work.database("saraban").rename(work.folder / "away.db")
    list(applying.apply(work.desk, plan))
    (work.folder / "away.db").rename(work.database("saraban"))
    work.clock.now += timedelta(days=8)
    with pytest.raises(PlanError, match="it was valid until"):
        list(applying.apply(work.desk, plan))
    assert run_sql(work.database("saraban"), "SELECT is_active FROM users WHERE id = 1") == [(1,)]
