"""Nobody is forgotten between two lists: leavers of earlier weeks stay in the plan until their access has ended."""

import json
from typing import Any

import pytest

from dulae.accounts.changing import applying, undo
from dulae.accounts.plan import Plan
from dulae.accounts.reviewing import Manner, Review, review
from dulae.errors import PlanError
from tests.unit.accounts import office
from tests.unit.accounts.office import PEOPLE, SPELLING, Office, leaver, run_sql, write_list

SOMCHAI, SOMYING, WICHAI, KANDA, ADMIN, HELPER = PEOPLE
WEEKS = ("first", "second", "third", "fourth")


def week(work: Office, number: int, *rows: dict[str, Any]) -> Plan:
    """Review the list of one week and return its plan."""
    made = reviewed(work, number, *rows)
    assert made.plan is not None
    return made.plan


def reviewed(work: Office, number: int, *rows: dict[str, Any], **more: Any) -> Review:
    work.clock.now = office.NOW
    work.clock.forward(days=7 * number)
    work.desk.judged_list.parent.mkdir(mode=0o700, exist_ok=True)
    name = WEEKS[number]
    path = write_list(work.desk.judged_list, *rows, file=f"{name}.xlsx", sha256=name.ljust(64, "0"))
    return review(work.desk, path, SPELLING, **more)


def proposed(plan: Plan) -> set[tuple[str, str]]:
    """Return system and account of everything that a plan would disable."""
    return {(item["system"], item["account"]["login"]) for item in plan.items}


def came_anew(work: Office, plan: Plan) -> None:
    """Have the list of a plan come once more, as it was."""
    told = {name: plan.document["list"][name] for name in ("file", "sha256", "rows")}
    work.desk.record("list.received", told)


FIRST = {("saraban", "user1"), ("intranet", "user1@dept.example")}


def test_a_leaver_whose_plan_was_never_approved_is_in_the_next_weeks_plan(work: Office) -> None:
    week(work, 0, leaver(SOMCHAI))
    plan = week(work, 1, leaver(WICHAI))
    assert proposed(plan) > FIRST and len(plan.items) == 4
    carried = next(person for person in plan.document["persons"] if "สมชาย" in person["name"])
    assert carried["list"] == "first.xlsx"
    assert (plan.document["list"]["rows"], plan.document["list"]["carried"]) == (1, 1)
    for system in plan.document["systems"]:
        assert sum(system["observed"]["counts"].values()) == 2


def test_whom_a_newer_list_has_leave_otherwise_and_not_clearly_is_for_a_person(work: Office) -> None:
    week(work, 0, leaver(SOMCHAI))
    doubt = leaver(SOMCHAI, standing="review", effective_date="2026-11-30")
    for plan in (week(work, 1, doubt), week(work, 2)):
        assert proposed(plan) == set()
        told = {(entry["system"], entry["match"]["code"]) for entry in plan.document["review"]}
        assert {("saraban", "access.contradicted"), ("saraban", "access.row_unclear")} <= told
    assert proposed(week(work, 3, leaver(SOMCHAI))) == FIRST


def test_a_clear_order_holds_though_a_newer_list_says_something_else_that_is_not_clear(work: Office) -> None:
    week(work, 0, leaver(SOMCHAI))
    other = leaver(SOMCHAI, standing="review", action="REVIEW", movement="transfer_ambiguous")
    assert proposed(week(work, 1, other)) == FIRST


def test_whose_access_has_ended_is_not_carried_on(work: Office) -> None:
    plan = week(work, 0, leaver(SOMCHAI))
    work.approve(plan)
    list(applying.apply(work.desk, plan))
    week(work, 0, leaver(SOMCHAI))
    assert json.loads(work.desk.outstanding.read_text()) == []
    assert proposed(week(work, 1)) == set()


def test_the_outstanding_are_kept_for_the_owner_only(work: Office) -> None:
    week(work, 0, leaver(SOMCHAI))
    assert work.desk.outstanding.stat().st_mode & 0o777 == 0o600
    assert SOMCHAI.identity in work.desk.outstanding.read_text()


def test_a_scheduled_leaver_is_proposed_on_his_day_though_no_list_names_him_again(work: Office) -> None:
    later = leaver(SOMCHAI, standing="scheduled", effective_date="2026-11-29")
    assert proposed(week(work, 0, later)) == set()
    plan = week(work, 1)
    assert proposed(plan) == FIRST and plan.person(plan.items[0]["person"])["standing"] == "act"


def test_a_scheduled_leaver_waits_until_his_day(work: Office) -> None:
    later = leaver(SOMCHAI, standing="scheduled", effective_date="2026-11-30")
    week(work, 0, later)
    plan = week(work, 1)
    assert proposed(plan) == set() and len(plan.document["waiting"]) == 2


def test_a_cancelled_order_drops_him_after_a_person_has_seen_it(work: Office) -> None:
    week(work, 0, leaver(SOMCHAI))
    cancelled = leaver(SOMCHAI, action="CANCEL_PENDING", movement="order_cancelled", standing="review")
    plan = week(work, 1, cancelled)
    assert proposed(plan) == set()
    assert "access.contradicted" in {entry["match"]["code"] for entry in plan.document["review"]}
    assert proposed(week(work, 2)) == set()


def test_an_approved_plan_is_not_carried_out_once_a_newer_list_says_that_he_stays(work: Office) -> None:
    plan = week(work, 0, leaver(SOMCHAI), leaver(WICHAI))
    work.approve(plan)
    returned = leaver(SOMCHAI, action="NO_DISABLE", movement="appoint", standing="no_action")
    write_list(work.desk.judged_list, returned)
    with pytest.raises(PlanError, match="the newest list says otherwise of นายสมชาย ใจดี"):
        list(applying.apply(work.desk, plan))
    assert run_sql(work.database("saraban"), "SELECT count(*) FROM users WHERE is_active = 0") == [(0,)]


def test_the_new_list_counts_where_it_names_him_too(work: Office) -> None:
    week(work, 0, leaver(SOMCHAI, effective_date="2026-11-01"))
    plan = week(work, 1, leaver(SOMCHAI, effective_date="2026-11-15"))
    assert [person["effective_date"] for person in plan.document["persons"]] == ["2026-11-15"]


def test_whoever_was_given_his_access_back_is_not_taken_up_again_from_an_old_list(work: Office) -> None:
    plan = week(work, 0, leaver(SOMCHAI))
    work.approve(plan)
    list(applying.apply(work.desk, plan))
    list(undo.undo(work.desk, plan, reason="the order was cancelled"))
    again = week(work, 0, leaver(SOMCHAI))
    assert proposed(again) == set()
    assert {entry["match"]["code"] for entry in again.document["review"]} == {"access.given_back"}
    assert proposed(week(work, 1)) == set() and week(work, 1).document["review"] == []


def test_an_older_plan_ends_nobodys_access_that_was_given_back_since(work: Office) -> None:
    """Both plans rest on the same order; only the newer one was carried out, and taken back."""
    older = week(work, 0, leaver(SOMCHAI))
    work.approve(older)
    work.clock.forward(days=1)
    path = write_list(work.desk.judged_list, leaver(WICHAI), file="next.xlsx", sha256="d" * 64)
    newer = review(work.desk, path, SPELLING).plan
    assert newer is not None and proposed(newer) > FIRST
    work.approve(newer)
    list(applying.apply(work.desk, newer))
    (person,) = [number for number, one in newer.persons.items() if "สมชาย" in one["name"]]
    list(undo.undo(work.desk, newer, person=person, reason="the order is void"))
    with pytest.raises(PlanError, match="access was given back to นายสมชาย ใจดี since it was made"):
        list(applying.apply(work.desk, older))
    assert run_sql(work.database("saraban"), "SELECT is_active FROM users WHERE id = 1") == [(1,)]
    # Sent and planned once more, it is another plan, and needs its own approval.
    came_anew(work, older)
    again = week(work, 0, leaver(SOMCHAI))
    assert proposed(again) == FIRST and again.plan_id != older.plan_id
    work.approve(again)
    assert {result.outcome for result in applying.apply(work.desk, again)} == {"applied"}
    # So he has left, and is looked for from now on.
    run_sql(work.database("saraban"), "UPDATE users SET is_active = 1 WHERE id = 1")
    assert ("saraban", "user1") in proposed(week(work, 2))


def test_whoever_leaves_once_more_by_that_list_when_it_comes_anew_is_not_forgotten(work: Office) -> None:
    plan = week(work, 0, leaver(SOMCHAI))
    work.approve(plan)
    list(applying.apply(work.desk, plan))
    list(undo.undo(work.desk, plan, reason="the order was cancelled"))
    came_anew(work, plan)
    assert proposed(week(work, 0, leaver(SOMCHAI))) == FIRST == proposed(week(work, 1))


def test_a_system_that_could_not_be_read_is_looked_at_again(work: Office) -> None:
    saraban = work.database("saraban")
    saraban.rename(work.folder / "away.db")
    plan = week(work, 0, leaver(SOMCHAI))
    work.approve(plan)
    list(applying.apply(work.desk, plan))
    assert proposed(week(work, 0, leaver(SOMCHAI))) == set()
    (work.folder / "away.db").rename(saraban)
    assert proposed(week(work, 1)) == {("saraban", "user1")}


def test_in_a_week_without_a_list_an_active_leaver_still_fails_and_the_rest_is_unknown(work: Office) -> None:
    week(work, 0, leaver(SOMCHAI))
    run_sql(work.database("intranet"), "DELETE FROM users WHERE id = 1")
    work.desk.judged_list.unlink()
    made = review(work.desk, work.desk.judged_list, SPELLING)
    assert {found.subject: found.code for found in made.findings if found.check == "access"} == {
        "saraban": "access.still_active",
        "intranet": "access.no_list",
    }
    assert made.plan is not None and proposed(made.plan) == {("saraban", "user1")}


def test_the_declared_number_does_not_count_those_of_earlier_lists(work: Office) -> None:
    week(work, 0, leaver(SOMCHAI))
    work.clock.forward(days=7)
    path = write_list(work.desk.judged_list, leaver(WICHAI), file="x", sha256="x" * 64, declared_total=1)
    made = review(work.desk, path, SPELLING)
    assert made.plan is not None
    assert [system["brakes"] for system in made.plan.document["systems"]] == [[], []]


def test_check_mode_keeps_nobody(work: Office) -> None:
    reviewed(work, 0, leaver(SOMCHAI), manner=Manner(check_mode=True))
    assert not work.desk.outstanding.exists()


def test_a_row_that_a_person_must_decide_stays_until_a_list_speaks_clearly(work: Office) -> None:
    week(work, 0, leaver(SOMCHAI, standing="review"), leaver(WICHAI, action="TRANSFER_RIGHTS"))
    plan = week(work, 1)
    assert [person["list"] for person in plan.document["persons"]] == ["first.xlsx"] and not plan.items
    assert {entry["match"]["code"] for entry in plan.document["review"]} == {"access.row_unclear"}
    assert week(work, 2, leaver(SOMCHAI, action="NO_ACTION", standing="no_action")).document["persons"] == []


def test_who_was_ordered_back_and_leaves_again_on_a_later_day_is_not_forgotten(work: Office) -> None:
    plan = week(work, 0, leaver(SOMCHAI))
    work.approve(plan)
    list(applying.apply(work.desk, plan))
    list(undo.undo(work.desk, plan, person=None, reason="order cancelled"))
    assert week(work, 1, leaver(SOMCHAI, standing="scheduled", effective_date="2026-12-04")).items == []
    assert proposed(week(work, 2)) == FIRST


def test_an_order_cancelled_two_lists_ago_still_stops_an_older_plan(work: Office) -> None:
    plan = week(work, 0, leaver(SOMCHAI))
    work.approve(plan)
    for name, rows in (("between", [leaver(SOMCHAI, action="CANCEL_PENDING")]), ("newest", [leaver(WICHAI)])):
        work.clock.forward(days=1)
        path = write_list(work.desk.judged_list, *rows, file=f"{name}.xlsx", sha256=name.ljust(64, "0"))
        review(work.desk, path, SPELLING)
    with pytest.raises(PlanError, match="newest list says otherwise"):
        list(applying.apply(work.desk, plan))


@pytest.mark.parametrize("since", [(), ([leaver(WICHAI)],), ([leaver(WICHAI)], [])])
@pytest.mark.parametrize(
    "said",
    [
        {"effective_date": "2026-12-15", "standing": "scheduled"},
        # A newer list that is not clear about him: the older order may hold no more.
        {"effective_date": "2026-12-15", "standing": "review"},
        {"effective_date": "2026-11-01", "standing": "review"},
    ],
)
def test_an_order_that_was_put_off_since_stops_an_older_plan(
    work: Office, since: tuple[Any, ...], said: dict[str, Any]
) -> None:
    plan = week(work, 0, leaver(SOMCHAI))
    work.approve(plan)
    later = leaver(SOMCHAI, **said)
    for number, rows in enumerate(([later], *since)):
        work.clock.forward(days=1)
        path = write_list(work.desk.judged_list, *rows, file=f"{number}.xlsx", sha256=f"{number + 1:064}")
        review(work.desk, path, SPELLING)
    with pytest.raises(PlanError, match="newest list says otherwise of นายสมชาย ใจดี"):
        list(applying.apply(work.desk, plan))
    assert run_sql(work.database("saraban"), "SELECT count(*) FROM users WHERE is_active = 0") == [(0,)]


def test_what_the_same_list_leaves_in_doubt_beside_a_clear_row_stops_no_plan(work: Office) -> None:
    plan = week(
        work, 0, leaver(SOMCHAI), leaver(SOMCHAI, row=91, standing="review", effective_date="2026-12-15")
    )
    work.approve(plan)
    assert {result.outcome for result in applying.apply(work.desk, plan)} == {"applied"}


def test_an_order_that_was_put_off_by_a_list_that_nobody_compared_stops_an_older_plan(work: Office) -> None:
    plan = week(work, 0, leaver(SOMCHAI))
    work.approve(plan)
    later = leaver(SOMCHAI, effective_date="2026-12-15", standing="scheduled")
    write_list(work.desk.judged_list, later, file="newest.xlsx", sha256=f"{9:064}")
    with pytest.raises(PlanError, match="newest list says otherwise"):
        list(applying.apply(work.desk, plan))


def test_an_order_that_holds_at_once_does_not_begin_to_wait_for_its_day(work: Office) -> None:
    now = {"action": "DISABLE_NOW", "movement": "expelled", "effective_date": "2027-01-31"}
    assert proposed(week(work, 0, leaver(SOMCHAI, **now))) == FIRST
    assert proposed(week(work, 1)) == FIRST


def test_one_who_stays_is_not_carried_on_because_of_a_namesake(work: Office) -> None:
    run_sql(work.database("saraban"), "INSERT INTO users SELECT 77, 'twin', password_hash, first_name, last_name,"
            " NULL, unit, 1, 0, NULL FROM users WHERE id = 1")  # fmt: skip
    week(work, 0, leaver(SOMCHAI))
    week(work, 1, leaver(SOMCHAI, action="NO_DISABLE", movement="appoint", standing="no_action"))
    assert proposed(week(work, 2)) == set()
