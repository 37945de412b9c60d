"""A list that came and was never compared joins the next comparison, or is asked for again."""

import json
from typing import Any

import pytest

from dulae.accounts.changing import applying
from dulae.accounts.reviewing import Manner, Review, review
from dulae.checks.finding import Finding
from dulae.errors import PlanError
from tests.unit.accounts import office
from tests.unit.accounts.office import PEOPLE, SPELLING, Office, Person, judged, leaver, write_list

SOMCHAI, SOMYING, WICHAI, KANDA, *_ = PEOPLE
RETURN = {"action": "NO_DISABLE", "movement": "appoint", "standing": "no_action"}


def sha(week: int) -> str:
    return f"{week:064}"


def came(work: Office, week: int, *rows: dict[str, Any]) -> dict[str, Any]:
    """Have a list come: the ledger knows of it, and no comparison follows."""
    work.clock.now = office.NOW
    work.clock.forward(days=7 * week)
    at = work.clock().isoformat(timespec="milliseconds")
    kept = judged(*rows, file=f"week{week}.xlsx", sha256=sha(week), received_at=at)
    arrival = {"file": kept["file"], "sha256": kept["sha256"], "origin": "lists", "rows": len(rows)}
    work.desk.record("list.received", {**arrival, "content_sha256": f"c{week}"})
    work.clock.forward(minutes=1)
    return kept


def aside(work: Office, week: int, *rows: dict[str, Any]) -> None:
    """Have a list come and be kept aside, for another took its place."""
    kept = came(work, week, *rows)
    work.desk.uncompared.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = work.desk.uncompared / f"{kept['sha256']}.json"
    path.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def reviewed(work: Office, week: int, *rows: dict[str, Any], **more: Any) -> Review:
    """Have a list come and be compared."""
    kept = came(work, week, *rows)
    work.desk.judged_list.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = write_list(
        work.desk.judged_list, *rows, **{name: kept[name] for name in ("file", "sha256", "received_at")}
    )
    return review(work.desk, path, SPELLING, **more)


def told(made: Review) -> list[Finding]:
    return [found for found in made.findings if found.check == "access_lists"]


def proposed(made: Review) -> set[str]:
    assert made.plan is not None
    return {item["account"]["login"] for item in made.plan.items if item["system"] == "saraban"}


def test_its_rows_are_compared_with_the_next_list_and_that_is_told(work: Office) -> None:
    aside(work, 0, leaver(SOMCHAI))
    made = reviewed(work, 1, leaver(WICHAI))
    assert proposed(made) == {"user1", "user3"}
    (found,) = told(made)
    assert (found.verdict.value, found.code, found.subject) == ("warn", "access.list_late", "week0.xlsx")
    assert "received 2026-11-22" in found.because and "its 1 rows" in found.because
    assert made.plan is not None and made.plan.document["list"]["also"] == [sha(0)]
    (carried,) = [one for one in made.plan.document["persons"] if one["list"]]
    assert (carried["list"], carried["list_sha256"]) == ("week0.xlsx", sha(0))


def test_once_compared_it_is_forgotten_and_nothing_of_it_is_kept(work: Office) -> None:
    aside(work, 0, leaver(SOMCHAI))
    reviewed(work, 1)
    assert list(work.desk.uncompared.iterdir()) == []
    made = reviewed(work, 2)
    assert told(made) == [] and proposed(made) == {"user1"}


def test_in_check_mode_it_is_compared_and_kept(work: Office) -> None:
    aside(work, 0, leaver(SOMCHAI))
    made = reviewed(work, 1, manner=Manner(check_mode=True))
    assert proposed(made) == {"user1"} and len(list(work.desk.uncompared.iterdir())) == 1
    assert [found.code for found in told(reviewed(work, 2))] == ["access.list_late"]


def test_what_is_lost_is_asked_for_again_for_a_quarter(work: Office) -> None:
    came(work, 0, leaver(SOMCHAI), leaver(WICHAI))
    for week in (1, 2):
        (found,) = told(reviewed(work, week))
        assert (found.verdict.value, found.code) == ("fail", "access.list_lost")
        assert "ask the personnel division to send its 2 rows again" in found.because
    assert told(reviewed(work, 15)) == []


def test_a_list_that_names_nobody_is_not_missed(work: Office) -> None:
    came(work, 0)
    assert told(reviewed(work, 1)) == []


def test_the_list_of_this_week_is_not_told_as_forgotten(work: Office) -> None:
    assert told(reviewed(work, 0, leaver(SOMCHAI))) == []
    assert told(reviewed(work, 0, leaver(SOMCHAI))) == []


def test_what_nobody_can_read_is_told_as_lost(work: Office) -> None:
    aside(work, 0, leaver(SOMCHAI))
    (path,) = work.desk.uncompared.iterdir()
    path.write_text("{", encoding="utf-8")
    assert [found.code for found in told(reviewed(work, 1))] == ["access.list_lost"]


def test_a_week_without_a_list_compares_it_all_the_same(work: Office) -> None:
    aside(work, 0, leaver(SOMCHAI))
    made = review(work.desk, work.desk.judged_list, SPELLING)
    assert proposed(made) == {"user1"} and [found.code for found in told(made)] == ["access.list_late"]


def test_what_the_newer_list_says_of_somebody_counts(work: Office) -> None:
    aside(work, 0, leaver(SOMCHAI, effective_date="2026-11-02"), leaver(WICHAI, **RETURN))
    made = reviewed(work, 1, leaver(SOMCHAI, effective_date="2026-11-03"), leaver(WICHAI))
    assert made.plan is not None and proposed(made) == {"user1", "user3"}
    assert {one["effective_date"] for one in made.plan.document["persons"]} == {"2026-11-03", "2026-11-01"}


def test_whoever_comes_back_by_it_is_left_alone(work: Office) -> None:
    reviewed(work, 0, leaver(SOMCHAI))
    aside(work, 1, leaver(SOMCHAI, **RETURN))
    made = reviewed(work, 2)
    assert proposed(made) == set() and made.plan is not None
    assert {entry["match"]["code"] for entry in made.plan.document["review"]} == {"access.contradicted"}
    assert proposed(reviewed(work, 3)) == set()


def left_to_a_person(made: Review) -> set[str]:
    """Return whom a plan leaves to a person, as his account is named there."""
    assert made.plan is not None and proposed(made) == set()
    review = [entry for entry in made.plan.document["review"] if entry["system"] == "saraban"]
    return {
        account["login"]
        for entry in review
        for account in ([entry["account"]] if "account" in entry else entry["accounts"])
    }


def contradicted(work: Office, week: int) -> set[str]:
    """Return whom the plan of a week without a list of leavers leaves to a person."""
    return left_to_a_person(reviewed(work, week))


def test_whom_it_contradicts_itself_about_is_for_a_person_until_a_list_speaks_clearly(work: Office) -> None:
    both = (leaver(SOMCHAI, **RETURN), leaver(SOMCHAI, standing="review"))
    aside(work, 0, *both)
    assert "user1" in contradicted(work, 1) and "user1" in contradicted(work, 2)
    assert proposed(reviewed(work, 3, leaver(SOMCHAI))) == {"user1"}


def test_whom_a_later_one_of_two_has_leave_is_not_kept_by_the_earlier_one(work: Office) -> None:
    aside(work, 0, leaver(SOMCHAI, **RETURN))
    aside(work, 1, leaver(SOMCHAI, standing="review"))
    assert "user1" in contradicted(work, 2) and "user1" in contradicted(work, 3)


def test_two_that_came_in_the_same_moment_are_taken_as_the_ledger_has_them(work: Office) -> None:
    """A clock that was set back gives both the moment of the entry before; by name the later one would be first."""
    aside(work, 9, leaver(SOMCHAI, standing="review", movement="order_cancelled", action="CANCEL_PENDING"))
    aside(work, 1, leaver(SOMCHAI))
    entries = [entry.ts for entry in work.ledger.entries(("list.received",))]
    assert entries[0] == entries[1] and sha(1) < sha(9)
    made = reviewed(work, 10)
    assert proposed(made) == {"user1"} and made.plan is not None and not made.plan.document["review"]


def test_whom_a_later_one_of_two_has_stay_is_not_made_to_leave_by_the_earlier_one(work: Office) -> None:
    aside(work, 0, leaver(SOMCHAI, standing="review"))
    aside(work, 1, leaver(SOMCHAI, **RETURN))
    assert contradicted(work, 2) == set() == contradicted(work, 3)


def test_an_approved_plan_is_not_carried_out_against_what_it_says(work: Office) -> None:
    made = reviewed(work, 0, leaver(SOMCHAI))
    assert made.plan is not None
    work.approve(made.plan)
    aside(work, 0, leaver(SOMCHAI, **RETURN))
    with pytest.raises(PlanError, match="the newest list says otherwise"):
        list(applying.apply(work.desk, made.plan))


def test_what_a_list_that_came_after_it_said_is_newer(work: Office) -> None:
    aside(work, 0, leaver(SOMCHAI), leaver(WICHAI))
    (path,) = work.desk.uncompared.iterdir()
    hidden = path.read_bytes()
    path.unlink()
    reviewed(work, 1, leaver(SOMCHAI, **RETURN))
    path.write_bytes(hidden)
    assert proposed(reviewed(work, 9)) == {"user3"}


def test_a_file_that_is_older_than_its_arrival_is_as_new_as_its_arrival(work: Office) -> None:
    reviewed(work, 0, leaver(SOMCHAI, **RETURN))
    aside(work, 3, leaver(SOMCHAI))
    (path,) = work.desk.uncompared.iterdir()
    kept = {**json.loads(path.read_text(encoding="utf-8")), "received_at": "2026-11-01T00:00:00.000+00:00"}
    path.write_text(json.dumps(kept), encoding="utf-8")
    assert proposed(reviewed(work, 4)) == {"user1"}


def test_several_are_taken_in_the_order_in_which_they_came(work: Office) -> None:
    aside(work, 2, leaver(SOMCHAI, effective_date="2026-11-02"), leaver(KANDA))
    aside(work, 1, leaver(SOMCHAI), leaver(KANDA, **RETURN))
    made = reviewed(work, 3)
    assert made.plan is not None and proposed(made) == {"user1"}
    dates = {one["effective_date"] for one in made.plan.document["persons"] if "สมชาย" in one["name"]}
    assert dates == {"2026-11-01"}


def test_rows_that_a_person_must_decide_are_carried_too(work: Office) -> None:
    aside(work, 0, leaver(SOMCHAI, action="REVIEW", movement="transfer_ambiguous", standing="review"))
    made = reviewed(work, 1)
    assert made.plan is not None and {entry["person"] for entry in made.plan.document["review"]} == {1}
    assert proposed(made) == set()


def test_the_declared_number_is_that_of_this_weeks_list(work: Office) -> None:
    aside(work, 0, leaver(SOMCHAI))
    made = reviewed(work, 1, leaver(Person(70, "ไม่มี", "บัญชี")))
    assert made.plan is not None
    assert made.plan.document["list"]["rows"] == 1 and made.plan.document["list"]["carried"] == 1
