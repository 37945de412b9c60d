"""What was closed stays closed: whoever left earlier and can log in again is found in the next weekly review."""

from typing import Any

import pytest

from dulae.accounts.changing import applying, undo
from dulae.accounts.plan import Plan
from dulae.accounts.reviewing import Manner, Review, review
from dulae.checks.finding import Finding
from dulae.errors import PlanError
from tests.unit.accounts import office
from tests.unit.accounts.office import PEOPLE, SPELLING, Office, Person, leaver, run_sql, write_list

SOMCHAI, SOMYING, WICHAI, KANDA, ADMIN, HELPER = PEOPLE
RETURN = {"action": "NO_DISABLE", "movement": "appoint", "standing": "no_action"}
OTHER = Person(70, "ไม่มี", "บัญชี")
REOPENED = "UPDATE users SET is_active = 1 WHERE id = 1"
NEW = (
    "INSERT INTO users (id, username, first_name, last_name, citizen_id, unit, is_active, is_admin, last_login)"
    " VALUES ({id}, '{login}', '{first}', '{last}', {number}, '{unit}', 1, 0, {used})"
)


def reviewed(work: Office, week: int, *rows: dict[str, Any], **more: Any) -> Review:
    """Review the list of one week, and keep what was said as evidence."""
    work.clock.now = office.NOW
    work.clock.forward(days=7 * week)
    work.desk.judged_list.parent.mkdir(mode=0o700, exist_ok=True)
    path = write_list(work.desk.judged_list, *rows, file=f"week{week}.xlsx", sha256=f"{week:064}")
    made = review(work.desk, path, SPELLING, **more)
    for finding in made.findings if not more else ():
        work.desk.evidence.append("finding", {"finding": finding.to_dict()})
    return made


def carried_out(work: Office, made: Review) -> Plan:
    """Have a review's plan approved and carried out."""
    assert made.plan is not None
    work.approve(made.plan)
    assert {result.outcome for result in applying.apply(work.desk, made.plan)} == {"applied"}
    return made.plan


def gone(work: Office, person: Person = SOMCHAI, **row: Any) -> Plan:
    """Have somebody leave in the first week, wholly; a second look finds nothing left to do."""
    plan = carried_out(work, reviewed(work, 0, leaver(person, **row)))
    reviewed(work, 0, leaver(person, **row))
    return plan


def about(made: Review, system: str = "saraban") -> Finding:
    """Return what was said of what had been closed."""
    (found,) = [one for one in made.findings if (one.check, one.system) == ("access_again", system)]
    return found


def said(made: Review, system: str = "saraban") -> tuple[str, str]:
    return about(made, system).verdict.value, about(made, system).code


def proposed(made: Review) -> list[tuple[str, str]]:
    assert made.plan is not None
    return [(item["system"], item["account"]["login"]) for item in made.plan.items]


def new_account(work: Office, person: Person, key: int, **more: Any) -> None:
    """Make an account in the register after somebody has left."""
    number = f"'{person.identity}'" if person.identity else "NULL"
    columns = {"id": key, "login": f"new{key}", "first": person.first, "last": person.last, "number": number}
    run_sql(work.database("saraban"), NEW.format(**{**columns, "unit": person.unit, "used": "NULL", **more}))


FAIL, REVIEW = ("fail", "access.opened_again"), ("warn", "access.opened_to_review")
PASS = ("pass", "access.stays_closed")


def test_what_stays_closed_is_said_to_and_makes_no_plan_longer(work: Office) -> None:
    gone(work)
    made = reviewed(work, 1)
    assert said(made) == said(made, "intranet") == PASS
    assert made.plan is not None and made.plan.document["persons"] == [] and not made.plan.items
    assert about(made).because == (
        "none of 1 who left earlier can log in again; 1 accounts that were disabled stay closed"
    )


def test_before_anybody_has_left_nothing_is_said_of_it(work: Office) -> None:
    made = reviewed(work, 0, leaver(SOMCHAI))
    assert "access_again" not in {found.check for found in made.findings}


def test_a_flag_that_was_set_again_is_found_proposed_and_closed_again(work: Office) -> None:
    gone(work)
    reviewed(work, 1)
    run_sql(work.database("saraban"), REOPENED)
    made = reviewed(work, 2, leaver(OTHER))
    assert said(made) == FAIL and said(made, "intranet") == PASS
    assert proposed(made) == [("saraban", "user1")] and made.told()["opened_again"] == 1
    (account,) = about(made).measured["accounts"]
    assert account["name"] == "นายสมชาย ใจดี" and account["list"] == "week0.xlsx"
    assert (account["login"], account["opened"], account["used"]) == ("user1", ["flag"], False)
    assert account["closed_at"] == "2026-11-22T02:00:00+00:00"
    assert (account["seen_closed_at"][:10], account["noticed_at"][:10]) == ("2026-11-29", "2026-12-06")
    assert "(user1), 0 of them were used since" in about(made).because
    carried_out(work, made)
    again = reviewed(work, 3)
    assert said(again) == PASS and proposed(again) == []


def test_it_needs_a_second_person_like_everything_else(work: Office) -> None:
    gone(work)
    run_sql(work.database("saraban"), REOPENED)
    made = reviewed(work, 1)
    assert made.plan is not None
    with pytest.raises(PlanError, match="nobody has approved it"):
        list(applying.apply(work.desk, made.plan))
    assert run_sql(work.database("saraban"), "SELECT is_active FROM users WHERE id = 1") == [(1,)]


@pytest.mark.parametrize(
    ("opened", "statement"),
    [
        (["password"], "UPDATE users SET password = 'new' WHERE id = 1"),
        (["sessions"], "INSERT INTO sessions VALUES ('new', 1, 1790000000)"),
        (["roles"], f"INSERT INTO model_has_roles VALUES (3, '{office.MODEL}', 1)"),
        (["api_tokens"], f"INSERT INTO personal_access_tokens VALUES (NULL, '{office.MODEL}', 1, 't')"),
    ],
)
def test_whatever_was_opened_is_named_and_closed_again(
    work: Office, opened: list[str], statement: str
) -> None:
    gone(work)
    run_sql(work.database("intranet"), statement)
    made = reviewed(work, 1)
    assert said(made, "intranet") == FAIL and said(made) == PASS
    (account,) = about(made, "intranet").measured["accounts"]
    assert account["opened"] == opened
    carried_out(work, made)
    assert said(reviewed(work, 2), "intranet") == PASS


def test_an_account_that_was_made_for_him_afterwards_is_found(work: Office) -> None:
    gone(work)
    new_account(work, SOMCHAI, 500)
    made = reviewed(work, 1)
    assert said(made) == FAIL and proposed(made) == [("saraban", "new500")]
    (account,) = about(made).measured["accounts"]
    assert (account["opened"], account["closed_at"]) == (["account"], "")
    carried_out(work, made)
    assert said(reviewed(work, 2)) == PASS


def test_whoever_had_no_account_when_he_left_is_found_with_one(work: Office) -> None:
    reviewed(work, 0, leaver(OTHER))
    new_account(work, OTHER, 500)
    made = reviewed(work, 1)
    assert said(made) == FAIL and proposed(made) == [("saraban", "new500")]


def test_a_new_account_beside_a_closed_one_is_told_as_such_in_the_very_next_week(work: Office) -> None:
    carried_out(work, reviewed(work, 0, leaver(SOMCHAI)))
    new_account(work, SOMCHAI, 500)
    made = reviewed(work, 1)
    assert said(made) == FAIL and proposed(made) == [("saraban", "new500")]
    assert about(made).measured["accounts"][0]["opened"] == ["account"]


def test_a_renamed_account_with_his_number_waits_for_a_person(work: Office) -> None:
    gone(work)
    run_sql(work.database("saraban"), REOPENED, "UPDATE users SET first_name = 'วิชัย' WHERE id = 1")
    made = reviewed(work, 1)
    assert said(made) == REVIEW and proposed(made) == []
    assert about(made).measured["accounts"][0]["login"] == "user1"


def test_two_open_accounts_of_him_wait_for_a_person(work: Office) -> None:
    gone(work)
    run_sql(work.database("saraban"), REOPENED)
    new_account(work, SOMCHAI, 500)
    made = reviewed(work, 1)
    assert said(made) == REVIEW and proposed(made) == []
    assert sorted(one["login"] for one in about(made).measured["accounts"]) == ["new500", "user1"]


def test_a_name_with_which_the_list_gave_his_former_one_is_his(work: Office) -> None:
    gone(work, SOMCHAI, name_key="สมชาย|ใหม่", last_name="ใหม่", former_surname="ใจดี")
    run_sql(work.database("saraban"), REOPENED)
    assert proposed(reviewed(work, 1)) == [("saraban", "user1")]


def test_what_was_taken_back_on_purpose_is_no_finding(work: Office) -> None:
    plan = gone(work)
    list(undo.undo(work.desk, plan, reason="the order was cancelled"))
    made = reviewed(work, 1)
    assert "access_again" not in {found.check for found in made.findings} and proposed(made) == []


def came_anew(work: Office, week: int) -> None:
    """Have the list of a week come once more, as it was."""
    work.desk.record("list.received", {"file": f"week{week}.xlsx", "sha256": f"{week:064}", "rows": 1})


def test_whoever_leaves_once_more_by_the_same_list_that_came_anew_is_looked_for_again(work: Office) -> None:
    list(undo.undo(work.desk, gone(work), reason="the order was void"))
    came_anew(work, 0)
    carried_out(work, reviewed(work, 0, leaver(SOMCHAI)))
    assert said(reviewed(work, 1)) == PASS
    run_sql(work.database("saraban"), REOPENED)
    made = reviewed(work, 2)
    assert said(made) == FAIL and proposed(made) == [("saraban", "user1")]


def test_where_giving_back_was_refused_what_is_open_is_told_and_no_plan_ends_it(work: Office) -> None:
    """His account in one system was opened by hand before; in the other one he was given his access back."""
    plan = gone(work)
    run_sql(work.database("saraban"), REOPENED)
    results = {one.system: one.outcome for one in undo.undo(work.desk, plan, reason="the order is void")}
    assert results == {"saraban": "refused", "intranet": "undone"}
    for week in (1, 2):
        made = reviewed(work, week)
        assert said(made) == REVIEW and said(made, "intranet") == PASS and proposed(made) == []
        assert made.plan is not None
        (entry,) = made.plan.document["review"]
        assert (entry["system"], entry["match"]["code"]) == ("saraban", "access.half_given_back")
    reviewed(work, 3, leaver(SOMCHAI, **RETURN))
    assert "access_again" not in {found.check for found in reviewed(work, 4).findings}


def test_whoever_is_had_leave_and_stay_by_a_later_list_is_not_forgotten_and_waits_for_a_person(
    work: Office,
) -> None:
    gone(work)
    reviewed(work, 1, leaver(SOMCHAI, **RETURN), leaver(SOMCHAI, row=90, standing="review"))
    run_sql(work.database("saraban"), REOPENED)
    for week in (2, 9):
        made = reviewed(work, week)
        assert said(made) == REVIEW and proposed(made) == [] and made.plan is not None
        (entry,) = made.plan.document["review"]
        assert (entry["match"]["code"], entry["account"]["login"]) == ("access.said_both", "user1")
        assert "week1.xlsx had this person" in entry["match"]["because"]
    assert proposed(reviewed(work, 10, leaver(SOMCHAI))) == [("saraban", "user1")]
    assert proposed(reviewed(work, 11)) == [("saraban", "user1")]


def test_whoever_is_had_leave_and_stay_and_then_stays_is_no_finding(work: Office) -> None:
    gone(work)
    reviewed(work, 1, leaver(SOMCHAI, **RETURN), leaver(SOMCHAI, row=90, standing="review"))
    reviewed(work, 2, leaver(SOMCHAI, **RETURN))
    run_sql(work.database("saraban"), REOPENED)
    made = reviewed(work, 20)
    assert "access_again" not in {found.check for found in made.findings} and proposed(made) == []


@pytest.mark.parametrize(
    "row",
    [
        RETURN,
        {"action": "CANCEL_PENDING", "movement": "order_cancelled", "standing": "review"},
    ],
)
def test_whoever_came_back_by_a_list_is_no_finding_however_long_ago_that_was(
    work: Office, row: dict[str, Any]
) -> None:
    gone(work)
    reviewed(work, 1, leaver(SOMCHAI, **row))
    run_sql(work.database("saraban"), REOPENED)
    for week in (2, 40):
        made = reviewed(work, week)
        assert "access_again" not in {found.check for found in made.findings} and proposed(made) == []


def test_whoever_came_back_and_leaves_again_leaves_for_the_first_time(work: Office) -> None:
    gone(work)
    reviewed(work, 1, leaver(SOMCHAI, **RETURN))
    run_sql(work.database("saraban"), REOPENED)
    made = reviewed(work, 5, leaver(SOMCHAI, effective_date="2026-12-20"))
    assert proposed(made) == [("saraban", "user1")] and made.told()["opened_again"] == 0


def test_whoever_leaves_on_a_day_to_come_is_not_looked_for_yet(work: Office) -> None:
    reviewed(work, 0, leaver(OTHER, standing="scheduled", effective_date="2026-12-10"))
    new_account(work, OTHER, 500)
    assert "access_again" not in {found.check for found in reviewed(work, 1).findings}
    made = reviewed(work, 4)
    assert said(made) == FAIL and proposed(made) == [("saraban", "new500")]


def test_a_key_that_is_another_persons_now_accuses_nobody(work: Office) -> None:
    gone(work)
    run_sql(
        work.database("saraban"),
        "DELETE FROM users WHERE id = 1",
        f"DELETE FROM users WHERE citizen_id = '{KANDA.identity}'",
    )
    new_account(work, KANDA, 1)
    made = reviewed(work, 1)
    assert said(made) == PASS and proposed(made) == []


def test_a_namesake_with_a_number_of_his_own_is_nobody_who_left(work: Office) -> None:
    gone(work)
    new_account(work, Person(77, SOMCHAI.first, SOMCHAI.last), 500)
    made = reviewed(work, 1)
    assert said(made) == PASS and made.plan is not None and not made.plan.document["review"]


@pytest.mark.parametrize(("unit", "expected"), [(SOMCHAI.unit, REVIEW), ("กองอื่น", PASS)])
def test_a_name_without_a_number_counts_with_the_same_unit_and_waits_for_a_person(
    work: Office, unit: str, expected: tuple[str, str]
) -> None:
    gone(work)
    run_sql(work.database("saraban"), "DELETE FROM users WHERE id = 1")
    new_account(work, Person(77, SOMCHAI.first, SOMCHAI.last, unit=unit, citizen_id=""), 500)
    made = reviewed(work, 1)
    assert said(made) == expected and proposed(made) == []
    if expected == REVIEW:
        assert made.plan is not None
        (person,) = made.plan.document["persons"]
        assert person["citizen_id"].startswith("x-xxxx") and person["list"] == "week0.xlsx"


def test_an_account_known_by_its_name_alone_is_known_again_by_its_key(work: Office) -> None:
    run_sql(
        work.database("saraban"),
        "UPDATE users SET citizen_id = NULL, unit = '', is_active = 0 WHERE id = 1",
        "DELETE FROM sessions WHERE user_id = 1",
        "DELETE FROM api_tokens WHERE user_id = 1",
    )
    gone(work)
    assert said(reviewed(work, 1)) == PASS
    run_sql(work.database("saraban"), REOPENED)
    assert said(reviewed(work, 2)) == REVIEW


def test_an_application_that_does_not_answer_is_unknown_and_asked_again(work: Office) -> None:
    gone(work)
    run_sql(work.database("saraban"), REOPENED)
    saraban = work.database("saraban")
    saraban.rename(work.folder / "away.db")
    made = reviewed(work, 1)
    assert said(made) == ("unknown", "access.again_unknown") and said(made, "intranet") == PASS
    (work.folder / "away.db").rename(saraban)
    assert said(reviewed(work, 2)) == FAIL


def test_an_application_that_the_settings_no_longer_name_is_unknown(work: Office) -> None:
    gone(work)
    left = work.with_applications(work.desk.applications[1])
    made = reviewed(left, 1)
    assert said(made) == ("unknown", "access.again_removed") and "1 accounts" in about(made).because
    assert said(made, "intranet") == PASS
    # After a quarter it is known to be gone.
    assert {found.system for found in reviewed(left, 15).findings if found.check == "access_again"} == {
        "intranet"
    }


def test_use_after_it_was_opened_is_told_and_earlier_use_is_not_told_again(work: Office) -> None:
    gone(work, SOMYING)
    run_sql(work.database("saraban"), "UPDATE users SET is_active = 1 WHERE id = 2")
    made = reviewed(work, 1)
    assert about(made).measured["used"] == 0
    assert "access_use" not in {found.check for found in made.findings if found.system == "saraban"}
    run_sql(work.database("saraban"), "UPDATE users SET last_login = '2026-11-30 10:00:00' WHERE id = 2")
    made = reviewed(work, 2)
    assert about(made).measured["used"] == 1 and about(made).measured["accounts"][0]["used"]
    (use,) = [one for one in made.findings if one.check == "access_use" and one.system == "saraban"]
    assert (use.code, use.measured["uses"][0]["login"]) == ("access.used_after_leaving", "user2")


def test_since_when_it_is_known_stays_the_same_from_week_to_week(work: Office) -> None:
    gone(work)
    reviewed(work, 1)
    run_sql(work.database("saraban"), REOPENED)
    times = []
    for week in (2, 3):
        (account,) = about(reviewed(work, week)).measured["accounts"]
        times.append((account["closed_at"], account["seen_closed_at"], account["noticed_at"][:10]))
    assert times[0] == times[1]
    assert times[0][2] == "2026-12-06"


def test_a_week_without_a_list_finds_it_all_the_same(work: Office) -> None:
    gone(work)
    work.desk.judged_list.unlink()
    work.clock.forward(days=7)
    quiet = review(work.desk, work.desk.judged_list, SPELLING)
    assert said(quiet) == PASS and quiet.plan is None
    run_sql(work.database("saraban"), REOPENED)
    made = review(work.desk, work.desk.judged_list, SPELLING)
    assert said(made) == FAIL and proposed(made) == [("saraban", "user1")]


def test_check_mode_says_the_same_and_keeps_nothing(work: Office) -> None:
    gone(work)
    run_sql(work.database("saraban"), REOPENED)
    plans = len(work.bodies("plan"))
    assert said(reviewed(work, 1, manner=Manner(check_mode=True))) == FAIL
    assert len(work.bodies("plan")) == plans


def test_a_list_that_names_him_again_says_that_it_was_closed_before(work: Office) -> None:
    gone(work)
    run_sql(work.database("saraban"), REOPENED)
    made = reviewed(work, 1, leaver(SOMCHAI))
    assert said(made) == FAIL and made.told()["opened_again"] == 1
    (account,) = about(made).measured["accounts"]
    assert account["opened"] == ["flag"] and account["closed_at"]


def test_two_names_for_one_number_wait_for_a_person(work: Office) -> None:
    mistyped = leaver(
        OTHER, row=91, citizen_id=SOMCHAI.identity, name_key="วิชัย|มีสุข", first_name="วิชัย", last_name="มีสุข"
    )
    run_sql(work.database("saraban"), "DELETE FROM users WHERE id = 1")
    run_sql(work.database("intranet"), "DELETE FROM users WHERE id = 1")
    reviewed(work, 0, leaver(SOMCHAI), mistyped)
    new_account(work, SOMCHAI, 500)
    made = reviewed(work, 1)
    assert said(made) == REVIEW and proposed(made) == []


def test_a_protected_account_is_told_and_left_to_people(work: Office) -> None:
    reviewed(work, 0, leaver(OTHER))
    new_account(work, OTHER, 500, login="ADMIN2")
    kept = office.replace_each(work.desk.applications, protected=frozenset({"admin2"}))
    made = reviewed(work.with_applications(*kept), 1)
    assert said(made) == FAIL and proposed(made) == []


def test_the_lag_is_not_told_twice(work: Office) -> None:
    gone(work)
    run_sql(work.database("saraban"), REOPENED)
    made = reviewed(work, 1)
    (lag,) = [one for one in made.findings if (one.check, one.system) == ("access_lag", "saraban")]
    assert (lag.measured["accounts"], lag.measured["still_open"]) == (1, 0)
    carried_out(work, made)
    (lag,) = [
        one for one in reviewed(work, 2).findings if (one.check, one.system) == ("access_lag", "saraban")
    ]
    assert (lag.measured["accounts"], lag.measured["largest_days"]) == (1, 21)
