"""Taking a plan back: exactly what it changed, of one person or all, and what cannot come back is said."""

import pytest

from dulae.accounts.changing import applying, undo
from dulae.errors import PlanError
from tests.unit.accounts import office
from tests.unit.accounts.office import PEOPLE, Office, leaver, run_sql

SOMCHAI, SOMYING, WICHAI, KANDA, ADMIN, HELPER = PEOPLE
USERS = "SELECT * FROM users ORDER BY id"
ROLES = "SELECT * FROM model_has_roles ORDER BY model_id, role_id"


def number(work: Office, name: str) -> int:
    """Return a person's number in the newest plan."""
    persons = work.bodies("plan")[-1]["plan"]["persons"]
    return next(int(person["number"]) for person in persons if name in person["name"])


def test_previous_values_and_roles_come_back_exactly(work: Office) -> None:
    intranet, saraban = work.database("intranet"), work.database("saraban")
    before = run_sql(intranet, USERS), run_sql(intranet, ROLES), run_sql(saraban, USERS)
    plan = work.approved(leaver(SOMCHAI), leaver(WICHAI))
    list(applying.apply(work.desk, plan))
    results = list(undo.undo(work.desk, plan, reason="the order was cancelled"))
    assert [(result.outcome, result.changed) for result in results] == [("undone", True)] * 2
    assert (run_sql(intranet, USERS), run_sql(intranet, ROLES), run_sql(saraban, USERS)) == before


def test_what_cannot_come_back_is_said(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    list(applying.apply(work.desk, plan))
    saraban, intranet = undo.undo(work.desk, plan)
    assert saraban.items[0]["not_restored"] == {"sessions": 1, "api_tokens": 1}
    assert intranet.items[0]["not_restored"] == {"sessions": 2, "api_tokens": 1, "reset_tokens": 1}
    assert intranet.items[0]["rows_restored"] == {"roles": 2}
    assert intranet.items[0]["restored"] == ["password", "remember_token"]


def test_undo_is_evidence_and_proves_that_it_restored_what_was_there(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    list(applying.apply(work.desk, plan))
    list(undo.undo(work.desk, plan, reason="wrong person"))
    intent, result = work.bodies("undo.intent")[0], work.bodies("undo.result")[0]
    assert intent["reason"] == "wrong person" and intent["by"] == "officer1"
    applied = work.bodies("change.result")[0]["items"][0]
    assert result["items"][0]["restored_sha"] == applied["before_sha"]


def test_one_person_comes_back_and_the_others_stay_disabled(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI), leaver(WICHAI))
    list(applying.apply(work.desk, plan))
    list(undo.undo(work.desk, plan, person=number(work, "วิชัย")))
    assert run_sql(work.database("saraban"), "SELECT id FROM users WHERE is_active = 0") == [(1,)]
    list(undo.undo(work.desk, plan))
    assert run_sql(work.database("saraban"), "SELECT id FROM users WHERE is_active = 0") == []


def test_undoing_twice_changes_nothing(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    list(applying.apply(work.desk, plan))
    list(undo.undo(work.desk, plan))
    again = list(undo.undo(work.desk, plan))
    assert [(result.outcome, result.changed) for result in again] == [("restored_before", False)] * 2


def test_a_plan_that_was_taken_back_is_not_applied_again(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    list(applying.apply(work.desk, plan))
    list(undo.undo(work.desk, plan))
    with pytest.raises(PlanError, match="it was taken back"):
        list(applying.apply(work.desk, plan))


def test_the_same_list_after_an_undo_needs_a_new_plan_and_a_new_approval(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    list(applying.apply(work.desk, plan))
    list(undo.undo(work.desk, plan))
    new = work.plan(leaver(SOMCHAI))
    assert new.plan_id != plan.plan_id
    with pytest.raises(PlanError, match="nobody has approved it"):
        list(applying.apply(work.desk, new))


def test_an_account_that_was_changed_since_is_not_written_over(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI), leaver(WICHAI))
    list(applying.apply(work.desk, plan))
    run_sql(work.database("intranet"), "UPDATE users SET password = 'reset by hand' WHERE id = 1")
    before = office.dump(work.database("intranet"))
    saraban, intranet = undo.undo(work.desk, plan)
    assert (saraban.outcome, intranet.outcome) == ("undone", "refused")
    assert office.dump(work.database("intranet")) == before
    assert [body["outcome"] for body in work.bodies("undo.result")] == ["undone", "refused"]


def test_an_account_that_was_disabled_before_the_plan_stays_disabled(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    run_sql(work.database("saraban"), "UPDATE users SET is_active = 0 WHERE id = 1")
    list(applying.apply(work.desk, plan))
    saraban, _ = undo.undo(work.desk, plan)
    assert saraban.items[0]["restored"] == []
    assert run_sql(work.database("saraban"), "SELECT is_active FROM users WHERE id = 1") == [(0,)]


def test_a_plan_that_was_never_applied_has_nothing_to_undo(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    with pytest.raises(PlanError, match="nothing to undo"):
        list(undo.undo(work.desk, plan))


def test_a_person_who_is_not_in_the_plan_is_told(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    list(applying.apply(work.desk, plan))
    with pytest.raises(PlanError, match="no person 9 in it"):
        list(undo.undo(work.desk, plan, person=9))


def test_lost_previous_values_are_told_before_anything_is_begun(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    list(applying.apply(work.desk, plan))
    for kept in work.desk.kept.rglob("*.json"):
        kept.unlink()
    with pytest.raises(PlanError, match="the previous values are not there"):
        list(undo.undo(work.desk, plan))
    assert not work.bodies("undo.intent")


def test_a_database_that_is_away_leaves_the_undo_for_later(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    list(applying.apply(work.desk, plan))
    work.database("saraban").rename(work.folder / "away.db")
    assert [result.outcome for result in undo.undo(work.desk, plan)] == ["rolled_back", "undone"]
    (work.folder / "away.db").rename(work.database("saraban"))
    assert [result.outcome for result in undo.undo(work.desk, plan)] == ["undone", "restored_before"]


def test_a_person_whom_the_plan_never_changed_is_told_and_no_system_claims_otherwise(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI), leaver(WICHAI, standing="review"))
    list(applying.apply(work.desk, plan))
    with pytest.raises(PlanError, match="it has changed nothing of person 2"):
        list(undo.undo(work.desk, plan, person=2))
    assert {result.outcome for result in undo.undo(work.desk, plan, person=1)} == {"undone"}
    assert {result.outcome for result in undo.undo(work.desk, plan, person=1)} == {"restored_before"}


def test_a_system_in_which_nothing_was_changed_of_somebody_is_left_out(work: Office) -> None:
    run_sql(work.database("intranet"), "DELETE FROM users WHERE id = 1")
    plan = work.approved(leaver(SOMCHAI), leaver(WICHAI))
    list(applying.apply(work.desk, plan))
    assert [result.system for result in undo.undo(work.desk, plan, person=1)] == ["saraban"]
