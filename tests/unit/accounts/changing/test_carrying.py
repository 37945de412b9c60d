"""What the doors tell: findings, differences without secrets, refusals that change nothing."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from dulae.accounts.changing import applying, carrying, sweeping
from dulae.accounts.changing.carrying import Carried, Order, carry_out
from dulae.accounts.changing.keeping import Kept
from dulae.accounts.databases import database
from dulae.errors import DatabaseError, PlanError
from tests.unit.accounts import office
from tests.unit.accounts.office import PEOPLE, Office, leaver, run_sql

SOMCHAI, SOMYING, WICHAI, KANDA, ADMIN, HELPER = PEOPLE


def said(carried: Carried) -> list[tuple[str, str, str]]:
    """Return subject, verdict and code of each finding."""
    return [(found.subject, found.verdict.value, found.code) for found in carried.findings]


def test_every_approved_plan_is_carried_out_and_nothing_else(work: Office) -> None:
    work.approved(leaver(SOMCHAI))
    work.plan(leaver(WICHAI))
    carried = carry_out(work.desk, Order())
    assert carried.changed
    assert said(carried) == [("saraban", "pass", "access.applied"), ("intranet", "pass", "access.applied")]
    assert run_sql(work.database("saraban"), "SELECT id FROM users WHERE is_active = 0") == [(1,)]


def test_without_an_approved_plan_each_system_says_so(work: Office) -> None:
    work.plan(leaver(SOMCHAI))
    carried = carry_out(work.desk, Order())
    assert not carried.changed and not carried.plans
    assert {code for _, _, code in said(carried)} == {"access.nothing_approved"}


def test_the_second_time_nothing_changes(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    carry_out(work.desk, Order())
    assert {code for _, _, code in said(carry_out(work.desk, Order()))} == {"access.nothing_approved"}
    again = carry_out(work.desk, Order(plan.plan_id))
    assert not again.changed and not again.diff
    assert {code for _, _, code in said(again)} == {"access.applied_before"}


def test_check_mode_says_what_would_be_done_and_writes_nothing(work: Office) -> None:
    work.approved(leaver(SOMCHAI))
    entries = len(list(work.ledger.entries()))
    before = office.dump(work.database("intranet"))
    carried = carry_out(work.desk, Order(), check_mode=True)
    assert carried.changed and {code for _, _, code in said(carried)} == {"access.would_apply"}
    assert office.dump(work.database("intranet")) == before
    assert len(list(work.ledger.entries())) == entries and not work.desk.kept.exists()


def test_check_mode_refuses_what_would_be_refused(work: Office) -> None:
    plan = work.plan(leaver(SOMCHAI))
    carried = carry_out(work.desk, Order(plan.plan_id), check_mode=True)
    assert {(verdict, code) for _, verdict, code in said(carried)} == {("fail", "access.refused")}
    work.approve(plan)
    run_sql(work.database("saraban"), "UPDATE users SET unit = 'x' WHERE id = 1")
    work.database("intranet").rename(work.folder / "away.db")
    carried = carry_out(work.desk, Order(plan.plan_id), check_mode=True)
    assert said(carried) == [
        ("saraban", "fail", "access.refused"),
        ("intranet", "unknown", "access.change_unknown"),
    ]


def test_check_mode_after_it_was_carried_out(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    carry_out(work.desk, Order())
    carried = carry_out(work.desk, Order(plan.plan_id), check_mode=True)
    assert not carried.changed and {code for _, _, code in said(carried)} == {"access.applied_before"}


def test_differences_show_states_and_no_secrets(work: Office) -> None:
    work.approved(leaver(SOMCHAI))
    carried = carry_out(work.desk, Order())
    saraban, intranet = carried.diff
    assert saraban["before_header"] == "saraban: user1"
    assert (saraban["before"], saraban["after"]) == (
        "is_active: 1\n",
        "is_active: False\nsessions: ended\napi_tokens: ended\n",
    )
    assert intranet["before"] == "password: set\nremember_token: set\n"
    assert intranet["after"].startswith("password: scrambled\nremember_token: empty\nsessions: ended\n")


def test_a_refused_plan_is_a_finding_that_fails(work: Office) -> None:
    plan = work.plan(leaver(SOMCHAI))
    carried = carry_out(work.desk, Order(plan.plan_id))
    assert not carried.changed
    assert {(verdict, code) for _, verdict, code in said(carried)} == {("fail", "access.refused")}
    assert "nobody has approved it" in carried.findings[0].because


def test_an_empty_plan_needs_no_approval_and_does_nothing(work: Office) -> None:
    plan = work.plan()
    carried = carry_out(work.desk, Order(plan.plan_id))
    assert {(verdict, code) for _, verdict, code in said(carried)} == {("pass", "access.plan_empty")}


def test_an_empty_plan_of_what_could_not_be_read_is_no_pass(
    work: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = work.plan()
    systems = [
        {**one, "readable": False, "observed": {"unreadable": "no answer"}}
        for one in plan.document["systems"]
    ]
    blind = replace(plan, document={**plan.document, "systems": systems})
    monkeypatch.setattr(carrying, "find", lambda desk, name: blind)
    carried = carry_out(work.desk, Order(plan.plan_id))
    assert {(verdict, code) for _, verdict, code in said(carried)} == {("unknown", "access.change_unknown")}
    assert "no answer" in carried.findings[0].because


def test_restoring_tells_what_came_back_and_what_did_not(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    carry_out(work.desk, Order())
    order = Order(plan.plan_id, restore=True, reason="wrong person")
    rehearsed = carry_out(work.desk, order, check_mode=True)
    assert rehearsed.changed and {code for _, _, code in said(rehearsed)} == {"access.would_undo"}
    carried = carry_out(work.desk, order)
    assert carried.changed and {code for _, _, code in said(carried)} == {"access.undone"}
    assert "not restored: api_tokens 1, sessions 1" in carried.findings[0].because
    assert carried.diff[0]["after"] == "is_active: 1\n"
    assert not carry_out(work.desk, order).changed
    assert not carry_out(work.desk, order, check_mode=True).changed


def test_restoring_needs_a_plan(work: Office) -> None:
    with pytest.raises(PlanError, match="no plan is named"):
        carry_out(work.desk, Order(restore=True))


def test_restoring_what_was_never_applied_is_refused(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    carried = carry_out(work.desk, Order(plan.plan_id, restore=True, reason="wrong person"))
    assert {(verdict, code) for _, verdict, code in said(carried)} == {("fail", "access.undo_refused")}


def test_an_account_that_is_open_again_is_told(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    carry_out(work.desk, Order())
    run_sql(work.database("saraban"), "INSERT INTO sessions VALUES ('new', 1, '2026-11-22 09:00:00')")
    carried = carry_out(work.desk, Order(plan.plan_id))
    assert said(carried)[0] == ("saraban", "fail", "access.not_proven")


def test_a_commit_whose_answer_was_lost_is_unknown_and_found_out_by_the_next_run(
    work: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = work.approved(leaver(SOMCHAI))
    writing = database.writing

    @contextlib.contextmanager
    def cut(source: Any) -> Iterator[Any]:
        with writing(source) as connection:
            yield connection
        raise DatabaseError("the connection was closed", place=source.place)

    monkeypatch.setattr(database, "writing", cut)
    carried = carry_out(work.desk, Order(plan.plan_id))
    assert {(verdict, code) for _, verdict, code in said(carried)} == {("unknown", "access.change_unknown")}
    assert "it finds out what was written" in carried.findings[0].because
    monkeypatch.undo()
    carried = carry_out(work.desk, Order())
    assert {code for _, _, code in said(carried)} == {"access.recovered"}


def test_an_undoing_that_was_interrupted_is_found_out_by_the_next_run(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    carry_out(work.desk, Order())
    applied = work.bodies("change.result")
    for system, body in zip(("saraban", "intranet"), applied, strict=True):
        intent = {
            "plan_id": plan.plan_id,
            "plan_sha256": plan.sha256,
            "system": system,
            "attempt": f"undo-{system}",
        }
        work.ledger.append("undo.intent", {**intent, "undoes": body["attempt"], "items": [{"person": 1}]})
    run_sql(work.database("saraban"), "UPDATE users SET is_active = 1 WHERE id = 1")
    carried = carry_out(work.desk, Order())
    assert ("saraban", "pass", "access.undone") in said(carried)
    assert [body["outcome"] for body in work.bodies("undo.result")] == ["undone", "rolled_back"]


class Probe:
    """A login form that answers as told."""

    colleague = "helper"

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers

    def knows(self, login: str) -> bool:
        """Say whether the form has an answer."""
        return login in self.answers

    def attempt(self, login: str) -> str:
        """Return the answer."""
        return self.answers[login]

    def colleague_gets_in(self) -> bool:
        """Say whether the colleague gets in."""
        return self.answers["helper"] == "open"


@pytest.mark.parametrize(
    ("answers", "verified", "codes"),
    [
        ({"user1": "refused", "helper": "open"}, "login_refused", ["access.applied"]),
        ({"user1": "open", "helper": "open"}, "still_open", ["access.not_proven"]),
        ({"user1": "unclear", "helper": "open"}, "row_read_back", ["access.applied"]),
        ({"helper": "refused"}, "row_read_back", ["access.applied", "access.colleague_locked_out"]),
    ],
)
def test_the_applications_own_login_is_the_proof_where_it_can_be_tried(
    work: Office, answers: dict[str, str], verified: str, codes: list[str]
) -> None:
    probed = replace(work.desk.applications[0], login_probe=Probe(answers))  # type: ignore[arg-type]
    work = work.with_applications(probed, work.desk.applications[1])
    work.approved(leaver(SOMCHAI))
    carried = carry_out(work.desk, Order())
    assert carried.plans[0]["results"][0]["items"][0]["verified"] == verified
    assert [code for subject, _, code in said(carried) if subject == "saraban"] == codes


def test_a_database_that_goes_away_after_the_commit_leaves_the_proof_open(
    work: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unread(application: Any, changes: Any) -> dict[Any, str]:
        return {change.key: "unread" for change in changes}

    monkeypatch.setattr(sweeping, "verify", unread)
    work.approved(leaver(SOMCHAI))
    assert {code for _, _, code in said(carry_out(work.desk, Order()))} == {"access.not_proven"}


def test_an_applied_plan_without_its_previous_values_says_only_that(work: Office) -> None:
    plan = work.approved(leaver(SOMCHAI))
    carry_out(work.desk, Order())
    for kept in work.desk.kept.rglob("*.json"):
        kept.unlink()
    assert [result.items for result in applying.apply(work.desk, plan)] == [[], []]


def test_every_word_of_a_result_has_its_sentence() -> None:
    assert set(carrying._WORDS) == {
        "applied",
        "recovered",
        "already",
        "undone",
        "restored_before",
        "would_apply",
        "would_undo",
    }
    assert Kept("a", ()).changes == ()
