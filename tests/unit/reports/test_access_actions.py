"""Report 4 tells what was done when it was done, once, and counts nothing as done that somebody only proposed."""

from datetime import date
from pathlib import Path

import pytest

from dulae.checks.finding import Verdict
from dulae.reports.data.access import AccessReview
from dulae.reports.evidence import gather
from dulae.reports.making import make
from dulae.reports.period import read
from tests.unit.reports.department import Department, Plan, department, find, run
from tests.unit.reports.plans import approved, done, entry, person, planned

MONDAY, FRIDAY, NEXT = date(2026, 11, 16), date(2026, 11, 20), date(2026, 11, 23)


@pytest.fixture
def tale(tmp_path: Path) -> Department:
    return department(tmp_path)


def told(tale: Department, period: str) -> AccessReview:
    """Return the body of the report of a period."""
    tale.settle()
    body: AccessReview = make("access", gather(tale.ledger, tale.settings), read(period)).body
    return body


def statuses(review: AccessReview) -> list[tuple[str, str]]:
    return [(action.login, action.status) for action in review.actions]


def test_rights_that_somebody_must_hand_on_are_not_counted_as_done(tale: Department) -> None:
    moved = person(1, movement="move_inside", action="TRANSFER_RIGHTS")
    content = {"persons": [moved, person(2)], "review": [entry(1, code="access.by_hand"), entry(2)]}
    planned(tale, tale.at(MONDAY, "09:00"), "plan1", content)
    review = told(tale, "2026-W47")
    assert (review.summary["transferred"], review.summary["review"], review.actions) == (1, 1, ())
    assert [doubt.transfers for doubt in review.doubts] == [True, False]


def test_only_what_was_allowed_names_who_allowed_it(tale: Department) -> None:
    content = {
        "persons": [person(1), person(2), person(3)],
        "items": [entry(1)],
        "waiting": [entry(2)],
        "protected": [entry(3)],
    }
    planned(tale, tale.at(MONDAY, "09:00"), "plan1", content)
    approved(tale, tale.at(MONDAY, "10:00"), "plan1")
    done(tale, tale.at(MONDAY, "11:00"), "plan1", 1)
    review = told(tale, "2026-W47")
    assert [(action.status, bool(action.approver)) for action in review.actions] == [
        ("done", True),
        ("waiting", False),
        ("protected", False),
    ]


def test_a_plan_that_was_refused_names_nobody_as_approver(tale: Department) -> None:
    planned(tale, tale.at(MONDAY, "09:00"), "plan1", {"persons": [person(1)], "items": [entry(1)]})
    approved(tale, tale.at(MONDAY, "10:00"), "plan1", "rejected")
    (action,) = told(tale, "2026-W47").actions
    assert (action.status, action.approver) == ("rejected", "")


def test_a_second_plan_for_the_same_list_does_not_hide_what_the_first_did(tale: Department) -> None:
    planned(tale, tale.at(MONDAY, "09:00"), "plan1", {"persons": [person(1)], "items": [entry(1)]})
    done(tale, tale.at(MONDAY, "10:00"), "plan1", 1)
    second = {"persons": [person(1)], "items": [entry(1, "intranet")], "already": [entry(1)]}
    planned(tale, tale.at(MONDAY, "11:00"), "plan2", second)
    done(tale, tale.at(MONDAY, "12:00"), "plan2", 1, system="intranet")
    review = told(tale, "2026-W47")
    assert statuses(review) == [("user1", "done"), ("user1", "done")]
    assert (review.summary["disabled"], review.summary["matched"]) == (2, 2)


def test_what_a_later_plan_no_longer_proposes_is_not_told_as_open(tale: Department) -> None:
    planned(tale, tale.at(MONDAY, "09:00"), "plan1", {"persons": [person(1)], "items": [entry(1)]})
    planned(tale, tale.at(MONDAY, "11:00"), "plan2", {"persons": [person(1)], "review": [entry(1)]})
    assert statuses(told(tale, "2026-W47")) == []


def test_somebody_whom_a_newer_list_carries_on_is_told_once_as_the_newest_plan_has_him(
    tale: Department,
) -> None:
    systems = {"systems": [{"system": "saraban", "readable": True}]}
    first = {
        "persons": [person(number) for number in range(1, 6)],
        "waiting": [entry(1)],
        "review": [entry(2)],
        "no_account": [entry(3)],
        "items": [entry(4), entry(5)],
    }
    planned(tale, tale.at(MONDAY, "09:00"), "plan1", {**first, **systems})
    approved(tale, tale.at(MONDAY, "10:00"), "plan1")
    second = {
        "persons": [person(1), person(2), person(9, ref="ref5")],
        "staying": ["ref4"],
        "waiting": [entry(1)],
        "review": [entry(9)],
        "items": [entry(2)],
    }
    planned(tale, tale.at(FRIDAY, "09:00"), "plan2", {**second, **systems}, of="list2")
    done(tale, tale.at(FRIDAY, "10:00"), "plan2", 2)
    review = told(tale, "2026-W47")
    assert statuses(review) == [("user2", "done"), ("user1", "waiting")]
    assert [doubt.name for doubt in review.doubts] == ["นาย9"]
    counted = {
        name: review.summary[name] for name in ("waiting", "review", "no_account", "disabled", "matched")
    }
    assert counted == {"waiting": 1, "review": 1, "no_account": 1, "disabled": 1, "matched": 2}


def test_what_a_newer_plan_could_not_read_is_told_as_the_older_one_has_it(tale: Department) -> None:
    content = {"persons": [person(1)], "waiting": [entry(1)]}
    readable = {"systems": [{"system": "saraban", "readable": True}]}
    planned(tale, tale.at(MONDAY, "09:00"), "plan1", {**content, **readable})
    blind = {"persons": [person(1)], "systems": [{"system": "saraban", "readable": False}]}
    planned(tale, tale.at(FRIDAY, "09:00"), "plan2", blind, of="list2")
    assert statuses(told(tale, "2026-W47")) == [("user1", "waiting")]


def test_what_was_given_back_is_counted(tale: Department) -> None:
    planned(tale, tale.at(MONDAY, "09:00"), "plan1", {"persons": [person(1)], "items": [entry(1)]})
    done(tale, tale.at(MONDAY, "10:00"), "plan1", 1)
    back = {"plan_id": "plan1", "plan_sha256": "plan1", "system": "saraban", "attempt": "u"}
    tale.write(
        tale.at(MONDAY, "11:00"), "undo.result", {**back, "outcome": "undone", "items": [{"person": 1}]}
    )
    summary = told(tale, "2026-W47").summary
    assert (summary["disabled"], summary["given_back"]) == (0, 1)


def test_what_is_done_a_week_later_is_told_in_that_week_and_waits_in_the_first(tale: Department) -> None:
    planned(tale, tale.at(FRIDAY, "09:00"), "plan1", {"persons": [person(1)], "items": [entry(1)]})
    approved(tale, tale.at(NEXT, "09:00"), "plan1")
    done(tale, tale.at(NEXT, "10:00"), "plan1", 1)
    first, second = told(tale, "2026-W47"), told(tale, "2026-W48")
    assert statuses(first) == [("user1", "proposed")] and first.summary["disabled"] == 0 and first.lag is None
    assert statuses(second) == [("user1", "done")] and second.summary["disabled"] == 1
    both = told(tale, "2026-11")
    assert statuses(both) == [("user1", "done")]


def test_each_system_has_its_own_outcome(tale: Department) -> None:
    content = {"persons": [person(1)], "items": [entry(1), entry(1, "intranet")]}
    planned(tale, tale.at(MONDAY, "09:00"), "plan1", content)
    approved(tale, tale.at(MONDAY, "10:00"), "plan1")
    done(tale, tale.at(MONDAY, "11:00"), "plan1", 1)
    done(tale, tale.at(MONDAY, "11:01"), "plan1", system="intranet", outcome="refused")
    assert [action.status for action in told(tale, "2026-W47").actions] == ["done", "refused"]


def test_the_lag_is_that_of_what_was_disabled_and_stays_so(tale: Department) -> None:
    persons = [
        person(1),
        person(2, effective_date="2026-11-15"),
        person(3, effective_date="2026-10-01"),
        person(4),
    ]
    content = {"persons": persons, "items": [entry(one["number"]) for one in persons]}
    planned(tale, tale.at(MONDAY, "09:00"), "plan1", content)
    done(tale, tale.at(MONDAY, "10:00"), "plan1", 1, 2, 3)
    done(tale, tale.at(MONDAY, "10:01"), "plan1", 4, done=["was_disabled"])
    back = {"plan_id": "plan1", "plan_sha256": "plan1", "system": "saraban", "attempt": "u"}
    tale.write(
        tale.at(MONDAY, "11:00"), "undo.result", {**back, "outcome": "undone", "items": [{"person": 3}]}
    )
    review = told(tale, "2026-W47")
    assert review.lag is not None
    assert (review.lag.accounts, review.lag.median_days, review.lag.largest_days) == (2, 3.5, 6)
    assert review.lag.late == 0 and review.max_lag_days == 7


def test_several_reviews_of_a_week_tell_the_same_once(tale: Department) -> None:
    use = {"login": "user1", "last_used_at": "2026-11-12T01:00:00+00:00"}
    late = {"used": 1, "logins": "user1", "uses": [use]}
    for clock, vendors in (("09:00", "a (2026-01-31)"), ("15:00", "b (2026-01-31)")):
        ended = {"ended": 1, "ended_logins": vendors}
        seen = (
            find("access_use", "saraban", Verdict.FAIL, "access.used_after_leaving", measured=late),
            find("accounts_owners", "saraban", Verdict.FAIL, "access.vendor_ended", measured=ended),
        )
        run(tale, Plan(tale.at(MONDAY, clock), "access", tuple(("localhost", one) for one in seen)))
    review = told(tale, "2026-W47")
    assert [[use.login for use in one.uses] for one in review.uses] == [["user1"]]
    assert [row.measured["ended_logins"] for row in review.account_rows] == ["b (2026-01-31)"]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("access.protected", "protected"),
        ("access.no_transactions", "hindered"),
        ("access.last_administrator", "last_administrator"),
    ],
)
def test_what_keeps_an_account_from_being_disabled_is_told_as_what_it_is(
    tale: Department, code: str, status: str
) -> None:
    kept = {**entry(1), "match": {"code": code, "because": "it is so"}}
    planned(tale, tale.at(MONDAY, "09:00"), "plan1", {"persons": [person(1)], "protected": [kept]})
    assert statuses(told(tale, "2026-W47")) == [("user1", status)]


def test_the_lag_of_what_was_opened_again_is_not_told_a_second_time(tale: Department) -> None:
    again = {**entry(1), "again": {"closed_at": "2026-11-01T02:00:00+00:00"}}
    planned(tale, tale.at(MONDAY, "09:00"), "plan1", {"persons": [person(1)], "items": [again]})
    done(tale, tale.at(MONDAY, "10:00"), "plan1", 1)
    review = told(tale, "2026-W47")
    assert statuses(review) == [("user1", "done")] and review.lag is None
