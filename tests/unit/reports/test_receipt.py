"""The receipt says of every row of a list what became of it, and its numbers add up."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dulae.checks.finding import Verdict
from dulae.reports.data.receipt import Receipt, Receipts
from dulae.reports.evidence import gather
from dulae.reports.making import make
from dulae.reports.period import read
from tests.unit.reports.conftest import Made, Rendered
from tests.unit.reports.department import Department, Plan, department, find, run
from tests.unit.reports.plans import approved, done, entry, person, planned

MONDAY, NEXT = date(2026, 11, 16), date(2026, 11, 23)
BOTH = {"systems": [{"system": "intranet", "readable": True}, {"system": "saraban", "readable": True}]}


@pytest.fixture
def fresh(tmp_path: Path) -> Department:
    return department(tmp_path)


def came(
    fresh: Department, counts: dict[str, int], sha256: str = "list1", day: date = MONDAY, **more: Any
) -> None:
    """Write that a list came."""
    every = {"act": 0, "scheduled": 0, "review": 0, "no_action": 0, "rejected": 0, **counts}
    body = {"file": f"{sha256}.xlsx", "sha256": sha256, "received_at": "", "returned": [], **more}
    body["counts"] = {"received": sum(every.values()), **every}
    fresh.write(fresh.at(day, "08:00"), "list.received", body, control="access")


def told(fresh: Department, period: str = "2026-W47") -> Receipts:
    fresh.settle()
    body: Receipts = make("receipt", gather(fresh.ledger, fresh.settings), read(period)).body
    return body


def only(fresh: Department, period: str = "2026-W47") -> Receipt:
    (one,) = told(fresh, period).lists
    return one


def test_each_row_stands_in_one_group_and_they_add_up(fresh: Department) -> None:
    came(fresh, {"act": 5, "scheduled": 1, "review": 1, "no_action": 1, "rejected": 2})
    persons = [person(number) for number in range(1, 6)]
    persons += [person(6, standing="scheduled"), person(7, standing="review")]
    content = {
        **BOTH,
        "persons": persons,
        "items": [entry(1), entry(1, "intranet")],
        "already": [entry(2)],
        "no_account": [entry(2, "intranet"), entry(3), entry(3, "intranet"), entry(7), entry(7, "intranet")],
        "review": [entry(4, code="access.id_other_name")],
        "protected": [entry(5)],
        "waiting": [entry(6)],
    }
    planned(fresh, fresh.at(MONDAY, "09:00"), "plan1", content)
    approved(fresh, fresh.at(MONDAY, "10:00"), "plan1")
    done(fresh, fresh.at(MONDAY, "11:00"), "plan1", 1)
    one = only(fresh)
    assert one.groups == {
        "act": 3,
        "scheduled": 1,
        "review": 2,
        "no_account": 1,
        "no_action": 1,
        "rejected": 2,
    }
    assert one.received == 10 and one.adds_up and one.compared
    first = one.people[0]
    assert [(state.system.en[:8] if state.system else "", state.status) for state in first.states] == [
        ("Internal", "approved"),
        ("Electron", "done"),
    ]


def test_what_was_done_under_a_later_list_counts_and_what_was_taken_back_is_said(fresh: Department) -> None:
    came(fresh, {"act": 2})
    planned(
        fresh,
        fresh.at(MONDAY, "09:00"),
        "plan1",
        {"persons": [person(1), person(2)], "items": [entry(1), entry(2)]},
    )
    came(fresh, {}, "list2", NEXT)
    carried = [person(3, ref="ref1", list="list1.xlsx"), person(4, ref="ref2", list="list1.xlsx")]
    planned(
        fresh,
        fresh.at(NEXT, "09:00"),
        "plan2",
        {"persons": carried, "items": [entry(3), entry(4)]},
        of="list2",
    )
    done(fresh, fresh.at(NEXT, "10:00"), "plan2", 3, 4)
    back = {
        "plan_id": "plan2",
        "plan_sha256": "plan2",
        "system": "saraban",
        "attempt": "u",
        "outcome": "undone",
    }
    fresh.write(fresh.at(NEXT, "11:00"), "undo.result", {**back, "items": [{"person": 4}]})
    first, second = only(fresh), only(fresh, "2026-W48")
    assert [state.status for one in first.people for state in one.states] == ["done", "undone"]
    assert first.groups["act"] == 2 and first.adds_up
    # Whoever was carried over is no row of the second list.
    assert second.people == () and second.received == 0 and second.adds_up


def test_somebody_who_waited_and_was_disabled_on_his_day_is_told_as_done(fresh: Department) -> None:
    came(fresh, {"scheduled": 1})
    waits = person(1, standing="scheduled", effective_date="2026-11-20")
    planned(fresh, fresh.at(MONDAY, "09:00"), "plan1", {"persons": [waits], "waiting": [entry(1)]})
    carried = [{**waits, "number": 9, "list": "list1.xlsx"}]
    planned(fresh, fresh.at(NEXT, "09:00"), "plan2", {"persons": carried, "items": [entry(9)]}, of="list2")
    done(fresh, fresh.at(NEXT, "10:00"), "plan2", 9)
    one = only(fresh)
    assert one.groups["act"] == 1 and one.people[0].states[0].status == "done"


def test_a_system_that_could_not_be_read_leaves_the_row_open(fresh: Department) -> None:
    came(fresh, {"act": 1})
    systems = [{"system": "intranet", "readable": True}, {"system": "saraban", "readable": False}]
    content = {
        "systems": systems,
        "persons": [person(1, standing="act")],
        "no_account": [entry(1, "intranet")],
    }
    planned(fresh, fresh.at(MONDAY, "09:00"), "plan1", content)
    one = only(fresh)
    assert one.groups["act"] == 1 and [state.status for state in one.people[0].states] == [
        "no_account",
        "unread",
    ]


def test_a_row_that_another_one_repeats_needs_no_action(fresh: Department) -> None:
    came(fresh, {"act": 2})
    content = {**BOTH, "persons": [person(1), person(2)], "items": [entry(1), entry(1, "intranet")]}
    planned(fresh, fresh.at(MONDAY, "09:00"), "plan1", content)
    one = only(fresh)
    assert (one.groups["act"], one.groups["no_action"], one.adds_up) == (1, 1, True)


def test_a_list_that_was_not_compared_yet_is_told_as_it_was_read(fresh: Department) -> None:
    came(fresh, {"act": 3, "rejected": 1})
    one = only(fresh)
    assert (one.groups["act"], one.groups["rejected"], one.compared, one.adds_up) == (3, 1, False, True)


def test_rows_that_go_back_carry_their_reason_in_both_languages(fresh: Department) -> None:
    row = {"row": 9, "first_name": "สุดา", "last_name": "ทดสอบ", "standing": "rejected", "reason": "why"}
    came(fresh, {"rejected": 1}, returned=[{**row, "reason_th": "เหตุผล"}])
    (back,) = only(fresh).returned
    assert (back.row, back.name, back.rejected, back.reason, back.reason_th) == (
        9,
        "สุดา ทดสอบ",
        True,
        "why",
        "เหตุผล",
    )


@pytest.mark.parametrize("code", ["list_file.pdf", "list.unreadable"])
def test_a_file_that_cannot_be_read_is_asked_for_again(fresh: Department, code: str) -> None:
    numbers = {"file": "week.pdf", "place": "week.pdf", "error": "it is a PDF"}
    unreadable = find("leavers", "leavers_list", Verdict.UNKNOWN, code, measured=numbers)
    run(fresh, Plan(fresh.at(MONDAY, "09:00"), "access", (("localhost", unreadable),)))
    body = told(fresh)
    assert body.lists == () and [row.measured["file"] for row in body.unreadable] == ["week.pdf"]


def test_the_same_arrival_recorded_twice_is_one_list(fresh: Department) -> None:
    came(fresh, {"act": 1})
    came(fresh, {"act": 1})
    assert len(told(fresh).lists) == 1


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("output", ["html", "markdown"])
def test_the_letter_holds_masked_numbers_the_hash_and_the_sum(
    made: Made, rendered: Rendered, language: str, output: str
) -> None:
    (one,) = made("receipt", "2026-W48").body.lists
    assert one.adds_up and one.received == 6
    text = rendered("receipt", "2026-W48", language, output)
    assert one.event.body["sha256"] in text and "6 = 3 + 1 + 1 + 0 + 0 + 1" in text
    assert "x-xxxx-xxxxx-" in text and "31/02/2569" in text


def test_a_week_without_a_list_has_nothing_to_acknowledge(rendered: Rendered) -> None:
    assert "ไม่ได้รับรายชื่อที่อ่านได้ในงวดนี้" in rendered("receipt", "2026-W47")
